"""After the year: promotion and what is left to do (Điều 12-14), awards (Điều 15)."""

from collections.abc import Mapping

from hocba.core.assessment.classification import passing
from hocba.core.assessment.marks import LearningLevel, Level, Outcome, RemarkLevel, SubjectKey
from hocba.core.assessment.regulation import AwardRule, Regulation
from hocba.core.assessment.results import Decision, PromotionResult, SummerAction

Years = Mapping[SubjectKey, Outcome | None]


def eligible_subjects(*, years: Years, regulation: Regulation) -> tuple[SubjectKey, ...]:
    """Subjects that may be reassessed: Chưa đạt, or an average below 5,0 (Điều 14)."""
    below = regulation.promotion.reassess_below
    return tuple(key for key, value in years.items() if not passing(value, at_least=below))


def promotion_result(
    *,
    learning: LearningLevel | None,
    conduct: Level | None,
    absences: int | None,
    years: Years,
    regulation: Regulation,
    learning_after: LearningLevel | None = None,
    conduct_after: Level | None = None,
    summer_closed: bool = False,
    conduct_waived: bool = False,
    training_first: bool = False,
) -> PromotionResult:
    """The proposal by Điều 12.1; absences in buổi, the limit itself still passes.

    1. Over the absence limit nothing mends it.
    2. What is not known is not decided.
    3. Learning and conduct both reach their level: promoted.
    4. No remedy is offered below the floor, or for both short where the circular says so.
    5. Otherwise the summer decides: pending until its results are in or it is closed. Read to the
       letter (`training_first`), Điều 14 opens the reassessment only once conduct has been mended.
    """
    rule, clause = regulation.promotion, regulation.clause("promotion")
    over = regulation.clause("absences")
    # (1)
    if absences is not None and absences > rule.absence_limit:
        return PromotionResult(Decision.RETAINED, (), ("absence_over_limit",), (), over)
    # (2)
    unknown = _unknown(learning, conduct, absences, conduct_waived=conduct_waived)
    if unknown or learning is None:
        return PromotionResult(Decision.UNDETERMINED, (), unknown, (), clause)
    # (3)
    short = {
        SummerAction.TRAINING: conduct is not None and conduct < rule.conduct,
        SummerAction.REASSESSMENT: learning < rule.learning,
    }
    actions = tuple(action for action, needed in short.items() if needed)
    if not actions:
        return PromotionResult(Decision.PROMOTED, (), (), (), clause)
    # (4)
    reasons = tuple(_REASONS[action] for action in actions)
    both = len(actions) == len(short)
    hopeless = rule.no_remedy_below is not None and learning < rule.no_remedy_below
    if hopeless or (both and rule.both_short == "retained"):
        return PromotionResult(Decision.RETAINED, (), reasons, (), clause)
    # (5)
    mended = {
        SummerAction.TRAINING: conduct_after is not None and conduct_after >= rule.conduct,
        SummerAction.REASSESSMENT: learning_after is not None and learning_after >= rule.learning,
    }
    pending = Decision.RETAINED if summer_closed else Decision.PENDING
    healed = all(mended[action] for action in actions)
    decision = Decision.PROMOTED_AFTER_SUMMER if healed else pending
    if both and training_first:
        actions = (SummerAction.TRAINING,)
    return _summer_work(decision, actions, () if healed else reasons, years, regulation)


def _unknown(
    learning: LearningLevel | None,
    conduct: Level | None,
    absences: int | None,
    *,
    conduct_waived: bool,
) -> tuple[str, ...]:
    found = {
        "learning_unknown": learning is None,
        "conduct_unknown": conduct is None and not conduct_waived,
        "absences_unknown": absences is None,
    }
    return tuple(code for code, missing in found.items() if missing)


def _summer_work(
    decision: Decision,
    actions: tuple[SummerAction, ...],
    reasons: tuple[str, ...],
    years: Years,
    regulation: Regulation,
) -> PromotionResult:
    """A decision that hangs on the summer, with what is to be done in it."""
    if SummerAction.REASSESSMENT not in actions:
        clause = regulation.clause("summer_training")
        return PromotionResult(decision, actions, reasons, (), clause)
    eligible = eligible_subjects(years=years, regulation=regulation)
    return PromotionResult(decision, actions, reasons, eligible, regulation.clause("reassessment"))


_REASONS = {
    SummerAction.TRAINING: "conduct_not_achieved",
    SummerAction.REASSESSMENT: "learning_not_achieved",
}


def award_for(
    *,
    learning: LearningLevel | None,
    conduct: Level | None,
    years: Years,
    regulation: Regulation,
) -> AwardRule | None:
    """The highest title whose conditions hold (Điều 15.1), or none."""
    if learning is None or conduct is None:
        return None
    scores = [
        value
        for value in years.values()
        if value is not None and not isinstance(value, RemarkLevel)
    ]
    for rule in regulation.awards:
        counted = sum(score >= rule.score for score in scores)
        if learning >= rule.learning and conduct >= rule.conduct and counted >= rule.count:
            return rule
    return None
