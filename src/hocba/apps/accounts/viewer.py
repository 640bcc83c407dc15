"""Who is looking: the value that every query asked by a page receives."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person with the roles that are theirs today; `person_id` is None for nobody."""

    person_id: UUID | None
    roles: frozenset[tuple[str, UUID]]

    def has(self, role: str, unit_id: UUID) -> bool:
        """Whether the viewer holds this role in this unit."""
        return (role, unit_id) in self.roles

    def units(self, *roles: str) -> frozenset[UUID]:
        """Units in which the viewer holds one of these roles (any role when none is named)."""
        return frozenset(unit for role, unit in self.roles if not roles or role in roles)


NOBODY = Viewer(person_id=None, roles=frozenset())
