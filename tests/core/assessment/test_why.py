"""Explanations are true, complete and readable; what-if is what then happens."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.adapters.wording.explanations import why
from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.explain import Explanation, evaluate, explain_year
from hocba.core.assessment.marks import (
    AssessmentMode,
    HeadDecision,
    Level,
    ManualResult,
    Mark,
    MarkKind,
    StudentYear,
    SubjectKey,
    Summer,
    Tenths,
    Term,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.simulate import Effect, MarkChange, changed_year, facts, simulate
from hocba.core.assessment.subjects import catalogue
from hocba.core.errors import HocbaError
from tests.core.assessment.years import (
    FAILED,
    PASSED,
    TT22,
    TT26,
    TT43,
    TT58,
    plain_year,
    scored,
    with_subject,
    years,
)

NAMES: dict[str, str] = {one.key: one.name for one in catalogue("THCS")}


def by_name(year: StudentYear, regulation: Regulation = TT22) -> dict[str, Explanation]:
    """Explanations by what they are about."""
    return {one.about: one for one in explain_year(year, regulation=regulation)}


@settings(max_examples=60, deadline=None)
@given(years(gaps=True), st.sampled_from([TT22, TT43, TT26, TT58]))
def test_evaluating_an_explanation_gives_its_result(
    year: StudentYear, regulation: Regulation
) -> None:
    for one in explain_year(year, regulation=regulation):
        stored = replace(one, inputs=json.loads(json.dumps(one.inputs)))
        assert evaluate(stored, regulation=regulation) == one.result
        assert why(one, names=NAMES).endswith(").")


@settings(max_examples=60, deadline=None)
@given(years(gaps=True))
def test_explanations_say_what_the_assessment_says(year: StudentYear) -> None:
    judged = assess_year(year, regulation=TT22)
    said = by_name(year)
    for about, fact in facts(judged).items():
        if about == "completes_level":
            continue
        result = said[about].result
        if about.startswith("learning"):
            result = result["final"]
        if about == "promotion":
            result = result["decision"]
        if about == "award":
            result = result or ""
        if isinstance(fact, Level):
            fact = {3: "Tốt", 2: "Khá", 1: "Đạt", 0: "Chưa đạt"}[fact]
        assert result == fact, about


@settings(max_examples=40, deadline=None)
@given(years(), st.sampled_from([TT22, TT26]))
def test_what_would_have_changed_it_would_have(year: StudentYear, regulation: Regulation) -> None:
    for one in explain_year(year, regulation=regulation):
        for change in one.changes:
            if one.rule == "learning":
                outcomes = {**one.inputs["outcomes"], change["input"]: change["to"]}
                inputs = {**one.inputs, "outcomes": outcomes}
                result = evaluate(replace(one, inputs=inputs), regulation=regulation)["final"]
            else:
                inputs = {**one.inputs, change["input"]: change["to"]}
                result = evaluate(replace(one, inputs=inputs), regulation=regulation)
            assert result == change["result"] != one.result


def test_a_level_says_what_the_next_one_asks() -> None:
    near = by_name(plain_year([80] * 5 + [70] * 3))["learning.year"]
    assert [(one["to"], one["result"]) for one in near.changes] == [(80, "Tốt")] * 3
    far = by_name(plain_year([80] * 4 + [70] * 3 + [60]))["learning.year"]
    assert far.result["short_of"] == {
        "level": "Tốt",
        "every": 65,
        "below": ["cong_nghe"],
        "counted": 80,
        "reached": 4,
        "needed": 6,
        "failed": [],
    }
    assert "mọi môn từ 6,5 (còn Công nghệ) và ít nhất 6 môn từ 8,0 (đang có 4)" in why(
        far, names=NAMES
    )
    top = by_name(plain_year())["learning.year"]
    assert top.result["short_of"] is None


def test_a_lifted_level_says_by_which_subject() -> None:
    lifted = by_name(plain_year([80] * 7 + [49]))["learning.year"]
    assert lifted.deciding == "cong_nghe"
    assert lifted.clause == "TT22/2021 Điều 9.3"
    assert "riêng môn Công nghệ (4,9) kéo xuống" in why(lifted, names=NAMES)


def test_remark_failures_are_named() -> None:
    year = plain_year([60] * 8)
    for key in ("nghe_thuat", "giao_duc_the_chat"):
        marks = TermMarks((FAILED, PASSED), PASSED, PASSED)
        year = with_subject(year, key, first=marks, second=marks)
    short = by_name(year)["learning.year"]
    assert short.result["short_of"]["failed"] == ["giao_duc_the_chat", "nghe_thuat"]
    assert "nếu Giáo dục thể chất đạt Đ (đang CĐ) thì được mức Đạt" in why(short, names=NAMES)
    none_alone = replace(short, changes=())
    assert "các môn nhận xét Đạt (còn Giáo dục thể chất" in why(none_alone, names=NAMES)


@pytest.mark.parametrize(
    ("year", "about", "sentence"),
    [
        (plain_year(), "average.toan.year", "(8,0 + 2 × 8,0) : 3 = 8,0 (TT22/2021 Điều 9.1.b)."),
        (
            with_subject(plain_year(), "toan", first=TermMarks(carried=Tenths(70))),
            "average.toan.HK1",
            "Toán, học kì I: 7,0 do trường cũ ghi nhận",
        ),
        (
            with_subject(
                plain_year(),
                "toan",
                manual_year=ManualResult(Tenths(70), "về nước giữa năm", "Hiệu trưởng"),
            ),
            "average.toan.year",
            "7,0 do Hiệu trưởng xác định, lí do: về nước giữa năm",
        ),
        (
            with_subject(plain_year(), "toan", first=TermMarks((Tenths(70), None), None, None)),
            "average.toan.HK1",
            "có 1/4 điểm đánh giá thường xuyên, chưa có điểm giữa kì, chưa có điểm cuối kì",
        ),
        (
            with_subject(plain_year(), "toan", has_topics=True),
            "average.toan.HK1",
            "chưa đúng số điểm chuyên đề",
        ),
        (
            with_subject(plain_year(), "nghe_thuat", first=TermMarks((PASSED,), PASSED, PASSED)),
            "average.nghe_thuat.HK1",
            "có 1/2 lần đánh giá thường xuyên",
        ),
        (
            with_subject(
                plain_year(), "nghe_thuat", first=TermMarks((FAILED, PASSED), PASSED, PASSED)
            ),
            "average.nghe_thuat.HK1",
            "3/4 lần đánh giá Đạt nên kết quả là CĐ",
        ),
        (plain_year(), "average.nghe_thuat.year", "lấy kết quả học kì II, Đ"),
        (
            with_subject(plain_year(), "toan", first=TermMarks()),
            "average.toan.year",
            "thiếu trung bình một học kì",
        ),
        (
            with_subject(plain_year(), "toan", first=TermMarks()),
            "learning.year",
            "chưa đủ căn cứ vì còn môn chưa có kết quả",
        ),
        (
            with_subject(plain_year([20] * 8), "toan", mode=AssessmentMode.REDUCED),
            "learning.year",
            "học sinh khuyết tật, người đứng đầu nhà trường quyết định",
        ),
        (
            with_subject(
                plain_year([20] * 8, head_decision=HeadDecision(True, "tiến bộ", "Hiệu trưởng")),
                "toan",
                mode=AssessmentMode.EXEMPT,
            ),
            "promotion",
            "được lên lớp, do người đứng đầu nhà trường quyết định",
        ),
        (plain_year(conduct_waiver="tự học"), "conduct", "không đánh giá, tự học"),
        (plain_year(conduct_first=None), "conduct", "cả năm: chưa đủ căn cứ"),
        (plain_year(), "conduct", "học kì I Tốt, học kì II Tốt nên cả năm Tốt"),
        (
            plain_year([49] * 3 + [60] * 5, conduct_second=Level.NOT_ACHIEVED),
            "promotion",
            "cần rèn luyện trong kì nghỉ hè và đánh giá lại môn học: Toán, Lịch sử và Địa lí, Khoa",
        ),
        (plain_year(absences_excused=None), "promotion", "nghỉ chưa ghi buổi"),
        (plain_year([90] * 8), "award", "Danh hiệu: Học sinh Xuất sắc"),
        (plain_year([70] * 8), "award", "Danh hiệu: không có"),
    ],
)
def test_sentences_tell_numbers_and_clause(year: StudentYear, about: str, sentence: str) -> None:
    assert sentence in why(by_name(year)[about], names=NAMES)


def test_a_remark_subject_short_of_its_topic_has_no_result() -> None:
    year = with_subject(plain_year(), "nghe_thuat", has_topics=True)
    said = by_name(year)["average.nghe_thuat.HK1"]
    assert said.result is None
    assert "chưa đúng số lần chuyên đề" in why(said, names=NAMES)


def test_tt58_tells_its_average_and_its_old_tests() -> None:
    year = plain_year([72] * 8, conduct_year=Level.GOOD)
    said = by_name(year, TT58)
    assert "Khá, trung bình các môn 7,2" in why(said["learning.year"], names=NAMES)
    marks = TermMarks((Tenths(70),) * 4, None, Tenths(80), periodic=(Tenths(60),))
    old = by_name(with_subject(year, "toan", first=marks), TT58)["average.toan.HK1"]
    assert "7,0 + 2 × 6,0 + 3 × 8,0" in why(old, names=NAMES)


def test_a_better_second_term_would_have_lifted_conduct() -> None:
    year = plain_year(conduct_first=Level.FAIR, conduct_second=Level.FAIR)
    (change,) = by_name(year)["conduct"].changes
    assert (change["to"], change["result"]) == ("Tốt", "Tốt")


def test_the_summer_is_explained_too() -> None:
    summer = Summer(reassessed={SubjectKey("toan"): Tenths(50)}, closed=True)
    said = by_name(plain_year([49] * 3 + [60] * 5, summer=summer))["promotion"]
    assert said.result["decision"] == "promoted_after_reassessment"
    assert "được lên lớp sau đánh giá lại" in why(said, names=NAMES)


MATHS = SubjectKey("toan")


@pytest.mark.parametrize(
    ("kind", "ordinal", "term"),
    [
        (MarkKind.REGULAR, 2, Term.FIRST),
        (MarkKind.MIDTERM, 1, Term.SECOND),
        (MarkKind.FINAL, 1, Term.FIRST),
    ],
)
def test_what_if_lists_exactly_what_then_changes(kind: MarkKind, ordinal: int, term: Term) -> None:
    year = plain_year([80] * 5 + [79, 79, 79])
    change = MarkChange(MATHS, term, kind, Tenths(0), ordinal)
    effects = simulate(year, change=change, regulation=TT22)
    before = facts(assess_year(year, regulation=TT22))
    after = facts(assess_year(changed_year(year, change), regulation=TT22))
    assert {one.about for one in effects} == {key for key in before if before[key] != after[key]}
    assert f"average.toan.{term.value}" in {one.about for one in effects}


def test_one_mark_can_cost_the_level_and_the_title() -> None:
    change = MarkChange(MATHS, Term.SECOND, MarkKind.FINAL, Tenths(40))
    effects = simulate(plain_year([90] * 6 + [65, 65]), change=change, regulation=TT22)
    assert Effect("learning.year", Level.GOOD, Level.FAIR) in effects
    assert Effect("award", "Học sinh Xuất sắc", "") in effects


def test_a_mark_taken_away_leaves_results_without_basis() -> None:
    change = MarkChange(MATHS, Term.SECOND, MarkKind.FINAL, None)
    effects = {
        one.about: one.after for one in simulate(plain_year(), change=change, regulation=TT22)
    }
    assert effects["average.toan.year"] is None
    assert effects["promotion"] == "undetermined"


def test_a_change_of_nothing_changes_nothing() -> None:
    change = MarkChange(MATHS, Term.SECOND, MarkKind.FINAL, Tenths(80))
    assert simulate(plain_year(), change=change, regulation=TT22) == ()


@pytest.mark.parametrize(("subject", "ordinal"), [("toan", 5), ("toan", 0), ("thien_van", 1)])
def test_a_mark_that_has_no_place_is_refused(subject: str, ordinal: int) -> None:
    change = MarkChange(SubjectKey(subject), Term.FIRST, MarkKind.REGULAR, Tenths(80), ordinal)
    with pytest.raises(HocbaError, match=r"assessment\.no_such_mark"):
        simulate(plain_year(), change=change, regulation=TT22)


@settings(max_examples=40, deadline=None)
@given(years(), st.data())
def test_raising_one_mark_lowers_nothing(year: StudentYear, data: st.DataObject) -> None:
    subject = data.draw(
        st.sampled_from([one for one in year.subjects if one.form.value == "scored"])
    )
    kind = data.draw(st.sampled_from([MarkKind.MIDTERM, MarkKind.FINAL]))
    old: Mark | None = getattr(subject.second, kind.value)
    assert isinstance(old, int)
    better = Tenths(data.draw(st.integers(old, 100)))
    change = MarkChange(subject.subject, Term.SECOND, kind, better)
    for effect in simulate(year, change=change, regulation=TT22):
        if effect.about.startswith(("average", "learning")):
            assert isinstance(effect.before, int)
            assert isinstance(effect.after, int)
            assert effect.after > effect.before, effect.about


def test_no_subject_alone_lifts_a_level_that_is_far_away() -> None:
    assert by_name(plain_year([50] * 8))["learning.year"].changes == ()
    assert scored("toan", 50).periods == 140
