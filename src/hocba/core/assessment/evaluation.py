"""The rules over JSON values: what an explanation's inputs mean, and the result that they give.

Marks and averages are tenths, remark levels "Đ" and "CĐ", levels their words ("Khá", "Giỏi").
"""

from collections.abc import Callable, Mapping
from typing import Any

from hocba.core.assessment.averages import remark_term, term_average, year_average
from hocba.core.assessment.classification import conduct_result, learning_result
from hocba.core.assessment.learning_rules import OverallAverage
from hocba.core.assessment.marks import (
    LEGACY_WORDS,
    LEVEL_WORDS,
    LearningLevel,
    LegacyLevel,
    Level,
    Mark,
    MarkKind,
    RemarkLevel,
    SubjectKey,
    Tenths,
    TermMarks,
    level_word,
)
from hocba.core.assessment.promotion import award_for, promotion_result
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import Decision

Inputs = Mapping[str, Any]
_LEVELS = {word: level for level, word in LEVEL_WORDS.items()}
_LEGACY = {word: level for level, word in LEGACY_WORDS.items()}


def encoded(value: Mark | LearningLevel | None) -> int | str | None:
    """Return a mark or a level as JSON."""
    if value is None:
        return None
    if isinstance(value, Level | LegacyLevel):
        return level_word(value)
    return value.value if isinstance(value, RemarkLevel) else int(value)


def decoded_mark(value: int | str | None) -> Mark | None:
    """Return the mark that JSON holds."""
    if value is None:
        return None
    return RemarkLevel(value) if isinstance(value, str) else Tenths(value)


def _conduct_level(word: str | None) -> Level | None:
    return None if word is None else _LEVELS[word]


def learning_level(word: str | None, regulation: Regulation) -> LearningLevel | None:
    """Return the level that a word means under a circular: "Khá" is one of each."""
    if word is None:
        return None
    return _LEGACY[word] if isinstance(regulation.learning, OverallAverage) else _LEVELS[word]


def _given(inputs: Inputs, _regulation: Regulation) -> Any:
    return inputs["value"]


def _term_marks(inputs: Inputs) -> TermMarks:
    return TermMarks(
        regular=tuple(decoded_mark(one) for one in inputs["regular"]),
        topics=tuple(decoded_mark(one) for one in inputs["topics"]),
        periodic=tuple(decoded_mark(one) for one in inputs["periodic"]),
        midterm=decoded_mark(inputs["midterm"]),
        final=decoded_mark(inputs["final"]),
        missed=frozenset(MarkKind(one) for one in inputs["missed"]),
    )


def _term_average(inputs: Inputs, regulation: Regulation) -> Any:
    if not inputs["topics_fit"]:
        return None
    return encoded(
        term_average(marks=_term_marks(inputs), required=inputs["required"], regulation=regulation)
    )


def _remark_term(inputs: Inputs, regulation: Regulation) -> Any:
    if not inputs["topics_fit"]:
        return None
    return encoded(
        remark_term(marks=_term_marks(inputs), required=inputs["required"], regulation=regulation)
    )


def _year_average(inputs: Inputs, regulation: Regulation) -> Any:
    first, second = inputs["first"], inputs["second"]
    if first is None or second is None:
        return None
    return encoded(year_average(first=Tenths(first), second=Tenths(second), regulation=regulation))


def _remark_year(inputs: Inputs, _regulation: Regulation) -> Any:
    return inputs["second"]


def _learning(inputs: Inputs, regulation: Regulation) -> Any:
    result = learning_result(
        outcomes={SubjectKey(key): decoded_mark(one) for key, one in inputs["outcomes"].items()},
        regulation=regulation,
        specialised=SubjectKey(inputs["specialised"]) if inputs["specialised"] else None,
    )
    final = None if inputs["left_to_the_head"] else result.final
    return {
        "average": encoded(result.average),
        "base": encoded(result.base),
        "final": encoded(final),
        "short_of": short_of(inputs["outcomes"], result.final, regulation),
    }


def short_of(
    outcomes: Mapping[str, Any], level: LearningLevel | None, regulation: Regulation
) -> Mapping[str, Any] | None:
    """What keeps the result from the next level: which subjects, how many are counted.

    None at the top, without a level, or where the circular does not count subjects (TT58/2011).
    """
    rule = regulation.learning
    if level is None or isinstance(rule, OverallAverage) or level >= rule.thresholds[0].level:
        return None
    threshold = min(
        (one for one in rule.thresholds if one.level > level), key=lambda one: one.level
    )
    scores = {key: one for key, one in outcomes.items() if not isinstance(one, str)}
    failed = [key for key, one in outcomes.items() if one == RemarkLevel.NOT_ACHIEVED.value]
    allowed = threshold.remark_failures if rule.remark_subjects else len(failed)
    return {
        "level": encoded(threshold.level),
        "every": int(threshold.every),
        "below": [key for key, score in scores.items() if score < threshold.every],
        "counted": int(threshold.counted),
        "reached": sum(score >= threshold.counted for score in scores.values()),
        "needed": rule.counted_subjects,
        "failed": failed if len(failed) > allowed else [],
    }


def _conduct(inputs: Inputs, regulation: Regulation) -> Any:
    result = conduct_result(
        first=_conduct_level(inputs["first"]),
        second=_conduct_level(inputs["second"]),
        judged_year=_conduct_level(inputs["judged_year"]),
        waived=bool(inputs["waiver"]),
        regulation=regulation,
    )
    return encoded(result.year)


def _promotion(inputs: Inputs, regulation: Regulation) -> Any:
    if inputs["head_decided"] is not None:
        decision = Decision.PROMOTED if inputs["head_decided"] else Decision.RETAINED
        return {"decision": decision.value, "actions": [], "subjects": []}
    result = promotion_result(
        learning=learning_level(inputs["learning"], regulation),
        conduct=_conduct_level(inputs["conduct"]),
        absences=inputs["absences"],
        years={SubjectKey(key): decoded_mark(one) for key, one in inputs["years"].items()},
        regulation=regulation,
        learning_after=learning_level(inputs["learning_after"], regulation),
        conduct_after=_conduct_level(inputs["conduct_after"]),
        summer_closed=inputs["summer_closed"],
        conduct_waived=inputs["conduct_waived"],
    )
    return {
        "decision": result.decision.value,
        "actions": [action.value for action in result.actions],
        "subjects": list(result.reassess_subjects),
    }


def _award(inputs: Inputs, regulation: Regulation) -> Any:
    rule = award_for(
        learning=learning_level(inputs["learning"], regulation),
        conduct=_conduct_level(inputs["conduct"]),
        years={SubjectKey(key): decoded_mark(one) for key, one in inputs["years"].items()},
        regulation=regulation,
    )
    return rule.title if rule else None


RULES: Mapping[str, Callable[[Inputs, Regulation], Any]] = {
    "carried": _given,
    "manual": _given,
    "term_average": _term_average,
    "remark_term": _remark_term,
    "year_average": _year_average,
    "remark_year": _remark_year,
    "learning": _learning,
    "conduct": _conduct,
    "promotion": _promotion,
    "award": _award,
}
