"""Who registers, approves and withdraws certificates. No actor is the console.

A school's office registers its people's and its seal's, and everybody their own; an officer above
the school decides. What may sign no longer is withdrawn by whoever learns of it first: the holder,
the school's head or IT officer, or who decided.
"""

from datetime import datetime
from uuid import UUID

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.accounts.staffing import KEEPERS, require_operator
from hocba.apps.certificates.models import Certificate
from hocba.apps.roster.permissions import can_oversee
from hocba.core.errors import HocbaError

WITHDRAWERS = ("principal", "it_officer")


def require_register(
    *, person_id: UUID | None, unit_id: UUID | None, actor: UUID | None, at: datetime
) -> None:
    """Raise unless the actor is the holder, keeps the staff of their unit, or runs the system."""
    if actor is None or actor == person_id:
        return
    mine = viewer_of(person_id=actor, at=at).units(*KEEPERS)
    if mine.isdisjoint(_units_of(person_id, unit_id, at)):
        require_operator(actor=actor, at=at)


def require_decide(certificate: Certificate, *, actor: UUID | None, at: datetime) -> None:
    """Raise unless the actor is an officer above the holder's school."""
    if actor is None:
        return
    viewer = viewer_of(person_id=actor, at=at)
    units = _units_of(certificate.person_id, certificate.unit_id, at)
    if not any(can_oversee(viewer, school_id=unit_id) for unit_id in units):
        raise HocbaError("access.denied")


def require_withdraw(certificate: Certificate, *, actor: UUID | None, at: datetime) -> None:
    """Raise unless the actor is the holder, leads or equips their school, or may decide."""
    if actor is None or actor == certificate.person_id:
        return
    mine = viewer_of(person_id=actor, at=at).units(*WITHDRAWERS)
    if mine.isdisjoint(_units_of(certificate.person_id, certificate.unit_id, at)):
        require_decide(certificate, actor=actor, at=at)


def _units_of(person_id: UUID | None, unit_id: UUID | None, at: datetime) -> frozenset[UUID]:
    """Units that a certificate is used in: the seal's school, or those of a person's roles."""
    if unit_id is not None:
        return frozenset({unit_id})
    if person_id is None:
        return frozenset()
    return viewer_of(person_id=person_id, at=at).units()
