"""What the circular concludes: results as values, each carrying its clause."""

from dataclasses import dataclass
from enum import StrEnum

from hocba.core.assessment.marks import AssessmentForm, Level, RemarkLevel, SubjectKey, Tenths


class Decision(StrEnum):
    """Kết luận cuối năm (TT22/2021 Điều 12-14)."""

    PROMOTED = "promoted"  # được lên lớp; lớp 9: hoàn thành chương trình
    REASSESSMENT = "reassessment"  # phải đánh giá lại môn học
    SUMMER_TRAINING = "summer_training"  # rèn luyện trong kì nghỉ hè
    RETAINED = "retained"  # không được lên lớp
    UNDETERMINED = "undetermined"  # chưa đủ căn cứ


class Award(StrEnum):
    """Danh hiệu cuối năm (TT22/2021 Điều 15.1)."""

    EXCELLENT = "excellent"  # Học sinh Xuất sắc
    GOOD = "good"  # Học sinh Giỏi


Outcome = Tenths | RemarkLevel
"""Kết quả của một môn trong một học kì hoặc cả năm."""


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """ĐTBmhk/ĐTBmcn or Đ/CĐ of one subject; None where the marks are incomplete (Điều 9.1)."""

    subject: SubjectKey
    form: AssessmentForm
    first: Outcome | None
    second: Outcome | None
    year: Outcome | None
    clause: str


@dataclass(frozen=True, slots=True)
class LearningResult:
    """Kết quả học tập of a term or the year (Điều 9.2-9.3).

    `base` is the level before the one-level adjustment, `final` after it; both None means
    "chưa đủ căn cứ". `review` is set when the strict reading of Điều 9.3 would differ.
    """

    base: Level | None
    final: Level | None
    deciding_subject: SubjectKey | None
    policy: str
    review: bool
    clause: str


@dataclass(frozen=True, slots=True)
class ConductResult:
    """Kết quả rèn luyện of terms and year (Điều 8.2)."""

    first: Level | None
    second: Level | None
    year: Level | None
    clause: str


@dataclass(frozen=True, slots=True)
class PromotionResult:
    """The engine's proposal; the decision itself is a human act (Điều 12)."""

    decision: Decision
    reasons: tuple[str, ...]  # stable codes, e.g. "absence_over_limit"
    reassess_subjects: tuple[SubjectKey, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class YearAssessment:
    """The judged year of one student."""

    regulation: str  # e.g. "TT22/2021"
    subjects: tuple[SubjectResult, ...]
    learning_first: LearningResult
    learning_second: LearningResult
    learning_year: LearningResult
    conduct: ConductResult
    absences: int | None
    promotion: PromotionResult
    award: Award | None
    award_clause: str
    completes_level: bool | None  # grade 9/12 only: hoàn thành chương trình
