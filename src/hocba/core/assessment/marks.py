"""What a teacher writes down: marks in integer tenths, remark levels, conduct levels.

Four things are kept apart: not recorded (None), zero with its reason (`TermMarks.missed`), exempt
(`AssessmentMode.EXEMPT`), not taught (the subject is not there). Averages are in `averages`,
thresholds in `regulations/`.
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


class SchoolKind(StrEnum):
    """Loại cơ sở giáo dục, which decides the circular together with level, grade and year."""

    GENERAL = "general"  # trường THCS, THPT
    CONTINUING = "continuing"  # trung tâm GDTX, GDNN-GDTX


class AssessmentMode(StrEnum):
    """How a disabled student is assessed in one subject (TT22/2021 Điều 11)."""

    STANDARD = "standard"
    REDUCED = "reduced"  # như học sinh bình thường, giảm nhẹ yêu cầu
    INDIVIDUAL_PLAN = "individual_plan"  # theo kế hoạch giáo dục cá nhân
    EXEMPT = "exempt"  # được miễn: no result, counted nowhere


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


class LegacyLevel(IntEnum):
    """Học lực of TT58/2011; a higher level is a greater number."""

    POOR = 0  # Kém
    WEAK = 1  # Yếu
    AVERAGE = 2  # Trung bình
    FAIR = 3  # Khá
    EXCELLENT = 4  # Giỏi


LearningLevel = Level | LegacyLevel

LEVEL_WORDS: Mapping[Level, str] = {
    Level.GOOD: "Tốt",
    Level.FAIR: "Khá",
    Level.ACHIEVED: "Đạt",
    Level.NOT_ACHIEVED: "Chưa đạt",
}
LEGACY_WORDS: Mapping[LegacyLevel, str] = {
    LegacyLevel.EXCELLENT: "Giỏi",
    LegacyLevel.FAIR: "Khá",
    LegacyLevel.AVERAGE: "Trung bình",
    LegacyLevel.WEAK: "Yếu",
    LegacyLevel.POOR: "Kém",
}


def level_word(level: LearningLevel) -> str:
    """Return the word that the form prints for a learning level."""
    return LEVEL_WORDS[level] if isinstance(level, Level) else LEGACY_WORDS[level]


Mark = Tenths | RemarkLevel
"""One recorded assessment: tenths for a scored subject, Đ/CĐ for a remark subject."""

Outcome = Tenths | RemarkLevel
"""Kết quả của một môn trong một học kì hoặc cả năm."""


@dataclass(frozen=True, slots=True)
class TermMarks:
    """All assessments of one subject in one term; None is "not recorded", never zero.

    `missed` are the periodic assessments not taken and not made up: 0 or CĐ by Điều 7.5, entered
    by a person, never inferred. `topics` are chuyên đề (Điều 6.3), `periodic` the one-period tests
    of TT58/2011. `carried` is the term's result as another school recorded it.
    """

    regular: tuple[Mark | None, ...] = ()
    midterm: Mark | None = None
    final: Mark | None = None
    topics: tuple[Mark | None, ...] = ()
    periodic: tuple[Mark | None, ...] = ()
    missed: frozenset[MarkKind] = frozenset()
    carried: Outcome | None = None


@dataclass(frozen=True, slots=True)
class ManualResult:
    """A year's result set by a person where no formula exists, with reason and approver."""

    value: Outcome
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class SubjectYear:
    """One subject of one student-year as taught and marked.

    `practical_exempt` notes the exemption from the practical part (Điều 10); the number of
    assessments stays the same, so it changes no result.
    """

    subject: SubjectKey
    form: AssessmentForm
    periods: int
    first: TermMarks
    second: TermMarks
    mode: AssessmentMode = AssessmentMode.STANDARD
    practical_exempt: bool = False
    has_topics: bool = False
    manual_year: ManualResult | None = None


@dataclass(frozen=True, slots=True)
class Summer:
    """What happened after the year: new subject results, conduct after training (Điều 13, 14).

    `closed` says that nothing more will come before the new school year.
    """

    reassessed: Mapping[SubjectKey, Outcome] = field(default_factory=dict)
    conduct: Level | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class HeadDecision:
    """What the head decided for a disabled student from the results of Điều 11 (Điều 12.4)."""

    promoted: bool
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class StudentYear:
    """Everything that the circular needs to judge one student's year. No identity in it.

    `school_year` is "2024-2025"; absences count in buổi of the one-session plan (Điều 12.1.c).
    `conduct_year` is entered only where the circular leaves it to judgement (TT58/2011), and
    `conduct_waiver` is why a GDTX learner's conduct is not assessed.
    """

    school_level: str  # "THCS" | "THPT"
    grade: int
    school_year: str
    subjects: tuple[SubjectYear, ...]
    conduct_first: Level | None = None
    conduct_second: Level | None = None
    absences_excused: int | None = None
    absences_unexcused: int | None = None
    school_kind: SchoolKind = SchoolKind.GENERAL
    conduct_year: Level | None = None
    conduct_waiver: str = ""
    specialised_subject: SubjectKey | None = None
    summer: Summer = Summer()
    head_decision: HeadDecision | None = None
