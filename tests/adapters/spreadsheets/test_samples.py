"""The two samples: the good one goes on whole, the hurried one is understood to its last cell."""

from datetime import date

import pytest

from hocba.adapters.spreadsheets.check import student_years
from hocba.adapters.spreadsheets.values import ClassWorkbook
from hocba.core.assessment.findings import Severity
from hocba.core.assessment.marks import Level, MarkKind, RemarkLevel, Term
from tests.adapters.spreadsheets.workbooks import FAULTY, GOOD, blocked_students, found_in, read

CHILD, LEAVER = "8361084604", "2318156291"
PASTED_FORMULAS = [
    ("Toán", "S26"),
    ("Ngữ văn", "S26"),
    ("Ngoại ngữ 1", "S26"),
    ("Giáo dục công dân", "O26"),
    ("Lịch sử và Địa lí", "S26"),
    ("Khoa học tự nhiên", "S26"),
    ("Công nghệ", "Q26"),
    ("Tin học", "O26"),
    ("Giáo dục thể chất", "O26"),
    ("Nghệ thuật", "O26"),
    ("HĐ trải nghiệm hướng nghiệp", "O26"),
    ("Nội dung GD địa phương", "O26"),
]
ALL_IN_FAULTY = {
    *(("cell.formula_text", "block", *place, "Trần Diệu Ly") for place in PASTED_FORMULAS),
    ("student.citizen_id_missing", "block", "DanhSach", "C10", "Trịnh Việt Cường"),
    ("student.citizen_id_form", "block", "DanhSach", "C12", "Trịnh Đình Hiếu"),
    ("student.left", "warn", "DanhSach", "L16", "Trịnh Minh Huy"),
    *(
        ("staff.citizen_id_age", "warn", "PhanCong", cell, "")
        for cell in ("E8", "E9", "E10", "E14", "E16", "E18")
    ),
    ("marks.midterm_missing", "block", "Toán", "H19", "Lý Phương Hương"),
    ("average.implies", "warn", "Toán", "J19", "Lý Phương Hương"),
    ("mark.scale", "block", "Ngữ văn", "D20", "Bùi Mai Hạnh"),
    ("average.implies", "warn", "Ngữ văn", "J20", "Bùi Mai Hạnh"),
    ("mark.precision", "block", "Ngữ văn", "L21", "Trịnh Phương Hạnh"),
    ("average.implies", "warn", "Ngữ văn", "Q21", "Trịnh Phương Hạnh"),
    ("average.differs", "warn", "Ngoại ngữ 1", "J23", "Lý Diệu Lan"),
    ("conduct.second_missing", "block", "GVCN", "E26", "Bùi Minh Mai"),
    ("absences.over_limit", "warn", "GVCN", "G28", "Vũ Quỳnh Mai"),
}


@pytest.fixture(scope="module")
def good() -> ClassWorkbook:
    workbook = read(GOOD.read_bytes()).workbook
    assert workbook is not None
    return workbook


@pytest.fixture(scope="module")
def faulty() -> ClassWorkbook:
    workbook = read(FAULTY.read_bytes()).workbook
    assert workbook is not None
    return workbook


def test_nothing_blocks_the_good_workbook() -> None:
    findings = found_in(GOOD.read_bytes())
    assert {one.severity for one in findings} == {Severity.WARN}
    assert [(one.code, one.place.cell, one.found) for one in findings if one.student_code] == [
        ("absences.over_limit", "G28", "51")
    ]


def test_everything_wrong_in_the_hurried_workbook_is_found_and_nothing_else() -> None:
    findings = found_in(FAULTY.read_bytes())
    stories = [
        (one.code, one.severity.value, one.place.sheet, one.place.cell, one.student_name)
        for one in findings
    ]
    assert len(stories) == len(set(stories))
    assert set(stories) == ALL_IN_FAULTY
    assert len(blocked_students(findings)) == 7


def test_findings_say_what_was_found_and_what_is_expected() -> None:
    by_place = {
        (one.place.sheet, one.place.cell): (one.found, one.expected)
        for one in found_in(FAULTY.read_bytes())
    }
    assert by_place["Ngữ văn", "D20"] == ("85", "8,5")
    assert by_place["Ngữ văn", "L21"] == ("7,75", "0 – 10")
    assert by_place["Ngoại ngữ 1", "J23"] == ("9,6", "9,3")
    assert by_place["DanhSach", "C12"] == ("00121080229 (11 chữ số)", "12 chữ số")
    assert by_place["GVCN", "G28"] == ("47", "45")


def test_a_stated_average_tells_which_mark_would_fit_and_that_8_5_would_not() -> None:
    implied = {
        one.place.cell: one.expected
        for one in found_in(FAULTY.read_bytes())
        if one.code == "average.implies"
    }
    assert implied == {"J19": "7,2 – 7,5", "J20": "6,7 – 7,5", "Q21": "7,9 – 8,7"}


def test_the_head_the_class_and_the_staff_are_read(good: ClassWorkbook) -> None:
    assert (good.school_code, good.class_name, good.grade) == ("01006501", "9A1", 9)
    assert (good.school_year, good.school_level) == ("2024-2025", "THCS")
    assert good.school_name == "TRƯỜNG THCS TRUNG LIỆT (DỮ LIỆU MẪU)"
    assert (len(good.students), len(good.assignments), len(good.sheets)) == (42, 12, 12)
    assert good.homeroom_teacher is not None
    assert good.principal is not None
    assert (good.homeroom_teacher.name, good.principal.name) == ("Đinh Diệu Nga", "Tạ Quang Đức")


def test_dates_are_read_as_text_and_as_excel_dates(good: ClassWorkbook) -> None:
    assert good.students[0].birth_date == date(2010, 10, 26)
    assert good.students[1].birth_date == date(2010, 3, 3)


def test_every_mark_keeps_its_origin(good: ClassWorkbook) -> None:
    first = good.sheets[0].rows[0].marks[0]
    assert (first.term, first.kind, first.ordinal) == (Term.FIRST, MarkKind.REGULAR, 1)
    assert (first.value, first.place.sheet, first.place.cell) == (80, "Toán", "D8")
    assert len(good.digest) == 64
    cells = [mark.place for sheet in good.sheets for row in sheet.rows for mark in row.marks]
    assert len(cells) == len(set(cells)) == 42 * (5 * 12 + 10 + 2 * 8 + 4 * 8)


def test_a_year_is_put_together_for_the_circular(good: ClassWorkbook) -> None:
    year = student_years(good)[CHILD]
    assert (year.grade, len(year.subjects), year.conduct_first) == (9, 12, Level.GOOD)
    assert year.subjects[0].first.regular == (80, 80, 65, 90)
    assert (year.absences_excused, year.absences_unexcused) == (2, 1)


def test_oddities_that_are_understood_are_no_findings(faulty: ClassWorkbook) -> None:
    composed = next(one for one in faulty.students if one.student_code == "1312220349")
    assert composed.full_name == "Cao Hoàng Huy"
    lan = next(row for row in faulty.sheets[8].rows if row.full_name == "Đinh Thanh Lan")
    assert lan.marks[0].value is RemarkLevel.ACHIEVED
    assert faulty.sheets[0].rows[1].marks[3].value == 80  # "8,0 "


def test_who_left_has_no_year_here_and_no_missing_marks(faulty: ClassWorkbook) -> None:
    leaver = next(one for one in faulty.students if one.student_code == LEAVER)
    assert leaver.left_date == date(2025, 2, 15)
    assert LEAVER not in student_years(faulty)
    assert len(student_years(faulty)) == 39
