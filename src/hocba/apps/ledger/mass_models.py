"""Tables of a mass recall: one finding about a rule, and every version that it touches.

What becomes of each version is an ordinary request (`LifeRequest`) under a key that follows from
the mass recall and the version, so that whoever goes on after a cut makes nothing twice.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

ITEM_STATES = ("unchecked", "planned", "spared")


class MassRecall(models.Model):
    """A rule was applied wrongly: which versions, why, decided on which paper."""

    id = models.UUIDField(primary_key=True)
    school_year = models.CharField(max_length=9)
    scope = models.JSONField()  # school levels, grades, regulation, predicate, as asked
    reason_code = models.CharField(max_length=30)
    reason = models.CharField(max_length=500)
    evidence_sha256 = models.CharField(max_length=64)
    evidence_name = models.CharField(max_length=120)
    content_sha256 = models.CharField(max_length=64)  # of what was asked, to know a repetition
    planned_by = models.UUIDField()
    planned_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the key."""
        return str(self.id)


class MassRecallItem(models.Model):
    """One version touched: not looked at yet, to be recalled, or spared since nothing differs."""

    request_id = models.UUIDField(primary_key=True)  # of the request about this version
    mass = models.ForeignKey(MassRecall, on_delete=models.RESTRICT, related_name="items")
    lookup_uuid = models.UUIDField()
    school_id = models.UUIDField()
    class_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    state = models.CharField(max_length=9)
    problem = models.CharField(max_length=60, blank=True)  # why the last try went no further

    class Meta:
        """Names of the promises kept by the database."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ITEM_STATES), name="mass_recall_item_state_known"
            ),
            models.UniqueConstraint(
                fields=["mass", "lookup_uuid"], name="mass_recall_item_version_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["mass", "school_id", "class_id"], name="mass_recall_item_by_school"
            )
        ]

    def __str__(self) -> str:
        """Return the request's key."""
        return str(self.request_id)
