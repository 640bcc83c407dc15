"""Promotion, summer, awards, disabled students: what the head is proposed (Điều 11-15)."""

from dataclasses import replace
from typing import Any

import pytest

from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.marks import (
    AssessmentMode,
    HeadDecision,
    LegacyLevel,
    Level,
    ManualResult,
    StudentYear,
    SubjectKey,
    Summer,
    Tenths,
)
from hocba.core.assessment.promotion import promotion_result
from hocba.core.assessment.results import Award, Decision, SummerAction
from tests.core.assessment.years import (
    FAILED,
    PASSED,
    TT22,
    TT43,
    TT58,
    plain_year,
    remarked,
    with_subject,
)

TRAINING, REASSESSMENT = SummerAction.TRAINING, SummerAction.REASSESSMENT


@pytest.mark.parametrize(
    ("excused", "unexcused", "decision"),
    [(45, 0, Decision.PROMOTED), (0, 45, Decision.PROMOTED), (40, 6, Decision.RETAINED)],
)
def test_absences_count_together_and_45_still_passes(
    excused: int, unexcused: int, decision: Decision
) -> None:
    year = plain_year(absences_excused=excused, absences_unexcused=unexcused)
    assert assess_year(year, regulation=TT22).promotion.decision is decision


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ({"conduct_second": None}, "conduct_unknown"),
        ({"absences_excused": None}, "absences_unknown"),
        ({"absences_unexcused": None}, "absences_unknown"),
        ({"subjects": ()}, "learning_unknown"),
    ],
)
def test_what_is_not_known_is_not_decided(missing: dict[str, Any], reason: str) -> None:
    judged = assess_year(replace(plain_year(), **missing), regulation=TT22)
    assert judged.promotion.decision is Decision.UNDETERMINED
    assert judged.promotion.reasons == (reason,)
    assert judged.completes_level is None


def test_a_grade_9_student_who_is_promoted_completes_the_level() -> None:
    assert assess_year(plain_year(), regulation=TT22).completes_level is True
    assert assess_year(plain_year(grade=8), regulation=TT22).completes_level is None
    waiting = plain_year([49] * 3 + [60] * 5)
    assert assess_year(waiting, regulation=TT22).completes_level is None


def test_short_learning_waits_for_reassessment_of_the_failed_subjects() -> None:
    judged = assess_year(plain_year([49, 49, 49, 60, 60, 60, 60, 60]), regulation=TT22)
    assert judged.learning_year.final is Level.NOT_ACHIEVED
    assert judged.promotion.decision is Decision.PENDING
    assert judged.promotion.actions == (REASSESSMENT,)
    assert judged.promotion.reassess_subjects == ("toan", "lich_su_dia_li", "khoa_hoc_tu_nhien")
    assert judged.promotion.clause == "TT22/2021 Điều 14"


def summered(**changes: Any) -> StudentYear:
    """Three subjects at 4,9; what the summer brought is given."""
    return plain_year([49, 49, 49, 60, 60, 60, 60, 60], summer=Summer(**changes))


@pytest.mark.parametrize(
    ("new", "closed", "decision", "after"),
    [
        ({"toan": 50}, False, Decision.PROMOTED_AFTER_SUMMER, Level.ACHIEVED),
        ({"toan": 49}, False, Decision.PENDING, Level.NOT_ACHIEVED),
        ({"toan": 49}, True, Decision.RETAINED, Level.NOT_ACHIEVED),
        ({}, True, Decision.RETAINED, None),
        ({}, False, Decision.PENDING, None),
    ],
)
def test_the_summer_decides(
    new: dict[str, int], closed: bool, decision: Decision, after: Level | None
) -> None:
    results = {SubjectKey(key): Tenths(one) for key, one in new.items()}
    judged = assess_year(summered(reassessed=results, closed=closed), regulation=TT22)
    assert judged.promotion.decision is decision
    assert (judged.summer.learning.final if judged.summer.learning else None) is after
    assert judged.learning_year.final is Level.NOT_ACHIEVED, "the year itself stays"
    assert (
        judged.completes_level
        is {
            Decision.PROMOTED_AFTER_SUMMER: True,
            Decision.RETAINED: False,
            Decision.PENDING: None,
        }[decision]
    )


def test_only_an_eligible_subject_is_reassessed() -> None:
    judged = assess_year(summered(reassessed={SubjectKey("tin_hoc"): Tenths(100)}), regulation=TT22)
    assert judged.summer.reassessed == {}
    assert judged.summer.learning is None


def test_a_lower_or_a_surprising_reassessment_is_for_a_person_to_look_at() -> None:
    low = summered(reassessed={SubjectKey("toan"): Tenths(40)})
    assert assess_year(low, regulation=TT22).review == ("reassessed_lower",)
    high = plain_year(
        [90] * 7 + [49],
        summer=Summer(reassessed={SubjectKey("cong_nghe"): Tenths(90)}),
    )
    assert "reassessed_above_the_floor" in assess_year(high, regulation=TT22).review


def test_a_failed_remark_subject_is_reassessed_by_its_level() -> None:
    year = plain_year()
    failed = tuple(
        remarked(one.subject, FAILED) if one.subject in ("nghe_thuat", "giao_duc_the_chat") else one
        for one in year.subjects
    )
    summer = Summer(reassessed={SubjectKey("nghe_thuat"): PASSED})
    judged = assess_year(replace(year, subjects=failed, summer=summer), regulation=TT22)
    assert judged.promotion.reassess_subjects == ("giao_duc_the_chat", "nghe_thuat")
    assert judged.promotion.decision is Decision.PROMOTED_AFTER_SUMMER


def test_short_conduct_waits_for_summer_training() -> None:
    year = plain_year(conduct_second=Level.NOT_ACHIEVED)
    judged = assess_year(year, regulation=TT22)
    assert (judged.promotion.decision, judged.promotion.actions) == (Decision.PENDING, (TRAINING,))
    assert judged.promotion.clause == "TT22/2021 Điều 13"
    trained = assess_year(replace(year, summer=Summer(conduct=Level.ACHIEVED)), regulation=TT22)
    assert trained.promotion.decision is Decision.PROMOTED_AFTER_SUMMER
    assert trained.conduct.year is Level.NOT_ACHIEVED, "the year itself stays"


def test_both_short_has_two_readings() -> None:
    values: dict[str, Any] = {
        "learning": Level.NOT_ACHIEVED,
        "conduct": Level.NOT_ACHIEVED,
        "absences": 0,
        "years": {SubjectKey("toan"): Tenths(30)},
        "regulation": TT22,
    }
    assert promotion_result(**values).actions == (TRAINING, REASSESSMENT)
    literal = promotion_result(**values, training_first=True)
    assert (literal.actions, literal.reassess_subjects) == ((TRAINING,), ())


@pytest.mark.parametrize(
    ("learning", "conduct", "decision", "actions"),
    [
        (LegacyLevel.AVERAGE, Level.ACHIEVED, Decision.PROMOTED, ()),
        (LegacyLevel.WEAK, Level.ACHIEVED, Decision.PENDING, (REASSESSMENT,)),
        (LegacyLevel.AVERAGE, Level.NOT_ACHIEVED, Decision.PENDING, (TRAINING,)),
        (LegacyLevel.WEAK, Level.NOT_ACHIEVED, Decision.RETAINED, ()),
        (LegacyLevel.POOR, Level.GOOD, Decision.RETAINED, ()),
    ],
)
def test_tt58_knows_cases_that_nothing_mends(
    learning: LegacyLevel, conduct: Level, decision: Decision, actions: tuple[SummerAction, ...]
) -> None:
    result = promotion_result(
        learning=learning, conduct=conduct, absences=0, years={}, regulation=TT58
    )
    assert (result.decision, result.actions) == (decision, actions)


@pytest.mark.parametrize(
    ("scores", "conduct", "award"),
    [
        ([90] * 6 + [80] * 2, Level.GOOD, Award.EXCELLENT),
        ([90] * 5 + [80] * 3, Level.GOOD, Award.GOOD),
        ([90] * 8, Level.FAIR, None),
        ([95] * 7 + [40], Level.GOOD, None),  # lifted to Khá at most
    ],
)
def test_titles_ask_for_good_learning_and_good_conduct(
    scores: list[int], conduct: Level, award: Award | None
) -> None:
    judged = assess_year(plain_year(scores, conduct_second=conduct), regulation=TT22)
    assert judged.award is award
    assert judged.award_title == (TT22.award_title(award) if award else "")


def test_a_summer_does_not_reopen_awards() -> None:
    summer = Summer(conduct=Level.GOOD)
    year = plain_year([90] * 8, conduct_second=Level.NOT_ACHIEVED, summer=summer)
    assert assess_year(year, regulation=TT22).award is None


def test_a_gdtx_learner_may_have_no_conduct_with_a_reason() -> None:
    year = plain_year(conduct_first=None, conduct_second=None, conduct_waiver="tự học")
    judged = assess_year(year, regulation=TT43)
    assert judged.conduct.waived
    assert judged.promotion.decision is Decision.PROMOTED
    assert judged.award is None


def test_tt58_takes_the_conduct_that_a_person_judged() -> None:
    year = plain_year(conduct_second=Level.FAIR, conduct_year=Level.GOOD)
    assert assess_year(year, regulation=TT58).conduct.year is Level.GOOD
    assert assess_year(year, regulation=TT22).conduct.year is Level.FAIR


def test_a_disabled_student_never_fails_by_machine() -> None:
    short = with_subject(plain_year([20] * 8), "toan", mode=AssessmentMode.INDIVIDUAL_PLAN)
    judged = assess_year(short, regulation=TT22)
    assert (judged.learning_year.base, judged.learning_year.final) == (Level.NOT_ACHIEVED, None)
    assert judged.promotion.decision is Decision.UNDETERMINED
    assert judged.review == ("head_decides",)
    head = HeadDecision(promoted=True, reason="tiến bộ theo kế hoạch", approver="Hiệu trưởng")
    decided = assess_year(replace(short, head_decision=head), regulation=TT22)
    assert decided.promotion.decision is Decision.PROMOTED
    assert decided.promotion.clause == "TT22/2021 Điều 12.4"
    refused = replace(short, head_decision=replace(head, promoted=False))
    assert assess_year(refused, regulation=TT22).promotion.decision is Decision.RETAINED


def test_a_disabled_student_who_passes_passes_and_an_exempt_subject_counts_nowhere() -> None:
    year = with_subject(plain_year([10] + [80] * 7), "toan", mode=AssessmentMode.EXEMPT)
    judged = assess_year(year, regulation=TT22)
    assert judged.learning_year.final is Level.GOOD
    assert judged.promotion.decision is Decision.PROMOTED


def test_a_result_set_by_hand_and_readings_that_differ_are_for_review() -> None:
    manual = ManualResult(Tenths(80), "chuyển từ nước ngoài về", "Hiệu trưởng")
    by_hand = with_subject(plain_year(), "toan", manual_year=manual)
    assert assess_year(by_hand, regulation=TT22).review == ("manual_result",)
    split = plain_year([80] * 5 + [65, 65, 49])
    assert assess_year(split, regulation=TT22).review == ("adjustment_readings_differ",)
