"""What may follow what in the life of one set-up import."""

from enum import StrEnum

from hocba.core.errors import HocbaError


class ImportState(StrEnum):
    """Where a handed-in workbook stands."""

    CHECKED = "checked"  # read and shown, nothing written
    WAITING = "waiting"  # an assignment of people that the principal has yet to approve
    APPLIED = "applied"
    RETURNED = "returned"
    UNDONE = "undone"


class ImportEvent(StrEnum):
    """What somebody does with it."""

    CONFIRM = "confirm"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    UNDO = "undo"


TABLE: dict[tuple[ImportState, ImportEvent], ImportState] = {
    (ImportState.CHECKED, ImportEvent.CONFIRM): ImportState.APPLIED,
    (ImportState.CHECKED, ImportEvent.SUBMIT): ImportState.WAITING,
    (ImportState.WAITING, ImportEvent.APPROVE): ImportState.APPLIED,
    (ImportState.WAITING, ImportEvent.RETURN): ImportState.RETURNED,
    (ImportState.APPLIED, ImportEvent.UNDO): ImportState.UNDONE,
}


def advance(state: str, event: ImportEvent) -> ImportState:
    """Return the state after an event.

    Raises:
        HocbaError: "setup.state".
    """
    found = TABLE.get((ImportState(state), event))
    if found is None:
        raise HocbaError("setup.state")
    return found
