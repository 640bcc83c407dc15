"""Units enter the tree and end."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.staffing import require_operator
from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError


@transaction.atomic
def create_unit(
    *,
    kind: str,
    code: str,
    name: str,
    parent_id: UUID | None = None,
    school_level: str = "",
    ward: str = "",
    province: str = "",
    is_public: bool = True,
    valid_from: date,
    valid_to: date | None = None,
    unit_id: UUID | None = None,
    actor: UUID | None,
    at: datetime,
) -> Unit:
    """Enter a unit into the tree. Refuses: access.denied, roster.unit_code_taken."""
    require_operator(actor=actor, at=at)
    if Unit.objects.filter(code=code).exists():
        raise HocbaError("roster.unit_code_taken", unit_code=code)
    unit = Unit.objects.create(
        id=unit_id or uuid7(at=at),
        kind=kind,
        code=code,
        name=name,
        parent_id=parent_id,
        school_level=school_level,
        ward=ward,
        province=province,
        is_public=is_public,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    after = {"kind": kind, "code": code, "name": name, "parent_id": parent_id}
    _record(unit, "roster.unit_created", None, after, actor, at)
    return unit


@transaction.atomic
def end_unit(*, unit_id: UUID, last_day: date, actor: UUID | None, at: datetime) -> Unit:
    """Let a unit end on a day. Refuses: access.denied, roster.unit_ends_before_start."""
    require_operator(actor=actor, at=at)
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    if last_day < unit.valid_from:
        raise HocbaError("roster.unit_ends_before_start")
    before = {"valid_to": unit.valid_to}
    unit.valid_to = last_day
    unit.save(update_fields=["valid_to"])
    after = {"valid_to": last_day}
    _record(unit, "roster.unit_ended", before, after, actor, at)
    return unit


def _record(
    unit: Unit,
    action: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    actor: UUID | None,
    at: datetime,
) -> None:
    record_event(
        school_id=unit.pk,
        school_year=school_year_of(at),
        action=action,
        object_type="unit",
        object_id=str(unit.pk),
        before=before,
        after=after,
        actor=actor,
        at=at,
    )
