"""The life of one transcript as the database knows it, for readers: newer than any checkpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.ledger.life_models import Decision, LifeRequest
from hocba.apps.ledger.models import LogEntry
from hocba.core.registry.entry import EntryKind


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One event of a transcript's life; `reason` is a code that readers get in general words.

    `leads_to` is where the log tells of the version that replaces this one.
    """

    kind: EntryKind
    log_index: int
    at: datetime
    reason: str = ""
    leads_to: int | None = None


def history_of(*, lookup_uuid: UUID) -> tuple[LifeEvent, ...]:
    """Return the events of a transcript in the order of the log."""
    rows = LogEntry.objects.filter(lookup_uuid=lookup_uuid).order_by("index")
    found = list(rows.values_list("kind", "index", "at"))
    reasons = _reasons([index for _, index, _ in found[1:]])
    replaced = EntryKind.REPLACED.value
    new = _replacing(lookup_uuid) if replaced in {kind for kind, _, _ in found} else None
    return tuple(
        LifeEvent(
            EntryKind(kind), index, at, reasons.get(index, ""), new if kind == replaced else None
        )
        for kind, index, at in found
    )


def _replacing(lookup_uuid: UUID) -> int | None:
    """Return where the version was issued that replaces this one."""
    asked = LifeRequest.objects.filter(lookup_uuid=lookup_uuid, replaced_by_uuid__isnull=False)
    issued = LogEntry.objects.filter(
        lookup_uuid__in=asked.values("replaced_by_uuid"), kind=EntryKind.ISSUED.value
    )
    return issued.values_list("index", flat=True).first()


def _reasons(log_indices: Sequence[int]) -> dict[int, str]:
    """Return the reason codes of the requests behind later events, by log position."""
    if not log_indices:
        return {}
    decided = Decision.objects.filter(log_index__in=log_indices)
    return dict(decided.values_list("log_index", "request__reason_code"))
