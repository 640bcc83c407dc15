"""What is doubtful in a workbook that could be read, in the order of its sheets and cells."""

import re
from collections.abc import Iterator

from hocba.adapters.spreadsheets.averages import check_results
from hocba.adapters.spreadsheets.completeness import check_completeness
from hocba.adapters.spreadsheets.identity import check_students
from hocba.adapters.spreadsheets.rows import check_rows
from hocba.adapters.spreadsheets.staff import check_staff_lines
from hocba.adapters.spreadsheets.values import ClassWorkbook
from hocba.adapters.spreadsheets.years import index_of, student_years
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.regulation import Regulation

__all__ = ["check_workbook", "student_years"]

_CELL = re.compile(r"([A-Z]*)(\d*)")


def check_workbook(workbook: ClassWorkbook, *, regulation: Regulation) -> tuple[Finding, ...]:
    """Return every doubt about people, rows, completeness and stated results.

    Who left during the year gets one warning; nothing of that student's marks is asked for.
    """
    index = index_of(workbook)
    findings = [
        *check_students(workbook),
        *check_staff_lines(workbook),
        *check_rows(workbook),
        *_leavers(workbook),
    ]
    for student in workbook.students:
        if student.left_date is None:
            findings += check_completeness(index, student, regulation=regulation)
            findings += check_results(index, student, regulation=regulation)
    order = _order_of_sheets(workbook)
    return tuple(sorted(findings, key=lambda one: _position(one, order)))


def _leavers(workbook: ClassWorkbook) -> Iterator[Finding]:
    for student in workbook.students:
        if student.left_date is not None:
            yield Finding(
                "student.left",
                Severity.WARN,
                student.cells["note"],
                student.student_code,
                student.full_name,
                found=student.note,
            )


def _order_of_sheets(workbook: ClassWorkbook) -> dict[str, int]:
    names = [
        *(row.place.sheet for row in workbook.students[:1]),
        *(row.place.sheet for row in workbook.assignments[:1]),
        *(sheet.sheet for sheet in workbook.sheets),
    ]
    return {name: number for number, name in enumerate(names)}


def _position(finding: Finding, order: dict[str, int]) -> tuple[int, int, int, str]:
    """Sheet, row, column: the way a person goes through the file to mend it."""
    parts = _CELL.fullmatch(finding.place.cell)
    letters, digits = (parts[1], parts[2]) if parts else ("", "")
    sheet = order.get(finding.place.sheet, len(order)) if finding.place.sheet else -1
    return sheet, int(digits or 0), len(letters), letters
