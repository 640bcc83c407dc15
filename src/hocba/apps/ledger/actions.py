"""Writing the ledger: issue sealed documents, publish checkpoints.

Order of an issue (why it can be cut anywhere): (1) bytes are made durable in the blob store;
(2) one transaction swaps the log's head, appends the entries and writes the audit rows. Bytes
without an entry are harmless; an entry without bytes cannot come to be. Whether a document may be
issued is judged by `issuing` before it comes here; recall has its rules in `core.registry`.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.blobs import blob_store
from hocba.apps.certificates.queries import approved_seals
from hocba.apps.held_keys import log_key
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.models import Checkpoint, IssuedTranscript, LogEntry, LogHead
from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash, tree_root
from hocba.core.registry import entry as entries
from hocba.core.registry.checkpoint import Checkpoint as TreeHead
from hocba.core.registry.checkpoint import sign_checkpoint, vkey
from hocba.core.registry.lookup_code import lookup_digest
from hocba.core.signing.trust import (
    NO_EVIDENCE,
    ApprovedSeal,
    Evidence,
    TrustStore,
    dump_trust,
    load_trust,
)


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """One sealed document to be issued, its signers' certificates, what was known of them."""

    school_id: UUID
    school_year: str
    enrolment_id: UUID
    lookup_uuid: UUID
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
            + [("crl", store.put(der)) for der in request.evidence.crls],
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
    positions = dict(
        LogEntry.objects.filter(
            kind=entries.EntryKind.ISSUED.value,
            lookup_uuid__in=[request.lookup_uuid for request in requests],
        ).values_list("lookup_uuid", "index")
    )
    return [positions[request.lookup_uuid] for request in requests]


def _advance_head(*, by: int) -> int:
    """Move the head and return the first free index; two issuers never share one."""
    head, _ = LogHead.objects.get_or_create(id=1)
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
                replaces_digest=None,
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


@transaction.atomic
def publish_checkpoint(*, actor: UUID | None, at: datetime) -> str:
    """Sign and keep the checkpoint of the log as it stands; return the signed note.

    Publishing the same size again returns the note that is already public.

    Raises:
        HocbaError: "ledger.log_has_gap", "ledger.no_log_key", "token.*".
    """
    size = LogHead.objects.get_or_create(id=1)[0].size
    known = Checkpoint.objects.filter(size=size).first()
    if known is not None:
        return known.note
    hashes = [
        bytes(row)
        for row in LogEntry.objects.filter(index__lt=size)
        .order_by("index")
        .values_list("leaf_hash", flat=True)
    ]
    if len(hashes) != size:
        raise HocbaError("ledger.log_has_gap")
    key = log_key()
    root = tree_root(hashes)
    note = sign_checkpoint(
        checkpoint=TreeHead(origin=settings.HOCBA_LOG_ORIGIN, size=size, root=root),
        key_name=settings.HOCBA_LOG_ORIGIN,
        public_key=key.public_key,
        sign=key.sign,
    )
    Checkpoint.objects.create(size=size, root=root, note=note, at=at)
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="ledger.checkpoint_published",
        object_type="checkpoint",
        object_id=str(size),
        before=None,
        after={"root": root.hex(), "note_sha256": hashlib.sha256(note.encode()).hexdigest()},
        actor=actor,
        at=at,
    )
    return note


@transaction.atomic
def publish_trust(
    *,
    anchors: Sequence[bytes],
    intermediates: Sequence[bytes],
    crls: Sequence[bytes],
    actor: UUID | None,
    at: datetime,
) -> None:
    """Write the trust list that verifiers use: roots, issuers, CRLs, approved seals, the log's key.

    The file is replaced at once; the same content again changes nothing. Keys with which the log
    was signed before stay in the list: bundles made in their time are checked by them.

    Raises:
        HocbaError: "ledger.no_log_key", "token.*", "trust.unreadable" (what is published now).
    """
    path = Path(settings.HOCBA_TRUST_FILE)
    before = path.read_bytes() if path.exists() else b""
    key = vkey(settings.HOCBA_LOG_ORIGIN, log_key().public_key)
    earlier = load_trust(before).log_keys if before else ()
    data = dump_trust(
        TrustStore(
            anchors=tuple(anchors),
            intermediates=tuple(intermediates),
            crls=tuple(crls),
            seals=tuple(
                ApprovedSeal(
                    school_code=row.school_code,
                    certificate_sha256=row.certificate_sha256,
                    valid_from=row.valid_from,
                    valid_to=row.valid_to,
                )
                for row in approved_seals()
            ),
            log_keys=(key, *(one for one in earlier if one != key)),
        )
    )
    if before == data:
        return
    replacement = path.with_suffix(".new")
    replacement.write_bytes(data)
    replacement.replace(path)
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="ledger.trust_published",
        object_type="trust",
        object_id=path.name,
        before={"sha256": hashlib.sha256(before).hexdigest()} if before else None,
        after={"sha256": hashlib.sha256(data).hexdigest()},
        actor=actor,
        at=at,
    )
