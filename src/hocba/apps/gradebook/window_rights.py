"""Who keeps the entry windows, who asks for a reopening, who decides on it.

Nobody decides on their own request; who may write the part that would open never grants it, nor
writes what they granted. Who keeps accounts or the seal has no business here.
"""

from uuid import UUID

from hocba.apps.accounts.permissions import OVERSIGHT_ROLES, can_role, require_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.models import Reopening
from hocba.apps.gradebook.permissions import can_enter_marks, can_read_all_marks
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.permissions import (
    can_oversee,
    headed_subjects,
    is_homeroom_teacher,
    units_above,
)
from hocba.apps.roster.queries import assignments_of_class, class_by_id
from hocba.core.errors import HocbaError

KEEPERS = ("principal", "deputy_principal")
READERS = (*KEEPERS, "subject_teacher", "homeroom_teacher", "subject_head")


def can_keep_windows(viewer: Viewer, *, school_id: UUID) -> bool:
    """Whether the viewer sets windows and locks the book of this school."""
    return can_role(viewer, *KEEPERS, unit_id=school_id)


def require_keep_windows(viewer: Viewer, *, school_id: UUID) -> None:
    """Raise unless the viewer sets windows and locks the book of this school."""
    require_role(viewer, *KEEPERS, unit_id=school_id)


def require_see_windows(viewer: Viewer, *, school_id: UUID) -> None:
    """Raise unless the viewer teaches in, leads or oversees this school."""
    if not (
        can_role(viewer, *READERS, unit_id=school_id) or can_oversee(viewer, school_id=school_id)
    ):
        raise HocbaError("access.denied")


def can_see_signals(viewer: Viewer, *, school_id: UUID) -> bool:
    """Whether the viewer looks at the signals of this school: its heads, and who is above it."""
    return can_keep_windows(viewer, school_id=school_id) or can_oversee(viewer, school_id=school_id)


def require_see_signals(viewer: Viewer, *, school_id: UUID) -> None:
    """Raise unless the viewer looks at the signals of this school."""
    if not can_see_signals(viewer, school_id=school_id):
        raise HocbaError("access.denied")


def writes_part(
    viewer: Viewer, *, class_group: ClassGroup, subject_key: str, column_group: str
) -> bool:
    """Whether the viewer is who writes this part of this class's book."""
    if column_group == "homeroom":
        return is_homeroom_teacher(viewer, class_group=class_group)
    return any(
        one.subject_key == subject_key
        and can_enter_marks(viewer, class_group=class_group, teacher_id=one.teacher_id)
        for one in assignments_of_class(class_id=class_group.pk)
    )


def deciding_unit(viewer: Viewer, *, reopening: Reopening) -> UUID | None:
    """Return the unit for which the viewer may decide on what waits now, None when for none.

    Raises:
        HocbaError: "gradebook.own_request", "gradebook.own_marks".
    """
    unit = _unit_asked(viewer, reopening)
    if unit is None:
        return None
    if viewer.person_id == reopening.asked_by:
        raise HocbaError("gradebook.own_request")
    class_group = class_by_id(class_id=reopening.class_id)
    if class_group is not None and writes_part(
        viewer,
        class_group=class_group,
        subject_key=reopening.subject_key,
        column_group=reopening.column_group,
    ):
        raise HocbaError("gradebook.own_marks")
    return unit


def _unit_asked(viewer: Viewer, reopening: Reopening) -> UUID | None:
    school_id = reopening.school_id
    if reopening.state == "requested":
        return school_id if can_keep_windows(viewer, school_id=school_id) else None
    if reopening.state == "endorsed" and can_oversee(viewer, school_id=school_id):
        mine = viewer.units(*OVERSIGHT_ROLES)
        return next(unit for unit in units_above(unit_id=school_id) if unit in mine)
    return None


def can_decide(viewer: Viewer, *, reopening: Reopening) -> bool:
    """Whether the viewer could approve or refuse now."""
    try:
        return deciding_unit(viewer, reopening=reopening) is not None
    except HocbaError:
        return False


def can_see_reopening(viewer: Viewer, *, reopening: Reopening) -> bool:
    """Whether the viewer reads this request: who asked, the school's heads, who is above it."""
    return viewer.person_id == reopening.asked_by or can_see_signals(
        viewer, school_id=reopening.school_id
    )


def can_end(viewer: Viewer, *, reopening: Reopening) -> bool:
    """Whether the viewer may close an open one before its time."""
    return viewer.person_id is not None and (
        viewer.person_id in (reopening.asked_by, reopening.endorsed_by, reopening.granted_by)
        or can_keep_windows(viewer, school_id=reopening.school_id)
    )


def readable_subjects(viewer: Viewer, *, class_group: ClassGroup) -> frozenset[str] | None:
    """Return the subjects whose history the viewer reads in this class, None for all.

    Raises:
        HocbaError: "access.denied" when there are none.
    """
    if (
        can_read_all_marks(viewer, class_group=class_group)
        or can_keep_windows(viewer, school_id=class_group.school_id)
        or can_oversee(viewer, school_id=class_group.school_id)
    ):
        return None
    mine = frozenset(
        one.subject_key
        for one in assignments_of_class(class_id=class_group.pk)
        if can_enter_marks(viewer, class_group=class_group, teacher_id=one.teacher_id)
    ) | headed_subjects(
        viewer, school_id=class_group.school_id, school_year=class_group.school_year
    )
    if not mine:
        raise HocbaError("access.denied")
    return mine
