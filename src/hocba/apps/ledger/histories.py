"""The life of one transcript as the database knows it, for readers: newer than any checkpoint."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.ledger.models import LogEntry
from hocba.core.registry.entry import EntryKind


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One event of a transcript's life; `reason` is a code that readers get in general words."""

    kind: EntryKind
    log_index: int
    at: datetime
    reason: str = ""


def history_of(*, lookup_uuid: UUID) -> tuple[LifeEvent, ...]:
    """Return the events of a transcript in the order of the log."""
    rows = LogEntry.objects.filter(lookup_uuid=lookup_uuid).order_by("index")
    found = list(rows.values_list("kind", "index", "at"))
    reasons = _reasons(lookup_uuid) if len(found) > 1 else {}
    return tuple(
        LifeEvent(EntryKind(kind), index, at, reasons.get(index, "")) for kind, index, at in found
    )


def _reasons(_lookup_uuid: UUID) -> dict[int, str]:
    """Return reason codes by log position: here the decisions behind recalls will be read."""
    return {}
