"""Whatever does not work says what to do and a code that can be read over the phone."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from hocba.adapters.wording.spoken_codes import spoken_code, spoken_number
from hocba.apps.accounts.models import Person
from hocba.core.errors import HocbaError
from hocba.web import urls

pytestmark = pytest.mark.django_db


def refusing(_request: object) -> HttpResponse:
    raise HocbaError("gradebook.locked", students=3)


def broken(_request: object) -> HttpResponse:
    raise ValueError("001210000001 Nguyễn Văn A")


urlpatterns = [*urls.urlpatterns, path("tu-choi/", refusing), path("hong/", broken)]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture
def signed_in(clerk: Person) -> Client:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(clerk)
    return client


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/tu-choi/", 409, "gradebook.locked"),
        ("/khong-co/", 404, "request.not_found"),
        ("/hong/", 500, "request.failed"),
        ("/quan-tri/login/", 403, "access.denied"),
    ],
)
def test_every_page_of_trouble_has_a_code_and_a_number(
    signed_in: Client, address: str, status: int, code: str
) -> None:
    answer = signed_in.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert spoken_code(code) in page
    assert spoken_number(answer.headers["X-Request-ID"]) in page
    assert "001210000001" not in page


def test_a_form_from_elsewhere_is_told_so(signed_in: Client) -> None:
    answer = signed_in.post("/dang-xuat/")
    assert answer.status_code == 403
    assert "tải lại trang" in answer.content.decode()


@pytest.mark.parametrize("heard", ["{code}", " {lower} ", "{bare}", "gradebook.locked"])
def test_a_code_is_found_as_it_was_heard(signed_in: Client, heard: str) -> None:
    code = spoken_code("gradebook.locked")
    typed = heard.format(code=code, lower=code.lower(), bare=code[3:])
    page = signed_in.get("/tro-giup/ma-loi/", {"ma": typed}).content.decode()
    assert re.findall(r"HB-\w{4}</td>", page) == [f"{code}</td>"]
    assert "Sổ của … học sinh đã khóa" in page


def test_an_unknown_code_says_what_to_do(signed_in: Client) -> None:
    assert "Hãy đọc lại" in signed_in.get("/tro-giup/ma-loi/?ma=ZZZZZZ").content.decode()


def test_ones_own_jobs_come_first(signed_in: Client) -> None:
    sections = signed_in.get("/tro-giup/").context["sections"]
    assert [one["role"] for one in sections if one["own"]] == ["clerk"]
    assert sections[0]["role"] == "clerk"


def test_the_page_of_a_failure_needs_no_database(signed_in: Client) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hocba.web.help_pages.SENTENCES", None)
        answer = signed_in.get("/tro-giup/ma-loi/")
    assert answer.status_code == 500
    assert spoken_code("request.failed") in answer.content.decode()
