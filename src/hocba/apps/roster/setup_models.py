"""Tables of a school year's set-up: imports and what they changed, electives, citizen-id cases.

Leaf tables: the school is first in every key. A row of `SetupChange` is written once and tells what
an import did to one object, so that the import can be undone; nothing here is ever deleted.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hocba.apps.leaf import LeafModel
from hocba.apps.roster.setup.states import ImportState

IMPORT_KINDS = ("lop", "hoc-sinh", "nhan-su", "phan-cong", "mon-lua-chon")
CHOICE_KINDS = ("elective", "topic")
IDENTITY_PROBLEMS = {
    "missing": "Chưa có số định danh",
    "form": "Số đã khai không đủ 12 chữ số",
    "taken": "Số đã khai thuộc một người khác",
    "mismatch": "Số không hợp giới tính hoặc năm sinh",
}


class SetupImport(LeafModel):
    """One workbook of a school year's set-up: handed in, shown, confirmed, perhaps undone."""

    pk = models.CompositePrimaryKey("school_id", "id")
    school_year = models.CharField(max_length=9)
    kind = models.CharField(max_length=12)
    filename = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    plan_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8)
    counts = models.JSONField()
    handed_in_by = models.UUIDField()
    handed_in_at = models.DateTimeField()
    submitted_by = models.UUIDField(null=True)
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=IMPORT_KINDS), name="setup_import_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state="checked", submitted_at__isnull=True)
                | Q(state="waiting", submitted_at__isnull=False, decided_at__isnull=True)
                | Q(state__in=["applied", "returned"], decided_at__isnull=False)
                | Q(state="undone", undone_at__isnull=False),
                name="setup_import_state_has_its_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school_id", "school_year", "state"], name="setup_import_state")
        ]

    def __str__(self) -> str:
        """Return the import's identifier."""
        return str(self.id)

    @property
    def can_be_confirmed(self) -> bool:
        """Whether somebody may still decide to take it over."""
        return self.state == ImportState.CHECKED


class SetupChange(LeafModel):
    """What an import did to one object of the roster, in the order of doing."""

    pk = models.CompositePrimaryKey("school_id", "id")
    import_id = models.UUIDField()
    ordinal = models.PositiveIntegerField()
    sheet = models.CharField(max_length=64, blank=True)
    cell = models.CharField(max_length=12, blank=True)
    about = models.CharField(max_length=300)
    act = models.CharField(max_length=20)
    object_id = models.CharField(max_length=100)
    key = models.JSONField()
    before = models.JSONField()
    after = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "import_id", "ordinal"], name="setup_change_once_per_place"
            )
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class ElectiveChoice(LeafModel):
    """One elective subject or one topic cluster (chuyên đề) of one student, from a day to a day."""

    pk = models.CompositePrimaryKey("school_id", "id")
    school_year = models.CharField(max_length=9)
    enrolment_id = models.UUIDField()
    kind = models.CharField(max_length=8)
    subject_key = models.CharField(max_length=40)
    from_date = models.DateField()
    to_date = models.DateField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=CHOICE_KINDS), name="elective_choice_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gte=F("from_date")),
                name="elective_choice_ends_after_start",
                violation_error_message="Ngày kết thúc phải sau ngày bắt đầu.",
            ),
            models.UniqueConstraint(
                fields=["school_id", "enrolment_id", "kind", "subject_key"],
                condition=Q(to_date__isnull=True),
                name="elective_choice_one_standing",
                violation_error_message="Học sinh đã chọn môn này.",
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class IdentityCase(LeafModel):
    """A student whose citizen id is missing or doubtful: since when, and who has to mend it.

    Never stops teaching or marks; closed when a fitting number is on record.
    """

    pk = models.CompositePrimaryKey("school_id", "id")
    student_id = models.UUIDField()
    problem = models.CharField(max_length=8)
    told = models.CharField(max_length=60, blank=True)  # what a file said and nobody could take
    owner_id = models.UUIDField(null=True)  # None: the school's office
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(problem__in=list(IDENTITY_PROBLEMS)), name="identity_case_problem_known"
            ),
            models.UniqueConstraint(
                fields=["school_id", "student_id"],
                condition=Q(closed_at__isnull=True),
                name="identity_case_one_open",
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)
