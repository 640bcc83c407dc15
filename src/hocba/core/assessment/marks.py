"""What a teacher writes down: marks in integer tenths, remark levels, conduct levels.

Says how a mark is read and compared. Averages are in `averages`, thresholds in `regulations/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NewType

Tenths = NewType("Tenths", int)
"""A mark or an average in tenths of a point: 85 is 8,5. Never a float (TT22/2021 Điều 5.3.b)."""

SubjectKey = NewType("SubjectKey", str)
"""Our stable key of a subject of one programme, e.g. "lich_su_dia_li" (see `subjects`)."""


class Term(StrEnum):
    """Học kì."""

    FIRST = "HK1"
    SECOND = "HK2"


class MarkKind(StrEnum):
    """Loại đánh giá: ĐĐGtx, ĐĐGgk, ĐĐGck (TT22/2021 Điều 6, Điều 7)."""

    REGULAR = "regular"
    MIDTERM = "midterm"
    FINAL = "final"


class AssessmentForm(StrEnum):
    """Hình thức đánh giá của một môn (TT22/2021 Điều 5)."""

    SCORED = "scored"
    REMARK = "remark"


class RemarkLevel(StrEnum):
    """Mức của môn đánh giá bằng nhận xét."""

    ACHIEVED = "Đ"
    NOT_ACHIEVED = "CĐ"


class Level(IntEnum):
    """Mức kết quả học tập và rèn luyện; a higher level is a greater number."""

    NOT_ACHIEVED = 0  # Chưa đạt
    ACHIEVED = 1  # Đạt
    FAIR = 2  # Khá
    GOOD = 3  # Tốt


LEVEL_WORDS: Mapping[Level, str] = {
    Level.GOOD: "Tốt",
    Level.FAIR: "Khá",
    Level.ACHIEVED: "Đạt",
    Level.NOT_ACHIEVED: "Chưa đạt",
}

Mark = Tenths | RemarkLevel
"""One recorded assessment: tenths for a scored subject, Đ/CĐ for a remark subject."""


@dataclass(frozen=True, slots=True)
class TermMarks:
    """All assessments of one subject in one term; None is "not recorded", never zero."""

    regular: tuple[Mark | None, ...] = ()
    midterm: Mark | None = None
    final: Mark | None = None


@dataclass(frozen=True, slots=True)
class SubjectYear:
    """One subject of one student-year as taught and marked."""

    subject: SubjectKey
    form: AssessmentForm
    periods: int
    first: TermMarks
    second: TermMarks


@dataclass(frozen=True, slots=True)
class StudentYear:
    """Everything that the circular needs to judge one student's year. No identity in it.

    `school_year` is "2024-2025"; absences count in buổi of the one-session plan (Điều 12.1.c).
    """

    school_level: str  # "THCS" | "THPT" | "GDTX"
    grade: int
    school_year: str
    subjects: tuple[SubjectYear, ...]
    conduct_first: Level | None = None
    conduct_second: Level | None = None
    absences_excused: int | None = None
    absences_unexcused: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
