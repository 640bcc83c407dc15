"""Marks that the law allows and experience doubts: out of range, all alike, far from each other.

Warnings for a person to look at, never a reason to refuse; only a value outside the scale blocks.
"""

from collections.abc import Iterable, Iterator

from hocba.core.assessment.averages import half_up, subject_result
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import (
    AssessmentForm,
    Mark,
    StudentYear,
    SubjectYear,
    Tenths,
    Term,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation

FAR = Tenths(40)  # a final this far from the mean of the regular marks
LEAP = Tenths(30)  # an average rising this much from the first term to the second
ALIKE = 6  # so many marks of a term or more, all the same


def check_shapes(year: StudentYear, *, regulation: Regulation) -> tuple[Finding, ...]:
    """Return what to look at again; `found` names subject, term and figures."""
    return tuple(
        finding
        for subject in year.subjects
        if subject.form is AssessmentForm.SCORED
        for finding in _subject(subject, regulation)
    )


def _subject(subject: SubjectYear, regulation: Regulation) -> Iterator[Finding]:
    for term, marks in ((Term.FIRST, subject.first), (Term.SECOND, subject.second)):
        where = f"{subject.subject}, {term.value}"
        yield from _term(where, marks, regulation)
    result = subject_result(subject=subject, regulation=regulation)
    first, second = _tenths([result.first]), _tenths([result.second])
    if first and second and second[0] - first[0] >= LEAP:
        found = f"{subject.subject}: {_shown(first[0])} → {_shown(second[0])}"
        yield Finding("shape.leap", Severity.WARN, found=found)


def _term(where: str, marks: TermMarks, regulation: Regulation) -> Iterator[Finding]:
    scores = _tenths([*marks.regular, *marks.topics, marks.midterm, marks.final])
    for score in scores:
        if not 0 <= score <= regulation.highest:
            yield Finding(
                "mark.range",
                Severity.BLOCK,
                found=f"{where}: {_shown(score)}",
                expected="0 – 10",
                clause=regulation.clause("marks"),
            )
    if len(scores) >= ALIKE and len(set(scores)) == 1:
        yield Finding("shape.alike", Severity.WARN, found=f"{where}: {_shown(scores[0])}")
    regular, final = _tenths(marks.regular), _tenths([marks.final])
    if regular and final:
        mean = half_up(sum(regular), len(regular))
        if abs(final[0] - mean) >= FAR:
            found = f"{where}: {_shown(mean)} ↔ {_shown(final[0])}"
            yield Finding("shape.far_final", Severity.WARN, found=found)


def _tenths(marks: Iterable[Mark | None]) -> list[int]:
    """The scores that are recorded; these are scored subjects, so there is nothing else."""
    return [one for one in marks if isinstance(one, int)]


def _shown(tenths: int) -> str:
    sign, size = ("-", -tenths) if tenths < 0 else ("", tenths)
    return f"{sign}{size // 10},{size % 10}"
