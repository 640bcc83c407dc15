"""A class as issuing needs it: the roll, the teachers, the school and who heads it today."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import holders_of
from hocba.apps.roster.models import TeachingAssignment, Unit
from hocba.apps.roster.queries import (
    assignments_of_class,
    class_by_id,
    department_of,
    roll_of_class,
)
from hocba.apps.roster.values import EnrolledStudent
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """One class of one school year with everybody whom its transcripts name."""

    id: UUID
    school: Unit
    department: Unit
    school_year: str
    grade: int
    name: str
    homeroom_teacher: Person
    principal: Person
    assignments: tuple[TeachingAssignment, ...]
    pupils: tuple[EnrolledStudent, ...]  # leavers are not among them


def class_record(*, class_id: UUID, at: datetime) -> ClassRecord:
    """Return the class with its people as of `at`.

    Raises:
        HocbaError: "roster.class_unknown", "issuing.no_homeroom_teacher",
            "issuing.no_principal" (nobody, or more than one, heads the school on that day).
    """
    found = class_by_id(class_id=class_id)
    if found is None:
        raise HocbaError("roster.class_unknown")
    department = department_of(unit_id=found.school_id)
    if found.homeroom_teacher is None:
        raise HocbaError("issuing.no_homeroom_teacher", class_name=found.name)
    principals = holders_of(role="principal", unit_id=found.school_id, at=at)
    if len(principals) != 1 or department is None:
        raise HocbaError("issuing.no_principal")
    return ClassRecord(
        id=found.id,
        school=found.school,
        department=department,
        school_year=found.school_year,
        grade=found.grade,
        name=found.name,
        homeroom_teacher=found.homeroom_teacher,
        principal=principals[0],
        assignments=tuple(assignments_of_class(class_id=class_id)),
        pupils=tuple(
            pupil for pupil in roll_of_class(class_id=class_id) if pupil.left_date is None
        ),
    )
