"""The sheet in the browser: who reads it, what its JSON address takes, Excel out and in."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hocba.apps.accounts.models import Person
from hocba.apps.gradebook.models import EntryWindow, Mark, Remark, RemarkPhrase
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.values import StudentEntry
from tests.apps.gradebook.sheets import address, body_of, marks, post, pupils, save, signed_in

pytestmark = pytest.mark.django_db
HOSTILE = '=cmd|"/c calc"!A1'


def questions(client: Client, url: str) -> int:
    client.get(url)  # the first page of a session costs more
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_a_sheet_is_read_by_those_who_may(
    class_9a1: ClassGroup,
    subject_teacher: Person,
    homeroom_teacher: Person,
    principal: Person,
    clerk: Person,
    it_officer: Person,
    department_officer: Person,
    operator: Person,
) -> None:
    wanted = {subject_teacher: True, homeroom_teacher: False, principal: False}
    for person, enters in wanted.items():
        page = signed_in(person).get(address("mark_sheet", class_9a1))
        assert page.status_code == 200
        assert (b"data-save" in page.content) is enters
        assert (b"mark-grid.js" in page.content) is enters
        assert signed_in(person).get(address("export_marks", class_9a1)).status_code == 200
        imported = signed_in(person).get(address("import_marks", class_9a1)).status_code
        assert imported == (200 if enters else 403)
    for person in (clerk, it_officer, department_officer, operator):
        for name in ("mark_sheet", "export_marks", "import_marks"):
            assert signed_in(person).get(address(name, class_9a1)).status_code == 403
    assert (
        signed_in(subject_teacher).get(address("mark_sheet", class_9a1, "ngu_van")).status_code
        == 403
    )
    for strange in (("toan", "hk3"), ("van", "hk1")):
        assert (
            signed_in(principal).get(address("mark_sheet", class_9a1, *strange)).status_code == 403
        )


def test_the_principal_posts_nothing(class_9a1: ClassGroup, principal: Person) -> None:
    body = body_of((pupils(class_9a1)[0], "final", "5", 0))
    status, answer = post(signed_in(principal), address("save_marks", class_9a1), body)
    assert (status, answer["code"]) == (403, "access.denied")
    assert "quyền" in answer["sentence"]


def test_the_address_saves_and_words_what_it_refuses(
    class_9a1: ClassGroup, subject_teacher: Person
) -> None:
    first, second, _ = pupils(class_9a1)
    client, url = signed_in(subject_teacher), address("save_marks", class_9a1)
    body = body_of((first, "final", "7.5", 0), (second, "final", "85", 0))
    status, answer = post(client, url, body)
    assert status == 200
    assert answer["saved"] == [{"row": str(first), "column": "final", "value": "7,5", "version": 1}]
    assert answer["refused"][0]["sentence"].startswith("Điểm 85 nằm ngoài thang 10. Có phải 8,5?")
    assert len(answer["time"]) == 5
    assert post(client, url, body) == (200, answer)
    status, answer = post(
        client, url, body_of((first, "final", "1", 1)) | {"request": body["request"]}
    )
    assert (status, answer["code"]) == (409, "gradebook.request_reused")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("{", 400),
        ({"request": str(uuid4()), "cells": []}, 400),
        ({"request": "1", "cells": [{"row": str(uuid4())}]}, 400),
        (body_of((uuid4(), "final", "5", 0)), 400),
        (body_of((uuid4(), "final", "5", -1)), 400),
        (body_of((uuid4(), "final", "5" * 5000, 0)), 400),
        (body_of(*[(UUID(int=7), "final", "5", 0)] * 2), 400),
        (body_of((uuid4(), "final", "5", 0)) | {"more": 1}, 400),
        (" " * (1024 * 1024 + 1), 413),
    ],
)
def test_the_address_is_strict(
    class_9a1: ClassGroup, subject_teacher: Person, body: Any, status: int
) -> None:
    client, url = signed_in(subject_teacher), address("save_marks", class_9a1)
    assert post(client, url, body)[0] == status
    assert client.get(url).status_code == 405
    assert not Mark.objects.filter(school_id=class_9a1.school_id).exists()


def test_who_is_not_signed_in_is_sent_to_the_door(class_9a1: ClassGroup) -> None:
    answer = Client().post(address("save_marks", class_9a1), "{}", content_type="application/json")
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/dang-nhap/")


def test_the_list_counts_what_is_missing_and_asks_no_more_for_more_classes(
    accept_9a1: Callable[..., ClassGroup],
    class_9a1: ClassGroup,
    subject_teacher: Person,
    homeroom_teacher: Person,
    student_entries: list[StudentEntry],
    at: datetime,
) -> None:
    first, *_ = pupils(class_9a1)
    cells = [(first, "final", "5", 0), (first, "regular-1", "5", 0), (first, "remark", "Tốt.", 0)]
    save(class_9a1, subject_teacher, cells, at=at)
    save(class_9a1, subject_teacher, [(first, "final", "", 1)], at=at)
    client, url = signed_in(subject_teacher), reverse("mark_duties")
    page = client.get(url).content.decode()
    for words in ("thiếu 17/18", "thiếu 18/18", "thiếu 2/3"):
        assert words in page
    asked = questions(client, url)
    for name in ("9A2", "9A3", "9A4"):
        more = [
            StudentEntry(**{**entry_fields(one), "student_code": f"{name}{one.list_number:05}"})
            for one in student_entries
        ]
        accept_9a1(name=name, students=more)
    assert questions(client, url) == asked <= 16
    assert "Các môn chỉ xem" in signed_in(homeroom_teacher).get(url).content.decode()


def entry_fields(entry: StudentEntry) -> dict[str, Any]:
    names = ("list_number", "full_name", "birth_date", "gender")
    return {name: getattr(entry, name) for name in names}


def test_a_sheet_asks_no_more_for_more_students(
    accept_9a1: Callable[..., ClassGroup], subject_teacher: Person, at: datetime
) -> None:
    few = accept_9a1()
    save(few, subject_teacher, [(pupils(few)[0], "final", "5", 0)], at=at)
    client, url = signed_in(subject_teacher), address("mark_sheet", few)
    asked = questions(client, url)
    entries = [
        StudentEntry(
            list_number=number,
            student_code=f"01000799{number:04}",
            full_name=f"Lê Văn {number}",
            birth_date=at.date(),
            gender="Nam",
        )
        for number in range(10, 40)
    ]
    accept_9a1(students=entries)
    assert questions(client, url) == asked <= 20


def test_a_principal_sees_a_school_page_by_page(
    class_9a1: ClassGroup, principal: Person, clerk: Person, school: Unit
) -> None:
    url = reverse("school_mark_duties", args=[school.pk, "2024-2025"])
    assert "thiếu 18/18" in signed_in(principal).get(url).content.decode()
    assert signed_in(clerk).get(url).status_code == 403


def exported(client: Client, class_group: ClassGroup) -> openpyxl.Workbook:
    answer = client.get(address("export_marks", class_group))
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def sent(client: Client, class_group: ClassGroup, book: openpyxl.Workbook) -> Any:
    out = io.BytesIO()
    book.save(out)
    upload = SimpleUploadedFile("diem.xlsx", out.getvalue())
    return client.post(address("import_marks", class_group), {"workbook": upload})


def test_the_sheet_goes_to_excel_and_comes_back_by_its_differences(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, second, _ = pupils(class_9a1)
    cells = [
        (first, "regular-1", "8,5", 0),
        (second, "final", "5", 0),
        (first, "remark", HOSTILE, 0),
    ]
    save(class_9a1, subject_teacher, cells, at=at)
    client = signed_in(subject_teacher)
    book = exported(client, class_9a1)
    page = book["Điểm"]
    head = [cell.value for cell in page[6]]
    assert head[:5] == ["STT", "Mã học sinh", "Họ và tên", "ĐĐGtx 1", "ĐĐGtx 2"]
    assert (page["D7"].value, page["K7"].value, page["K7"].data_type) == (8.5, HOSTILE, "s")
    same = sent(client, class_9a1, exported(client, class_9a1))
    assert "giống hệt" in same.content.decode()
    page["D7"], page["I8"], page["E9"], page["F9"] = 9, None, "7,5", "85"
    preview = sent(client, class_9a1, book)
    told = preview.content.decode()
    assert "thay đổi 3 ô" in told
    assert "1 ô đang có bị xóa trống" in told
    assert "Điểm 85 nằm ngoài thang 10" in told
    assert marks(class_9a1)[first, "HK1", "regular", 1] == (85, 1), "nothing is written yet"
    token = preview.context["token"]
    done = client.post(address("import_marks", class_9a1), {"dong-y": token}).content.decode()
    assert "Đã ghi 3 ô" in done
    again = client.post(address("import_marks", class_9a1), {"dong-y": token}).content.decode()
    assert "Đã ghi 3 ô" in again
    assert marks(class_9a1)[first, "HK1", "regular", 1] == (90, 2)
    assert marks(class_9a1)[second, "HK1", "final", 1] == (None, 2)
    row = Mark.objects.get(school_id=class_9a1.school_id, enrolment_id=first, version=2)
    assert (row.origin_sheet, row.origin_cell, len(row.origin_file)) == ("Điểm", "D7", 64)


def test_what_changed_between_preview_and_writing_is_a_conflict(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, second, _ = pupils(class_9a1)
    client = signed_in(subject_teacher)
    book = exported(client, class_9a1)
    book["Điểm"]["D7"], book["Điểm"]["D8"] = 9, 8
    token = sent(client, class_9a1, book).context["token"]
    save(class_9a1, subject_teacher, [(first, "regular-1", "6", 0)], at=at)
    told = client.post(address("import_marks", class_9a1), {"dong-y": token}).content.decode()
    assert "Đã ghi 1 ô" in told
    assert "thành “6,0”; tệp ghi “9,0”" in told
    assert marks(class_9a1)[first, "HK1", "regular", 1] == (60, 1)
    assert marks(class_9a1)[second, "HK1", "regular", 1] == (80, 1)
    other = signed_in(subject_teacher).post(
        address("import_marks", class_9a1, term="hk2"), {"dong-y": token}
    )
    assert other.status_code == 409


def test_a_file_of_another_sheet_changes_nothing(
    class_9a1: ClassGroup, subject_teacher: Person
) -> None:
    client = signed_in(subject_teacher)
    for cell, value in (("A1", "Lớp: 9A2"), ("A3", "Học kì: II"), ("A4", None)):
        book = exported(client, class_9a1)
        book["Điểm"][cell], book["Điểm"]["D7"] = value, 9
        told = sent(client, class_9a1, book)
        assert told.context["blocked"]
        assert "token" not in told.context
    stranger = exported(client, class_9a1)
    stranger["Điểm"]["C7"], stranger["Điểm"]["D7"] = "Người Khác", 9
    assert not sent(client, class_9a1, stranger).context["differences"]
    noise = SimpleUploadedFile("diem.xlsx", b"hello")
    answer = client.post(address("import_marks", class_9a1), {"workbook": noise})
    assert answer.context["blocked"]


def test_the_remark_bank_is_ones_own(
    class_9a1: ClassGroup, subject_teacher: Person, homeroom_teacher: Person
) -> None:
    mine, other = signed_in(subject_teacher), signed_in(homeroom_teacher)
    back = address("mark_sheet", class_9a1)
    url = reverse("remark_phrases")
    for _ in range(2):
        assert mine.post(url, {"cau": " Chăm  chỉ. ", "ve": back})["Location"] == f"{back}#kho"
    assert mine.post(url, {"cau": "x", "ve": "https://evil.example/"})["Location"] == "/nhap-diem/"
    phrase = RemarkPhrase.objects.get(text="Chăm chỉ.")
    other.post(url, {"bo": str(phrase.id)})
    assert RemarkPhrase.objects.count() == 2
    assert b"Ch\xc4\x83m ch\xe1\xbb\x89." in mine.get(back).content
    mine.post(url, {"bo": str(phrase.id)})
    assert RemarkPhrase.objects.count() == 1
    assert mine.post(url, {"cau": ""}).status_code == 409


def test_a_closed_column_is_shown_closed_and_refuses_alone(
    class_9a1: ClassGroup, subject_teacher: Person
) -> None:
    EntryWindow.objects.create(
        school_id=class_9a1.school_id,
        id=uuid4(),
        school_year=class_9a1.school_year,
        term="HK1",
        grade=0,
        subject_key="",
        column_group="midterm",
        closes_at=timezone.now() - timedelta(days=1),
        changed_by=subject_teacher.pk,
        changed_at=timezone.now(),
    )
    client, url = signed_in(subject_teacher), address("mark_sheet", class_9a1)
    page = client.get(url).content.decode()
    assert "đã hết đợt nhập" in page
    assert page.count('aria-readonly="true"') == 3
    other = client.get(address("mark_sheet", class_9a1, term="hk2")).content.decode()
    assert "đã hết đợt nhập" not in other
    first, *_ = pupils(class_9a1)
    body = body_of((first, "midterm", "5", 0), (first, "final", "5", 0))
    _, answer = post(client, address("save_marks", class_9a1), body)
    assert [one["column"] for one in answer["saved"]] == ["final"]
    assert [one["code"] for one in answer["refused"]] == ["gradebook.closed"]
    assert "đã hết đợt nhập" in answer["refused"][0]["sentence"]


def test_doubts_about_remarks_are_told_with_the_save(
    class_9a1: ClassGroup, subject_teacher: Person
) -> None:
    first, second, third = pupils(class_9a1)  # Bảo, Ánh Dương, Huy
    body = body_of(
        (first, "remark", "Em Dương chăm chỉ.", 0),
        (second, "remark", "Có tiến bộ.", 0),
        (third, "remark", "có tiến bộ", 0),
    )
    _, answer = post(signed_in(subject_teacher), address("save_marks", class_9a1), body)
    assert answer["doubts"] == [
        "Nhận xét của Bùi Gia Bảo có tên Dương.",
        "2 học sinh có cùng một nhận xét: Nguyễn Thị Ánh Dương, Trần Đức Huy.",
    ]
    assert Remark.objects.filter(school_id=class_9a1.school_id).count() == 3
