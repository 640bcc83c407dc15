"""Tables of the gradebook: every mark, remark and homeroom record ever written, with its origin.

Leaf tables: the school is first in every key, the school year second where a closed year can become
a partition. Rows are never changed; a correction is a new row with the next `version`, and the
highest version is what stands. Rules of marks live in `core.assessment`, not here.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from hocba.apps.gradebook.window_models import EntryWindow, Reopening, SignalNote
from hocba.apps.leaf import LeafModel

__all__ = [
    "EntryWindow",
    "HomeroomRecord",
    "ImportRun",
    "Lock",
    "Mark",
    "Remark",
    "RemarkPhrase",
    "Reopening",
    "SavedRequest",
    "SignalNote",
    "VersionedRow",
]

TERMS = ("HK1", "HK2")
LEVELS = (0, 1, 2, 3)
DECISIONS = ("promoted", "promoted_after_reassessment", "pending", "retained")


class ImportRun(LeafModel):
    """One workbook handed in: what was found in it and what became of it."""

    pk = models.CompositePrimaryKey("school_id", "id")
    school_year = models.CharField(max_length=9)
    class_name = models.CharField(max_length=20)
    filename = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10)
    findings = models.JSONField()
    handed_in_by = models.UUIDField()
    handed_in_at = models.DateTimeField()
    accepted_by = models.UUIDField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["checked", "accepted"]), name="import_run_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="checked", accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(state="accepted", accepted_at__isnull=False, accepted_by__isnull=False),
                name="import_run_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        """Return the run's identifier."""
        return str(self.id)


class VersionedRow(LeafModel):
    """Columns shared by the rows of which only the newest version stands."""

    school_year = models.CharField(max_length=9)
    enrolment_id = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    written_by = models.UUIDField()
    written_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    origin_file = models.CharField(max_length=64, blank=True)  # sha256 of the workbook
    origin_sheet = models.CharField(max_length=64, blank=True)
    origin_cell = models.CharField(max_length=12, blank=True)
    permit_id = models.UUIDField(null=True)  # the reopening or request that let a closed cell pass

    class Meta:
        """Not a table of its own."""

        abstract = True


class Mark(VersionedRow):
    """One mark of one student: tenths for a scored subject, Đ/CĐ for a remark subject.

    A version with neither withdraws the mark ("chưa có điểm"); zero is a mark.
    """

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    subject_key = models.CharField(max_length=40)
    term = models.CharField(max_length=3)
    kind = models.CharField(max_length=8)
    ordinal = models.PositiveSmallIntegerField()
    tenths = models.PositiveSmallIntegerField(null=True)
    remark_level = models.CharField(max_length=2, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "school_id",
                    "school_year",
                    "enrolment_id",
                    "subject_key",
                    "term",
                    "kind",
                    "ordinal",
                    "version",
                ],
                name="mark_one_row_per_version",
                violation_error_message="Ô điểm này vừa được người khác sửa.",
            ),
            models.CheckConstraint(condition=Q(term__in=TERMS), name="mark_term_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["regular", "midterm", "final"]), name="mark_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(tenths__isnull=True) | Q(tenths__lte=100),
                name="mark_between_0_and_10",
                violation_error_message="Điểm phải từ 0 đến 10.",
            ),
            models.CheckConstraint(
                condition=Q(tenths__isnull=True) | Q(remark_level=""),
                name="mark_is_scored_or_remark",
            ),
            models.CheckConstraint(
                condition=Q(remark_level__in=["", "Đ", "CĐ"]), name="mark_remark_level_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier; a mark is personal data."""
        return str(self.id)


class Remark(VersionedRow):
    """The subject teacher's remark on one student's year in one subject."""

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    subject_key = models.CharField(max_length=40)
    text = models.CharField(max_length=1000, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "enrolment_id", "subject_key", "version"],
                name="remark_one_row_per_version",
                violation_error_message="Nhận xét này vừa được người khác sửa.",
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class HomeroomRecord(VersionedRow):
    """What the homeroom teacher says of one student's year: conduct, absences, award, remark.

    Absences of the year are what the transcript needs; those of the terms are there when they were
    entered by term, and then the year is their sum. `conduct_year` is judged only where the
    circular has no table (TT58/2011).
    """

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    conduct_first = models.PositiveSmallIntegerField(null=True)
    conduct_second = models.PositiveSmallIntegerField(null=True)
    conduct_year = models.PositiveSmallIntegerField(null=True)
    absences_excused = models.PositiveSmallIntegerField(null=True)
    absences_unexcused = models.PositiveSmallIntegerField(null=True)
    excused_first = models.PositiveSmallIntegerField(null=True)
    unexcused_first = models.PositiveSmallIntegerField(null=True)
    excused_second = models.PositiveSmallIntegerField(null=True)
    unexcused_second = models.PositiveSmallIntegerField(null=True)
    award = models.CharField(max_length=300, blank=True)
    remark = models.CharField(max_length=1000, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "enrolment_id", "version"],
                name="homeroom_record_one_row_per_version",
                violation_error_message="Phần của giáo viên chủ nhiệm vừa được người khác sửa.",
            ),
            models.CheckConstraint(
                condition=(Q(conduct_first__isnull=True) | Q(conduct_first__in=LEVELS))
                & (Q(conduct_second__isnull=True) | Q(conduct_second__in=LEVELS)),
                name="homeroom_record_conduct_known",
            ),
            models.CheckConstraint(
                condition=Q(conduct_year__isnull=True) | Q(conduct_year__in=LEVELS),
                name="homeroom_record_conduct_year_known",
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class Reassessment(VersionedRow):
    """Đánh giá lại of one subject in the summer (TT22/2021 Điều 14): chosen, and its new result.

    A version that is not `chosen` takes the subject off the student's list again.
    """

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    subject_key = models.CharField(max_length=40)
    chosen = models.BooleanField()
    tenths = models.PositiveSmallIntegerField(null=True)
    remark_level = models.CharField(max_length=2, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "enrolment_id", "subject_key", "version"],
                name="reassessment_one_row_per_version",
                violation_error_message="Kết quả đánh giá lại này vừa được người khác sửa.",
            ),
            models.CheckConstraint(
                condition=Q(tenths__isnull=True) | Q(tenths__lte=100, remark_level="", chosen=True),
                name="reassessment_score_between_0_and_10",
                violation_error_message="Điểm phải từ 0 đến 10.",
            ),
            models.CheckConstraint(
                condition=Q(remark_level="") | Q(remark_level__in=["Đ", "CĐ"], chosen=True),
                name="reassessment_remark_level_known",
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class SummerRecord(VersionedRow):
    """Rèn luyện trong kì nghỉ hè (TT22/2021 Điều 13): its form, its result; `closed` ends it all.

    Once closed, nothing more comes before the new school year: who is still short stays down.
    """

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    training = models.PositiveSmallIntegerField(null=True)
    training_form = models.CharField(max_length=300, blank=True)
    closed = models.BooleanField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "enrolment_id", "version"],
                name="summer_record_one_row_per_version",
                violation_error_message="Kết quả trong hè này vừa được người khác sửa.",
            ),
            models.CheckConstraint(
                condition=Q(training__isnull=True) | Q(training__in=LEVELS),
                name="summer_record_training_known",
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class YearProposal(VersionedRow):
    """What the homeroom teacher proposes for one student: the decision and award as computed then.

    Kept so that a result which changed after it was proposed can be told from one that did not.
    """

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    decision = models.CharField(max_length=30)
    award = models.CharField(max_length=100, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "enrolment_id", "version"],
                name="year_proposal_one_row_per_version",
                violation_error_message="Đề xuất này vừa được người khác sửa.",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=DECISIONS), name="year_proposal_decision_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class SavedRequest(LeafModel):
    """One save of the grid that was answered, so that sending it again gives the same answer.

    `id` is drawn by the browser; rows are forgotten after some weeks (`sweeps`).
    """

    pk = models.CompositePrimaryKey("school_id", "id")
    person_id = models.UUIDField()
    body_sha256 = models.CharField(max_length=64)
    answer = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        """Find the old ones of a school."""

        indexes: ClassVar = [
            models.Index(fields=["school_id", "saved_at"], name="saved_request_by_age")
        ]

    def __str__(self) -> str:
        """Return the request's identifier."""
        return str(self.id)


class RemarkPhrase(models.Model):
    """One phrase of a teacher's own remark bank; "{tên}" stands for the student's given name."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField()
    text = models.CharField(max_length=300)
    created_at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person_id", "text"],
                name="remark_phrase_once",
                violation_error_message="Kho nhận xét đã có câu này.",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="remark_phrase_says_something"),
        ]

    def __str__(self) -> str:
        """Return the phrase."""
        return self.text


class Lock(LeafModel):
    """Khóa sổ: from here on nothing of this student's year is written (TT: khóa sổ trước khi ký).

    A row is never removed; lifting a lock writes `lifted_at`, so that the history stays.
    """

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    school_year = models.CharField(max_length=9)
    enrolment_id = models.UUIDField()
    cause = models.CharField(max_length=20)
    locked_by = models.UUIDField()
    locked_at = models.DateTimeField()
    lifted_by = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "enrolment_id"],
                condition=Q(lifted_at__isnull=True),
                name="lock_one_standing_per_enrolment",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="lock_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        """Return the lock's identifier."""
        return str(self.id)
