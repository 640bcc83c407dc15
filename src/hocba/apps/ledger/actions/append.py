"""Appending one later event of a transcript's life to the log."""

import secrets
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from hocba.apps.audit.actions import record_event
from hocba.apps.ledger.actions.issue import _move_head, _take_head
from hocba.apps.ledger.models import IssuedTranscript, LogEntry
from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash
from hocba.core.registry import entry as entries
from hocba.core.registry.entry import EntryKind
from hocba.core.registry.lifecycle import advance, fold
from hocba.core.registry.lookup_code import lookup_digest


def append_event(
    *,
    lookup_uuid: UUID,
    kind: EntryKind,
    replaces_digest: bytes | None = None,
    decision_digest: bytes | None = None,
    actor: UUID | None,
    at: datetime,
) -> int:
    """Append the event and return its position; runs inside the caller's transaction.

    The log's head is moved first, so that two events of one transcript come one after the other and
    the second is judged by what the first left.

    Raises:
        HocbaError: "recall.transcript_unknown", "registry.wrong_step", "ledger.head_moved".
    """
    issued = IssuedTranscript.objects.filter(lookup_uuid=lookup_uuid).first()
    if issued is None:
        raise HocbaError("recall.transcript_unknown")
    index = _take_head()
    _move_head(size=index, by=1)
    rows = list(LogEntry.objects.filter(lookup_uuid=lookup_uuid).order_by("index"))
    before = fold(entries=[entries.decode(bytes(row.leaf)) for row in rows]).state
    after = advance(state=before, event=kind)
    entry = entries.LogEntry(
        kind=kind,
        lookup_digest=b"",
        document_sha256=bytes.fromhex(issued.document_sha256),
        version=rows[0].version,
        at=at,
        replaces_digest=replaces_digest,
        school_code=issued.school_code,
        decision_digest=decision_digest,
    )
    _keep(index, lookup_uuid, entry)
    record_event(
        school_id=issued.school_id,
        school_year=issued.school_year,
        action="ledger.life_event_appended",
        object_type="issued_transcript",
        object_id=str(lookup_uuid),
        before={"state": before.value},
        after={"state": after.value, "index": index, "kind": kind.value},
        actor=actor,
        at=at,
    )
    return index


def _keep(index: int, lookup_uuid: UUID, entry: entries.LogEntry) -> None:
    salt = secrets.token_bytes(16)
    digest = lookup_digest(lookup_uuid=str(lookup_uuid), salt=salt)
    leaf = entries.encode(replace(entry, lookup_digest=digest))
    LogEntry.objects.create(
        index=index,
        kind=entry.kind.value,
        leaf=leaf,
        leaf_hash=leaf_hash(leaf),
        salt=salt,
        lookup_uuid=lookup_uuid,
        document_sha256=entry.document_sha256.hex(),
        version=entry.version,
        at=entry.at,
    )
