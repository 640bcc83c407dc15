"""Marks that the law allows and experience doubts: out of range, all alike, far from each other.

Warnings for a person to look at, never a reason to refuse; only a value outside the scale blocks.
"""

from collections.abc import Iterator, Sequence

from hocba.core.assessment.averages import half_up, subject_result
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import (
    AssessmentForm,
    Mark,
    RemarkLevel,
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
    first, second = result.first, result.second
    if first is None or second is None or isinstance(first, RemarkLevel):
        return
    if not isinstance(second, RemarkLevel) and second - first >= LEAP:
        found = f"{subject.subject}: {_shown(first)} → {_shown(second)}"
        yield Finding("shape.leap", Severity.WARN, found=found)


def _term(where: str, marks: TermMarks, regulation: Regulation) -> Iterator[Finding]:
    written: Sequence[Mark | None] = (*marks.regular, *marks.topics, marks.midterm, marks.final)
    scores = [int(one) for one in written if one is not None and not isinstance(one, RemarkLevel)]
    for score in scores:
        if not 0 <= score <= regulation.highest:
            clause = regulation.clause("marks")
            found = f"{where}: {_shown(score)}"
            yield Finding(
                "mark.range", Severity.BLOCK, found=found, expected="0 – 10", clause=clause
            )
    if len(scores) >= ALIKE and len(set(scores)) == 1:
        yield Finding("shape.alike", Severity.WARN, found=f"{where}: {_shown(scores[0])}")
    regular = [
        int(one) for one in marks.regular if one is not None and not isinstance(one, RemarkLevel)
    ]
    if regular and isinstance(marks.final, int):
        mean = half_up(sum(regular), len(regular))
        if abs(marks.final - mean) >= FAR:
            found = f"{where}: {_shown(mean)} ↔ {_shown(marks.final)}"
            yield Finding("shape.far_final", Severity.WARN, found=found)


def _shown(tenths: int) -> str:
    sign, size = ("-", -tenths) if tenths < 0 else ("", tenths)
    return f"{sign}{size // 10},{size % 10}"
