"""States of a reopening (mở khóa): a table and one pure function; see `docs/states/reopening.md`.

Before khóa sổ the principal's word opens (`grant`). After it the principal endorses and somebody of
a unit above grants. An open one ends by hand (`close`) or by time (`expire`): nothing is written
through it after `expires_at`, whether or not the row has been moved yet.
"""

from collections.abc import Mapping

from hocba.core.errors import HocbaError

REOPENING: Mapping[tuple[str, str], str] = {
    ("requested", "endorse"): "endorsed",
    ("requested", "grant"): "open",
    ("requested", "refuse"): "refused",
    ("requested", "withdraw"): "withdrawn",
    ("endorsed", "grant"): "open",
    ("endorsed", "refuse"): "refused",
    ("endorsed", "withdraw"): "withdrawn",
    ("open", "close"): "closed",
    ("open", "expire"): "expired",
}
REOPENING_STATES = (
    "requested",
    "endorsed",
    "open",
    "refused",
    "withdrawn",
    "closed",
    "expired",
)
WAITING = ("requested", "endorsed")
LIVING = (*WAITING, "open")


def advance(*, state: str, event: str) -> str:
    """Return the state after the event.

    Raises:
        HocbaError: "gradebook.reopening_state" when the table has no such step.
    """
    try:
        return REOPENING[state, event]
    except KeyError:
        raise HocbaError("gradebook.reopening_state") from None
