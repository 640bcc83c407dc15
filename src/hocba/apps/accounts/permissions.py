"""May this viewer? `can_…` answers, `require_…` raises HocbaError("access.denied").

Rights come from dated roles in units and nothing else; what is not asked for here is denied.
"""

from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.core.errors import HocbaError

SCHOOL_ROLES = ("subject_teacher", "homeroom_teacher", "principal", "clerk", "it_officer")
OVERSIGHT_ROLES = ("authority_officer", "department_officer")

CONFLICTS: frozenset[frozenset[str]] = frozenset(
    {
        # Who keeps the accounts must not also sign or seal with them.
        frozenset({"it_officer", "principal"}),
        frozenset({"it_officer", "clerk"}),
    }
)
"""Pairs of roles that one person never holds in one unit on the same day."""


def can_role(viewer: Viewer, *roles: str, unit_id: UUID) -> bool:
    """Whether the viewer holds one of the roles in this very unit."""
    return any(viewer.has(role, unit_id) for role in roles)


def require_role(viewer: Viewer, *roles: str, unit_id: UUID) -> None:
    """Raise unless the viewer holds one of the roles in this very unit."""
    if not can_role(viewer, *roles, unit_id=unit_id):
        raise HocbaError("access.denied")


def can_operate(viewer: Viewer) -> bool:
    """Whether the viewer runs the system (people, roles, units), in whatever unit."""
    return bool(viewer.units("operator"))


def require_operate(viewer: Viewer) -> None:
    """Raise unless the viewer runs the system."""
    if not can_operate(viewer):
        raise HocbaError("access.denied")


def can_staff(viewer: Viewer, *, unit_id: UUID) -> bool:
    """Whether the viewer may give and end roles in this unit: its head's business."""
    return can_role(viewer, "principal", unit_id=unit_id) or can_operate(viewer)


def require_staff(viewer: Viewer, *, unit_id: UUID) -> None:
    """Raise unless the viewer may give and end roles in this unit."""
    if not can_staff(viewer, unit_id=unit_id):
        raise HocbaError("access.denied")
