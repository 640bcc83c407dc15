"""Issuing sealed documents into the log.

The order (why it can be cut anywhere): (1) bytes are made durable in the blob store; (2) one
transaction takes the log's head, looks what is there already, moves the head, appends the entries
and writes the audit rows. Bytes without an entry are harmless; an entry without bytes cannot come
to be. Whoever takes the head second sees all that the first one did, so the same request, twice or
at once, has one effect and one answer.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
from hocba.apps.ledger.comparison import require_reconciled
from hocba.apps.ledger.guards import refuse_to_append
from hocba.apps.ledger.lookup_keys import lookup_keys
from hocba.apps.ledger.models import IssuedTranscript, LogEntry, LogHead, LookupKey
from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash
from hocba.core.registry import entry as entries
from hocba.core.registry.lookup_code import lookup_digest
from hocba.core.signing.trust import NO_EVIDENCE, Evidence


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """One sealed document to be issued, its signers' certificates, what was known of them."""

    school_id: UUID
    school_year: str
    enrolment_id: UUID
    lookup_uuid: UUID
    school_code: str
    document: bytes
    certificates: tuple[bytes, ...]
    evidence: Evidence = NO_EVIDENCE
    version: int = 1
    replaces_digest: bytes | None = None  # lookup digest of the version that this one replaces


def issue(*, requests: Sequence[IssueRequest], actor: UUID, at: datetime) -> list[int]:
    """Issue the documents and return their log positions, in order.

    A document already issued under its lookup code keeps its position (repeating does nothing
    twice); other bytes under a used code are refused.

    Raises:
        HocbaError: "ledger.lookup_code_used", "ledger.head_moved", "ledger.issuing_stopped",
            "ledger.clock_behind", "log.behind_published" and "ledger.not_reconciled" (database,
            public files and stored bytes do not agree), "storage.*".
    """
    require_reconciled()
    store = blob_store()
    stored = [
        (
            request,
            store.put(request.document),
            [store.put(certificate) for certificate in request.certificates],
            [("ocsp", store.put(der)) for der in request.evidence.ocsps]
            + [("crl", store.put(der)) for der in request.evidence.crls]
            + [("issuer", store.put(der)) for der in request.evidence.certificates],
        )
        for request in requests
    ]
    with transaction.atomic():
        size = _take_head()
        taken = {
            row.lookup_uuid: row.document_sha256
            for row in IssuedTranscript.objects.filter(
                lookup_uuid__in=[request.lookup_uuid for request in requests]
            )
        }
        new = []
        for one in stored:
            request, digest = one[:2]
            if request.lookup_uuid not in taken:
                taken[request.lookup_uuid] = digest
                new.append(one)
            elif taken[request.lookup_uuid] != digest:
                raise HocbaError("ledger.lookup_code_used")
        if new:
            refuse_to_append(size=size, at=at)
            _move_head(size=size, by=len(new))
            _append_issued(new, first=size, actor=actor, at=at)
            documents = {request.lookup_uuid: request.document for request, *_ in new}
            LookupKey.objects.bulk_create(lookup_keys(documents))
    positions = dict(
        LogEntry.objects.filter(
            kind=entries.EntryKind.ISSUED.value,
            lookup_uuid__in=[request.lookup_uuid for request in requests],
        ).values_list("lookup_uuid", "index")
    )
    return [positions[request.lookup_uuid] for request in requests]


def _take_head() -> int:
    """Lock the head and return the first free index; a second issuer waits here for the first."""
    LogHead.objects.get_or_create(id=1)
    return LogHead.objects.select_for_update().get(id=1).size


def _move_head(*, size: int, by: int) -> None:
    """Move the head that is held beyond the entries about to be appended."""
    if not LogHead.objects.filter(id=1, size=size).update(size=size + by):
        raise HocbaError("ledger.head_moved")


def _append_issued(
    new: Sequence[tuple[IssueRequest, str, list[str], list[tuple[str, str]]]],
    *,
    first: int,
    actor: UUID,
    at: datetime,
) -> None:
    rows, issued = [], []
    for index, (request, digest, certificates, evidence) in enumerate(new, start=first):
        salt = secrets.token_bytes(16)
        leaf = _leaf(request, digest, salt, at)
        rows.append(
            LogEntry(
                index=index,
                kind=entries.EntryKind.ISSUED.value,
                leaf=leaf,
                leaf_hash=leaf_hash(leaf),
                salt=salt,
                lookup_uuid=request.lookup_uuid,
                document_sha256=digest,
                version=request.version,
                at=at,
            )
        )
        issued.append(
            IssuedTranscript(
                lookup_uuid=request.lookup_uuid,
                school_id=request.school_id,
                school_code=request.school_code,
                school_year=request.school_year,
                enrolment_id=request.enrolment_id,
                document_sha256=digest,
                certificates=certificates,
                evidence=evidence,
                issued_at=at,
            )
        )
    LogEntry.objects.bulk_create(rows)
    IssuedTranscript.objects.bulk_create(issued)
    for row, request in zip(issued, (request for request, *_ in new), strict=True):
        record_event(
            school_id=request.school_id,
            school_year=request.school_year,
            action="ledger.transcript_issued",
            object_type="issued_transcript",
            object_id=str(row.lookup_uuid),
            before=None,
            after={"document_sha256": row.document_sha256},
            actor=actor,
            at=at,
        )


def _leaf(request: IssueRequest, digest: str, salt: bytes, at: datetime) -> bytes:
    return entries.encode(
        entries.LogEntry(
            kind=entries.EntryKind.ISSUED,
            lookup_digest=lookup_digest(lookup_uuid=str(request.lookup_uuid), salt=salt),
            document_sha256=bytes.fromhex(digest),
            version=request.version,
            at=at,
            replaces_digest=request.replaces_digest,
            school_code=request.school_code,
        )
    )
