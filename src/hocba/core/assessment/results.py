"""What the circular concludes: results as values, each carrying its clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hocba.core.assessment.marks import (
    AssessmentForm,
    LearningLevel,
    Level,
    Outcome,
    SubjectKey,
    Tenths,
)


class Decision(StrEnum):
    """Kết luận cuối năm (TT22/2021 Điều 12-14)."""

    PROMOTED = "promoted"  # được lên lớp; lớp 9, 12: hoàn thành chương trình
    PROMOTED_AFTER_SUMMER = "promoted_after_reassessment"  # sau đánh giá lại, rèn luyện trong hè
    PENDING = "pending"  # chờ kết quả trong hè
    RETAINED = "retained"  # không được lên lớp
    UNDETERMINED = "undetermined"  # chưa đủ căn cứ


class SummerAction(StrEnum):
    """What is left to do before the new school year (Điều 13, Điều 14)."""

    TRAINING = "training"  # rèn luyện trong kì nghỉ hè
    REASSESSMENT = "reassessment"  # đánh giá lại môn học


class Award(StrEnum):
    """Danh hiệu cuối năm, from the highest down; the circular has the title's words."""

    EXCELLENT = "excellent"  # Học sinh Xuất sắc
    GOOD = "good"  # Học sinh Giỏi
    ADVANCED = "advanced"  # Học sinh tiên tiến (TT58/2011)


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """ĐTBmhk/ĐTBmcn or Đ/CĐ of one subject; None where the marks are incomplete (Điều 9.1).

    An `exempt` subject has no result and is counted nowhere (Điều 11).
    """

    subject: SubjectKey
    form: AssessmentForm
    first: Outcome | None
    second: Outcome | None
    year: Outcome | None
    clause: str
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class LearningResult:
    """Kết quả học tập of a term or the year (Điều 9.2-9.3).

    `base` is the level before the one-level adjustment, `final` after it; both None means
    "chưa đủ căn cứ". `review` is set when the strict reading of Điều 9.3 would differ.
    `average` is ĐTB of all subjects where the circular has one (TT58/2011).
    """

    base: LearningLevel | None
    final: LearningLevel | None
    deciding_subject: SubjectKey | None
    policy: str
    review: bool
    clause: str
    average: Tenths | None = None


@dataclass(frozen=True, slots=True)
class ConductResult:
    """Kết quả rèn luyện of terms and year (Điều 8.2); `waived` where it is not assessed."""

    first: Level | None
    second: Level | None
    year: Level | None
    clause: str
    waived: bool = False


@dataclass(frozen=True, slots=True)
class PromotionResult:
    """The engine's proposal; the decision itself is a human act (Điều 12)."""

    decision: Decision
    actions: tuple[SummerAction, ...]
    reasons: tuple[str, ...]  # stable codes, e.g. "absence_over_limit"
    reassess_subjects: tuple[SubjectKey, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class SummerResult:
    """What the summer changed; it stands beside the year's results, which stay (Điều 13-14)."""

    reassessed: Mapping[SubjectKey, Outcome]
    learning: LearningResult | None
    conduct: Level | None


@dataclass(frozen=True, slots=True)
class YearAssessment:
    """The judged year of one student.

    `review` are stable codes of what a person has to look at: readings of the law that differ, a
    reassessment lower than the first result, a level that only a head may set.
    """

    regulation: str  # e.g. "TT22/2021"
    subjects: tuple[SubjectResult, ...]
    learning_first: LearningResult
    learning_second: LearningResult
    learning_year: LearningResult
    conduct: ConductResult
    absences: int | None
    promotion: PromotionResult
    summer: SummerResult
    award: Award | None
    award_title: str
    award_clause: str
    completes_level: bool | None  # grade 9/12 only: hoàn thành chương trình
    review: tuple[str, ...]
