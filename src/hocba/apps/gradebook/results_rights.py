"""Who reads the results of a class, and which subjects of them.

The homeroom teacher, the head, a deputy and the clerk (who prints them) read everything; a subject
teacher reads the subjects they teach there and nothing that follows from others; an officer above
the school reads everything after saying why. Who keeps the accounts reads nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hocba.apps.accounts.permissions import can_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.roster.models import ClassGroup, TeachingAssignment
from hocba.apps.roster.permissions import can_oversee, is_homeroom_teacher
from hocba.core.errors import HocbaError

HEADS = ("principal", "deputy_principal")
READERS = (*HEADS, "clerk")


@dataclass(frozen=True, slots=True)
class ResultsScope:
    """What of a class its reader may see; one who `tells_why` reads with a logged reason."""

    everything: bool
    subjects: frozenset[str] = frozenset()
    tells_why: bool = False
    follows: bool = False  # the homeroom teacher's pages too

    def shows(self, subject_key: str) -> bool:
        """Whether the results of this subject may be shown."""
        return self.everything or subject_key in self.subjects

    @property
    def takes_away(self) -> bool:
        """Whether a file of what is seen may be taken: not by those above the school."""
        return not self.tells_why


def results_scope(
    viewer: Viewer, *, class_group: ClassGroup, assignments: Iterable[TeachingAssignment]
) -> ResultsScope:
    """Return what the viewer may see of a class.

    Raises:
        HocbaError: "access.denied" when it is nothing.
    """
    school_id = class_group.school_id
    follows = can_follow(viewer, class_group=class_group)
    if follows or can_role(viewer, *READERS, unit_id=school_id):
        return ResultsScope(everything=True, follows=follows)
    if viewer.has("subject_teacher", school_id) and viewer.person_id is not None:
        own = frozenset(
            one.subject_key for one in assignments if one.teacher_id == viewer.person_id
        )
        if own:
            return ResultsScope(everything=False, subjects=own)
    if can_oversee(viewer, school_id=school_id):
        return ResultsScope(everything=True, tells_why=True)
    raise HocbaError("access.denied")


def can_lead(viewer: Viewer, *, class_group: ClassGroup) -> bool:
    """Whether the viewer writes the homeroom teacher's part of this class; a head never does."""
    return is_homeroom_teacher(viewer, class_group=class_group)


def require_lead(viewer: Viewer, *, class_group: ClassGroup) -> None:
    """Raise unless the viewer writes the homeroom teacher's part of this class."""
    if not can_lead(viewer, class_group=class_group):
        raise HocbaError("access.denied")


def can_follow(viewer: Viewer, *, class_group: ClassGroup) -> bool:
    """Whether the viewer leads this class or heads its school."""
    heads = can_role(viewer, *HEADS, unit_id=class_group.school_id)
    return heads or can_lead(viewer, class_group=class_group)


def require_follow(viewer: Viewer, *, class_group: ClassGroup) -> None:
    """Raise unless the viewer leads this class or heads its school."""
    if not can_follow(viewer, class_group=class_group):
        raise HocbaError("access.denied")
