"""A student's year as the circular wants it, put together from the sheets of a class."""

from collections.abc import Mapping
from dataclasses import dataclass

from hocba.adapters.spreadsheets.values import (
    ClassWorkbook,
    HomeroomRow,
    MarkCell,
    MarkRow,
    StudentRow,
    SubjectSheet,
)
from hocba.core.assessment.marks import (
    AssessmentForm,
    Level,
    Mark,
    MarkKind,
    RemarkLevel,
    StudentYear,
    SubjectYear,
    Tenths,
    Term,
    TermMarks,
)
from hocba.core.assessment.subjects import subject_by_key

_STAND_IN: Mapping[AssessmentForm, Mark] = {
    AssessmentForm.SCORED: Tenths(0),
    AssessmentForm.REMARK: RemarkLevel.ACHIEVED,
}


@dataclass(frozen=True, slots=True)
class ClassIndex:
    """A workbook by student code: the first row of each student in each sheet."""

    workbook: ClassWorkbook
    marks: Mapping[tuple[str, str], MarkRow]
    homeroom: Mapping[str, HomeroomRow]

    def row(self, sheet: SubjectSheet, student: StudentRow) -> MarkRow | None:
        """Return the student's row in a subject's sheet."""
        return self.marks.get((sheet.subject_key, student.student_code))


def index_of(workbook: ClassWorkbook) -> ClassIndex:
    """Index a workbook; of rows that stand twice the first is taken (they are reported)."""
    return ClassIndex(
        workbook=workbook,
        marks={
            (sheet.subject_key, row.student_code): row
            for sheet in workbook.sheets
            for row in reversed(sheet.rows)
        },
        homeroom={row.student_code: row for row in reversed(workbook.homeroom)},
    )


def student_years(workbook: ClassWorkbook) -> Mapping[str, StudentYear]:
    """Return each student's year by student code; those who left during the year have none here."""
    index = index_of(workbook)
    return {
        student.student_code: student_year(index, student)
        for student in workbook.students
        if student.left_date is None
    }


def student_year(index: ClassIndex, student: StudentRow) -> StudentYear:
    """Return one student's year as the file has it; what is not there or not readable is None."""
    workbook, record = index.workbook, index.homeroom.get(student.student_code)
    return StudentYear(
        school_level=workbook.school_level,
        grade=workbook.grade,
        school_year=workbook.school_year,
        subjects=tuple(
            subject_year(workbook, sheet, index.row(sheet, student)) for sheet in workbook.sheets
        ),
        conduct_first=record.conduct_first if record else None,
        conduct_second=record.conduct_second if record else None,
        absences_excused=record.absences_excused if record else None,
        absences_unexcused=record.absences_unexcused if record else None,
    )


def subject_year(
    workbook: ClassWorkbook, sheet: SubjectSheet, row: MarkRow | None, *, stand_in: bool = False
) -> SubjectYear:
    """Return one subject of one student.

    With `stand_in`, a cell that says something unreadable counts as taken: it has its own finding
    and must not be reported as missing too.
    """
    subject = subject_by_key(sheet.subject_key, school_level=workbook.school_level)
    periods = {one.subject_key: one.periods for one in workbook.assignments}
    substitute = _STAND_IN[subject.form] if stand_in else None
    cells = row.marks if row else ()
    return SubjectYear(
        subject=sheet.subject_key,
        form=subject.form,
        periods=periods.get(sheet.subject_key, subject.periods_by_grade.get(workbook.grade, 0)),
        first=_term(cells, Term.FIRST, substitute),
        second=_term(cells, Term.SECOND, substitute),
    )


def _term(cells: tuple[MarkCell, ...], term: Term, substitute: Mark | None) -> TermMarks:
    """Empty regular columns are left out: a sheet may have more of them than the subject needs."""
    found: dict[MarkKind, list[Mark]] = {kind: [] for kind in MarkKind}
    for cell in sorted(cells, key=lambda one: one.ordinal):
        value = cell.value if cell.readable else substitute
        if cell.term is term and value is not None:
            found[cell.kind].append(value)
    return TermMarks(
        regular=tuple(found[MarkKind.REGULAR]),
        midterm=next(iter(found[MarkKind.MIDTERM]), None),
        final=next(iter(found[MarkKind.FINAL]), None),
    )


def homeroom_year(workbook: ClassWorkbook, record: HomeroomRow) -> StudentYear:
    """Return a year of no subjects with the homeroom record; unreadable fields count as there."""

    def level(key: str, value: Level | None) -> Level | None:
        return Level.ACHIEVED if key in record.unreadable else value

    def count(key: str, value: int | None) -> int | None:
        return 0 if key in record.unreadable else value

    return StudentYear(
        school_level=workbook.school_level,
        grade=workbook.grade,
        school_year=workbook.school_year,
        subjects=(),
        conduct_first=level("conduct_first", record.conduct_first),
        conduct_second=level("conduct_second", record.conduct_second),
        absences_excused=count("absences_excused", record.absences_excused),
        absences_unexcused=count("absences_unexcused", record.absences_unexcused),
    )
