"""May this viewer? `can_…` answers, `require_…` raises HocbaError("access.denied").

Rights come from dated roles in units and nothing else; what is not asked for here is denied.
"""

from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.core.errors import HocbaError

SCHOOL_ROLES = (
    "subject_teacher",
    "homeroom_teacher",
    "subject_head",
    "principal",
    "deputy_principal",
    "clerk",
    "it_officer",
)
OVERSIGHT_ROLES = ("authority_officer", "department_officer")

CONFLICTS: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        # Who keeps the accounts must not also sign or seal with them.
        ("it_officer", "principal"),
        ("it_officer", "deputy_principal"),
        ("it_officer", "clerk"),
        # Two signature slots that every plan separates: the head's and the seal.
        ("clerk", "principal"),
        ("clerk", "deputy_principal"),
        # One chair at a time: a deputy signs by a delegation, which names another person.
        ("principal", "deputy_principal"),
    )
)
"""Pairs of roles that one person never holds in one unit on the same day."""

CONFLICTS_ANYWHERE: frozenset[frozenset[str]] = frozenset(
    # Who runs the system reads and writes no school's records, in whatever unit.
    frozenset({"operator", role})
    for role in (*SCHOOL_ROLES, *OVERSIGHT_ROLES)
)
"""Pairs of roles that one person never holds on the same day, not even in two units.

The other hard conflicts are of acts on one object and are refused there: nobody approves what they
asked for, nobody oversees a school in which they hold a role (`roster.permissions.can_oversee`),
nobody signs two slots that the plan separates (`issuing`).
"""


def conflicting(one: str, other: str, *, same_unit: bool) -> bool:
    """Whether nobody may hold these two roles on the same day."""
    pair = frozenset({one, other})
    return pair in CONFLICTS_ANYWHERE or (same_unit and pair in CONFLICTS)


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
