"""Is a year complete enough to be judged and signed? Findings, never guesses."""

from collections.abc import Iterator

from hocba.core.assessment.averages import regular_count
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import StudentYear, SubjectYear, Term, TermMarks
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.subjects import subject_by_key


def check_student_year(year: StudentYear, *, regulation: Regulation) -> tuple[Finding, ...]:
    """What is missing or surplus in one student's year; all of it blocks this student.

    `found` names subject and column; places are added by those who know the source.
    """
    return (*_subjects(year, regulation), *_homeroom(year, regulation))


def _subjects(year: StudentYear, regulation: Regulation) -> Iterator[Finding]:
    for subject in year.subjects:
        name = subject_by_key(subject.subject, school_level=year.school_level).name
        for term, marks in ((Term.FIRST, subject.first), (Term.SECOND, subject.second)):
            yield from _term(f"{name}, {term.value}", subject, marks, regulation)


def _term(
    where: str, subject: SubjectYear, marks: TermMarks, regulation: Regulation
) -> Iterator[Finding]:
    required = regular_count(subject=subject, regulation=regulation)
    taken = sum(mark is not None for mark in marks.regular)
    if taken != required:
        code = "marks.regular_missing" if taken < required else "marks.regular_surplus"
        yield Finding(
            code,
            Severity.BLOCK,
            found=f"{where}: {taken}",
            expected=str(required),
            clause=f"{regulation.name} Điều 6.2",
        )
    for code, mark in (
        ("marks.midterm_missing", marks.midterm),
        ("marks.final_missing", marks.final),
    ):
        if mark is None:
            yield Finding(code, Severity.BLOCK, found=where, clause=f"{regulation.name} Điều 7")


def _homeroom(year: StudentYear, regulation: Regulation) -> Iterator[Finding]:
    for code, value, clause in (
        ("conduct.first_missing", year.conduct_first, "Điều 8.2"),
        ("conduct.second_missing", year.conduct_second, "Điều 8.2"),
        ("absences.excused_missing", year.absences_excused, "Điều 12.1.c"),
        ("absences.unexcused_missing", year.absences_unexcused, "Điều 12.1.c"),
    ):
        if value is None:
            yield Finding(code, Severity.BLOCK, clause=f"{regulation.name} {clause}")
