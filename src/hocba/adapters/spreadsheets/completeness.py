"""The circular's completeness, put at the very cell where something is to be written."""

from collections.abc import Iterator
from dataclasses import replace

from hocba.adapters.spreadsheets.about import about
from hocba.adapters.spreadsheets.values import HomeroomRow, MarkCell, MarkRow, StudentRow
from hocba.adapters.spreadsheets.years import ClassIndex, homeroom_year, subject_year
from hocba.core.assessment.completeness import check_student_year
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.marks import MarkKind, StudentYear, Term
from hocba.core.assessment.regulation import Regulation

_KINDS = {
    "marks.regular_missing": MarkKind.REGULAR,
    "marks.regular_surplus": MarkKind.REGULAR,
    "marks.midterm_missing": MarkKind.MIDTERM,
    "marks.final_missing": MarkKind.FINAL,
}
_FIELDS = {
    "conduct.first_missing": "conduct_first",
    "conduct.second_missing": "conduct_second",
    "absences.excused_missing": "absences_excused",
    "absences.unexcused_missing": "absences_unexcused",
}


def check_completeness(
    index: ClassIndex, student: StudentRow, *, regulation: Regulation
) -> Iterator[Finding]:
    """Return what is missing or surplus for one student; rows that do not exist are elsewhere."""
    yield from _subjects(index, student, regulation)
    record = index.homeroom.get(student.student_code)
    if record is not None:
        yield from _homeroom(index, student, record, regulation)


def _subjects(index: ClassIndex, student: StudentRow, regulation: Regulation) -> Iterator[Finding]:
    workbook = index.workbook
    for sheet in workbook.sheets:
        row = index.row(sheet, student)
        if row is None:
            continue
        # One subject at a time, so that each finding is known to be this sheet's.
        alone = StudentYear(
            workbook.school_level,
            workbook.grade,
            workbook.school_year,
            (subject_year(workbook, sheet, row, stand_in=True),),
        )
        for finding in check_student_year(alone, regulation=regulation):
            if finding.code in _KINDS:
                yield _named(finding, student, _mark_place(finding, row))
        if not row.remark and row.remark_readable:
            yield about(student, "remark.missing", row.remark_place, Severity.WARN)


def _mark_place(finding: Finding, row: MarkRow) -> Place:
    """The first empty cell of that kind and term, or the last written one when there are too many.

    A sheet with too few columns has no such cell: then the student's row is shown.
    """
    term = next(term for term in Term if term.value in finding.found)
    cells = [cell for cell in row.marks if cell.term is term and cell.kind is _KINDS[finding.code]]
    surplus = finding.code == "marks.regular_surplus"
    fitting = [cell for cell in cells if _empty(cell) is not surplus]
    if not fitting:
        return row.place
    return fitting[-1 if surplus else 0].place


def _empty(cell: MarkCell) -> bool:
    return cell.value is None and cell.readable


def _homeroom(
    index: ClassIndex, student: StudentRow, record: HomeroomRow, regulation: Regulation
) -> Iterator[Finding]:
    year = homeroom_year(index.workbook, record)
    for finding in check_student_year(year, regulation=regulation):
        if finding.code in _FIELDS:
            yield _named(finding, student, record.cells[_FIELDS[finding.code]])
    if not record.remark and "remark" not in record.unreadable:
        yield about(student, "remark.missing", record.cells["remark"], Severity.WARN)
    absences = (record.absences_excused or 0) + (record.absences_unexcused or 0)
    if absences > regulation.promotion.absence_limit:
        kinds = ("absences_excused", "absences_unexcused")
        larger = max(kinds, key=lambda kind: getattr(record, kind) or 0)
        yield about(
            student,
            "absences.over_limit",
            record.cells[larger],
            Severity.WARN,
            found=str(absences),
            expected=str(regulation.promotion.absence_limit),
            clause=regulation.clause("absences"),
        )


def _named(finding: Finding, student: StudentRow, place: Place) -> Finding:
    return replace(
        finding, place=place, student_code=student.student_code, student_name=student.full_name
    )
