"""Tables of khóa sổ: entry windows, reopenings asked for and granted, notes on signals.

Leaf tables. A window's scope is written once, its days change under its `version`, and khóa sổ
(`locked_at`) is never taken back: what must still be written goes through a reopening.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hocba.apps.gradebook.reopenings import LIVING, REOPENING_STATES, WAITING
from hocba.apps.leaf import LeafModel

COLUMN_GROUPS = ("regular", "midterm", "final", "remark", "homeroom")
SCOPE_TERMS = ("", "HK1", "HK2")


class EntryWindow(LeafModel):
    """From when until when a part of the gradebook is written; empty scope fields mean "all"."""

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    school_year = models.CharField(max_length=9)
    term = models.CharField(max_length=3, blank=True)
    grade = models.PositiveSmallIntegerField(default=0)
    subject_key = models.CharField(max_length=40, blank=True)
    column_group = models.CharField(max_length=8, blank=True)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    version = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=300)
    changed_by = models.UUIDField()
    changed_at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "school_id",
                    "school_year",
                    "term",
                    "grade",
                    "subject_key",
                    "column_group",
                ],
                name="entry_window_once_per_scope",
                violation_error_message="Phạm vi này đã có đợt nhập.",
            ),
            models.CheckConstraint(
                condition=Q(term__in=SCOPE_TERMS) & Q(column_group__in=["", *COLUMN_GROUPS]),
                name="entry_window_scope_known",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(opens_at__lt=F("closes_at")),
                name="entry_window_opens_before_it_closes",
                violation_error_message="Ngày mở phải trước ngày đóng.",
            ),
        ]

    def __str__(self) -> str:
        """Return the window's identifier."""
        return str(self.id)


class Reopening(LeafModel):
    """Mở khóa: a closed part of one class's book, asked for with a reason, open until a time.

    `endorsed_by` is the principal where two people decide, `granted_by` whose word opened it.
    `after_lock` is written with that word: whether the book was locked (khóa sổ) by then.
    """

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    school_year = models.CharField(max_length=9)
    class_id = models.UUIDField()
    class_name = models.CharField(max_length=20)
    grade = models.PositiveSmallIntegerField()
    subject_key = models.CharField(max_length=40, blank=True)
    term = models.CharField(max_length=3, blank=True)
    column_group = models.CharField(max_length=8)
    students = models.JSONField(default=list)  # enrolments; empty: the whole class
    reason = models.CharField(max_length=300)
    hours = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default="requested")
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    endorsed_by = models.UUIDField(null=True)
    endorsed_at = models.DateTimeField(null=True)
    granted_by = models.UUIDField(null=True)
    granted_at = models.DateTimeField(null=True)
    granted_unit = models.UUIDField(null=True)
    after_lock = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=REOPENING_STATES), name="reopening_state_known"
            ),
            models.CheckConstraint(
                condition=Q(column_group__in=COLUMN_GROUPS) & Q(term__in=SCOPE_TERMS),
                name="reopening_scope_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="open")
                | Q(granted_by__isnull=False, expires_at__isnull=False, granted_unit__isnull=False),
                name="reopening_open_was_granted",
            ),
            models.CheckConstraint(
                condition=~Q(state="open", after_lock=True) | Q(endorsed_by__isnull=False),
                name="reopening_after_lock_has_two_people",
            ),
            models.CheckConstraint(
                condition=(Q(granted_by__isnull=True) | ~Q(granted_by=F("asked_by")))
                & (Q(endorsed_by__isnull=True) | ~Q(endorsed_by=F("asked_by")))
                & (
                    Q(endorsed_by__isnull=True)
                    | Q(granted_by__isnull=True)
                    | ~Q(granted_by=F("endorsed_by"))
                ),
                name="reopening_nobody_twice",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVING, ended_at__isnull=True)
                | (~Q(state__in=LIVING) & Q(ended_at__isnull=False)),
                name="reopening_ended_has_time",
            ),
            models.UniqueConstraint(
                fields=[
                    "school_id",
                    "school_year",
                    "class_id",
                    "subject_key",
                    "term",
                    "column_group",
                ],
                condition=Q(state__in=WAITING),
                name="reopening_one_waiting_per_part",
            ),
        ]

    def __str__(self) -> str:
        """Return the reopening's identifier."""
        return str(self.id)


class SignalNote(LeafModel):
    """What one person noted after looking at one signal; the signal is known by its changes."""

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    school_year = models.CharField(max_length=9)
    signal_key = models.CharField(max_length=64)
    code = models.CharField(max_length=40)
    note = models.CharField(max_length=500)
    noted_by = models.UUIDField()
    noted_unit = models.UUIDField()
    noted_at = models.DateTimeField()

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "signal_key", "noted_by"],
                name="signal_note_once_a_person",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="signal_note_says_something"),
        ]

    def __str__(self) -> str:
        """Return the note's identifier."""
        return str(self.id)
