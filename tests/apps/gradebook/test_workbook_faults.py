"""F17: an import dies half-way; the file changes before it is confirmed; the book closes."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.utils import timezone

from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.actions import (
    accept_workbook,
    approve_reopening,
    ask_reopening,
    entry,
    hand_in_workbook,
    lock_book,
    set_window,
)
from hocba.apps.gradebook.models import HomeroomRecord, ImportRun, Mark, Remark
from hocba.apps.gradebook.windows import Scope
from hocba.apps.roster.queries import assignments_of_class, class_by_name
from hocba.core.assessment.findings import Severity
from hocba.core.errors import HocbaError
from hocba.web.demo.city import City
from tests.apps.city import CLASS_SIZE, WORKBOOK

Walk = Callable[[str], UUID]
REASON = "Đã tổng kết học kì I"


def edited(**cells: Any) -> bytes:
    """Return the good workbook with cells of Toán changed: `edited(D8=9)`."""
    book = openpyxl.load_workbook(WORKBOOK)
    for cell, value in cells.items():
        book["Toán"][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def hand_in(city: City, data: bytes) -> UUID:
    run_id, _ = hand_in_workbook(
        school_id=city.school_id,
        data=data,
        filename="so.xlsx",
        actor=city.it_officer_id,
        at=timezone.now(),
    )
    assert run_id is not None
    return run_id


def accept(city: City, run_id: UUID) -> Any:
    return accept_workbook(
        school_id=city.school_id, run_id=run_id, actor=city.it_officer_id, at=timezone.now()
    )


def written(city: City) -> list[int]:
    tables = (Mark, Remark, HomeroomRecord)
    return [one.objects.filter(school_id=city.school_id).count() for one in tables]


@pytest.mark.parametrize("dies_in", ["_marks", "_remarks", "_homeroom"])
def test_an_import_that_dies_leaves_nothing_and_goes_through_when_repeated(
    city: City, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    run_id = hand_in(city, WORKBOOK.read_bytes())
    plain = getattr(entry, dies_in)

    def dying(*args: Any) -> Any:
        for number, row in enumerate(plain(*args)):
            if number == 3:
                raise MemoryError("killed")
            yield row

    with monkeypatch.context() as patch:
        patch.setattr(entry, dies_in, dying)
        with pytest.raises(MemoryError):
            accept(city, run_id)
    assert written(city) == [0, 0, 0]
    assert class_by_name(school_id=city.school_id, school_year="2024-2025", name="9A1") is None
    assert ImportRun.objects.get(school_id=city.school_id).state == "checked"
    assert not AuditEvent.objects.filter(
        school_id=city.school_id, action="gradebook.workbook_accepted"
    ).exists()
    assert accept(city, run_id).accepted == CLASS_SIZE


def test_what_is_accepted_is_what_was_shown_though_the_file_changed_since(
    city: City, walk: Walk
) -> None:
    walk("accepted")
    shown = hand_in(city, edited(D8=9, J8=7.8, R8=7.3))
    changed = hand_in(city, edited(D8=10, J8=7.9, R8=7.3))
    assert changed != shown, "another file is another preview"
    accept(city, shown)
    newest = Mark.objects.filter(
        school_id=city.school_id, origin_sheet="Toán", origin_cell="D8"
    ).latest("version")
    assert newest.tenths == 90


def test_kept_bytes_that_are_not_those_shown_are_refused(city: City, data_dir: Any) -> None:
    run_id = hand_in(city, WORKBOOK.read_bytes())
    digest = ImportRun.objects.get(school_id=city.school_id).file_sha256
    assert blob_store().get(digest) == WORKBOOK.read_bytes()
    kept = [one for one in data_dir.rglob("*") if one.is_file() and digest[8:] in one.name]
    assert kept
    for path in kept:
        path.chmod(0o600)
        path.write_bytes(edited(D8=10))
    with pytest.raises(HocbaError, match=r"blob\."):
        accept(city, run_id)
    assert written(city) == [0, 0, 0]


def test_a_closed_book_refuses_the_workbook_whole(city: City, walk: Walk) -> None:
    walk("accepted")
    before = written(city)
    lock_book(
        school_id=city.school_id,
        school_year=city.school_year,
        scope=Scope("HK1", 9),
        reason=REASON,
        actor=city.principal.id,
        at=timezone.now(),
    )
    run_id = hand_in(city, edited(D8=9, J8=7.8, R8=7.3, S8="Có tiến bộ."))
    with pytest.raises(HocbaError, match=r"gradebook\.closed"):
        accept(city, run_id)
    assert written(city) == before
    assert accept(city, ImportRun.objects.filter(school_id=city.school_id).first().id).accepted


def test_a_workbook_passes_through_a_reopening_and_says_so(city: City, walk: Walk) -> None:
    class_id, at = walk("accepted"), timezone.now()
    set_window(
        school_id=city.school_id,
        school_year=city.school_year,
        scope=Scope("HK1"),
        opens_at=None,
        closes_at=at,
        reason=REASON,
        seen=0,
        actor=city.principal.id,
        at=at,
    )
    teacher = next(
        one.teacher_id
        for one in assignments_of_class(class_id=class_id)
        if one.subject_key == "toan"
    )
    row = ask_reopening(
        class_id=class_id,
        subject_key="toan",
        term="HK1",
        column_group="regular",
        students=[],
        reason="Chép nhầm điểm",
        hours=24,
        actor=teacher,
        at=at,
    )
    approve_reopening(school_id=row.school_id, reopening_id=row.id, actor=city.principal.id, at=at)
    accept(city, hand_in(city, edited(D8=9, J8=7.8, R8=7.3)))
    late = Mark.objects.get(school_id=city.school_id, permit_id=row.id)
    assert (late.origin_cell, late.tenths) == ("D8", 90)


@pytest.mark.slow
def test_one_bad_row_in_two_thousand_is_named_by_sheet_and_cell(city: City) -> None:
    data, rows = long_workbook(students=143, bad=100)
    assert rows >= 2000
    _, check = hand_in_workbook(
        school_id=city.school_id,
        data=data,
        filename="so.xlsx",
        actor=city.it_officer_id,
        at=timezone.now(),
    )
    blocking = [one for one in check.findings if one.severity is Severity.BLOCK]
    assert {(one.place.sheet, one.place.cell) for one in blocking} == {("Toán", "D107")}
    assert (len(check.blocked_students), check.file_blocked) == (1, False)


def long_workbook(*, students: int, bad: int) -> tuple[bytes, int]:
    """Return the good workbook with its first student repeated, one of them with a mark of 11."""
    book, rows = openpyxl.load_workbook(WORKBOOK), 0
    for sheet in book:
        if sheet.title == "PhanCong":
            continue
        first = 7 if sheet.title in ("DanhSach", "GVCN") else 8
        model = [cell.value for cell in sheet[first]]
        for number in range(students):
            told = [number + 1, f"9{number:09}", *model[2:]]
            if sheet.title == "DanhSach":
                told[2] = f"{model[2][:6]}{number:06}"
            for column, value in enumerate(told, start=1):
                sheet.cell(first + number, column, value)
            rows += 1
    book["Toán"].cell(7 + bad, 4, 11)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), rows
