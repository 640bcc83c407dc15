"""The list of students whose citizen id is missing or doubtful, with owner and since when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.accounts.directory import people_by_ids, roles_in_unit
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.roster.models import Enrolment, IdentityCase
from hocba.apps.roster.setup_models import IDENTITY_PROBLEMS
from hocba.apps.roster.setup_queries import school_for_setup
from hocba.core.assessment.spelling import name_order


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """One open case of a student who is in a class this year."""

    case_id: UUID
    class_name: str
    list_number: int
    student_code: str
    full_name: str
    problem: str
    problem_title: str
    told: str
    citizen_id: str
    owner_id: UUID | None
    owner: str  # "" for the office
    opened_at: datetime
    days: int


def identity_lines(
    *, viewer: Viewer, school_id: UUID, school_year: str, at: datetime
) -> list[IdentityLine]:
    """Return the open cases of a year's students, by class and list number; four queries.

    Raises:
        HocbaError: "access.denied".
    """
    school_for_setup(viewer=viewer, school_id=school_id)
    cases = {
        case.student_id: case
        for case in IdentityCase.objects.filter(school_id=school_id, closed_at__isnull=True)
    }
    owners = people_by_ids(person_ids={one.owner_id for one in cases.values() if one.owner_id})
    seats = Enrolment.objects.select_related("student", "class_group").filter(
        class_group__school_id=school_id,
        class_group__school_year=school_year,
        left_date__isnull=True,
        student_id__in=list(cases),
    )
    lines = []
    for seat in seats.order_by("class_group__grade", "class_group__name", "list_number"):
        case = cases[seat.student_id]
        owner = owners.get(case.owner_id) if case.owner_id else None
        lines.append(
            IdentityLine(
                case_id=case.id,
                class_name=seat.class_group.name,
                list_number=seat.list_number,
                student_code=seat.student.student_code,
                full_name=seat.student.full_name,
                problem=case.problem,
                problem_title=IDENTITY_PROBLEMS[case.problem],
                told=case.told,
                citizen_id=seat.student.citizen_id or "",
                owner_id=case.owner_id,
                owner=owner.full_name if owner else "",
                opened_at=case.opened_at,
                days=(at - case.opened_at).days,
            )
        )
    return lines


def possible_owners(*, viewer: Viewer, school_id: UUID) -> list[tuple[UUID, str]]:
    """Return the people of the school who can be given cases, by name."""
    school_for_setup(viewer=viewer, school_id=school_id)
    found = {
        role.person_id: role.person.full_name
        for role in roles_in_unit(unit_id=school_id)
        if role.person.is_active and role.valid_to is None
    }
    return sorted(found.items(), key=lambda pair: name_order(pair[1]))
