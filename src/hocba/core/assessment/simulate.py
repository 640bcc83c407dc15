"""What if: everything that a change of one mark would alter, looked at before a correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.marks import (
    LearningLevel,
    Mark,
    MarkKind,
    StudentYear,
    SubjectKey,
    Term,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import YearAssessment
from hocba.core.errors import HocbaError

Fact = Mark | LearningLevel | str | bool | None


@dataclass(frozen=True, slots=True)
class MarkChange:
    """One mark to become another; `ordinal` counts regular marks from 1."""

    subject: SubjectKey
    term: Term
    kind: MarkKind
    value: Mark | None
    ordinal: int = 1


@dataclass(frozen=True, slots=True)
class Effect:
    """One result that would be another, named as in `explain`: "average.toan.year", "award"."""

    about: str
    before: Fact
    after: Fact


def simulate(
    year: StudentYear, *, change: MarkChange, regulation: Regulation
) -> tuple[Effect, ...]:
    """Return every average, level, promotion and award that the change would alter.

    Raises:
        HocbaError: "assessment.no_such_mark" when the year has no such place for a mark.
    """
    return simulate_all(year, changes=(change,), regulation=regulation)


def simulate_all(
    year: StudentYear, *, changes: Sequence[MarkChange], regulation: Regulation
) -> tuple[Effect, ...]:
    """Return what several changes together would alter.

    Raises:
        HocbaError: "assessment.no_such_mark".
    """
    changed = year
    for change in changes:
        changed = changed_year(changed, change)
    return effects_between(year, changed, regulation=regulation)


def effects_between(
    year: StudentYear, changed: StudentYear, *, regulation: Regulation
) -> tuple[Effect, ...]:
    """Return what differs between the results of two states of one year, however they differ."""
    before = facts(assess_year(year, regulation=regulation))
    after = facts(assess_year(changed, regulation=regulation))
    return tuple(
        Effect(about, value, after[about])
        for about, value in before.items()
        if value != after[about]
    )


def facts(assessment: YearAssessment) -> Mapping[str, Fact]:
    """Return every result of a year by name."""
    found: dict[str, Fact] = {}
    for one in assessment.subjects:
        found[f"average.{one.subject}.HK1"] = one.first
        found[f"average.{one.subject}.HK2"] = one.second
        found[f"average.{one.subject}.year"] = one.year
    found["learning.HK1"] = assessment.learning_first.final
    found["learning.HK2"] = assessment.learning_second.final
    found["learning.year"] = assessment.learning_year.final
    found["conduct"] = assessment.conduct.year
    found["promotion"] = assessment.promotion.decision.value
    found["award"] = assessment.award_title
    found["completes_level"] = assessment.completes_level
    return found


def changed_year(year: StudentYear, change: MarkChange) -> StudentYear:
    """Return the year with one mark changed.

    Raises:
        HocbaError: "assessment.no_such_mark".
    """
    subjects = list(year.subjects)
    for at, subject in enumerate(subjects):
        if subject.subject == change.subject:
            if change.term is Term.FIRST:
                subjects[at] = replace(subject, first=_changed(subject.first, change))
            else:
                subjects[at] = replace(subject, second=_changed(subject.second, change))
            return replace(year, subjects=tuple(subjects))
    raise HocbaError("assessment.no_such_mark", subject=change.subject)


def _changed(marks: TermMarks, change: MarkChange) -> TermMarks:
    if change.kind is MarkKind.MIDTERM:
        return replace(marks, midterm=change.value)
    if change.kind is MarkKind.FINAL:
        return replace(marks, final=change.value)
    if not 1 <= change.ordinal <= len(marks.regular):
        raise HocbaError("assessment.no_such_mark", subject=change.subject)
    regular = list(marks.regular)
    regular[change.ordinal - 1] = change.value
    return replace(marks, regular=tuple(regular))
