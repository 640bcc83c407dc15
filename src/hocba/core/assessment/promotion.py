"""After the year: promotion and what is left to do (Điều 12-14), awards (Điều 15)."""

from collections.abc import Mapping

from hocba.core.assessment.classification import passing
from hocba.core.assessment.marks import Level, RemarkLevel, SubjectKey
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import Award, Decision, Outcome, PromotionResult


def promotion_result(
    *,
    learning: Level | None,
    conduct: Level | None,
    absences: int | None,
    years: Mapping[SubjectKey, Outcome | None],
    regulation: Regulation,
) -> PromotionResult:
    """The proposal by Điều 12.1; absences in buổi, the limit itself still passes.

    Over the limit nothing mends it. Both learning and conduct short: training comes first, the
    reassessment is listed too and the head decides (Điều 13-14).
    """
    clause = regulation.promotion_clause
    if absences is not None and absences > regulation.absence_limit:
        return PromotionResult(Decision.RETAINED, ("absence_over_limit",), (), f"{clause}.c")
    if learning is None or conduct is None or absences is None:
        reasons = tuple(
            code
            for code, value in (
                ("learning_unknown", learning),
                ("conduct_unknown", conduct),
                ("absences_unknown", absences),
            )
            if value is None
        )
        return PromotionResult(Decision.UNDETERMINED, reasons, (), clause)
    reassess: tuple[SubjectKey, ...] = ()
    if learning < Level.ACHIEVED:
        reassess = tuple(
            key
            for key, value in years.items()
            if not passing(value, at_least=regulation.reassess_below)
        )
    if conduct < Level.ACHIEVED:
        reasons = ("conduct_not_achieved",) + (("learning_not_achieved",) if reassess else ())
        return PromotionResult(
            Decision.SUMMER_TRAINING, reasons, reassess, f"{regulation.name} Điều 13"
        )
    if learning < Level.ACHIEVED:
        return PromotionResult(
            Decision.REASSESSMENT,
            ("learning_not_achieved",),
            reassess,
            f"{regulation.name} Điều 14",
        )
    return PromotionResult(Decision.PROMOTED, (), (), clause)


def award_for(
    *,
    learning: Level | None,
    conduct: Level | None,
    years: Mapping[SubjectKey, Outcome | None],
    regulation: Regulation,
) -> Award | None:
    """Học sinh Xuất sắc or Học sinh Giỏi (Điều 15.1), or none."""
    if learning is not Level.GOOD or conduct is not Level.GOOD:
        return None
    excellent = sum(
        value is not None
        and not isinstance(value, RemarkLevel)
        and value >= regulation.excellent_score
        for value in years.values()
    )
    return Award.EXCELLENT if excellent >= regulation.excellent_count else Award.GOOD
