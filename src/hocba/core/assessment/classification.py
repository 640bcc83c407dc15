"""Kết quả học tập (Điều 9.2-9.3) and kết quả rèn luyện (Điều 8.2.b) of a term or a year."""

from collections.abc import Mapping

from hocba.core.assessment.counted_thresholds import counted_result
from hocba.core.assessment.learning_rules import AdjustmentPolicy, OverallAverage
from hocba.core.assessment.marks import Level, Outcome, RemarkLevel, SubjectKey, Tenths
from hocba.core.assessment.overall_average import overall_result
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import ConductResult, LearningResult


def learning_result(
    *,
    outcomes: Mapping[SubjectKey, Outcome | None],
    regulation: Regulation,
    specialised: SubjectKey | None = None,
    policy: AdjustmentPolicy | None = None,
) -> LearningResult:
    """Kết quả học tập from the results of all counted subjects.

    A subject without a result, or too few scored ones, gives no level: "chưa đủ căn cứ", never a
    silent Chưa đạt. `policy` is another reading of Điều 9.3 than the regulation's own.
    """
    known = {key: value for key, value in outcomes.items() if value is not None}
    if len(known) < len(outcomes):
        return LearningResult(None, None, None, "", False, regulation.clause("learning"))
    rule = regulation.learning
    if isinstance(rule, OverallAverage):
        return overall_result(
            outcomes=known, rule=rule, regulation=regulation, specialised=specialised
        )
    return counted_result(outcomes=known, rule=rule, regulation=regulation, policy=policy)


def conduct_result(
    *,
    first: Level | None,
    second: Level | None,
    regulation: Regulation,
    judged_year: Level | None = None,
    waived: bool = False,
) -> ConductResult:
    """Kết quả rèn luyện of the year from both terms (Điều 8.2.b); never defaulted.

    Where the circular has no table (TT58/2011) the year is what a person judged.
    """
    clause = regulation.clause("conduct")
    if waived:
        return ConductResult(None, None, None, clause, waived=True)
    year = judged_year
    if regulation.conduct is not None:
        year = None
        if first is not None and second is not None:
            year = regulation.conduct[first, second]
    return ConductResult(first, second, year, clause)


def passing(value: Outcome | None, *, at_least: Tenths) -> bool:
    """Whether a subject's year needs no reassessment (Điều 14); an unknown one does."""
    if isinstance(value, RemarkLevel):
        return value is RemarkLevel.ACHIEVED
    return value is not None and value >= at_least
