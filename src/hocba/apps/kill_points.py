"""Named places between the steps of work that must survive being cut there.

Nothing happens at them, unless somebody watches: the tests that kill a real process do.
"""

from collections.abc import Callable

watcher: Callable[[str], None] | None = None


def reached(step: str) -> None:
    """Say that a step is done."""
    if watcher is not None:
        watcher(step)
