"""The table of the audit office: one row for every act, never changed, never deleted."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from hocba.apps.leaf import LeafModel


class AuditEvent(LeafModel):
    """One act: who did what to which object, when, and what it was before and after."""

    pk = models.CompositePrimaryKey("school_id", "school_year", "id")
    school_year = models.CharField("năm học", max_length=9)
    action = models.CharField("việc đã làm", max_length=60)
    object_type = models.CharField("loại đối tượng", max_length=60)
    object_id = models.CharField("mã đối tượng", max_length=100)
    before = models.JSONField("trước", null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField("sau", null=True, encoder=DjangoJSONEncoder)
    reason = models.CharField("lí do", max_length=500, blank=True)
    actor_id = models.UUIDField("người làm", null=True)  # None: the system itself
    at = models.DateTimeField("lúc")

    class Meta:
        """Names of the promises kept by the database; triggers in the migration refuse changes."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(action="") & ~Q(object_type="") & ~Q(object_id=""),
                name="audit_event_names_act_and_object",
                violation_error_message="Sự kiện nhật ký phải nêu việc đã làm và đối tượng.",
            ),
            models.CheckConstraint(
                condition=Q(school_year__regex=r"^[0-9]{4}-[0-9]{4}$"),
                name="audit_event_school_year_form",
                violation_error_message="Năm học phải có dạng 2024-2025.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["school_id", "object_type", "object_id"], name="audit_event_of_object"
            ),
            models.Index(fields=["school_id", "actor_id"], name="audit_event_of_actor"),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)
