"""Each kind of worked case: what is asked of the rules, and how the answer is written."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from hocba.adapters.worked_cases.notation import (
    Input,
    key_of,
    level,
    mark,
    outcomes_of,
    policy_named,
    scored_subject,
    shown,
    tenths,
    term_marks,
    word,
)
from hocba.core.assessment.averages import (
    half_up,
    regular_count,
    remark_term,
    subject_result,
    weighted_sum,
    year_average,
)
from hocba.core.assessment.classification import conduct_result, learning_result
from hocba.core.assessment.marks import (
    LEGACY_WORDS,
    AssessmentForm,
    LegacyLevel,
    Level,
    Outcome,
    SubjectKey,
    SubjectYear,
    TermMarks,
)
from hocba.core.assessment.promotion import award_for, eligible_subjects, promotion_result
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import Decision, LearningResult, PromotionResult, SummerAction

Results = dict[str, Any]
TRAINING_FIRST = "literal_D14"
_DECISIONS = {
    Decision.PROMOTED: "len_lop",
    Decision.PROMOTED_AFTER_SUMMER: "len_lop_sau_he",
    Decision.RETAINED: "khong_len_lop",
    Decision.PENDING: "cho_ket_qua_he",
    Decision.UNDETERMINED: "chua_du_can_cu",
}
_ACTIONS = {SummerAction.TRAINING: "ren_luyen_he", SummerAction.REASSESSMENT: "kiem_tra_lai"}
_LEGACY = {name: level for level, name in LEGACY_WORDS.items()}


def _regular_count(data: Input, regulation: Regulation, _reading: str) -> Results:
    subject = scored_subject("", data["periods_per_year"], TermMarks(), TermMarks())
    return {"regular_count": regular_count(subject=subject, regulation=regulation)}


def _semester_average(data: Input, regulation: Regulation, _reading: str) -> Results:
    marks = term_marks(data)
    required = len(marks.regular)
    if "periods_per_year" in data:
        subject = scored_subject("", data["periods_per_year"], marks, TermMarks())
        required = regular_count(subject=subject, regulation=regulation)
    exact = weighted_sum(marks=marks, required=required, regulation=regulation)
    if exact is None:
        return {"average": None, "exact": None, "numerator": None, "denominator": None}
    return {
        "average": shown(half_up(exact.numerator, exact.divisor)),
        "exact": str(Fraction(exact.numerator, 10 * exact.divisor)),
        "numerator": f"{exact.numerator // 10}.{exact.numerator % 10}",
        "denominator": exact.divisor,
    }


def _year_average(data: Input, regulation: Regulation, _reading: str) -> Results:
    if data["hk1"] is None or data["hk2"] is None:
        return {"average": None}
    first, second = tenths(data["hk1"]), tenths(data["hk2"])
    return {"average": shown(year_average(first=first, second=second, regulation=regulation))}


def _comment_semester(data: Input, regulation: Regulation, _reading: str) -> Results:
    required = data.get("required_regular", regulation.remark_regular_count)
    result = remark_term(
        marks=term_marks(data), required=required, regulation=regulation, closed=True
    )
    return {"result": shown(result)}


def _comment_year(data: Input, regulation: Regulation, _reading: str) -> Results:
    subject = SubjectYear(
        SubjectKey(""),
        AssessmentForm.REMARK,
        0,
        TermMarks(carried=mark(data["hk1"])),
        TermMarks(carried=mark(data["hk2"])),
    )
    return {"result": shown(subject_result(subject=subject, regulation=regulation).year)}


def _learning(result: LearningResult) -> Results:
    return {
        "base": word(result.base),
        "final": word(result.final),
        "adjusted": result.base is not result.final,
    }


def _learning_level(data: Input, regulation: Regulation, policy: str) -> Results:
    return _learning(
        learning_result(
            outcomes=outcomes_of(data), regulation=regulation, policy=policy_named(policy)
        )
    )


def _legacy_learning(data: Input, regulation: Regulation, _reading: str) -> Results:
    special = data.get("specialised_subject")
    result = learning_result(
        outcomes=outcomes_of(data),
        regulation=regulation,
        specialised=key_of(special) if special else None,
    )
    return {"dtb": shown(result.average), **_learning(result)}


def _conduct_year(data: Input, regulation: Regulation, _reading: str) -> Results:
    first, second = level(data["hk1"]), level(data["hk2"])
    result = conduct_result(first=first, second=second, regulation=regulation)
    return {"year": word(result.year)}


def _award(data: Input, regulation: Regulation, _reading: str) -> Results:
    years = {SubjectKey(str(at)): mark(one) for at, one in enumerate(data["year_scores"])}
    rule = award_for(
        learning=level(data["learning_year"]),
        conduct=level(data["conduct_year"]),
        years=years,
        regulation=regulation,
    )
    return {"title": rule.title if rule else None}


def _legacy_title(data: Input, regulation: Regulation, _reading: str) -> Results:
    rule = award_for(
        learning=_LEGACY[data["learning"]],
        conduct=_legacy_conduct(data["conduct"], regulation),
        years={},
        regulation=regulation,
    )
    return {"title": rule.title if rule else None}


def _legacy_conduct(word: str, regulation: Regulation) -> Level:
    return {one: level for level, one in regulation.conduct_words.items()}[word]


def _promotion(data: Input, regulation: Regulation, policy: str) -> Results:
    result = promotion_result(
        learning=level(data["learning_year"]),
        conduct=level(data["conduct_year"]),
        absences=data["absences"],
        years={},
        regulation=regulation,
        learning_after=level(data.get("learning_after_retake")),
        conduct_after=level(data.get("conduct_after_summer")),
        summer_closed=data.get("summer_closed", False),
        training_first=policy == TRAINING_FIRST,
    )
    return _decided(result)


def _decided(result: PromotionResult) -> Results:
    return {
        "decision": _DECISIONS[result.decision],
        "summer_actions": [_ACTIONS[action] for action in result.actions],
    }


def _legacy_promotion(data: Input, regulation: Regulation, _reading: str) -> Results:
    learning: LegacyLevel = _LEGACY[data["learning"]]
    result = promotion_result(
        learning=learning,
        conduct=_legacy_conduct(data["conduct"], regulation),
        absences=data["absences"],
        years={},
        regulation=regulation,
    )
    if result.decision is Decision.PENDING:
        return {"decision": _ACTIONS[result.actions[0]]}
    return {"decision": _DECISIONS[result.decision]}


def _retake(data: Input, regulation: Regulation, policy: str) -> Results:
    outcomes = outcomes_of(data)
    names = {key_of(name): name for name in [*data["scores"], *data.get("comments", {})]}
    eligible = eligible_subjects(years=outcomes, regulation=regulation)
    new = {key_of(name): mark(one) for name, one in data["retake"].items()}
    before = learning_result(outcomes=outcomes, regulation=regulation, policy=policy_named(policy))
    after = learning_result(
        outcomes={**outcomes, **{key: one for key, one in new.items() if key in eligible}},
        regulation=regulation,
        policy=policy_named(policy),
    )
    promotion = promotion_result(
        learning=before.final,
        conduct=level(data["conduct_year"]),
        absences=data["absences"],
        years=outcomes,
        regulation=regulation,
        learning_after=after.final,
        conduct_after=level(data.get("conduct_after_summer")),
        summer_closed=True,
    )
    return {
        "eligible": [names[key] for key in promotion.reassess_subjects],
        "learning_before": word(before.final),
        "learning_after": word(after.final),
        "decision": _DECISIONS[promotion.decision],
    }


def _year_record(data: Input, regulation: Regulation, policy: str) -> Results:
    scored: dict[str, Results] = {}
    remarked: dict[str, Results] = {}
    outcomes: dict[str, dict[SubjectKey, Outcome | None]] = {"hk1": {}, "hk2": {}, "year": {}}
    for name, one in data["subjects"].items():
        subject = scored_subject(
            name, one["periods_per_year"], term_marks(one["hk1"]), term_marks(one["hk2"])
        )
        scored[name] = _row(subject, regulation, outcomes)
    for name, one in data.get("comments", {}).items():
        first, second = (TermMarks(carried=mark(one[term])) for term in ("hk1", "hk2"))
        subject = SubjectYear(key_of(name), AssessmentForm.REMARK, 0, first, second)
        remarked[name] = _row(subject, regulation, outcomes)
    levels = {
        which: learning_result(outcomes=known, regulation=regulation, policy=policy_named(policy))
        for which, known in outcomes.items()
    }
    conduct = conduct_result(
        first=level(data["conduct"]["hk1"]),
        second=level(data["conduct"]["hk2"]),
        regulation=regulation,
    )
    promotion = promotion_result(
        learning=levels["year"].final,
        conduct=conduct.year,
        absences=data["absences"],
        years=outcomes["year"],
        regulation=regulation,
    )
    award = award_for(
        learning=levels["year"].final,
        conduct=conduct.year,
        years=outcomes["year"],
        regulation=regulation,
    )
    return {
        "subjects": scored,
        "comments": remarked,
        **{
            f"learning_{which}": {"base": word(one.base), "final": word(one.final)}
            for which, one in levels.items()
        },
        "conduct_year": word(conduct.year),
        "award": award.title if award else None,
        **_decided(promotion),
    }


def _row(
    subject: SubjectYear,
    regulation: Regulation,
    outcomes: Mapping[str, dict[SubjectKey, Outcome | None]],
) -> Results:
    result = subject_result(subject=subject, regulation=regulation)
    terms = {"hk1": result.first, "hk2": result.second, "year": result.year}
    for which, value in terms.items():
        outcomes[which][subject.subject] = value
    return {which: shown(value) for which, value in terms.items()}


KINDS: Mapping[str, Callable[[Input, Regulation, str], Results]] = {
    "regular_count": _regular_count,
    "semester_average": _semester_average,
    "semester_average_tt58": _semester_average,
    "year_average": _year_average,
    "comment_semester": _comment_semester,
    "comment_year": _comment_year,
    "learning_level": _learning_level,
    "conduct_year": _conduct_year,
    "award": _award,
    "promotion": _promotion,
    "retake": _retake,
    "tt58_learning": _legacy_learning,
    "tt58_promotion": _legacy_promotion,
    "tt58_title": _legacy_title,
    "year_record": _year_record,
}
