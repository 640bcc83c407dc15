"""Which unit a step of a procedure asks, on a day, for a school: the dated tree answers."""

from datetime import date, datetime
from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.models import Unit
from hocba.apps.roster.queries import unit_by_id
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures import ApprovalStep, AskedUnit, Procedure


def day_of(at: datetime) -> date:
    """Return the city's calendar day of an instant."""
    return at.astimezone(CITY_TIME).date()


def asked_unit(*, step: ApprovalStep, procedure: Procedure, school_id: UUID, day: date) -> Unit:
    """Return the unit whose people give this approval.

    The managing unit is the nearest one above the school, of the kind that manages its level, in
    force on the day: until 30/06/2025 the Phòng, afterwards the commune below it in the tree. The
    decision of the Ministry is recorded by the Sở.

    Raises:
        HocbaError: "recall.no_managing_unit".
    """
    if step.unit is AskedUnit.SCHOOL:
        wanted = "school"
    elif step.unit is AskedUnit.MANAGING:
        wanted = procedure.managing_kind
    else:
        wanted = "department"
    unit = unit_by_id(unit_id=school_id)
    while unit is not None:
        ended = unit.valid_to is not None and unit.valid_to < day
        if unit.kind == wanted and unit.valid_from <= day and not ended:
            return unit
        unit = unit_by_id(unit_id=unit.parent_id) if unit.parent_id else None
    raise HocbaError("recall.no_managing_unit")


def role_for(
    viewer: Viewer, *, step: ApprovalStep, procedure: Procedure, school_id: UUID, day: date
) -> tuple[str, UUID] | None:
    """Return role and unit in which the viewer could give this approval, None when in none."""
    unit = asked_unit(step=step, procedure=procedure, school_id=school_id, day=day)
    for role in step.roles:
        if viewer.has(role, unit.pk):
            return role, unit.pk
    return None
