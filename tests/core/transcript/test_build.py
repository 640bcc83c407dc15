"""Composing: order of the form, words of results, nothing invented, text tidied."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from unicodedata import normalize

import pytest

from hocba.core.assessment.marks import Level, StudentYear
from hocba.core.assessment.subjects import catalogue
from hocba.core.errors import HocbaError
from hocba.core.transcript.build import outcome_text
from hocba.core.transcript.model import Transcript

Build = Callable[..., Transcript]
Years = Callable[..., StudentYear]


def test_rows_stand_in_the_order_of_the_form(transcript: Transcript) -> None:
    wanted = [one.key for one in catalogue() if not one.optional]
    assert [row.key for row in transcript.subjects] == wanted
    assert transcript.subjects[0].code == "TOAN"


def test_results_are_written_as_on_the_form(transcript: Transcript) -> None:
    maths, summary = transcript.subjects[0], transcript.summary
    assert (maths.first, maths.second, maths.year) == ("9.3", "9.3", "9.3")
    assert transcript.subjects[-1].year == "Đ"
    assert (summary.conduct_first, summary.conduct_year) == ("Khá", "Tốt")
    assert (summary.promotion, summary.completes_level) == ("promoted", True)
    assert summary.award == "Học sinh Xuất sắc"


@pytest.mark.parametrize(("tenths", "text"), [(0, "0.0"), (5, "0.5"), (73, "7.3"), (100, "10.0")])
def test_a_mark_has_one_decimal(tenths: int, text: str) -> None:
    assert outcome_text(tenths) == text  # type: ignore[arg-type]


def test_good_students_are_called_so(built: Build, judged_year: Years) -> None:
    assert built(year=judged_year(82)).summary.award == "Học sinh Giỏi"
    assert not built(year=judged_year(70)).summary.award


def test_the_level_is_not_completed_before_the_year_is_decided(
    built: Build, judged_year: Years
) -> None:
    summary = built(year=judged_year(30)).summary
    assert (summary.promotion, summary.completes_level) == ("pending", None)
    retained = built(year=judged_year(80, absences_excused=60)).summary
    assert (retained.promotion, retained.completes_level) == ("retained", False)


def test_summer_training_leaves_promotion_open(built: Build, judged_year: Years) -> None:
    year = judged_year(80, conduct_second=Level.NOT_ACHIEVED)
    assert built(year=year).summary.promotion == "pending"


@pytest.mark.parametrize("name", ["absences_excused", "absences_unexcused"])
def test_unknown_absences_are_not_zero(built: Build, judged_year: Years, name: str) -> None:
    with pytest.raises(HocbaError) as refusal:
        built(year=judged_year(80, **{name: None}))
    assert refusal.value.code == "transcript.absences_missing"


def test_a_subject_without_teacher_is_refused(built: Build) -> None:
    with pytest.raises(HocbaError) as refusal:
        built(teachers={})
    assert refusal.value.code == "transcript.teacher_missing"
    assert refusal.value.params["subject"] == "Toán"


def test_text_is_composed_and_trimmed(built: Build) -> None:
    remark = normalize("NFD", " Tiến bộ\r\nrõ\u00a0rệt,\u200b  cần\tphát huy \ufeff")
    transcript = built(remarks={"toan": remark}, homeroom_remark=remark, other_award=remark)
    wanted = "Tiến bộ rõ rệt, cần phát huy"
    assert transcript.subjects[0].remark == wanted
    assert transcript.summary.homeroom_remark == transcript.summary.other_award == wanted


@pytest.mark.parametrize(
    "letter", ["\x00", "\x07", "\x7f", "\x9c", "\ud800", "\ue000", "\uffff", "\u202e", "\u2066"]
)
def test_letters_nobody_sees_are_refused_by_field(built: Build, letter: str) -> None:
    with pytest.raises(HocbaError) as refusal:
        built(remarks={"toan": f"Khá{letter} tốt"})
    assert refusal.value.code == "transcript.control_character"
    assert refusal.value.params["field"] == "nhận xét của giáo viên bộ môn"


def test_a_text_cannot_begin_with_a_mark_for_the_letter_before(built: Build) -> None:
    with pytest.raises(HocbaError) as refusal:
        built(homeroom_remark="\u0338 ngoan")
    assert refusal.value.params["field"] == "nhận xét của giáo viên chủ nhiệm"


def test_creation_is_told_in_whole_seconds_of_vietnam(transcript: Transcript) -> None:
    assert transcript.created_at.isoformat() == "2025-05-30T08:15:00+07:00"


def test_identity_is_taken_over(built: Build, transcript: Transcript) -> None:
    from_identity: Any = replace(transcript, subjects=(), summary=None)  # type: ignore[arg-type]
    assert from_identity.student.full_name == "Đặng Thị Thuỳ Dương"
    assert from_identity.study_steps[0].class_name == "8A1"
    assert isinstance(from_identity.created_at, datetime)
