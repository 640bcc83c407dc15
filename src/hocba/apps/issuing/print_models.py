"""Tables of the print queue: what somebody asked to have printed or packed, and how far it is.

Leaf tables, school first. The row is the queue: any process may go on with it. Files lie in a
folder of the request below HOCBA_DATA_DIR and are thrown away after a week.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from hocba.apps.leaf import LeafModel

PRINT_KINDS = ("pdf", "zip", "package")
PRINT_STATES = ("open", "done", "expired")
PRINT_ITEM_STATES = ("waiting", "done", "refused")


class PrintJob(LeafModel):
    """One request: printed pages as one PDF or a ZIP of them, or a package of files for a class."""

    pk = models.CompositePrimaryKey("school_id", "id")
    school_year = models.CharField(max_length=9)
    kind = models.CharField(max_length=8)
    about = models.CharField(max_length=60)  # "9A1", "khối 9"; of one student, the class
    class_id = models.UUIDField(null=True)  # None: a whole grade
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="open")
    leased_until = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=PRINT_KINDS), name="print_job_kind_known"),
            models.CheckConstraint(
                condition=Q(state="open", finished_at__isnull=True)
                | Q(state__in=("done", "expired"), finished_at__isnull=False),
                name="print_job_ended_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school_id", "asked_by", "asked_at"], name="print_job_mine"),
            models.Index(
                fields=["school_id", "leased_until"],
                condition=Q(state="open"),
                name="print_job_open",
            ),
        ]

    def __str__(self) -> str:
        """Return the request's key."""
        return str(self.id)


class PrintItem(LeafModel):
    """One student's transcript in a request, and what became of it."""

    pk = models.CompositePrimaryKey("school_id", "id")
    job_id = models.UUIDField()
    job = models.ForeignObject(
        PrintJob,
        on_delete=models.RESTRICT,
        from_fields=["school_id", "job_id"],
        to_fields=["school_id", "id"],
        related_name="items",
    )
    number = models.PositiveSmallIntegerField()
    enrolment_id = models.UUIDField()
    lookup_uuid = models.UUIDField(null=True)  # None: nothing was issued
    state = models.CharField(max_length=8, default="waiting")
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=PRINT_ITEM_STATES), name="print_item_state_known"
            ),
            models.UniqueConstraint(
                fields=["school_id", "job_id", "number"], name="print_item_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="print_item_refused_says_why"
            ),
        ]

    def __str__(self) -> str:
        """Return the item's key."""
        return str(self.id)
