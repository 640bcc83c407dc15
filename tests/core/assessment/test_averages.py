"""ĐTBmhk, ĐTBmcn, Đ/CĐ: exact, half up, never over an incomplete set (Điều 9.1)."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocba.core.assessment.averages import (
    half_up,
    regular_count,
    remark_term,
    subject_result,
    term_average,
    topics_fit,
    year_average,
)
from hocba.core.assessment.marks import (
    AssessmentForm,
    AssessmentMode,
    ManualResult,
    MarkKind,
    SubjectKey,
    SubjectYear,
    Tenths,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation
from tests.core.assessment.years import (
    FAILED,
    PASSED,
    TT22,
    TT26,
    TT43,
    TT58,
    near_thresholds,
    remarked,
    scored,
    tenths,
)

MATHS = SubjectYear(SubjectKey("toan"), AssessmentForm.SCORED, 140, TermMarks(), TermMarks())


def exact_half_up(value: Fraction) -> int:
    """Round a fraction of tenths half up, the slow and obvious way."""
    return int(value + Fraction(1, 2))


@given(st.lists(near_thresholds, min_size=1, max_size=5), tenths, tenths)
def test_a_term_average_is_the_exact_fraction_rounded_half_up(
    regular: list[Tenths], midterm: Tenths, final: Tenths
) -> None:
    marks = TermMarks(tuple(regular), midterm, final)
    exact = Fraction(sum(regular) + 2 * midterm + 3 * final, len(regular) + 5)
    found = term_average(marks=marks, required=len(regular), regulation=TT22)
    assert found == exact_half_up(exact)


@given(tenths, tenths)
def test_a_year_average_is_the_exact_fraction_rounded_half_up(
    first: Tenths, second: Tenths
) -> None:
    found = year_average(first=first, second=second, regulation=TT22)
    assert found == exact_half_up(Fraction(first + 2 * second, 3))


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_half_up_is_half_up(numerator: int, divisor: int) -> None:
    assert half_up(numerator, divisor) == exact_half_up(Fraction(numerator, divisor))


@given(st.permutations([Tenths(40), Tenths(75), Tenths(90), Tenths(100)]))
def test_the_order_of_regular_marks_is_irrelevant(regular: list[Tenths]) -> None:
    marks = TermMarks(tuple(regular), Tenths(60), Tenths(70))
    assert term_average(marks=marks, required=4, regulation=TT22) == 71


@given(st.lists(tenths, min_size=4, max_size=4), tenths, tenths, st.integers(0, 5), tenths)
def test_raising_a_mark_never_lowers_an_average(
    regular: list[Tenths], midterm: Tenths, final: Tenths, place: int, new: Tenths
) -> None:
    marks = [*regular, midterm, final]
    raised = list(marks)
    raised[place] = max(marks[place], new)
    before, after = (
        term_average(marks=TermMarks(tuple(one[:4]), one[4], one[5]), required=4, regulation=TT22)
        for one in (marks, raised)
    )
    assert before is not None
    assert after is not None
    assert after >= before


@pytest.mark.parametrize(
    ("periods", "regulation", "count"),
    [
        (1, TT22, 2),
        (35, TT22, 2),
        (36, TT22, 3),
        (70, TT22, 3),
        (71, TT22, 4),
        (140, TT43, 4),
        (35, TT26, 2),
        (36, TT26, 3),
        (71, TT26, 4),
        (35, TT58, 2),
        (36, TT58, 3),
        (105, TT58, 3),
        (106, TT58, 4),
    ],
)
def test_the_number_of_regular_marks_follows_the_periods(
    periods: int, regulation: Regulation, count: int
) -> None:
    assert regular_count(subject=replace(MATHS, periods=periods), regulation=regulation) == count


def test_remark_subjects_have_two_regular_assessments() -> None:
    assert regular_count(subject=remarked("nghe_thuat"), regulation=TT22) == 2
    assert regular_count(subject=remarked("the_duc"), regulation=TT58) == 2


FULL = TermMarks((Tenths(80), Tenths(80)), Tenths(80), Tenths(80))


@pytest.mark.parametrize(
    "marks",
    [
        replace(FULL, regular=(Tenths(80),)),
        replace(FULL, regular=(Tenths(80),) * 3),
        replace(FULL, regular=(Tenths(80), None)),
        replace(FULL, midterm=None),
        replace(FULL, final=None),
        replace(FULL, topics=(None,)),
        replace(FULL, periodic=(None,)),
        TermMarks(),
    ],
)
def test_an_incomplete_set_has_no_average(marks: TermMarks) -> None:
    assert term_average(marks=marks, required=2, regulation=TT22) is None


def test_tt58_wants_at_least_so_many_marks_and_knows_no_midterm() -> None:
    eight = Tenths(80)
    more = TermMarks((eight,) * 3, None, Tenths(50), periodic=(Tenths(70),))
    # (80·3 + 2·70 + 3·50) : (3 + 2 + 3)
    assert term_average(marks=more, required=2, regulation=TT58) == 66
    assert term_average(marks=more, required=4, regulation=TT58) is None
    assert term_average(marks=more, required=2, regulation=TT26) is None


def test_a_missed_test_is_zero_only_when_somebody_says_so() -> None:
    marks = replace(FULL, midterm=None)
    missed = replace(marks, missed=frozenset({MarkKind.MIDTERM}))
    assert term_average(marks=marks, required=2, regulation=TT22) is None
    assert term_average(marks=missed, required=2, regulation=TT22) == half_up(5 * 80, 7)
    levels = TermMarks((PASSED, PASSED), PASSED, None, missed=frozenset({MarkKind.FINAL}))
    assert remark_term(marks=levels, required=2, regulation=TT22) is FAILED


@pytest.mark.parametrize(
    ("regular", "midterm", "final", "result"),
    [
        ((PASSED, PASSED), PASSED, PASSED, PASSED),
        ((PASSED, FAILED), PASSED, PASSED, FAILED),
        ((PASSED, PASSED), FAILED, PASSED, FAILED),
        ((PASSED, PASSED), PASSED, FAILED, FAILED),
        ((PASSED, PASSED), None, PASSED, None),
        ((PASSED,), PASSED, PASSED, None),
    ],
)
def test_a_remark_subject_is_passed_when_every_assessment_is(
    regular: tuple[object], midterm: object, final: object, result: object
) -> None:
    marks = TermMarks(regular, midterm, final)  # type: ignore[arg-type]
    assert remark_term(marks=marks, required=2, regulation=TT22) is result


def test_a_gap_of_a_closed_term_is_not_achieved() -> None:
    marks = TermMarks((PASSED, None), PASSED, PASSED)
    assert remark_term(marks=marks, required=2, regulation=TT22, closed=True) is FAILED


@pytest.mark.parametrize(
    ("levels", "final", "result"),
    [
        ((PASSED, FAILED), PASSED, PASSED),  # 2 of 3
        ((FAILED, FAILED), PASSED, FAILED),  # 1 of 3
        ((PASSED, PASSED), FAILED, FAILED),  # the final must be Đ
        ((PASSED, PASSED, FAILED, FAILED, PASSED), PASSED, PASSED),  # 4 of 6
        ((PASSED, FAILED, FAILED, FAILED, PASSED), PASSED, FAILED),  # 3 of 6
    ],
)
def test_tt58_asks_two_thirds_with_the_final_among_them(
    levels: tuple[object], final: object, result: object
) -> None:
    marks = TermMarks(levels, None, final)  # type: ignore[arg-type]
    assert remark_term(marks=marks, required=2, regulation=TT58) is result


def test_a_remark_subjects_year_is_its_second_term() -> None:
    subject = remarked("nghe_thuat")
    cured = replace(subject, first=TermMarks((FAILED, PASSED), PASSED, PASSED))
    fallen = replace(subject, second=TermMarks((FAILED, PASSED), PASSED, PASSED))
    assert subject_result(subject=cured, regulation=TT22).year is PASSED
    assert subject_result(subject=fallen, regulation=TT22).year is FAILED


@pytest.mark.parametrize(
    ("policy", "first", "second", "fits"),
    [
        ("one_per_term", 1, 1, (True, True)),
        ("one_per_term", 0, 1, (False, True)),
        ("one_per_term", 1, 2, (True, False)),
        ("one_per_year", 1, 0, (True, True)),
        ("one_per_year", 0, 1, (True, True)),
        ("one_per_year", 1, 1, (True, False)),
        ("one_per_year", 2, 0, (False, False)),
        ("each", 3, 0, (True, True)),
        ("each", 0, 0, (True, False)),
    ],
)
def test_topic_marks_count_by_policy(
    policy: str, first: int, second: int, fits: tuple[bool, bool]
) -> None:
    subject = replace(
        MATHS,
        has_topics=True,
        first=TermMarks(topics=(Tenths(80),) * first),
        second=TermMarks(topics=(Tenths(80),) * second),
    )
    assert topics_fit(subject=subject, policy=policy) == fits


def test_a_subject_without_topics_has_no_topic_marks() -> None:
    subject = replace(MATHS, first=TermMarks(topics=(Tenths(80),)))
    assert topics_fit(subject=subject, policy="one_per_term") == (False, True)
    assert subject_result(subject=subject, regulation=TT22).first is None


def test_a_topic_mark_counts_as_a_regular_one() -> None:
    full = TermMarks((Tenths(60),) * 4, Tenths(60), Tenths(60), topics=(Tenths(90),))
    subject = replace(MATHS, has_topics=True, first=full, second=full)
    assert subject_result(subject=subject, regulation=TT22).year == 63


def test_a_term_carried_from_another_school_stands_as_recorded() -> None:
    subject = replace(scored("toan", 80), first=TermMarks(carried=Tenths(50)))
    result = subject_result(subject=subject, regulation=TT22)
    assert (result.first, result.second, result.year) == (50, 80, 70)


def test_a_year_without_formula_is_what_a_person_set() -> None:
    manual = ManualResult(Tenths(72), "Học kì I học ở nước ngoài", "Hiệu trưởng")
    subject = replace(scored("toan", 80), first=TermMarks(), manual_year=manual)
    result = subject_result(subject=subject, regulation=TT22)
    assert (result.first, result.second, result.year) == (None, 80, 72)


def test_an_exempt_subject_has_no_result() -> None:
    result = subject_result(
        subject=replace(scored("toan", 80), mode=AssessmentMode.EXEMPT), regulation=TT22
    )
    assert result.exempt
    assert (result.first, result.second, result.year) == (None, None, None)
