"""The life of an issued transcript as a fold over its log entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hocba.core.errors import HocbaError
from hocba.core.registry.entry import EntryKind, LogEntry


class TranscriptState(StrEnum):
    """Chưa phát hành, đang có hiệu lực, đã thu hồi, đã thay thế, đang niêm phong."""

    UNKNOWN = "unknown"
    IN_FORCE = "in_force"
    RECALLED = "recalled"
    REPLACED = "replaced"
    COURT_SEALED = "court_sealed"


STEPS: Mapping[tuple[TranscriptState, EntryKind], TranscriptState] = {
    (TranscriptState.UNKNOWN, EntryKind.ISSUED): TranscriptState.IN_FORCE,
    (TranscriptState.IN_FORCE, EntryKind.RECALLED): TranscriptState.RECALLED,
    (TranscriptState.RECALLED, EntryKind.REPLACED): TranscriptState.REPLACED,
    (TranscriptState.IN_FORCE, EntryKind.CIVIL_STATUS): TranscriptState.IN_FORCE,
    (TranscriptState.IN_FORCE, EntryKind.COURT_SEALED): TranscriptState.COURT_SEALED,
    (TranscriptState.COURT_SEALED, EntryKind.COURT_UNSEALED): TranscriptState.IN_FORCE,
}


@dataclass(frozen=True, slots=True)
class Status:
    """Where a transcript stands.

    `replaced_by` is the replacing document's lookup digest; `civil_status_changes` counts decisions
    about the person's name, birth date or the like that are recorded beside it.
    """

    state: TranscriptState
    replaced_by: bytes | None = None
    civil_status_changes: int = 0


def advance(*, state: TranscriptState, event: EntryKind) -> TranscriptState:
    """Return the state after the event.

    Raises:
        HocbaError: "registry.wrong_step".
    """
    try:
        return STEPS[state, event]
    except KeyError:
        raise HocbaError("registry.wrong_step", state=state.value, event=event.value) from None


def fold(*, entries: Sequence[LogEntry]) -> Status:
    """Return the status that a transcript's entries, in log order, give it.

    All entries must speak of one document (same SHA-256).

    Raises:
        HocbaError: "registry.wrong_step", "registry.other_document".
    """
    state, replaced_by, changes = TranscriptState.UNKNOWN, None, 0
    for entry in entries:
        if entry.document_sha256 != entries[0].document_sha256:
            raise HocbaError("registry.other_document")
        state = advance(state=state, event=entry.kind)
        if entry.kind is EntryKind.REPLACED:
            replaced_by = entry.replaces_digest
        changes += entry.kind is EntryKind.CIVIL_STATUS
    return Status(state, replaced_by, changes)
