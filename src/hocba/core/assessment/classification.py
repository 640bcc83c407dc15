"""Kết quả học tập (Điều 9.2-9.3) and kết quả rèn luyện (Điều 8.2.b) of a term or a year."""

from collections.abc import Mapping

from hocba.core.assessment.marks import Level, RemarkLevel, SubjectKey, Tenths
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import ConductResult, LearningResult, Outcome

Outcomes = Mapping[SubjectKey, Outcome]
COUNTERFACTUAL, STRICT_REMOVAL = "counterfactual", "strict_removal"


def base_level(*, outcomes: Outcomes, regulation: Regulation) -> Level | None:
    """The level before adjustment (Điều 9.2).

    None with fewer scored subjects than the circular counts: "chưa đủ căn cứ".
    """
    scores = [value for value in outcomes.values() if not isinstance(value, RemarkLevel)]
    if len(scores) < regulation.counted_subjects:
        return None
    failed = sum(value is RemarkLevel.NOT_ACHIEVED for value in outcomes.values())
    for threshold in regulation.thresholds:
        if (
            failed <= threshold.remark_failures
            and all(score >= threshold.every for score in scores)
            and sum(score >= threshold.counted for score in scores) >= regulation.counted_subjects
        ):
            return threshold.level
    return Level.NOT_ACHIEVED


def adjusted_level(
    *, outcomes: Outcomes, base: Level, policy: str, regulation: Regulation
) -> tuple[Level, SubjectKey | None]:
    """One level up when one single subject alone pulled it down by two or more from Tốt or Khá.

    Điều 9.3. `policy` is "counterfactual" (that subject set to the best, remark subjects too) or
    "strict_removal" (that scored subject left out). Returns the level and the deciding subject.
    """
    for subject, value in outcomes.items():
        others = {key: other for key, other in outcomes.items() if key != subject}
        if policy == COUNTERFACTUAL:
            best: Outcome = regulation.perfect_score
            if isinstance(value, RemarkLevel):
                best = RemarkLevel.ACHIEVED
            deserved = base_level(outcomes={**others, subject: best}, regulation=regulation)
        elif isinstance(value, RemarkLevel):
            continue
        else:
            deserved = base_level(outcomes=others, regulation=regulation)
        if deserved is not None and deserved >= Level.FAIR and deserved - base >= 2:
            return Level(base + 1), subject
    return base, None


def learning_result(
    *, outcomes: Mapping[SubjectKey, Outcome | None], regulation: Regulation
) -> LearningResult:
    """Kết quả học tập from the results of all subjects; incomplete subjects give no level."""
    known = {key: value for key, value in outcomes.items() if value is not None}
    base = None
    if len(known) == len(outcomes):
        base = base_level(outcomes=known, regulation=regulation)
    if base is None:
        return LearningResult(None, None, None, "", False, regulation.learning_clause)
    policy = regulation.adjustment_policy
    final, decider = adjusted_level(outcomes=known, base=base, policy=policy, regulation=regulation)
    strict, _ = adjusted_level(
        outcomes=known, base=base, policy=STRICT_REMOVAL, regulation=regulation
    )
    clause = regulation.learning_clause if decider is None else regulation.adjustment_clause
    return LearningResult(base, final, decider, policy, strict != final, clause)


def conduct_result(
    *, first: Level | None, second: Level | None, regulation: Regulation
) -> ConductResult:
    """Kết quả rèn luyện of the year from both terms (Điều 8.2.b); never defaulted."""
    year = None
    if first is not None and second is not None:
        year = regulation.conduct[first, second]
    return ConductResult(first, second, year, regulation.conduct_clause)


def passing(value: Outcome | None, *, at_least: Tenths) -> bool:
    """Whether a subject's year needs no reassessment (Điều 14)."""
    if isinstance(value, RemarkLevel):
        return value is RemarkLevel.ACHIEVED
    return value is not None and value >= at_least
