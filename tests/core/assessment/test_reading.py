"""A mark is read however it is typed, and never guessed."""

import pytest

from hocba.core.assessment.marks import AssessmentForm, RemarkLevel, SubjectKey
from hocba.core.assessment.reading import MarkReading, read_mark
from hocba.core.assessment.subjects import subject_by_key
from hocba.core.errors import HocbaError

SCORED, REMARK = AssessmentForm.SCORED, AssessmentForm.REMARK


@pytest.mark.parametrize(
    ("text", "tenths"),
    [("8", 80), ("8,5", 85), ("8.5", 85), (" 10 ", 100), ("0", 0), ("7.50", 75), ("10,0", 100)],
)
def test_a_score_is_read_as_tenths(text: str, tenths: int) -> None:
    assert read_mark(text, form=SCORED) == MarkReading(tenths)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "problem", "suggestion"),
    [
        ("85", "mark.scale", "8,5"),
        ("11", "mark.scale", "1,1"),
        ("7,75", "mark.precision", ""),
        ("10,5", "mark.range", ""),
        ("100", "mark.range", ""),
        ("-1", "mark.range", ""),
        ("vắng", "mark.words", ""),
        ("8,5,5", "mark.words", ""),
        ("Đ", "mark.form", ""),
    ],
)
def test_a_score_in_doubt_is_a_problem(text: str, problem: str, suggestion: str) -> None:
    assert read_mark(text, form=SCORED) == MarkReading(None, problem, suggestion)


@pytest.mark.parametrize("text", ["Đ", "đ", "D", "Đạt", " ĐẠT ", "dat", "\u0110a\u0323t"])
def test_achieved_is_read_in_any_spelling(text: str) -> None:
    assert read_mark(text, form=REMARK).value is RemarkLevel.ACHIEVED


@pytest.mark.parametrize("text", ["CĐ", "cđ", "CD", "Chưa đạt", "chua dat", "Chưa  Đạt"])
def test_not_achieved_is_read_in_any_spelling(text: str) -> None:
    assert read_mark(text, form=REMARK).value is RemarkLevel.NOT_ACHIEVED


def test_a_number_or_other_words_are_no_remark_level() -> None:
    assert read_mark("8", form=REMARK).problem == "mark.form"
    assert read_mark("tốt", form=REMARK).problem == "mark.words"


@pytest.mark.parametrize("form", [SCORED, REMARK])
def test_nothing_written_is_neither_mark_nor_problem(form: AssessmentForm) -> None:
    assert read_mark("  ", form=form) == MarkReading()


def test_a_subject_is_known_by_its_key_in_its_programme() -> None:
    assert subject_by_key(SubjectKey("lich_su_dia_li")).display_order == 2
    with pytest.raises(HocbaError, match=r"assessment\.subject_unknown"):
        subject_by_key(SubjectKey("lich_su_dia_li"), school_level="THPT")
