"""The workplace's pages: everybody sees the own school's work and nobody else's."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hocba.apps.accounts.queries import person_by_username
from hocba.apps.gradebook.models import ImportRun, Mark
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, FAULTY_WORKBOOK, WORKBOOK

Walk = Callable[[str], UUID]
STAFF = ("cntt", "gv01", "gvcn", "hieutruong", "vanthu")
OTHERS = ("hieutruong2", "vanthu2", "phuong", "so", "quantri")


def page_of(client: Client, username: str, address: str) -> tuple[int, str]:
    """Open a page as somebody and return status and text."""
    client.force_login(person_by_username(username=username))
    answer = client.get(address)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("username", [*STAFF, *OTHERS])
def test_everybody_has_a_start_page(client: Client, walk: Walk, username: str) -> None:
    walk("composed")
    status, page = page_of(client, username, "/ban-lam-viec/")
    assert status == 200
    waiting = {"gv01": "Ký học bạ lớp 9A1", "cntt": "Sổ điểm chờ nhận"}.get(username)
    assert (waiting or "Việc đang chờ") in page
    assert ("9A1" in page) is (username in STAFF)


@pytest.mark.parametrize("username", STAFF)
def test_the_schools_people_see_their_class(client: Client, walk: Walk, username: str) -> None:
    class_id = walk("composed")
    status, page = page_of(client, username, f"/hoc-ba/{class_id}/")
    assert (status, page.count("Đang ký")) == (200, CLASS_SIZE)


@pytest.mark.parametrize("username", ["hieutruong2", "vanthu2", "quantri"])
def test_strangers_do_not_see_the_class(client: Client, walk: Walk, username: str) -> None:
    class_id = walk("composed")
    status, page = page_of(client, username, f"/hoc-ba/{class_id}/")
    assert status in (403, 404)
    assert "Đoàn Thu Chi" not in page


@pytest.mark.parametrize("username", ["gv01", "gvcn", *OTHERS])
def test_only_those_who_take_workbooks_see_them(
    client: Client, city: City, walk: Walk, username: str
) -> None:
    walk("accepted")
    run = ImportRun.objects.get(school_id=city.school_id)
    for address in (f"/so-diem/{city.school_id}/", f"/so-diem/{city.school_id}/{run.id}/"):
        status, page = page_of(client, username, address)
        assert status in (403, 404)
        assert "Đoàn Thu Chi" not in page


def hand_in(client: Client, city: City, data: bytes, name: str = "so.xlsx") -> tuple[int, str]:
    """Hand a workbook in on the page as the school's IT officer."""
    client.force_login(person_by_username(username="cntt"))
    answer = client.post(
        f"/so-diem/{city.school_id}/", {"workbook": SimpleUploadedFile(name, data)}, follow=True
    )
    return answer.status_code, answer.content.decode()


def test_a_workbook_is_checked_then_accepted(client: Client, city: City) -> None:
    status, page = hand_in(client, city, WORKBOOK.read_bytes())
    assert (status, f"{CLASS_SIZE}/{CLASS_SIZE}" in page) == (200, True)
    assert not Mark.objects.filter(school_id=city.school_id).exists()
    run = ImportRun.objects.get(school_id=city.school_id)
    answer = client.post(f"/so-diem/{city.school_id}/{run.id}/")
    assert f"Đã nhận {CLASS_SIZE} học sinh" in answer.content.decode()


def test_findings_name_sheet_cell_and_student(client: Client, city: City) -> None:
    status, page = hand_in(client, city, FAULTY_WORKBOOK.read_bytes())
    assert status == 200
    for words in ("L21", "Trịnh Phương Hạnh", "7,75", "8,5", "Thiếu điểm đánh giá giữa kì"):
        assert words in page


def test_a_file_with_unknown_teachers_cannot_be_accepted(client: Client, city: City) -> None:
    _, page = hand_in(client, city, FAULTY_WORKBOOK.read_bytes())
    assert "chưa có tài khoản ở trường" in page
    assert "Nhận sổ</button>" not in page


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "so.xlsx", "Tệp này rỗng"),
        (b"hello", "so.xlsx", "không phải"),
        (b"x" * (20 * 1024 * 1024 + 1), "so.xlsx", "lớn hơn 20 MB"),
    ],
)
def test_a_file_that_is_no_workbook_is_said_in_words(
    client: Client, city: City, data: bytes, name: str, sentence: str
) -> None:
    status, page = hand_in(client, city, data, name)
    assert (status, sentence in page) == (422, True)
    assert not ImportRun.objects.filter(school_id=city.school_id).exists()
