"""Workbooks of the set-up: a template is read as it was written, whatever people do to it."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from hocba.adapters.spreadsheets.roster_layouts import LAYOUTS, RosterKind
from hocba.adapters.spreadsheets.roster_reading import RosterReading, read_roster_workbook
from hocba.adapters.spreadsheets.roster_template import roster_template
from hocba.adapters.spreadsheets.tables import Table, write_tables

SCHOOL, YEAR = "01000701", "2025-2026"
BAO = {
    "list_number": 1,
    "class_name": "6A1",
    "student_code": "0100070101",
    "citizen_id": "001214000001",
    "full_name": "Bùi Gia Bảo",
    "birth_date": date(2014, 2, 3),
    "gender": "Nam",
}


def template(kind: RosterKind = RosterKind.STUDENTS, rows: Any = (BAO,)) -> bytes:
    return roster_template(
        kind, school_code=SCHOOL, school_name="Trường", school_year=YEAR, rows=rows
    )


def read(
    data: bytes, kind: RosterKind = RosterKind.STUDENTS, name: str = "a.xlsx"
) -> RosterReading:
    return read_roster_workbook(
        data, filename=name, kind=kind, school_code=SCHOOL, school_year=YEAR
    )


def edited(change: Any, data: bytes | None = None) -> bytes:
    """Let somebody change the file in a spreadsheet program."""
    book = load_workbook(BytesIO(data or template()))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", RosterKind)
def test_every_template_can_be_read_and_keeps_its_headings(kind: RosterKind) -> None:
    reading = read(template(kind, rows=()), kind)
    assert [finding.code for finding in reading.findings] == ["setup.no_rows"]
    sheet = load_workbook(BytesIO(template(kind, rows=())))[LAYOUTS[kind].sheet.name]
    titles = [column.title for column in LAYOUTS[kind].sheet.columns]
    assert [cell.value for cell in sheet[6]] == titles


def test_a_template_comes_back_as_it_was_written() -> None:
    (row,) = read(template()).rows
    assert (row.text("student_code"), row.text("citizen_id")) == ("0100070101", "001214000001")
    assert (row.dates["birth_date"], row.numbers["list_number"]) == (date(2014, 2, 3), 1)
    assert not row.findings
    assert (row.place.sheet, row.places["gender"].cell) == ("HocSinh", "G7")


def test_codes_are_text_cells_and_no_text_becomes_a_formula() -> None:
    data = template(rows=({**BAO, "full_name": "=1+1", "address": "http://x"},))
    sheet = load_workbook(BytesIO(data))["HocSinh"]
    cell = sheet["C7"]
    assert (cell.data_type, cell.number_format, cell.value) == ("s", "@", "0100070101")
    assert (sheet["E7"].data_type, sheet["E7"].value, sheet["J7"].hyperlink) == ("s", "=1+1", None)
    (row,) = read(data).rows
    assert [finding.code for finding in row.findings] == ["cell.formula_text"]


def test_one_sheet_a_class_needs_no_column_of_classes() -> None:
    book = Workbook()
    for index, name in enumerate(("6A1", "6A2")):
        sheet = book.active if index == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = name
        for line in ([f"Mã trường: {SCHOOL}"], [f"Năm học: {YEAR}"], [f"Lớp: {name}"], []):
            sheet.append(line)
        titles = [column.title for column in LAYOUTS[RosterKind.STUDENTS].sheet.columns]
        sheet.append([title for title in titles if title != "Lớp"])
        sheet.append([1, f"01000{index}", "", "Bùi Gia Bảo", "3/2/2014", "nam", "Kinh", "HN", "HN"])
    out = BytesIO()
    book.save(out)
    reading = read(out.getvalue())
    assert [(row.text("class_name"), row.dates["birth_date"]) for row in reading.rows] == [
        ("6A1", date(2014, 2, 3)),
        ("6A2", date(2014, 2, 3)),
    ]
    assert not reading.blocked


def test_zeros_that_excel_cut_come_back_with_a_warning() -> None:
    def cut(book: Any) -> None:
        book["HocSinh"]["D7"].value = 1214000001

    (row,) = read(edited(cut)).rows
    assert row.text("citizen_id") == "001214000001"
    assert [finding.code for finding in row.findings] == ["student.citizen_id_zeros"]


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("A3", "Mã trường: 99999999", "workbook.other_school"),
        ("A3", "", "workbook.head"),
        ("A4", "Năm học: 2024-2025", "setup.other_year"),
        ("C6", "Cột lạ", "workbook.header_missing"),
        ("F6", "Mã học sinh", "workbook.column_twice"),
    ],
)
def test_a_damaged_head_stops_the_file(cell: str, value: str, code: str) -> None:
    def damage(book: Any) -> None:
        book["HocSinh"][cell].value = value

    reading = read(edited(damage))
    assert reading.blocked
    assert code in [finding.code for finding in reading.findings]


def test_other_sheets_are_told_and_passed_over() -> None:
    def add(book: Any) -> None:
        book.create_sheet("Nháp")["A1"].value = "ghi chú riêng"

    reading = read(edited(add))
    assert [finding.code for finding in reading.findings] == ["setup.sheet_ignored"]
    assert len(reading.rows) == 1


def test_a_file_of_another_kind_or_no_workbook_is_turned_away() -> None:
    reading = read(
        template(RosterKind.ASSIGNMENTS, rows=({"class_name": "6A1", "subject": "Toán"},))
    )
    assert reading.blocked
    assert [one.code for one in read(b"hello").findings] == ["workbook.not_xlsx"]
    old = read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name="a.xls")
    assert [one.code for one in old.findings] == ["workbook.old_format"]


def test_a_sheet_may_reach_far_and_not_without_end() -> None:
    def stretch(book: Any) -> None:
        book["HocSinh"]["A7000"].value = "x"

    assert "workbook.sheet_too_large" in [one.code for one in read(edited(stretch)).findings]


def test_the_same_table_gives_the_same_bytes() -> None:
    table = Table("Bang", ["TIÊU ĐỀ"], ["STT", "Tên"], [[1, "Lan"], [2, None]])
    assert write_tables([table]) == write_tables([table])
