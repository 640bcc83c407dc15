"""Học lực by an average over all subjects, core subjects and a floor (TT58/2011 Điều 11, 13)."""

from collections.abc import Mapping

from hocba.core.assessment.averages import half_up
from hocba.core.assessment.learning_rules import OverallAverage, OverallThreshold
from hocba.core.assessment.marks import LegacyLevel, Outcome, RemarkLevel, SubjectKey, Tenths
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import LearningResult

Outcomes = Mapping[SubjectKey, Outcome]
_BEST_SCORE = Tenths(100)


def overall_average(*, outcomes: Outcomes) -> Tenths | None:
    """ĐTBhk or ĐTBcn: the plain mean of the scored subjects, half up; None without any."""
    scores = [value for value in outcomes.values() if not isinstance(value, RemarkLevel)]
    return half_up(sum(scores), len(scores)) if scores else None


def overall_level(
    *,
    outcomes: Outcomes,
    average: Tenths,
    rule: OverallAverage,
    specialised: SubjectKey | None = None,
) -> LegacyLevel:
    """The học lực before adjustment (Điều 13.1-13.5)."""
    for threshold in rule.thresholds:
        if _fits(outcomes, average, rule, threshold, specialised):
            return threshold.level
    return LegacyLevel.POOR


def _fits(
    outcomes: Outcomes,
    average: Tenths,
    rule: OverallAverage,
    threshold: OverallThreshold,
    specialised: SubjectKey | None,
) -> bool:
    scores = {key: one for key, one in outcomes.items() if not isinstance(one, RemarkLevel)}
    core = [scores[key] for key in rule.core_subjects if key in scores]
    failed = any(value is RemarkLevel.NOT_ACHIEVED for value in outcomes.values())
    return (
        average >= threshold.average
        and (threshold.core is None or any(score >= threshold.core for score in core))
        and all(score >= threshold.every for score in scores.values())
        and (specialised is None or scores.get(specialised, _BEST_SCORE) >= threshold.specialised)
        and not (threshold.remarks and failed)
    )


def overall_result(
    *,
    outcomes: Outcomes,
    rule: OverallAverage,
    regulation: Regulation,
    specialised: SubjectKey | None = None,
) -> LearningResult:
    """Average, base and adjusted học lực.

    Điều 13.6: the average itself must have reached the deserved level, so it stays as it is while
    one subject is thought away.
    """
    average = overall_average(outcomes=outcomes)
    clause = regulation.clause("learning")
    if average is None:
        return LearningResult(None, None, None, "", False, clause)
    base = overall_level(outcomes=outcomes, average=average, rule=rule, specialised=specialised)
    for subject, value in outcomes.items():
        best: Outcome = RemarkLevel.ACHIEVED if isinstance(value, RemarkLevel) else _BEST_SCORE
        deserved = overall_level(
            outcomes={**outcomes, subject: best},
            average=average,
            rule=rule,
            specialised=specialised,
        )
        raised = rule.raises.get((deserved, base))
        if raised is not None:
            clause = regulation.clause("adjustment")
            return LearningResult(base, raised, subject, "", False, clause, average)
    return LearningResult(base, base, None, "", False, clause, average)
