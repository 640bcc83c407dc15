"""States of drafts, slots and remote signing: tables and one pure function.

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
    ("signing", "return"): "withdrawn",
    ("sealed", "return"): "withdrawn",
    ("issued", "recall"): "recalled",
}

SLOT: Table = {
    ("waiting", "prepare"): "prepared",
    ("prepared", "prepare"): "prepared",
    ("prepared", "complete"): "signed",
    ("waiting", "take_over"): "waiting",
    ("prepared", "take_over"): "waiting",
}

# What a later signer gave back: the earlier one corrects or explains, then it is composed anew.
RETURN: Table = {
    ("open", "answer"): "answered",
    ("answered", "compose"): "closed",
}

# What is sent to a remote service. "sending" is open: whether the service has it is to be learned.
REMOTE_SESSION: Table = {
    ("ready", "send"): "sending",
    ("sending", "send"): "sending",
    ("sending", "accept"): "waiting",
    ("waiting", "lose"): "sending",
    ("waiting", "answer"): "answered",
    ("answered", "finish"): "done",
    ("ready", "stop"): "stopped",
    ("sending", "stop"): "stopped",
    ("waiting", "stop"): "stopped",
    ("answered", "stop"): "stopped",
    ("ready", "cancel"): "cancelled",
    ("sending", "cancel"): "cancelled",
    ("waiting", "cancel"): "cancelled",
}

REMOTE_ITEM: Table = {
    ("waiting", "sign"): "signed",
    ("waiting", "refuse"): "refused",
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
