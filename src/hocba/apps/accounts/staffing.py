"""Who opens and closes accounts and gives roles: asked by the actions themselves.

No actor is the console or a sweep: who reaches it runs the machine. A school's office brings in
its own staff, in teaching roles only; who heads the school appoints the rest of its offices; who
runs the system does all of it, and nobody else makes anybody an operator, an officer or a head.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hocba.apps.accounts.models import Person, RoleAssignment
from hocba.apps.accounts.permissions import SCHOOL_ROLES, can_operate, can_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.leaf import CITY_TIME
from hocba.core.errors import HocbaError

KEEPERS = ("it_officer", "clerk")
TEACHING = ("subject_teacher", "homeroom_teacher")
_APPOINTED_BY_HEAD = frozenset(SCHOOL_ROLES) - {"principal"}


def require_operator(*, actor: UUID | None, at: datetime) -> None:
    """Raise unless the actor runs the system."""
    if actor is not None and not _operates(viewer_of(person_id=actor, at=at)):
        raise HocbaError("access.denied")


def require_self(*, person_id: UUID, actor: UUID | None) -> None:
    """Raise unless somebody acts on their own account: a password is nobody else's business."""
    if actor not in (None, person_id):
        raise HocbaError("access.denied")


def require_open_account(*, enters_admin: bool, actor: UUID | None, at: datetime) -> None:
    """Raise unless the actor runs the system, or keeps a school's staff (plain accounts)."""
    if actor is None:
        return
    viewer = viewer_of(person_id=actor, at=at)
    if not _operates(viewer) and (enters_admin or not viewer.units(*KEEPERS)):
        raise HocbaError("access.denied")


def require_keep_account(*, person: Person, actor: UUID | None, at: datetime) -> None:
    """Raise unless the actor runs the system, or all that the person still does is teach with them.

    A person without any role was never more than a line of a list as long as they never signed in.
    """
    if actor is None:
        return
    viewer = viewer_of(person_id=actor, at=at)
    if _operates(viewer):
        return
    mine, today = viewer.units(*KEEPERS), at.astimezone(CITY_TIME).date()
    rows = RoleAssignment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
    held = list(rows.filter(person=person).values_list("role", "unit_id"))
    foreign = any(role not in TEACHING or unit_id not in mine for role, unit_id in held)
    used = not held and person.last_login is not None and person.is_active
    if not mine or foreign or used or person.is_staff or person.is_superuser:
        raise HocbaError("access.denied")


def require_give_role(*, role: str, unit_id: UUID, actor: UUID | None, at: datetime) -> None:
    """Raise unless the actor gives and ends this role in this unit."""
    if actor is None:
        return
    viewer = viewer_of(person_id=actor, at=at)
    heads = role in _APPOINTED_BY_HEAD and can_role(viewer, "principal", unit_id=unit_id)
    keeps = role in TEACHING and can_role(viewer, *KEEPERS, unit_id=unit_id)
    if not (heads or keeps or _operates(viewer)):
        raise HocbaError("access.denied")


def _operates(viewer: Viewer) -> bool:
    """By role, or as the account that the console opened before there were roles."""
    if can_operate(viewer) or viewer.person_id is None:
        return can_operate(viewer)
    known = Person.objects.filter(pk=viewer.person_id, is_superuser=True, is_active=True)
    return known.exists()
