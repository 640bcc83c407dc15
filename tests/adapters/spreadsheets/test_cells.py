"""One bad cell, one finding at that very cell; everybody else goes on."""

from datetime import date
from typing import Any

import pytest

from hocba.core.assessment.findings import Finding, Severity
from tests.adapters.spreadsheets.workbooks import (
    blocked_students,
    found_in,
    found_in_good,
    news_in,
    told,
    with_cells,
)

# Each line changes another student, so that one workbook carries them all.
# sheet, cell, what is typed, code, severity, found, expected
BAD_CELLS: list[tuple[str, str, Any, str, str, str, str]] = [
    ("Toán", "D8", 85, "mark.scale", "block", "85", "8,5"),
    ("Toán", "E9", 7.75, "mark.precision", "block", "7,75", "0 – 10"),
    ("Toán", "F10", "vắng", "mark.words", "block", "vắng", "0 – 10"),
    ("Toán", "G11", "10,5", "mark.range", "block", "10,5", "0 – 10"),
    ("Toán", "H12", -1, "mark.range", "block", "-1", "0 – 10"),
    ("Toán", "I13", "Đ", "mark.form", "block", "Đ", "0 – 10"),
    ("Toán", "K14", date(2025, 5, 8), "mark.date", "block", "08/05/2025", "8,5"),
    ("Toán", "L15", "=8+1", "mark.formula", "block", "", "0 – 10"),
    ("Toán", "M16", "#N/A", "cell.error_value", "block", "#LỖI!", "0 – 10"),
    ("Toán", "N17", 100, "mark.range", "block", "100", "0 – 10"),
    ("Toán", "O18", None, "marks.midterm_missing", "block", "Toán, HK2", ""),
    ("Toán", "P19", None, "marks.final_missing", "block", "Toán, HK2", ""),
    ("Toán", "N20", None, "marks.regular_missing", "block", "Toán, HK2: 3", "4"),
    ("Toán", "S21", None, "remark.missing", "warn", "", ""),
    ("Toán", "S22", "x" * 1001, "cell.too_long", "block", "1001 kí tự", "≤ 1000"),
    ("Toán", "S23", "=1+1", "cell.formula", "block", "", ""),
    ("Toán", "S24", "a\u202eb", "cell.characters", "block", "U+202E", ""),
    ("Toán", "S25", "#REF!", "cell.error_value", "block", "#LỖI!", ""),
    ("Toán", "J26", "8,0", "average.differs", "warn", "8,0", "6,1"),
    ("Toán", "Q27", "giỏi", "average.unreadable", "warn", "giỏi", "0 – 10"),
    ("Toán", "R28", None, "average.missing", "warn", "", "7,2"),
    ("Giáo dục thể chất", "D29", 8, "mark.form", "block", "8", "Đ, CĐ"),
    ("Giáo dục thể chất", "E30", "tốt", "mark.words", "block", "tốt", "Đ, CĐ"),
    ("Giáo dục thể chất", "H31", "CĐ", "average.differs", "warn", "CĐ", "Đ"),
    ("GVCN", "D31", "Giỏi", "conduct.words", "block", "Giỏi", "Tốt, Khá, Đạt, Chưa đạt"),
    ("GVCN", "E32", None, "conduct.second_missing", "block", "", ""),
    ("GVCN", "F33", "hai", "absences.number", "block", "hai", "0 – 300"),
    ("GVCN", "G34", 1.5, "absences.number", "block", "1,5", "0 – 300"),
    ("GVCN", "F35", None, "absences.excused_missing", "block", "", ""),
    ("GVCN", "H36", "Học sinh Xuất sắc", "award.differs", "warn", "Học sinh Xuất sắc", ""),
    ("GVCN", "I37", None, "remark.missing", "warn", "", ""),
    ("GVCN", "D38", "=A1", "cell.formula", "block", "", ""),
    ("GVCN", "G39", "=1", "cell.formula", "block", "", ""),
    ("GVCN", "F40", 46, "absences.over_limit", "warn", "47", "45"),
]
DERIVED = {"average.implies", "average.without_basis"}  # follow from a mark that is not known


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return news_in(with_cells({(row[0], row[1]): row[2] for row in BAD_CELLS}))


@pytest.mark.parametrize("row", BAD_CELLS, ids=lambda row: f"{row[0]}!{row[1]} {row[3]}")
def test_a_bad_cell_is_found_where_it_stands(
    findings: list[Finding], row: tuple[str, str, Any, str, str, str, str]
) -> None:
    sheet, cell, _, code, severity, found, expected = row
    here = [one for one in findings if (one.place.sheet, one.place.cell) == (sheet, cell)]
    assert [(one.code, one.severity.value, one.found) for one in here] == [(code, severity, found)]
    assert here[0].student_name
    assert not expected or here[0].expected.startswith(expected)


def test_bad_cells_have_no_other_consequences(findings: list[Finding]) -> None:
    places = {(row[0], row[1]) for row in BAD_CELLS}
    others = [one for one in findings if (one.place.sheet, one.place.cell) not in places]
    assert {one.code for one in others} <= DERIVED
    assert all(one.severity is Severity.WARN for one in others)


def test_students_without_a_blocking_finding_go_on(findings: list[Finding]) -> None:
    blocking = sum(row[4] == "block" for row in BAD_CELLS)  # each of another student
    assert len(blocked_students(findings)) == blocking < 42
    assert "" not in blocked_students(findings)


def test_eleven_is_refused() -> None:
    (finding,) = [one for one in news_in(with_cells({("Toán", "D8"): 11})) if one.found == "11"]
    assert (finding.severity, finding.place.cell) == (Severity.BLOCK, "D8")


def test_an_average_over_several_missing_marks_has_no_basis() -> None:
    findings = news_in(with_cells({("Toán", "D8"): None, ("Toán", "H8"): None}))
    assert sorted(told(findings)) == [
        ("average.without_basis", "Toán", "J8"),
        ("marks.midterm_missing", "Toán", "H8"),
        ("marks.regular_missing", "Toán", "D8"),
    ]


def test_a_mark_too_many_is_surplus() -> None:
    cells: dict[tuple[str, str], Any] = {("PhanCong", "B7"): 70}
    findings = [one for one in news_in(with_cells(cells)) if one.code == "marks.regular_surplus"]
    assert len(findings) == 84
    assert {one.place.cell[0] for one in findings} == {"G", "N"}
    assert {one.expected for one in findings} == {"3"}


def test_the_good_workbook_says_nothing_about_marks() -> None:
    assert not [one for one in found_in_good() if one.place.sheet not in ("PhanCong", "GVCN")]


def test_an_award_that_the_results_give_is_no_finding() -> None:
    awards = {("GVCN", f"H{row}"): "Học sinh Giỏi" for row in range(7, 49)}
    findings = [one for one in found_in(with_cells(awards)) if one.code == "award.differs"]
    assert 0 < len(findings) < 42
    assert {one.expected for one in findings} <= {"không có danh hiệu", "Học sinh Xuất sắc"}
