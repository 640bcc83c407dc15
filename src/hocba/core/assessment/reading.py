"""How a mark is read from what a teacher typed: tolerant of spelling, strict about meaning."""

import re
from dataclasses import dataclass
from unicodedata import normalize

from hocba.core.assessment.marks import AssessmentForm, Mark, RemarkLevel, Tenths

_NUMBER = re.compile(r"(\d{1,4})(?:[.,](\d{1,10}))?")
_ACHIEVED = {"đ", "d", "đạt", "dat"}
_NOT_ACHIEVED = {"cđ", "cd", "chưa đạt", "chua dat", "chưađạt"}
_HIGHEST = 100


@dataclass(frozen=True, slots=True)
class MarkReading:
    """A value, or a problem code; both empty means that nothing is written there."""

    value: Mark | None = None
    problem: str = ""
    suggestion: str = ""


def read_mark(text: str, *, form: AssessmentForm) -> MarkReading:
    """Read one cell (TT22/2021 Điều 5: scale 10, one decimal; remark subjects Đ/CĐ).

    Problems: "mark.range", "mark.precision", "mark.scale" (85 may mean 8,5), "mark.words",
    "mark.form" (a number in a remark subject, a level in a scored one).
    """
    words = " ".join(normalize("NFC", text).split()).casefold()
    if not words:
        return MarkReading()
    level = (
        RemarkLevel.ACHIEVED
        if words in _ACHIEVED
        else RemarkLevel.NOT_ACHIEVED
        if words in _NOT_ACHIEVED
        else None
    )
    number = _NUMBER.fullmatch(words)
    if form is AssessmentForm.REMARK:
        if level is not None:
            return MarkReading(level)
        return MarkReading(problem="mark.form" if number else "mark.words")
    if level is not None:
        return MarkReading(problem="mark.form")
    if number is None:
        negative = words.startswith("-") and _NUMBER.fullmatch(words[1:])
        return MarkReading(problem="mark.range" if negative else "mark.words")
    return _scored(int(number[1]), (number[2] or "").rstrip("0"))


def _scored(whole: int, decimals: str) -> MarkReading:
    if not decimals and 10 < whole < _HIGHEST:
        return MarkReading(problem="mark.scale", suggestion=f"{whole // 10},{whole % 10}")
    if len(decimals) > 1:
        return MarkReading(problem="mark.precision")
    tenths = whole * 10 + int(decimals or 0)
    if tenths > _HIGHEST:
        return MarkReading(problem="mark.range")
    return MarkReading(Tenths(tenths))
