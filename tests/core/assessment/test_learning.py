"""Kết quả học tập: thresholds to the tenth, the adjustment in every reading, TT58's averages."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.assessment.classification import learning_result
from hocba.core.assessment.counted_thresholds import adjusted_level, base_level
from hocba.core.assessment.learning_rules import POLICIES, AdjustmentPolicy, CountedThresholds
from hocba.core.assessment.marks import LegacyLevel, Level, Outcome, SubjectKey, Tenths
from hocba.core.assessment.regulation import Regulation
from tests.core.assessment.years import (
    FAILED,
    PASSED,
    TT22,
    TT26,
    TT43,
    TT58,
    near_thresholds,
    remark_levels,
)

CORE = ("toan", "ngu_van", "ngoai_ngu_1")


def outcomes(scores: Sequence[int], failures: int = 0) -> Mapping[SubjectKey, Outcome]:
    """Scored subjects and four remark subjects of which some failed."""
    return {
        **{SubjectKey(f"s{at}"): Tenths(one) for at, one in enumerate(scores)},
        **{SubjectKey(f"r{at}"): FAILED if at < failures else PASSED for at in range(4)},
    }


def level(scores: Sequence[int], failures: int = 0, regulation: Regulation = TT22) -> Level | None:
    """The level before any adjustment."""
    rule = regulation.learning
    assert isinstance(rule, CountedThresholds)
    return base_level(outcomes=outcomes(scores, failures), rule=rule)


@pytest.mark.parametrize(
    ("scores", "failures", "expected"),
    [
        ([80] * 6 + [65] * 2, 0, Level.GOOD),
        ([80] * 6 + [65, 64], 0, Level.FAIR),
        ([80] * 5 + [79, 65, 65], 0, Level.FAIR),
        ([80] * 8, 1, Level.ACHIEVED),
        ([65] * 6 + [50] * 2, 0, Level.FAIR),
        ([65] * 6 + [50, 49], 0, Level.ACHIEVED),
        ([65] * 5 + [64, 50, 50], 0, Level.ACHIEVED),
        ([50] * 6 + [35] * 2, 1, Level.ACHIEVED),
        ([50] * 6 + [35] * 2, 2, Level.NOT_ACHIEVED),
        ([50] * 6 + [35, 34], 0, Level.NOT_ACHIEVED),
        ([50] * 5 + [49, 35, 35], 0, Level.NOT_ACHIEVED),
        ([100] * 5, 0, None),
        ([], 0, None),
    ],
)
def test_a_level_turns_at_its_threshold(
    scores: list[int], failures: int, expected: Level | None
) -> None:
    assert level(scores, failures) is expected


@pytest.mark.parametrize(
    ("scores", "failures", "expected"),
    [
        ([80] * 5, 0, Level.GOOD),
        ([80] * 5, 4, Level.GOOD),  # remark subjects take no part in TT43
        ([80] * 4 + [79], 0, Level.FAIR),
        ([65] * 5 + [50], 0, Level.FAIR),
        ([50] * 5 + [35], 0, Level.ACHIEVED),
        ([50] * 5 + [34], 0, Level.NOT_ACHIEVED),
        ([80] * 4, 0, None),
    ],
)
def test_gdtx_counts_five_subjects(
    scores: list[int], failures: int, expected: Level | None
) -> None:
    assert level(scores, failures, TT43) is expected


@pytest.mark.parametrize(
    ("scores", "failures", "by_policy"),
    [
        # (i) one score below 5,0 among six at 8,0: every reading lifts it
        ([80] * 6 + [65, 49], 0, ["Khá"] * 4),
        ([80] * 6 + [65, 34], 0, ["Đạt"] * 4),
        # only five others at 8,0: only the counterfactual reading does
        ([80] * 5 + [65, 65, 49], 0, ["Khá", "Khá", "Đạt", "Đạt"]),
        # (ii) one remark subject failed
        ([80] * 6 + [65] * 2, 1, ["Khá", "Đạt", "Khá", "Đạt"]),
        # (iii) one below 3,5 under a Khá
        ([65] * 6 + [50, 34], 0, ["Đạt"] * 4),
        ([65] * 5 + [50, 50, 34], 0, ["Đạt", "Đạt", "Chưa đạt", "Chưa đạt"]),
        # two subjects are not one
        ([80] * 6 + [49, 49], 0, ["Đạt"] * 4),
        ([80] * 6 + [65, 49], 1, ["Đạt"] * 4),
    ],
)
def test_one_subject_lifts_the_level_by_one_in_each_reading(
    scores: list[int], failures: int, by_policy: list[str]
) -> None:
    words = {"Tốt": 3, "Khá": 2, "Đạt": 1, "Chưa đạt": 0}
    for policy, expected in zip(POLICIES.values(), by_policy, strict=True):
        result = learning_result(
            outcomes=outcomes(scores, failures), regulation=TT22, policy=policy
        )
        assert result.final == words[expected], policy.name


def test_a_lifted_level_names_its_subject_its_clause_and_asks_for_review() -> None:
    result = learning_result(outcomes=outcomes([80] * 5 + [65, 65, 49]), regulation=TT22)
    assert (result.base, result.final) == (Level.ACHIEVED, Level.FAIR)
    assert (result.deciding_subject, result.review) == ("s7", True)
    assert result.clause == "TT22/2021 Điều 9.3"
    agreed = learning_result(outcomes=outcomes([80] * 6 + [65, 49]), regulation=TT22)
    assert not agreed.review


def test_short_data_give_no_level_and_never_a_failure() -> None:
    some: dict[SubjectKey, Outcome | None] = {**outcomes([80] * 8), SubjectKey("s0"): None}
    result = learning_result(outcomes=some, regulation=TT22)
    assert (result.base, result.final) == (None, None)


def closed_form(scores: list[Tenths], failed: int, *, strict: bool) -> Level | None:
    """The adjustment by counting alone (assessment.md A.6), for seven scored subjects and more."""
    base = level(scores, failed)
    lowest = min(scores)
    others = sorted(scores)[1:]
    need = 6 if strict else 5
    if failed == 0:
        if lowest < 50 and min(others) >= 65 and sum(one >= 80 for one in others) >= need:
            return Level.FAIR if lowest >= 35 else Level.ACHIEVED
        if lowest < 35 and min(others) >= 50 and sum(one >= 65 for one in others) >= need:
            return Level.ACHIEVED
    good = lowest >= 65 and sum(one >= 80 for one in scores) >= 6
    return Level.FAIR if failed == 1 and good and not strict else base


@settings(max_examples=400)
@given(
    st.lists(near_thresholds, min_size=7, max_size=11),
    st.lists(remark_levels, min_size=4, max_size=4),
)
def test_the_closed_form_equals_both_engines(scores: list[Tenths], remarks: list[object]) -> None:
    failed = sum(one is FAILED for one in remarks)
    known = outcomes(scores, failed)
    rule = TT22.learning
    assert isinstance(rule, CountedThresholds)
    base = base_level(outcomes=known, rule=rule)
    assert base is not None
    for name, strict in (("counterfactual+comments", False), ("strict_removal+scores_only", True)):
        final, _ = adjusted_level(outcomes=known, base=base, rule=rule, policy=POLICIES[name])
        assert final is closed_form(scores, failed, strict=strict), name


# Shapes that a plain random list would hardly ever hit: one low subject under good others.
@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from([Tenths(n) for n in (50, 64, 65, 79, 80, 95)]), min_size=6, max_size=9
    ),
    st.sampled_from([Tenths(n) for n in (0, 34, 35, 49, 50)]),
    st.integers(0, 2),
)
def test_the_closed_form_holds_around_one_low_subject(
    others: list[Tenths], low: Tenths, failed: int
) -> None:
    known = outcomes([*others, low], failed)
    rule = TT22.learning
    assert isinstance(rule, CountedThresholds)
    base = base_level(outcomes=known, rule=rule)
    assert base is not None
    for name, strict in (("counterfactual+comments", False), ("strict_removal+scores_only", True)):
        final, _ = adjusted_level(outcomes=known, base=base, rule=rule, policy=POLICIES[name])
        assert final is closed_form([*others, low], failed, strict=strict), name


@settings(max_examples=300)
@given(st.lists(near_thresholds, min_size=6, max_size=9), st.integers(0, 2), st.data())
def test_raising_a_subject_never_lowers_the_base_level(
    scores: list[Tenths], failed: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(scores) - 1))
    raised = [*scores]
    raised[place] = data.draw(st.integers(scores[place], 100).map(Tenths))
    before, after = level(scores, failed), level(raised, failed)
    assert before is not None
    assert after is not None
    assert after >= before


@settings(max_examples=300)
@given(
    st.lists(near_thresholds, min_size=6, max_size=9),
    st.integers(0, 2),
    st.sampled_from(list(POLICIES.values())),
    st.data(),
)
def test_raising_a_subject_never_lowers_the_adjusted_level(
    scores: list[Tenths], failed: int, policy: AdjustmentPolicy, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(scores) - 1))
    raised = [*scores]
    raised[place] = data.draw(st.integers(scores[place], 100).map(Tenths))
    before, after = (
        learning_result(outcomes=outcomes(one, failed), regulation=TT22, policy=policy).final
        for one in (scores, raised)
    )
    assert before is not None
    assert after is not None
    assert after >= before


def test_tt58_truly_breaks_monotony_where_its_list_has_a_hole() -> None:
    """Điều 13.6 lifts Khá → Kém to Yếu but doesn't list Giỏi → Kém: better marks, lower học lực."""
    fair = dict.fromkeys((*CORE, *(f"s{at}" for at in range(8))), 84)
    better = dict.fromkeys(fair, 90)
    assert legacy(fair | {"s9": 19}, 0, TT26) is LegacyLevel.WEAK
    assert legacy(better | {"s9": 19}, 0, TT26) is LegacyLevel.POOR


def legacy(scores: Mapping[str, int], failures: int, regulation: Regulation) -> object:
    """Final học lực with these scores and remark subjects."""
    known: dict[SubjectKey, Outcome | None] = {
        SubjectKey(key): Tenths(one) for key, one in scores.items()
    }
    known |= {SubjectKey(f"r{at}"): FAILED if at < failures else PASSED for at in range(3)}
    return learning_result(outcomes=known, regulation=regulation).final


@pytest.mark.parametrize(
    ("core", "others", "expected"),
    [
        ((80, 65, 65), [85] * 7, LegacyLevel.EXCELLENT),
        ((80, 65, 64), [85] * 7, LegacyLevel.FAIR),
        ((79, 79, 79), [85] * 7, LegacyLevel.FAIR),
        ((80, 80, 80), [80] * 6 + [75], LegacyLevel.EXCELLENT),  # 79,5 rounds up to 8,0
        ((80, 80, 80), [80] * 6 + [74], LegacyLevel.FAIR),
        ((65, 50, 50), [70] * 7, LegacyLevel.FAIR),
        ((64, 64, 64), [70] * 7, LegacyLevel.AVERAGE),
        ((65, 50, 49), [75] * 7, LegacyLevel.AVERAGE),
        ((50, 35, 35), [55] * 7, LegacyLevel.AVERAGE),
        ((49, 49, 49), [55] * 7, LegacyLevel.WEAK),
        ((50, 35, 34), [56] * 7, LegacyLevel.WEAK),
        ((20, 20, 20), [45] * 7, LegacyLevel.WEAK),
        ((19, 20, 20), [45] * 7, LegacyLevel.POOR),
        ((20, 20, 20), [40] * 7, LegacyLevel.POOR),
    ],
)
def test_hoc_luc_turns_at_its_thresholds(
    core: tuple[int, ...], others: list[int], expected: LegacyLevel
) -> None:
    scores = dict(zip(CORE, core, strict=True)) | {f"s{at}": one for at, one in enumerate(others)}
    assert legacy(scores, 0, TT26) is expected


def test_only_tt26_lets_the_foreign_language_be_the_core_subject() -> None:
    scores = {"toan": 79, "ngu_van": 79, "ngoai_ngu_1": 85} | {f"s{at}": 85 for at in range(8)}
    assert legacy(scores, 0, TT58) is LegacyLevel.FAIR
    assert legacy(scores, 0, TT26) is LegacyLevel.EXCELLENT


@pytest.mark.parametrize(
    ("low", "failures", "expected"),
    [
        (49, 0, LegacyLevel.FAIR),  # G → Tb, lifted to K
        (34, 0, LegacyLevel.AVERAGE),  # G → Y, lifted to Tb
        (85, 1, LegacyLevel.AVERAGE),  # G → Y by a remark subject
        (85, 2, LegacyLevel.WEAK),  # two subjects are not one
        (19, 0, LegacyLevel.POOR),  # G → Kém is not listed
    ],
)
def test_khoan_6_lifts_what_it_lists(low: int, failures: int, expected: LegacyLevel) -> None:
    scores = dict.fromkeys((*CORE, *(f"s{at}" for at in range(8))), 88) | {"s9": low}
    assert legacy(scores, failures, TT26) is expected


def test_khoan_6_lifts_a_fair_average_too() -> None:
    fair = dict.fromkeys((*CORE, *(f"s{at}" for at in range(8))), 72)
    assert legacy(fair | {"s9": 34}, 0, TT26) is LegacyLevel.AVERAGE  # K → Y
    assert legacy(fair | {"s9": 19}, 0, TT26) is LegacyLevel.WEAK  # K → Kém


def test_a_specialised_subject_must_carry_the_level() -> None:
    scores: dict[SubjectKey, Outcome | None] = {
        SubjectKey(key): Tenths(85) for key in (*CORE, "s0", "s1", "s2", "s3")
    }
    for low, expected in (
        (80, LegacyLevel.EXCELLENT),
        (79, LegacyLevel.FAIR),
        (65, LegacyLevel.FAIR),
        (64, LegacyLevel.FAIR),  # G → Tb by this one subject, lifted
    ):
        known = scores | {SubjectKey("hoa_hoc"): Tenths(low)}
        result = learning_result(outcomes=known, regulation=TT58, specialised=SubjectKey("hoa_hoc"))
        assert result.final is expected, low


def test_without_scores_there_is_no_average_and_no_level() -> None:
    result = learning_result(outcomes={SubjectKey("r"): PASSED}, regulation=TT58)
    assert (result.average, result.final) == (None, None)
