"""States of a draft and of a slot: two tables and one pure function.

The diagrams in `docs/states/` are generated from these tables; a house test fails when they drift.
"""

from collections.abc import Mapping

from hocba.core.errors import HocbaError

Table = Mapping[tuple[str, str], str]

DRAFT: Table = {
    ("signing", "seal"): "sealed",
    ("sealed", "issue"): "issued",
    ("signing", "withdraw"): "withdrawn",
    ("sealed", "withdraw"): "withdrawn",
    ("issued", "recall"): "recalled",
}

SLOT: Table = {
    ("waiting", "prepare"): "prepared",
    ("prepared", "prepare"): "prepared",
    ("prepared", "complete"): "signed",
}


def advance(table: Table, *, state: str, event: str) -> str:
    """Return the state after the event.

    Raises:
        HocbaError: "issuing.wrong_state" when the table has no such step.
    """
    try:
        return table[state, event]
    except KeyError:
        raise HocbaError("issuing.wrong_state", state=state, event=event) from None
