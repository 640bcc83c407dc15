"""What stands on the roster in offices above it, asked without knowing them.

The roster may not call upwards; an office that builds on enrolments registers here, when the site
starts, how to ask whether it holds anything for them. So an import is undone only while nobody has
built on it.
"""

from collections.abc import Callable, Collection
from uuid import UUID

Question = Callable[[UUID, Collection[UUID]], Collection[UUID]]
"""School and enrolments → those of them for which the office holds something."""

_questions: list[Question] = []


def register(question: Question) -> None:
    """Let the roster ask this from now on; the same question is asked once."""
    if question not in _questions:
        _questions.append(question)


def built_upon(school_id: UUID, enrolment_ids: Collection[UUID]) -> set[UUID]:
    """Return the enrolments for which some office holds something."""
    if not enrolment_ids:
        return set()
    return {found for ask in _questions for found in ask(school_id, enrolment_ids)}
