"""Results of one subject: ĐTBmhk, ĐTBmcn in exact tenths, Đ/CĐ of remark subjects (Điều 9.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from hocba.core.assessment.marks import AssessmentForm as Form
from hocba.core.assessment.marks import (
    AssessmentMode,
    Mark,
    MarkKind,
    Outcome,
    RemarkLevel,
    SubjectYear,
    Tenths,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import SubjectResult


@dataclass(frozen=True, slots=True)
class WeightedSum:
    """The exact average before rounding: `numerator` in tenths over `divisor`."""

    numerator: int
    divisor: int


def regular_count(*, subject: SubjectYear, regulation: Regulation) -> int:
    """Number of regular marks a term must have, from the periods a year (Điều 6.2)."""
    if subject.form is Form.REMARK:
        return regulation.remark_regular_count
    return next(
        count
        for periods, count in regulation.regular_tiers
        if periods is None or subject.periods <= periods
    )


def regular_count_fits(*, taken: int, required: int, regulation: Regulation) -> bool:
    """Whether so many recorded regular marks are the right number; TT58/2011 set a minimum only."""
    return taken == required or (taken > required and not regulation.regular_exact)


def topics_fit(*, subject: SubjectYear, policy: str) -> tuple[bool, bool]:
    """Whether the chuyên đề marks of each term are as many as the policy wants (Điều 6.3).

    "one_per_term": the cluster's one result in each term; "one_per_year": in one of the two;
    "each": every topic's own mark, at least one a year.
    """
    first, second = len(subject.first.topics), len(subject.second.topics)
    if not subject.has_topics:
        return first == 0, second == 0
    if policy == "one_per_term":
        return first == 1, second == 1
    if policy == "one_per_year":
        return first <= 1, first + second == 1
    return True, first + second >= 1


def weighted_sum(*, marks: TermMarks, required: int, regulation: Regulation) -> WeightedSum | None:
    """Return (ΣĐĐGtx + 2·ĐĐGgk + 3·ĐĐGck) and its divisor (Điều 9.1.b).

    Topic marks count as regular ones. None when a mark is missing or the number of regular marks
    is not `required`: there is no average over an incomplete set.
    """
    midterm = _periodic_mark(marks, MarkKind.MIDTERM)
    final = _periodic_mark(marks, MarkKind.FINAL)
    regular = _all_tenths((*marks.regular, *marks.topics))
    periodic = _all_tenths(marks.periodic)
    if regular is None or periodic is None or final is None:
        return None
    taken = len(marks.regular)
    if not regular_count_fits(taken=taken, required=required, regulation=regulation):
        return None
    weights = regulation.weights
    total = weights.regular * sum(regular) + weights.periodic * sum(periodic)
    divisor = weights.regular * len(regular) + weights.periodic * len(periodic)
    if regulation.has_midterm:
        if midterm is None:
            return None
        total += weights.midterm * midterm
        divisor += weights.midterm
    return WeightedSum(total + weights.final * final, divisor + weights.final)


def _periodic_mark(marks: TermMarks, kind: MarkKind) -> int | None:
    """A periodic test missed without a make-up is 0 (Điều 7.5); nothing recorded is None."""
    mark = marks.midterm if kind is MarkKind.MIDTERM else marks.final
    if mark is None:
        return 0 if kind in marks.missed else None
    return int(mark)


def _all_tenths(marks: Sequence[Mark | None]) -> list[int] | None:
    """The recorded marks; None when one of them is a gap."""
    return None if None in marks else [int(mark) for mark in marks if mark is not None]


def term_average(*, marks: TermMarks, required: int, regulation: Regulation) -> Tenths | None:
    """ĐTBmhk, half up in tenths (Điều 9.1.b, 5.3.b); None over an incomplete set."""
    exact = weighted_sum(marks=marks, required=required, regulation=regulation)
    return None if exact is None else half_up(exact.numerator, exact.divisor)


def year_average(*, first: Tenths, second: Tenths, regulation: Regulation) -> Tenths:
    """ĐTBmcn = (ĐTBmhkI + 2·ĐTBmhkII) / 3 from the rounded term averages (Điều 9.1.b)."""
    one, two = regulation.weights.first, regulation.weights.second
    return half_up(one * first + two * second, one + two)


def half_up(numerator: int, divisor: int) -> Tenths:
    """Divide tenths and round half up, without a float."""
    return Tenths((2 * numerator + divisor) // (2 * divisor))


def remark_term(
    *, marks: TermMarks, required: int, regulation: Regulation, closed: bool = False
) -> RemarkLevel | None:
    """Đ when the full number of assessments was taken and enough of them are Đ (Điều 9.1.a).

    TT22/2021 wants all, TT58/2011 two thirds with the final among them. While assessments are
    missing there is no result; once the term is `closed`, a gap is CĐ.
    """
    taken = [*marks.regular, *marks.topics, *marks.periodic, *_periodic_levels(marks, regulation)]
    passed = sum(mark is RemarkLevel.ACHIEVED for mark in taken)
    missing = None in taken or not regular_count_fits(
        taken=len(marks.regular), required=required, regulation=regulation
    )
    if missing:
        return RemarkLevel.NOT_ACHIEVED if closed else None
    share, whole = regulation.remark_share
    final = marks.final is RemarkLevel.ACHIEVED
    enough = final and passed * whole >= len(taken) * share
    return RemarkLevel.ACHIEVED if enough else RemarkLevel.NOT_ACHIEVED


def _periodic_levels(marks: TermMarks, regulation: Regulation) -> list[Mark | None]:
    kinds = [(MarkKind.MIDTERM, marks.midterm)] if regulation.has_midterm else []
    return [
        RemarkLevel.NOT_ACHIEVED if mark is None and kind in marks.missed else mark
        for kind, mark in [*kinds, (MarkKind.FINAL, marks.final)]
    ]


def subject_result(*, subject: SubjectYear, regulation: Regulation) -> SubjectResult:
    """Both terms and the year of one subject.

    A term carried from another school stands as that school recorded it; a year that no formula
    covers is what a person set, with reason and approver.
    """
    remark = subject.form is Form.REMARK
    clause = regulation.clause("remark_result" if remark else "term_average")
    if subject.mode is AssessmentMode.EXEMPT:
        clause = regulation.clause("disability")
        return SubjectResult(subject.subject, subject.form, None, None, None, clause, exempt=True)
    required = regular_count(subject=subject, regulation=regulation)
    fits = topics_fit(subject=subject, policy=regulation.topic_policy)
    first, second = (
        _term(marks, required, fit, regulation, remark=remark)
        for marks, fit in zip((subject.first, subject.second), fits, strict=True)
    )
    year: Outcome | None = second if remark else None
    if not remark and first is not None and second is not None:
        year = year_average(
            first=Tenths(int(first)), second=Tenths(int(second)), regulation=regulation
        )
    if subject.manual_year is not None:
        year = subject.manual_year.value
    return SubjectResult(subject.subject, subject.form, first, second, year, clause)


def _term(
    marks: TermMarks, required: int, topics_fit: bool, regulation: Regulation, *, remark: bool
) -> Outcome | None:
    if marks.carried is not None:
        return marks.carried
    if not topics_fit:
        return None
    if remark:
        return remark_term(marks=marks, required=required, regulation=regulation)
    return term_average(marks=marks, required=required, regulation=regulation)
