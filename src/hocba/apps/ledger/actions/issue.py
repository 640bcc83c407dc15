"""Issuing sealed documents into the log.

The order (why it can be cut anywhere): (1) bytes are made durable in the blob store; (2) one
transaction moves the log's head, appends the entries and writes the audit rows. Bytes without an
entry are harmless; an entry without bytes cannot come to be.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
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


def issue(*, requests: Sequence[IssueRequest], actor: UUID, at: datetime) -> list[int]:
    """Issue the documents and return their log positions, in order.

    A document already issued under its lookup code keeps its position (repeating does nothing
    twice); other bytes under a used code are refused.

    Raises:
        HocbaError: "ledger.lookup_code_used", "ledger.head_moved".
    """
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
        known = {
            row.lookup_uuid: row
            for row in IssuedTranscript.objects.filter(
                lookup_uuid__in=[request.lookup_uuid for request in requests]
            )
        }
        new = []
        for request, digest, certificates, evidence in stored:
            earlier = known.get(request.lookup_uuid)
            if earlier is None:
                new.append((request, digest, certificates, evidence))
            elif earlier.document_sha256 != digest:
                raise HocbaError("ledger.lookup_code_used")
        first = _advance_head(by=len(new))
        _append_issued(new, first=first, actor=actor, at=at)
        documents = {request.lookup_uuid: request.document for request, *_ in new}
        LookupKey.objects.bulk_create(lookup_keys(documents))
    positions = dict(
        LogEntry.objects.filter(
            kind=entries.EntryKind.ISSUED.value,
            lookup_uuid__in=[request.lookup_uuid for request in requests],
        ).values_list("lookup_uuid", "index")
    )
    return [positions[request.lookup_uuid] for request in requests]


def _advance_head(*, by: int) -> int:
    """Move the head and return the first free index; a second issuer waits for the first."""
    LogHead.objects.get_or_create(id=1)
    head = LogHead.objects.select_for_update().get(id=1)
    if by and not LogHead.objects.filter(id=1, size=head.size).update(size=head.size + by):
        raise HocbaError("ledger.head_moved")
    return head.size


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
        leaf = entries.encode(
            entries.LogEntry(
                kind=entries.EntryKind.ISSUED,
                lookup_digest=lookup_digest(lookup_uuid=str(request.lookup_uuid), salt=salt),
                document_sha256=bytes.fromhex(digest),
                version=1,
                at=at,
                school_code=request.school_code,
            )
        )
        rows.append(
            LogEntry(
                index=index,
                kind=entries.EntryKind.ISSUED.value,
                leaf=leaf,
                leaf_hash=leaf_hash(leaf),
                salt=salt,
                lookup_uuid=request.lookup_uuid,
                document_sha256=digest,
                version=1,
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
