"""What every request goes through: a number, a wall, a limit, a language, a policy."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from hocba.apps.accounts.models import Person
from hocba.core.errors import HocbaError
from hocba.web import urls
from hocba.web.middleware import DenyByDefault, Refusals


def page(_request: object) -> HttpResponse:
    return HttpResponse("trang")


def refusing(_request: object) -> HttpResponse:
    raise HocbaError("access.denied")


def broken(_request: object) -> HttpResponse:
    raise ValueError("001210000001 Nguyễn Văn A")


urlpatterns = [
    *urls.urlpatterns,
    path("thu/", page),
    path("tu-choi/", refusing),
    path("hong/<str:name>/", broken),
]


@pytest.fixture
def signed_in(client: Client, clerk: Person) -> Client:
    client.force_login(clerk)
    return client


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/thu/", "/tu-choi/", "/quan-tri/", "/hong/a/"])
def test_a_page_not_declared_public_asks_for_a_sign_in(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith(("/dang-nhap/?next=", "/quan-tri/login/"))


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_every_answer_carries_its_policy_and_number(signed_in: Client) -> None:
    headers = signed_in.get("/thu/", headers={"X-Request-ID": "chosen-by-the-client"}).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert len(headers["X-Request-ID"]) == 32


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_our_own_proxy_may_number_the_request(signed_in: Client, settings: object) -> None:
    settings.HOCBA_BEHIND_PROXY = True  # type: ignore[attr-defined]
    for given, kept in (("abc-12345678", True), ("x", False), ("a\nb" * 9, False)):
        answer = signed_in.get("/thu/", headers={"X-Request-ID": given})
        assert (answer.headers["X-Request-ID"] == given) is kept


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_an_english_browser_alone_does_not_make_the_page_english(signed_in: Client) -> None:
    english = {"Accept-Language": "en-US,en"}
    assert signed_in.get("/thu/", headers=english).headers["Content-Language"] == "vi"
    signed_in.post("/ngon-ngu/", {"language": "en", "next": "/thu/"})
    assert signed_in.get("/thu/").headers["Content-Language"] == "en"


def test_a_body_too_large_is_refused_unread(client: Client) -> None:
    response = client.post("/dang-nhap/", CONTENT_LENGTH=str(31 * 1024 * 1024))
    assert response.status_code == 413
    assert "Tệp quá lớn: tối đa 30 MB." in response.content.decode()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_refusal_is_a_page_and_a_bug_is_not(signed_in: Client) -> None:
    assert signed_in.get("/tu-choi/").status_code == 403
    signed_in.raise_request_exception = False
    assert signed_in.get("/hong/a/").status_code == 500


def test_other_refusals_are_conflicts(rf: RequestFactory) -> None:
    middleware = Refusals(lambda _request: HttpResponse())
    answer = middleware.process_exception(rf.get("/"), HocbaError("issuing.order_not_reached"))
    assert answer is not None
    assert answer.status_code == 409
    assert middleware.process_exception(rf.get("/"), ValueError()) is None


def test_only_the_public_office_is_open(rf: RequestFactory) -> None:
    def office(name: str) -> object:
        def view(_request: object) -> None: ...

        view.__module__ = name
        return view

    wall = DenyByDefault(lambda _request: HttpResponse())
    request = rf.get("/")
    request.user = type("Nobody", (), {"is_authenticated": False})()
    assert wall.process_view(request, office("hocba.apps.portal.views"), (), {}) is None
    assert wall.process_view(request, office("hocba.apps.portals.views"), (), {}) is not None
