"""From the bytes of a workbook to its plan."""

from collections.abc import Callable, Mapping
from typing import Any

from hocba.adapters.spreadsheets.roster_layouts import RosterKind
from hocba.adapters.spreadsheets.roster_reading import read_roster_workbook
from hocba.apps.roster.models import Unit
from hocba.apps.roster.setup.assignments import plan_assignments
from hocba.apps.roster.setup.classes import plan_classes
from hocba.apps.roster.setup.electives import has_electives, plan_electives
from hocba.apps.roster.setup.staff import plan_staff
from hocba.apps.roster.setup.students import plan_students
from hocba.apps.roster.setup.values import Plan, PlannedRow
from hocba.core.errors import HocbaError

_PLANNERS: Mapping[RosterKind, Callable[..., list[PlannedRow]]] = {
    RosterKind.CLASSES: plan_classes,
    RosterKind.STUDENTS: plan_students,
    RosterKind.STAFF: plan_staff,
    RosterKind.ASSIGNMENTS: plan_assignments,
    RosterKind.ELECTIVES: plan_electives,
}


def kind_of(value: str) -> RosterKind:
    """Return the kind that an address or a row names.

    Raises:
        HocbaError: "setup.kind_unknown".
    """
    try:
        return RosterKind(value)
    except ValueError:
        raise HocbaError("setup.kind_unknown") from None


def kinds_of(school: Unit) -> list[RosterKind]:
    """Return the kinds of workbook that this school needs, in the order of working."""
    return [
        kind for kind in RosterKind if kind is not RosterKind.ELECTIVES or has_electives(school)
    ]


def plan_workbook(
    *, data: bytes, filename: str, kind: RosterKind, school: Unit, school_year: str
) -> Plan:
    """Return what a workbook would do to the roster as it stands now; writes nothing."""
    reading = read_roster_workbook(
        data,
        filename=filename,
        kind=kind,
        school_code=school.code,
        school_year=school_year,
    )
    if reading.blocked:
        return Plan(reading.digest, (), reading.findings)
    arguments: dict[str, Any] = {"school": school, "school_year": school_year}
    rows = _PLANNERS[kind](rows=reading.rows, **arguments)
    return Plan(reading.digest, tuple(rows), reading.findings)
