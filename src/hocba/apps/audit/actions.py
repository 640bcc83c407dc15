"""The one way into the audit table. Every action of every office calls it in its transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.models import AuditEvent
from hocba.apps.identifiers import uuid7

CITY_WIDE = UUID(int=0)
"""`school_id` of acts that belong to no unit, e.g. on a person's account."""


def record_event(
    *,
    school_id: UUID,
    school_year: str,
    action: str,
    object_type: str,
    object_id: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    reason: str = "",
    actor: UUID | None,
    at: datetime,
) -> None:
    """Write one audit event inside the caller's transaction.

    `school_id` is the unit to which the act belongs, CITY_WIDE when there is none. Never pass
    passwords, tokens or key material. Outside a transaction the call is a bug: an act and its
    audit row stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"audit event {action!r} outside a transaction")
    AuditEvent.objects.create(
        school_id=school_id,
        school_year=school_year,
        id=uuid7(at=at),
        action=action,
        object_type=object_type,
        object_id=object_id,
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        reason=reason,
        actor_id=actor,
        at=at,
    )
