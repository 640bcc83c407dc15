"""Many people at once, for lists and imports of a school's staff."""

from collections.abc import Collection
from uuid import UUID

from hocba.apps.accounts.models import Person, RoleAssignment


def people_by_citizen_ids(*, citizen_ids: Collection[str]) -> dict[str, Person]:
    """Return the people with these personal numbers, closed accounts included."""
    people = Person.objects.filter(citizen_id__in=set(citizen_ids))
    return {person.citizen_id or "": person for person in people}


def usernames_taken(*, usernames: Collection[str]) -> set[str]:
    """Return those of these sign-in names that somebody has."""
    taken = Person.objects.filter(username__in=set(usernames))
    return set(taken.values_list("username", flat=True))


def people_by_ids(*, person_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Return people by key."""
    return Person.objects.in_bulk(list(person_ids))


def roles_in_unit(*, unit_id: UUID) -> list[RoleAssignment]:
    """All roles ever given in one unit, people at hand, by name and start."""
    rows = RoleAssignment.objects.filter(unit_id=unit_id).select_related("person")
    return list(rows.order_by("person__full_name", "person_id", "valid_from", "role"))
