"""Who enters and who reads marks of a subject in a class. `can_…` answers, `require_…` raises.

Only the teacher to whom the subject is assigned enters; a principal never does. The homeroom
teacher and the heads of the school read, the head of a subject group the group's. Who keeps
accounts or the seal has no business here.
"""

from uuid import UUID

from hocba.apps.accounts.permissions import can_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.permissions import headed_subjects, is_homeroom_teacher
from hocba.core.errors import HocbaError

HEADS = ("principal", "deputy_principal")


def can_enter_marks(viewer: Viewer, *, class_group: ClassGroup, teacher_id: UUID) -> bool:
    """Whether the viewer enters a subject of this class that is assigned to `teacher_id`."""
    teaches = viewer.person_id is not None and viewer.person_id == teacher_id
    return teaches and viewer.has("subject_teacher", class_group.school_id)


def require_enter_marks(viewer: Viewer, *, class_group: ClassGroup, teacher_id: UUID) -> None:
    """Raise unless the viewer enters this subject of this class."""
    if not can_enter_marks(viewer, class_group=class_group, teacher_id=teacher_id):
        raise HocbaError("access.denied")


def can_read_all_marks(viewer: Viewer, *, class_group: ClassGroup) -> bool:
    """Whether the viewer reads every subject of this class."""
    return can_role(viewer, *HEADS, unit_id=class_group.school_id) or is_homeroom_teacher(
        viewer, class_group=class_group
    )


def can_read_marks(viewer: Viewer, *, class_group: ClassGroup, subject_key: str) -> bool:
    """Whether the viewer reads this subject of this class without entering it."""
    return can_read_all_marks(viewer, class_group=class_group) or subject_key in headed_subjects(
        viewer, school_id=class_group.school_id, school_year=class_group.school_year
    )
