"""Reads of the audit table, always inside one school."""

from uuid import UUID

from hocba.apps.audit.models import AuditEvent


def events_of(*, school_id: UUID, object_type: str, object_id: str) -> list[AuditEvent]:
    """All that happened to one object of one school, oldest first."""
    return list(
        AuditEvent.objects.filter(
            school_id=school_id, object_type=object_type, object_id=object_id
        ).order_by("at", "id")
    )


def events_by(*, school_id: UUID, actor: UUID) -> list[AuditEvent]:
    """All that one person did in one school, oldest first."""
    return list(AuditEvent.objects.filter(school_id=school_id, actor_id=actor).order_by("at", "id"))
