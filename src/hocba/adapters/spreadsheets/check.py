"""What is doubtful in a workbook that could be read: people, rows, completeness, averages."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hocba.adapters.spreadsheets.identity import check_people
from hocba.adapters.spreadsheets.values import (
    ClassWorkbook,
    HomeroomRow,
    MarkRow,
    StudentRow,
    SubjectSheet,
)
from hocba.core.assessment.averages import regular_count, subject_result
from hocba.core.assessment.completeness import check_student_year
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.marks import (
    MarkKind,
    StudentYear,
    SubjectYear,
    Term,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import Outcome
from hocba.core.assessment.subjects import subject_by_key

_MARK_PROBLEMS = ("mark.range", "mark.precision", "mark.scale", "mark.words", "mark.form")


def check_workbook(workbook: ClassWorkbook, *, regulation: Regulation) -> tuple[Finding, ...]:
    """Return every doubt, students in list order; a leaver gets one note and no missing marks."""
    findings = [*check_people(workbook), *_sheets(workbook)]
    years = student_years(workbook)
    for student in workbook.students:
        if student.left_date is not None:
            findings.append(
                _finding("student.left", Severity.WARN, student, student.place, student.note)
            )
        elif student.student_code in years:
            year = years[student.student_code]
            findings += _completeness(workbook, student, year, regulation)
            findings += _averages(workbook, student, year, regulation)
            findings += _absences(workbook, student, regulation)
    return tuple(findings)


def student_years(workbook: ClassWorkbook) -> Mapping[str, StudentYear]:
    """Return each student's year as the file has it, by student code."""
    homeroom = {row.student_code: row for row in workbook.homeroom}
    rows = {
        (sheet.subject_key, row.student_code): row
        for sheet in workbook.sheets
        for row in sheet.rows
    }
    years = {}
    for student in workbook.students:
        code = student.student_code
        record = homeroom.get(code)
        years[code] = StudentYear(
            school_level=workbook.school_level,
            grade=workbook.grade,
            school_year=workbook.school_year,
            subjects=tuple(
                _subject_year(workbook, sheet, rows.get((sheet.subject_key, code)))
                for sheet in workbook.sheets
            ),
            conduct_first=record.conduct_first if record else None,
            conduct_second=record.conduct_second if record else None,
            absences_excused=record.absences_excused if record else None,
            absences_unexcused=record.absences_unexcused if record else None,
        )
    return years


def _subject_year(workbook: ClassWorkbook, sheet: SubjectSheet, row: MarkRow | None) -> SubjectYear:
    subject = subject_by_key(sheet.subject_key, school_level=workbook.school_level)
    periods = next(
        (one.periods for one in workbook.assignments if one.subject_key == sheet.subject_key),
        subject.periods_by_grade[workbook.grade],
    )
    return SubjectYear(
        subject=sheet.subject_key,
        form=subject.form,
        periods=periods,
        first=_term(row, Term.FIRST),
        second=_term(row, Term.SECOND),
    )


def _term(row: MarkRow | None, term: Term) -> TermMarks:
    cells = [cell for cell in row.marks if cell.term is term] if row else []
    by_kind = {
        kind: [
            cell.value for cell in sorted(cells, key=lambda one: one.ordinal) if cell.kind is kind
        ]
        for kind in MarkKind
    }
    return TermMarks(
        regular=tuple(by_kind[MarkKind.REGULAR]),
        midterm=next(iter(by_kind[MarkKind.MIDTERM]), None),
        final=next(iter(by_kind[MarkKind.FINAL]), None),
    )


def _sheets(workbook: ClassWorkbook) -> Iterator[Finding]:
    """Every subject has a teacher and a sheet; every row a student; every student a row."""
    assigned = Counter(row.subject_key for row in workbook.assignments)
    sheets = {sheet.subject_key for sheet in workbook.sheets}
    for row in workbook.assignments:
        if row.subject_key not in sheets:
            name = subject_by_key(row.subject_key, school_level=workbook.school_level).name
            yield Finding("workbook.sheet_missing", Severity.BLOCK, row.place, expected=name)
        if assigned[row.subject_key] > 1:
            yield Finding("assignment.twice", Severity.BLOCK, row.place, found=row.teacher_name)
    for sheet in workbook.sheets:
        if sheet.subject_key not in assigned:
            yield Finding(
                "assignment.missing", Severity.BLOCK, Place(sheet.sheet), found=sheet.sheet
            )
        yield from _rows(workbook, sheet.sheet, sheet.rows)
    yield from _rows(workbook, "GVCN", workbook.homeroom)


def _rows(
    workbook: ClassWorkbook, sheet: str, rows: Iterable[MarkRow | HomeroomRow]
) -> Iterator[Finding]:
    students = {student.student_code: student for student in workbook.students}
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.student_code] += 1
        student = students.get(row.student_code)
        if student is None:
            yield Finding(
                "row.stranger",
                Severity.BLOCK,
                row.place,
                row.student_code,
                row.full_name,
                row.student_code,
            )
        elif student.full_name.casefold() != row.full_name.casefold():
            yield _finding(
                "row.other_name",
                Severity.BLOCK,
                student,
                row.place,
                row.full_name,
                student.full_name,
            )
        if seen[row.student_code] == 2 and student is not None:
            yield _finding("row.twice", Severity.BLOCK, student, row.place, row.student_code)
    for code, student in students.items():
        if code not in seen and student.left_date is None:
            yield _finding("row.missing", Severity.BLOCK, student, Place(sheet), sheet)


def _completeness(
    workbook: ClassWorkbook, student: StudentRow, year: StudentYear, regulation: Regulation
) -> Iterator[Finding]:
    """The circular's completeness, put at the very cell; an unreadable mark is not missing too."""
    homeroom = next(
        (row for row in workbook.homeroom if row.student_code == student.student_code), None
    )
    for finding in check_student_year(year, regulation=regulation):
        if finding.code.startswith(("conduct.", "absences.")):
            if homeroom is None:
                continue
            field = finding.code.removesuffix("_missing").replace(".", "_")
            yield _named(finding, student, homeroom.cells[field])
    for sheet in workbook.sheets:
        for row in sheet.rows:
            if row.student_code == student.student_code:
                yield from _missing_cells(workbook, sheet, row, student, regulation)


def _missing_cells(
    workbook: ClassWorkbook,
    sheet: SubjectSheet,
    row: MarkRow,
    student: StudentRow,
    regulation: Regulation,
) -> Iterator[Finding]:
    required = regular_count(subject=_subject_year(workbook, sheet, row), regulation=regulation)
    for cell in row.marks:
        surplus = cell.kind is MarkKind.REGULAR and cell.ordinal > required
        if surplus and cell.value is not None:
            yield _finding(
                "marks.regular_surplus",
                Severity.BLOCK,
                student,
                cell.place,
                f"ĐĐGtx {cell.ordinal}",
                str(required),
                "Điều 6.2",
            )
        if cell.value is None and cell.readable and not surplus:
            code = f"marks.{cell.kind.value}_missing"
            yield _finding(
                code,
                Severity.BLOCK,
                student,
                cell.place,
                f"{sheet.sheet}, {cell.term.value}",
                "",
                "Điều 6, Điều 7",
            )
    for term in Term:
        columns = sum(cell.kind is MarkKind.REGULAR and cell.term is term for cell in row.marks)
        if columns < required:
            yield _finding(
                "marks.regular_missing",
                Severity.BLOCK,
                student,
                row.place,
                f"{sheet.sheet}, {term.value}: {columns}",
                str(required),
                "Điều 6.2",
            )


def _averages(
    workbook: ClassWorkbook, student: StudentRow, year: StudentYear, regulation: Regulation
) -> Iterator[Finding]:
    """Averages that the file states and the marks do not give."""
    for sheet, subject in zip(workbook.sheets, year.subjects, strict=True):
        computed = subject_result(subject=subject, regulation=regulation)
        for row in sheet.rows:
            if row.student_code != student.student_code:
                continue
            for which, (stated, place) in row.stated.items():
                value: Outcome | None = getattr(computed, which)
                if value is not None and stated is not None and stated != value:
                    yield _finding(
                        "average.differs",
                        Severity.WARN,
                        student,
                        place,
                        _shown(stated),
                        _shown(value),
                        "Điều 9.1",
                    )
                elif value is not None and stated is None:
                    yield _finding(
                        "average.missing",
                        Severity.WARN,
                        student,
                        place,
                        "",
                        _shown(value),
                        "Điều 9.1",
                    )


def _absences(
    workbook: ClassWorkbook, student: StudentRow, regulation: Regulation
) -> Iterator[Finding]:
    for row in workbook.homeroom:
        total = (row.absences_excused or 0) + (row.absences_unexcused or 0)
        if row.student_code == student.student_code and total > regulation.absence_limit:
            yield _finding(
                "absences.over_limit",
                Severity.WARN,
                student,
                row.cells["absences_unexcused"],
                str(total),
                str(regulation.absence_limit),
                "Điều 12.1.c",
            )


def _shown(value: Outcome) -> str:
    return value if isinstance(value, str) else f"{value // 10},{value % 10}"


def _named(finding: Finding, student: StudentRow, place: Place) -> Finding:
    return replace(
        finding, place=place, student_code=student.student_code, student_name=student.full_name
    )


def _finding(
    code: str,
    severity: Severity,
    student: StudentRow,
    place: Place,
    found: str = "",
    expected: str = "",
    clause: str = "",
) -> Finding:
    return Finding(
        code,
        severity,
        place,
        student.student_code,
        student.full_name,
        found,
        expected,
        f"TT22/2021 {clause}" if clause else "",
    )
