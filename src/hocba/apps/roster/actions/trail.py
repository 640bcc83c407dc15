"""How the roster's acts are told to the audit office."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hocba.apps.audit.actions import record_event
from hocba.apps.roster.models import ClassGroup, Enrolment, Unit


def record(
    school_id: UUID,
    school_year: str,
    action: str,
    row: Unit | ClassGroup | Enrolment,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    actor: UUID | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Write the audit event of one act on one row."""
    record_event(
        school_id=school_id,
        school_year=school_year,
        action=action,
        object_type=row._meta.model_name or "",
        object_id=str(row.pk),
        before=before,
        after=after,
        reason=reason,
        actor=actor,
        at=at,
    )
