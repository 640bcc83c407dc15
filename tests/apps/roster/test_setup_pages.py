"""Pages of the set-up: how many queries they cost, what they show to whom, what they refuse."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocba.apps.accounts.models import Person
from hocba.apps.roster.actions import give_identity_cases
from hocba.apps.roster.models import IdentityCase, SetupImport, Student
from hocba.core.errors import HocbaError
from tests.apps.roster.setup_files import YEAR, Desk, student, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, it_officer: Person) -> Client:
    client.force_login(it_officer)
    return client


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def people(start: int, stop: int, class_name: str) -> list[Any]:
    return [
        student(number, f"Nguyễn Văn {number}", class_name, citizen_id="")
        for number in range(start, stop)
    ]


def test_no_page_costs_more_when_the_school_grows(desk: Desk, office: Client) -> None:
    desk.bring("hoc-sinh", people(1, 4, "6A1"))
    front = f"/thiet-lap/{desk.school.pk}"
    run = SetupImport.objects.get(school_id=desk.school.pk)
    class_id = Student.objects.first().enrolments.get().class_group_id  # type: ignore[union-attr]
    pages = {
        f"{front}/?nam={YEAR}": 18,
        f"{front}/hoc-sinh/?nam={YEAR}": 9,
        f"{front}/tep/{run.id}/": 10,
        f"{front}/so-dinh-danh/?nam={YEAR}": 10,
        f"{front}/lop/{class_id}/": 10,
        f"/chung-thu/{desk.school.pk}/": 8,
    }
    cost(office, f"{front}/?nam={YEAR}")  # whatever the first request of a session costs
    first = {address: cost(office, address) for address in pages}
    desk.bring("hoc-sinh", people(4, 40, "6A1") + people(40, 80, "6A2"))
    desk.bring("lop", [{"class_name": f"7A{number}"} for number in range(1, 9)])
    again = {address: cost(office, address) for address in pages}
    assert again == first == pages


def test_a_page_shows_fifty_rows(desk: Desk, office: Client) -> None:
    import_id, _ = desk.hand_in("hoc-sinh", people(1, 80, "6A1"))
    answer = office.get(f"/thiet-lap/{desk.school.pk}/tep/{import_id}/").content.decode()
    assert answer.count('data-label="Về"') == 50
    assert "Trang 1/2" in answer
    second = office.get(f"/thiet-lap/{desk.school.pk}/tep/{import_id}/?trang=2").content.decode()
    assert second.count('data-label="Về"') == 29


def test_a_file_swapped_on_the_page_is_refused(desk: Desk, office: Client) -> None:
    shown, plan = desk.hand_in("hoc-sinh", people(1, 3, "6A1"))
    other, _ = desk.hand_in("hoc-sinh", people(1, 4, "6A1"))
    assert shown != other
    address = f"/thiet-lap/{desk.school.pk}/tep/{other}/"
    answer = office.post(address, {"viec": "ghi", "plan": plan.digest})
    assert answer.status_code == 409
    assert "Chưa ghi gì" in answer.content.decode()
    assert not Student.objects.exists()


def test_a_file_that_says_nothing_is_told_why(desk: Desk, office: Client) -> None:
    data = workbook("hoc-sinh", people(1, 3, "6A1"), desk.school, year="2024-2025")
    answer = office.post(
        f"/thiet-lap/{desk.school.pk}/hoc-sinh/?nam={YEAR}",
        {"workbook": SimpleUploadedFile("a.xlsx", data)},
    )
    assert answer.status_code == 422
    assert "Tệp của năm học 2024-2025; đang thiết lập năm học 2025-2026." in answer.content.decode()
    assert not SetupImport.objects.filter(school_id=desk.school.pk).exists()


def test_a_year_that_is_none_and_a_kind_that_is_none_are_refused(
    desk: Desk, office: Client
) -> None:
    front = f"/thiet-lap/{desk.school.pk}"
    for address in ("/?nam=2025", "/khong-co/", "/mon-lua-chon/"):
        assert office.get(front + address).status_code == 409


def test_cases_are_given_within_the_school(
    desk: Desk, principal: Person, subject_teacher: Person, make_person: Any, other_school: Any
) -> None:
    desk.bring("hoc-sinh", people(1, 3, "6A1"))
    cases = IdentityCase.objects.filter(school_id=desk.school.pk)
    keys = list(cases.values_list("id", flat=True))
    stranger = make_person("gv.khac", ("subject_teacher", other_school))
    give = {"school_id": desk.school.pk, "case_ids": keys, "at": desk.at}
    assert give_identity_cases(owner_id=subject_teacher.pk, actor=principal.pk, **give) == 2
    assert give_identity_cases(owner_id=subject_teacher.pk, actor=principal.pk, **give) == 0
    assert give_identity_cases(owner_id=None, actor=principal.pk, **give) == 2
    for owner, actor, code in (
        (stranger.pk, principal.pk, "setup.owner_elsewhere"),
        (None, subject_teacher.pk, "access.denied"),
    ):
        with pytest.raises(HocbaError, match=code):
            give_identity_cases(owner_id=owner, actor=actor, **give)
