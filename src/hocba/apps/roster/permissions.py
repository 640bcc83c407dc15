"""Who may read which school and class. `can_…` answers, `require_…` raises."""

from uuid import UUID

from hocba.apps.accounts.permissions import OVERSIGHT_ROLES, SCHOOL_ROLES, can_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.roster.models import ClassGroup, TeachingAssignment, Unit
from hocba.core.errors import HocbaError

WHOLE_SCHOOL_ROLES = ("principal", "deputy_principal", "clerk", "it_officer")
_DEEPEST_TREE = 6  # Sở → authority → school is three


def units_above(*, unit_id: UUID) -> tuple[UUID, ...]:
    """Keys of the units above one unit, nearest first."""
    above: list[UUID] = []
    parent = Unit.objects.filter(pk=unit_id).values_list("parent_id", flat=True).first()
    while parent is not None and len(above) < _DEEPEST_TREE:
        above.append(parent)
        parent = Unit.objects.filter(pk=parent).values_list("parent_id", flat=True).first()
    return tuple(above)


def can_oversee(viewer: Viewer, *, school_id: UUID) -> bool:
    """Whether the viewer is an officer of a unit above this school, and no part of the school."""
    units = viewer.units(*OVERSIGHT_ROLES)
    if not units or can_role(viewer, *SCHOOL_ROLES, unit_id=school_id):
        return False
    return not units.isdisjoint(units_above(unit_id=school_id))


def can_read_school(viewer: Viewer, *, school_id: UUID) -> bool:
    """Whether the viewer works in this school or oversees it."""
    return can_role(viewer, *SCHOOL_ROLES, unit_id=school_id) or can_oversee(
        viewer, school_id=school_id
    )


def require_read_school(viewer: Viewer, *, school_id: UUID) -> None:
    """Raise unless the viewer works in this school or oversees it."""
    if not can_read_school(viewer, school_id=school_id):
        raise HocbaError("access.denied")


def can_read_class(viewer: Viewer, *, class_group: ClassGroup) -> bool:
    """Whether the viewer has business with this class: the office, its teachers, who oversees."""
    school_id = class_group.school_id
    if can_role(viewer, *WHOLE_SCHOOL_ROLES, unit_id=school_id):
        return True
    if is_homeroom_teacher(viewer, class_group=class_group):
        return True
    if viewer.has("subject_teacher", school_id) and viewer.person_id is not None:
        teaches = TeachingAssignment.objects.filter(
            class_group=class_group, teacher_id=viewer.person_id
        )
        if teaches.exists():
            return True
    return can_oversee(viewer, school_id=school_id)


def require_read_class(viewer: Viewer, *, class_group: ClassGroup) -> None:
    """Raise unless the viewer has business with this class."""
    if not can_read_class(viewer, class_group=class_group):
        raise HocbaError("access.denied")


def is_homeroom_teacher(viewer: Viewer, *, class_group: ClassGroup) -> bool:
    """Whether the viewer is this class's homeroom teacher, in office today."""
    return viewer.has("homeroom_teacher", class_group.school_id) and (
        viewer.person_id is not None and class_group.homeroom_teacher_id == viewer.person_id
    )


def headed_subjects(viewer: Viewer, *, school_id: UUID, school_year: str) -> frozenset[str]:
    """Return the subjects that the viewer heads in a school: those they teach there that year."""
    if not viewer.has("subject_head", school_id) or viewer.person_id is None:
        return frozenset()
    rows = TeachingAssignment.objects.filter(
        teacher_id=viewer.person_id,
        class_group__school_id=school_id,
        class_group__school_year=school_year,
    )
    return frozenset(rows.values_list("subject_key", flat=True))


def can_see_citizen_ids(viewer: Viewer, *, class_group: ClassGroup) -> bool:
    """Whether personal numbers are shown in full: the school's office and the homeroom teacher."""
    return can_role(
        viewer, *WHOLE_SCHOOL_ROLES, unit_id=class_group.school_id
    ) or is_homeroom_teacher(viewer, class_group=class_group)
