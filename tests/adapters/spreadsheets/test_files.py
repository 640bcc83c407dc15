"""Files that are no class workbook, or hide something: one clear answer, and never an exception."""

import io
import zipfile
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from hocba.core.assessment.findings import Severity
from tests.adapters.spreadsheets.workbooks import (
    GOOD,
    blocked_students,
    changed,
    found_in,
    news_in,
    read,
    rezipped,
    told,
)

CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return an archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def encrypted() -> bytes:
    """Return what Excel writes when a password is set: an OLE container with these streams."""
    return CFB + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


GOOD_BYTES = GOOD.read_bytes()
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "workbook.empty_file"),
    "text": (lambda: "Sổ điểm lớp 9A1".encode(), "workbook.not_xlsx"),
    "html saved as xlsx": (lambda: b"<html><table></table></html>", "workbook.not_xlsx"),
    "another archive": (lambda: zipped({"a.txt": b"x"}), "workbook.not_xlsx"),
    "cut short": (lambda: GOOD_BYTES[: len(GOOD_BYTES) // 2], "workbook.not_xlsx"),
    "old Excel": (lambda: CFB + bytes(1024), "workbook.old_format"),
    "with a password": (encrypted, "workbook.encrypted"),
    "bomb": (
        lambda: rezipped(GOOD_BYTES, parts={"xl/media/a.bin": bytes(300_000_000)}),
        "workbook.bomb",
    ),
    "100 MB": (lambda: GOOD_BYTES + bytes(100_000_000), "workbook.too_large"),
    "macros": (
        lambda: rezipped(GOOD_BYTES, parts={"xl/vbaProject.bin": b"x"}),
        "workbook.macros",
    ),
    "links": (
        lambda: rezipped(GOOD_BYTES, parts={"xl/externalLinks/externalLink1.xml": b"<a/>"}),
        "workbook.external_links",
    ),
    "embedded": (
        lambda: rezipped(GOOD_BYTES, parts={"xl/embeddings/oleObject1.bin": b"x"}),
        "workbook.embedded_objects",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_turned_away_with_its_reason(name: str) -> None:
    make, code = FILES[name]
    reading = read(make())
    assert reading.workbook is None
    assert [(one.code, one.severity) for one in reading.findings] == [(code, Severity.BLOCK)]


def test_damage_inside_the_archive_is_unreadable_not_a_crash() -> None:
    def broken(name: str, content: bytes) -> bytes:
        return b"<worksheet" if name.startswith("xl/worksheets") else content

    reading = read(rezipped(GOOD_BYTES, edit=broken))
    assert reading.workbook is None
    assert all(one.severity is Severity.BLOCK for one in reading.findings)


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", CFB, GOOD_BYTES[:3000]]))
def test_any_bytes_get_an_answer(tail: bytes, head: bytes) -> None:
    reading = read(head + tail)
    assert reading.workbook is None
    assert reading.findings


def drop_sheet(name: str, book: Workbook) -> None:
    del book[name]


def set_cell(sheet: str, cell: str, value: object, book: Workbook) -> None:
    book[sheet][cell] = value


def copy_sheet(name: str, title: str, book: Workbook) -> None:
    book.copy_worksheet(book[name]).title = title


def scrap_sheet(book: Workbook) -> None:
    book.create_sheet("Nháp")["A1"] = "việc riêng"


def hide_row(book: Workbook) -> None:
    book["Toán"].row_dimensions[10].hidden = True


def hide_sheet(book: Workbook) -> None:
    book["Toán"].sheet_state = "hidden"


def far_cell(book: Workbook) -> None:
    book["Toán"].cell(row=200_000, column=3).value = 1


SHEETS: dict[str, tuple[Callable[[Workbook], None], str, str]] = {
    "no class list": (partial(drop_sheet, "DanhSach"), "workbook.sheet_missing", "block"),
    "no assignments": (partial(drop_sheet, "PhanCong"), "workbook.sheet_missing", "block"),
    "no homeroom sheet": (partial(drop_sheet, "GVCN"), "workbook.sheet_missing", "block"),
    "a subject sheet dropped": (partial(drop_sheet, "Toán"), "workbook.sheet_missing", "block"),
    "a header renamed": (
        partial(set_cell, "DanhSach", "B6", "Mã bạn"),
        "workbook.header_missing",
        "block",
    ),
    "a header of marks renamed": (
        partial(set_cell, "Toán", "H7", "Giữa chừng"),
        "workbook.header_missing",
        "block",
    ),
    "a stranger subject": (
        partial(copy_sheet, "Toán", "Thiên văn"),
        "workbook.subject_unknown",
        "block",
    ),
    "a sheet of something else": (
        scrap_sheet,
        "workbook.sheet_ignored",
        "warn",
    ),
    "a subject nobody knows": (
        partial(set_cell, "PhanCong", "A7", "Thiên văn"),
        "workbook.subject_unknown",
        "block",
    ),
    "two sheets of one subject": (
        partial(copy_sheet, "Toán", "Toan"),
        "workbook.subject_twice",
        "block",
    ),
    "another school year": (
        partial(set_cell, "DanhSach", "D4", "Năm học: 2024"),
        "workbook.head",
        "block",
    ),
    "a hidden row": (hide_row, "workbook.cells_hidden", "warn"),
    "a hidden sheet": (hide_sheet, "workbook.sheet_hidden", "warn"),
    "a far cell": (far_cell, "workbook.sheet_too_large", "block"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_changed_sheet_is_named(name: str) -> None:
    change, code, severity = SHEETS[name]
    findings = news_in(changed(change))
    assert (code, severity) in {(one.code, one.severity.value) for one in findings}
    named = [one.place.sheet or one.expected for one in findings if one.code == code]
    assert all(named)


def test_two_students_with_one_code_both_stay_out_and_the_others_go_on() -> None:
    findings = found_in(changed(partial(set_cell, "DanhSach", "B8", "8361084604")))
    doubled = [one for one in findings if one.code == "student.code_twice"]
    assert {one.place.cell for one in doubled} <= {"B7", "B8"}
    assert doubled
    assert {one.severity for one in doubled} == {Severity.BLOCK}
    assert "8361084604" in blocked_students(findings)
    assert len(blocked_students(findings)) <= 3


def test_columns_and_rows_may_move() -> None:
    def move(book: Workbook) -> None:
        book["Toán"].insert_rows(1, 2)
        book["DanhSach"].insert_cols(1)
        book.move_sheet("GVCN", -5)

    assert {one.code for one in news_in(changed(move))} <= {"absences.over_limit", "staff.number"}


def test_a_stranger_column_is_told_and_not_read() -> None:
    findings = news_in(changed(partial(set_cell, "Toán", "T6", "Ghi chú riêng")))
    assert told(findings) == [("workbook.column_unknown", "Toán", "T6")]
