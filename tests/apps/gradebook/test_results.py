"""Who sees which results, why each is what it is, what-if, Excel and paper; no order by marks."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.models import Mark
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from tests.apps.gradebook.led import conduct, fill, pupils, say, whole_programme
from tests.apps.gradebook.sheets import signed_in

PAGES = ("results", "homeroom_board", "homeroom_sheet", "homeroom_remarks", "homeroom_proposals")
SEEN = dict(zip(PAGES, (18, 19, 20, 20, 20), strict=True))
"""Questions that each page asks at most, whatever the size of the class."""


@pytest.fixture
def group(
    accept_9a1: Callable[..., ClassGroup],
    subject_teacher: Person,
    homeroom_teacher: Person,
    at: datetime,
) -> ClassGroup:
    """9A1 with a year of marks; its homeroom teacher teaches literature there."""
    assignments = whole_programme(subject_teacher, others={"ngu_van": homeroom_teacher})
    found = accept_9a1(assignments=assignments)
    first, second, third = pupils(found)
    marks: dict[UUID, dict[str, Any]] = {
        first: {"toan": 34, "khoa_hoc_tu_nhien": 30},
        second: {},
        third: {"ngu_van": 64},
    }
    fill(found, subject_teacher, at=at, marks=marks, usual=90)
    for one in (first, second, third):
        conduct(found, homeroom_teacher, one, 3, 3, at=at)
    return found


def get(person: Person, name: str, *args: Any, **query: str) -> Any:
    return signed_in(person).get(reverse(name, args=args), query)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.parametrize("who", ["principal", "clerk", "homeroom_teacher"])
def test_the_office_and_the_homeroom_teacher_see_everything(
    group: ClassGroup, request: pytest.FixtureRequest, who: str
) -> None:
    page = get(request.getfixturevalue(who), "results", group.pk)
    assert page.status_code == 200
    for words in ("Học sinh Xuất sắc", "Chờ kết quả trong hè", "Chưa đạt"):
        assert words in text(page)


def test_a_subject_teacher_sees_the_own_subject_and_nothing_that_follows_from_others(
    accept_9a1: Callable[..., ClassGroup],
    group: ClassGroup,
    subject_teacher: Person,
    make_person: Callable[..., Person],
    school: Any,
) -> None:
    other = make_person("gv.van", ("subject_teacher", school))
    accept_9a1(assignments=whole_programme(subject_teacher, others={"ngu_van": other}))
    one = pupils(group)[2]
    page = text(get(other, "results", group.pk))
    assert "6,4" in page
    for hidden in ("Toán", "3,4", "Chờ kết quả", "Học sinh Xuất sắc", "Bảng tổng hợp (PDF)"):
        assert hidden not in page
    student = text(get(other, "results_student", group.pk, one))
    assert "Ngữ văn" in student
    for hidden in ("Toán", "Kết luận", "9,0"):
        assert hidden not in student
    tried = get(other, "results_what_if", group.pk, one, o="ngu_van.HK2.final.1", diem="10")
    assert "Ngữ văn: trung bình cả năm" in text(tried)
    assert "Danh hiệu" not in text(tried)
    assert get(other, "results_paper", group.pk).status_code == 403
    foreign = get(other, "results_what_if", group.pk, one, o="toan.HK2.final.1", diem="10")
    assert foreign.status_code == 422


@pytest.mark.parametrize("who", ["it_officer", "operator"])
def test_who_keeps_accounts_sees_no_results(
    group: ClassGroup, request: pytest.FixtureRequest, who: str
) -> None:
    person, one = request.getfixturevalue(who), pupils(group)[0]
    for name in ("results", "results_paper", "results_excel", "homeroom_board"):
        assert get(person, name, group.pk).status_code == 403
    for name in ("results_student", "results_what_if", "homeroom_profile"):
        assert get(person, name, group.pk, one).status_code == 403


def test_people_of_another_school_see_nothing(
    group: ClassGroup, make_person: Callable[..., Person], other_school: Any
) -> None:
    for role in ("principal", "clerk", "homeroom_teacher", "subject_teacher"):
        stranger = make_person(f"la.{role}", (role, other_school))
        assert get(stranger, "results", group.pk).status_code == 403


@pytest.mark.parametrize("who", ["authority_officer", "department_officer"])
def test_an_officer_above_the_school_reads_with_a_reason_that_is_logged(
    group: ClassGroup, request: pytest.FixtureRequest, who: str
) -> None:
    person, one = request.getfixturevalue(who), pupils(group)[0]
    client = signed_in(person)
    page, asking = (reverse(name, args=[group.pk]) for name in ("results", "results_reason"))
    assert client.get(page).headers["Location"] == asking
    assert client.post(asking, {"li-do": "xem"}).status_code == 422
    client.post(asking, {"li-do": "Kiểm tra theo kế hoạch số 12/KH."})
    assert "Chờ kết quả trong hè" in text(client.get(page))
    client.get(reverse("results_student", args=[group.pk, one]))
    events = AuditEvent.objects.filter(school_id=group.school_id, action="gradebook.results_read")
    assert [(row.actor_id, row.reason, row.after["page"]) for row in events.order_by("id")] == [
        (person.pk, "Kiểm tra theo kế hoạch số 12/KH.", name)
        for name in ("results", "results_student")
    ]
    assert events.get(after__page="results_student").after["enrolment"] == str(one)
    for name in ("results_excel", "results_paper"):
        assert client.get(reverse(name, args=[group.pk])).status_code == 403


def test_every_result_tells_why(group: ClassGroup, principal: Person) -> None:
    page = text(get(principal, "results_student", group.pk, pupils(group)[0]))
    assert "cần đánh giá lại môn học: Toán, Khoa học tự nhiên (TT22/2021 Điều 14)" in page
    assert "Toán, cả năm: (3,4 + 2 × 3,4) : 3 = 3,4" in page
    assert "Kết quả học tập cả năm: Chưa đạt" in page


def test_what_if_tells_what_would_change_and_writes_nothing(
    group: ClassGroup, principal: Person
) -> None:
    before = Mark.objects.filter(school_id=group.school_id).count()
    query = {"o": ["toan.HK1.final.1", "toan.HK2.final.1"], "diem": ["10", "10"]}
    client = signed_in(principal)
    address = reverse("results_what_if", args=[group.pk, pupils(group)[0]])
    page = text(client.get(address, query))
    for words in (
        "Toán: trung bình cả năm 3,4 5,6",
        "Kết quả học tập cả năm Chưa đạt Đạt",
        "Kết luận lên lớp chờ kết quả trong hè được lên lớp",
    ):
        assert words in page
    same = text(client.get(address, {"o": ["toan.HK2.final.1"], "diem": ["3,4"]}))
    assert "Không kết quả nào thay đổi" in same
    wrong = client.get(address, {"o": ["toan.HK2.final.1"], "diem": ["85"]})
    assert wrong.status_code == 422
    assert "8,5" in text(wrong)
    assert Mark.objects.filter(school_id=group.school_id).count() == before


def test_students_stand_by_number_or_name_and_never_by_results(
    group: ClassGroup,
    accept_9a1: Callable[..., ClassGroup],
    student_entries: list[StudentEntry],
    subject_teacher: Person,
    principal: Person,
) -> None:
    backwards = [replace(one, list_number=4 - one.list_number) for one in student_entries]
    accept_9a1(students=backwards, assignments=whole_programme(subject_teacher))
    by_name = ["Bùi Gia Bảo", "Nguyễn Thị Ánh Dương", "Trần Đức Huy"]
    orders = {"stt": by_name[::-1], "ten": by_name, "diem": by_name[::-1]}
    for order, wanted in orders.items():
        page = get(principal, "results", group.pk, sap=order)
        found = [row["line"].pupil.full_name for row in page.context["rows"].lines]
        assert found == wanted


def test_the_excel_file_is_what_is_seen(group: ClassGroup, principal: Person) -> None:
    answer = get(principal, "results_excel", group.pk)
    page = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(page.iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == "STT")
    toan = head.index("Toán")
    assert [row[toan] for row in rows if isinstance(row[0], int)] == [3.4, 9, 9]
    assert head[-2:] == ("Kết luận", "Khen thưởng")
    number = answer.headers["X-Request-ID"]
    assert number in str(rows[2][0])
    event = AuditEvent.objects.get(school_id=group.school_id, action="gradebook.results_exported")
    assert (event.after["form"], event.after["request"]) == ("xlsx", number)


def test_the_paper_names_owner_school_and_request(
    group: ClassGroup, principal: Person, homeroom_teacher: Person
) -> None:
    answer = get(principal, "results_paper", group.pk)
    page = PdfReader(io.BytesIO(answer.content)).pages[0]
    said = " ".join(page.extract_text().split())
    assert page.mediabox.width > page.mediabox.height
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BẢNG TỔNG HỢP KẾT QUẢ LỚP 9A1",
        "HIỆU TRƯỞNG",
        homeroom_teacher.full_name,
        principal.full_name,
        answer.headers["X-Request-ID"],
        group.school.name,
    ):
        assert words in said


@pytest.fixture
def numbers(group: ClassGroup, homeroom_teacher: Person) -> Callable[[str], int]:
    """How many questions a page of the class asks the database."""

    def count(name: str) -> int:
        client = signed_in(homeroom_teacher)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(reverse(name, args=[group.pk])).status_code == 200
        return len(seen)

    return count


@pytest.mark.parametrize("name", PAGES)
def test_questions_do_not_grow_with_the_class(
    group: ClassGroup,
    numbers: Callable[[str], int],
    accept_9a1: Callable[..., ClassGroup],
    student_entries: list[StudentEntry],
    subject_teacher: Person,
    at: datetime,
    name: str,
) -> None:
    few = numbers(name)
    more = [
        StudentEntry(
            list_number=number,
            student_code=f"01000701{number:04}",
            full_name=f"Lê Minh {number}",
            birth_date=date(2010, 5, 1),
            gender="Nam",
        )
        for number in range(4, 24)
    ]
    accept_9a1(students=[*student_entries, *more], assignments=whole_programme(subject_teacher))
    fill(group, subject_teacher, at=at, marks={one: {} for one in pupils(group)[3:]})
    assert numbers(name) == few
    assert few <= SEEN[name]


def test_the_board_says_who_owes_what(
    group: ClassGroup, homeroom_teacher: Person, subject_teacher: Person, at: datetime
) -> None:
    page = get(homeroom_teacher, "homeroom_board", group.pk)
    board = page.context["board"]
    owed = {one.column.key: (one.marks, one.remarks) for one in board.debts}
    assert owed["toan"] == (0, 3)
    assert dict(board.own) == {"absences": 0, "conduct": 0, "remark": 3}
    assert board.complete == 0
    say(group, subject_teacher, at=at)
    board = get(homeroom_teacher, "homeroom_board", group.pk, hk="HK1").context["board"]
    assert board.complete == 3
    assert {cell.state for row in board.rows for cell in row.cells} == {"passed"}


def test_a_missing_mark_is_counted_and_named(
    group: ClassGroup,
    homeroom_teacher: Person,
    accept_9a1: Callable[..., ClassGroup],
    student_entries: list[StudentEntry],
    subject_teacher: Person,
) -> None:
    new = StudentEntry(
        list_number=4,
        student_code="010007010004",
        full_name="Đỗ Văn Mới",
        birth_date=date(2010, 5, 1),
        gender="Nam",
    )
    accept_9a1(students=[*student_entries, new], assignments=whole_programme(subject_teacher))
    board = get(homeroom_teacher, "homeroom_board", group.pk, hk="HK1").context["board"]
    cells = dict(zip([one.key for one in board.columns], board.rows[3].cells, strict=True))
    assert (cells["toan"].state, cells["toan"].marks) == ("failed", 6)
    page = text(get(homeroom_teacher, "homeroom_board", group.pk, loc="thieu", hk="HK1"))
    assert "Thiếu 6 điểm" in page
    assert "Bùi Gia Bảo" not in page


def test_a_client_who_is_not_signed_in_goes_to_sign_in(group: ClassGroup) -> None:
    for name in PAGES:
        answer = Client().get(reverse(name, args=[group.pk]))
        assert answer.status_code == 302
        assert "/dang-nhap/" in answer.headers["Location"]


def test_older_years_speak_their_own_words(
    accept_9a1: Callable[..., ClassGroup], subject_teacher: Person, homeroom_teacher: Person
) -> None:
    """TT26/2020: hạnh kiểm Trung bình, judged for the year as well; subjects of that curriculum."""
    subjects = [
        AssignmentEntry(subject_key=key, periods=70, teacher_id=subject_teacher.pk)
        for key in ("toan", "vat_li")
    ]
    old = accept_9a1(school_year="2022-2023", name="9C", assignments=subjects)
    for scope in ("HK1", "year"):
        page = get(homeroom_teacher, "homeroom_sheet", old.pk, hk=scope).content.decode()
        assert "hạnh kiểm" in page
        assert "Trung bình" in page
        assert "Chưa đạt" not in page
    found = text(get(homeroom_teacher, "results", old.pk))
    assert "Hạnh kiểm" in found
    assert "Vật lí" in found


def test_everybody_finds_the_classes_that_are_theirs_to_read(
    group: ClassGroup,
    subject_teacher: Person,
    clerk: Person,
    department_officer: Person,
    it_officer: Person,
) -> None:
    own = get(subject_teacher, "results_classes", nam="2024-2025")
    assert [one.part for one in own.context["rows"].lines] == ["subjects"]
    whole = get(clerk, "results_classes", nam="2024-2025")
    assert [one.part for one in whole.context["rows"].lines] == ["all"]
    schools = text(get(department_officer, "results_classes"))
    assert group.school.name in schools
    below = get(department_officer, "results_classes", nam="2024-2025", truong=str(group.school_id))
    assert [one.part for one in below.context["rows"].lines] == ["reason"]
    none = get(it_officer, "results_classes", nam="2024-2025")
    assert list(none.context["rows"].lines) == []
