"""Kết quả học tập by counting subjects over thresholds (TT22/2021, TT43/2021 Điều 9.2-9.3)."""

from collections.abc import Mapping

from hocba.core.assessment.learning_rules import (
    COUNTERFACTUAL,
    STRICT,
    AdjustmentPolicy,
    CountedThresholds,
    Threshold,
)
from hocba.core.assessment.marks import Level, Outcome, RemarkLevel, SubjectKey, Tenths
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import LearningResult

Outcomes = Mapping[SubjectKey, Outcome]
_BEST_SCORE = Tenths(100)


def base_level(*, outcomes: Outcomes, rule: CountedThresholds) -> Level | None:
    """The level before adjustment (Điều 9.2).

    None with fewer scored subjects than the circular counts: "chưa đủ căn cứ".
    """
    scores = [value for value in outcomes.values() if not isinstance(value, RemarkLevel)]
    if len(scores) < rule.counted_subjects:
        return None
    failed = 0
    if rule.remark_subjects:
        failed = list(outcomes.values()).count(RemarkLevel.NOT_ACHIEVED)
    lowest = min(scores)
    nth = sorted(scores, reverse=True)[rule.counted_subjects - 1]
    for threshold in rule.thresholds:
        if (
            failed <= threshold.remark_failures
            and lowest >= threshold.every
            and nth >= threshold.counted  # so many subjects reach it
        ):
            return threshold.level
    return Level.NOT_ACHIEVED


def adjusted_level(
    *, outcomes: Outcomes, base: Level, rule: CountedThresholds, policy: AdjustmentPolicy
) -> tuple[Level, SubjectKey | None]:
    """One level up when one single subject alone pulled it down from Tốt or Khá (Điều 9.3).

    Returns the level and the deciding subject, None when nothing is adjusted.
    """
    if base > Level.GOOD - rule.levels_lost:
        return base, None
    deserves = max(Level.FAIR, Level(base + rule.levels_lost))
    asked = next(one for one in rule.thresholds if one.level is deserves)
    # Everybody else must bear the deserved level, so the one subject is the only one that does not.
    # Were there none, enough subjects would count for the level below, which was not lost then.
    short = [key for key, value in outcomes.items() if _falls_short(value, asked, rule)]
    if len(short) == 1:
        deserved = _without(outcomes, short[0], outcomes[short[0]], rule, policy)
        if deserved is not None and deserved - base >= rule.levels_lost:
            return Level(base + 1), short[0]
    return base, None


def _falls_short(value: Outcome, asked: Threshold, rule: CountedThresholds) -> bool:
    if isinstance(value, RemarkLevel):
        return rule.remark_subjects and value is RemarkLevel.NOT_ACHIEVED
    return value < asked.every


def _without(
    outcomes: Outcomes,
    subject: SubjectKey,
    value: Outcome,
    rule: CountedThresholds,
    policy: AdjustmentPolicy,
) -> Level | None:
    """The level were it not for this subject; None when it may not be the one."""
    remark = isinstance(value, RemarkLevel)
    if remark and not policy.remark_subjects:
        return None
    if policy.reading == COUNTERFACTUAL:
        best: Outcome = RemarkLevel.ACHIEVED if remark else _BEST_SCORE
        return base_level(outcomes={**outcomes, subject: best}, rule=rule)
    others = {key: other for key, other in outcomes.items() if key != subject}
    return base_level(outcomes=others, rule=rule)


def counted_result(
    *,
    outcomes: Outcomes,
    rule: CountedThresholds,
    regulation: Regulation,
    policy: AdjustmentPolicy | None = None,
) -> LearningResult:
    """Base and final level under a reading of Điều 9.3 (the regulation's own by default)."""
    chosen = policy or rule.policy
    base = base_level(outcomes=outcomes, rule=rule)
    if base is None:
        return LearningResult(None, None, None, chosen.name, False, regulation.clause("learning"))
    final, decider = adjusted_level(outcomes=outcomes, base=base, rule=rule, policy=chosen)
    strict, _ = adjusted_level(outcomes=outcomes, base=base, rule=rule, policy=STRICT)
    clause = regulation.clause("learning" if decider is None else "adjustment")
    return LearningResult(base, final, decider, chosen.name, strict is not final, clause)
