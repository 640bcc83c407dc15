"""Named points between the steps of durable work, at which a test may kill the process.

Nothing listens in production. A process of a test sets a hook, and `reached` calls it.
"""

from collections.abc import Callable
from contextvars import ContextVar

hook: ContextVar[Callable[[str], None] | None] = ContextVar("hook", default=None)


def reached(point: str) -> None:
    """Say that the work has come so far."""
    listener = hook.get()
    if listener is not None:
        listener(point)
