"""Reads of the accounts office."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from hocba.apps.accounts.models import Delegation, Person, RoleAssignment, sign_in_name
from hocba.apps.accounts.permissions import require_role, require_staff
from hocba.apps.accounts.viewer import NOBODY, Viewer
from hocba.apps.leaf import CITY_TIME


def roles_on(day: date) -> QuerySet[RoleAssignment]:
    """Role assignments in force on one day, of active people."""
    return RoleAssignment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        valid_from__lte=day,
        person__is_active=True,
    )


def viewer_of(*, person_id: UUID, at: datetime) -> Viewer:
    """Return the person with the roles in force at that instant, by the city's calendar."""
    rows = roles_on(at.astimezone(CITY_TIME).date()).filter(person_id=person_id)
    return Viewer(person_id=person_id, roles=frozenset(rows.values_list("role", "unit_id")))


def viewer_of_request(request: HttpRequest) -> Viewer:
    """Return who asks for a page now; NOBODY when they have not signed in."""
    user = request.user
    if not isinstance(user, Person):
        return NOBODY
    return viewer_of(person_id=user.pk, at=timezone.now())


def person_by_id(*, person_id: UUID) -> Person | None:
    """Find the person with this key."""
    return Person.objects.filter(pk=person_id).first()


def names_of_people(*, person_ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Return the full names of these people, in one question."""
    wanted = [one for one in person_ids if one is not None]
    return dict(Person.objects.filter(pk__in=wanted).values_list("pk", "full_name"))


def person_by_username(*, username: str) -> Person | None:
    """Find the person with this sign-in name, however it is typed."""
    return Person.objects.filter(username=sign_in_name(username)).first()


def person_by_citizen_id(*, citizen_id: str) -> Person | None:
    """Find the person with this personal number; nobody for an empty one."""
    return Person.objects.filter(citizen_id=citizen_id).first() if citizen_id else None


def holders_of(*, role: str, unit_id: UUID, at: datetime) -> list[Person]:
    """People who hold a role in a unit at that instant, by name."""
    rows = roles_on(at.astimezone(CITY_TIME).date()).filter(role=role, unit_id=unit_id)
    return list(Person.objects.filter(roles__in=rows).distinct().order_by("full_name", "id"))


def staff_of_unit(*, viewer: Viewer, unit_id: UUID) -> list[RoleAssignment]:
    """All roles ever given in one unit, for those who give them."""
    require_staff(viewer, unit_id=unit_id)
    rows = RoleAssignment.objects.filter(unit_id=unit_id).select_related("person")
    return list(rows.order_by("person__full_name", "valid_from"))


def delegation_in_force(
    *, receiver_id: UUID, unit_id: UUID, act: str, at: datetime
) -> Delegation | None:
    """Find the delegation under which somebody may do an act for the head at that instant.

    It stands while its days last, nobody revoked it, its giver still heads the unit and its
    receiver is still a deputy there.
    """
    day = at.astimezone(CITY_TIME).date()
    found = Delegation.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=at),
        receiver_id=receiver_id,
        unit_id=unit_id,
        act=act,
        valid_from__lte=day,
        valid_to__gte=day,
        giver__in=roles_on(day).filter(role="principal", unit_id=unit_id).values("person_id"),
        receiver__in=roles_on(day)
        .filter(role="deputy_principal", unit_id=unit_id)
        .values("person_id"),
    )
    return found.select_related("giver", "receiver").order_by("given_at", "id").first()


def delegations_of_unit(*, viewer: Viewer, unit_id: UUID) -> list[Delegation]:
    """All delegations of a unit, newest first, for its head and deputies.

    Raises:
        HocbaError: "access.denied".
    """
    require_role(viewer, "principal", "deputy_principal", unit_id=unit_id)
    rows = Delegation.objects.filter(unit_id=unit_id).select_related("giver", "receiver")
    return list(rows.order_by("-given_at", "-id"))
