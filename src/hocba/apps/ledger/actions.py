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
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hocba.adapters.pdf.sealing import PreparedSeal, complete_pdf, prepare_pdf, seal_pdf
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.authorities import time_stamper
from hocba.apps.blobs import blob_store
from hocba.apps.certificates.queries import approved_seals
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.models import (
    Checkpoint,
    IssuedTranscript,
    LogEntry,
    LogHead,
    PdfRequest,
    SealedPdf,
)
from hocba.apps.ledger.queries import sealed_pdf
from hocba.apps.ledger.renditions import require_verified, sealable
from hocba.apps.seal_keys import seal_signer
from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash, tree_root
from hocba.core.registry import entry as entries
from hocba.core.registry.checkpoint import Checkpoint as TreeHead
from hocba.core.registry.checkpoint import sign_checkpoint, vkey
from hocba.core.registry.lookup_code import lookup_digest
from hocba.core.signing.keys import ed25519_public_key, ed25519_sign
from hocba.core.signing.trust import NO_EVIDENCE, ApprovedSeal, Evidence, TrustStore, dump_trust

PDF_TOKEN_LIFETIME = timedelta(minutes=15)


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
    private_key = _log_key()
    root = tree_root(hashes)
    note = sign_checkpoint(
        checkpoint=TreeHead(origin=settings.HOCBA_LOG_ORIGIN, size=size, root=root),
        key_name=settings.HOCBA_LOG_ORIGIN,
        public_key=ed25519_public_key(private_key),
        sign=lambda message: ed25519_sign(private_key, message),
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

    The file is replaced at once; the same content again changes nothing.
    """
    private_key = _log_key()
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
            log_keys=(vkey(settings.HOCBA_LOG_ORIGIN, ed25519_public_key(private_key)),),
        )
    )
    path = Path(settings.HOCBA_TRUST_FILE)
    before = path.read_bytes() if path.exists() else b""
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


def obtain_sealed_pdf(*, lookup_uuid: UUID, actor: UUID | None, at: datetime) -> bytes | None:
    """Return the sealed PDF of an issued version in force, made now if its seal's key is here.

    Otherwise it is noted that somebody waits, and None comes back until the clerk has sealed it.
    Whoever may have the transcript may ask. Asking again, or two at once, gives the same file.

    Raises:
        HocbaError: those of `renditions.sealable`, and of stamping.
    """
    kept = sealed_pdf(lookup_uuid=lookup_uuid)
    if kept is not None:
        return kept
    asked = sealable(lookup_uuid=lookup_uuid, at=at)
    signer = seal_signer(school_code=asked.school_code, certificate_sha256=asked.certificate_sha256)
    if signer is None:
        _note_request(asked.row, actor=actor, at=at)
        return None
    pdf = seal_pdf(
        page=asked.page,
        signer=signer,
        chain=asked.chain,
        evidence=asked.evidence,
        time_stamper=time_stamper(),
        at=at,
    )
    require_verified(pdf=pdf, at=at)
    return _keep_sealed(asked.row, pdf, asked.certificate_sha256, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class PdfToSeal:
    """A prepared PDF: sign `digest` (SHA-256) with the school's seal and come back."""

    lookup_uuid: UUID
    token: str
    digest: bytes


def prepare_pdf_seal(*, lookup_uuid: UUID, actor: UUID, at: datetime) -> PdfToSeal:
    """Prepare the PDF of an issued version for a seal whose key lies elsewhere; the clerk's act.

    Raises:
        HocbaError: "access.denied", and those of `renditions.sealable`.
    """
    asked = sealable(lookup_uuid=lookup_uuid, at=at)
    require_role(viewer_of(person_id=actor, at=at), "clerk", unit_id=asked.row.school_id)
    prepared = prepare_pdf(
        page=asked.page,
        certificate=asked.certificate,
        chain=asked.chain,
        evidence=asked.evidence,
        at=at,
    )
    token = secrets.token_urlsafe(24)
    kept = blob_store().put(prepared.pdf)
    with transaction.atomic():
        _note_request(asked.row, actor=actor, at=at)
        PdfRequest.objects.filter(lookup_uuid=lookup_uuid).update(
            prepared=prepared.to_json(),
            prepared_pdf_sha256=kept,
            prepared_by=actor,
            token_sha256=hashlib.sha256(token.encode()).hexdigest(),
            expires_at=at + PDF_TOKEN_LIFETIME,
        )
        _record_pdf(asked.row, "ledger.pdf_seal_prepared", {"pdf_sha256": kept}, actor, at)
    return PdfToSeal(lookup_uuid, token, prepared.digest)


def complete_pdf_seal(
    *, lookup_uuid: UUID, token: str, signature: bytes, actor: UUID, at: datetime
) -> bytes:
    """Put the seal's signature into a prepared PDF, have it stamped, and keep the file.

    Completing again gives the same file.

    Raises:
        HocbaError: "signing.token_unknown", "signing.token_expired", "access.denied",
            "signing.invalid_signature", "pdf.not_verified", and those of stamping.
    """
    request = PdfRequest.objects.filter(lookup_uuid=lookup_uuid).first()
    digest = hashlib.sha256(token.encode()).hexdigest()
    if request is None or not secrets.compare_digest(request.token_sha256, digest):
        raise HocbaError("signing.token_unknown")
    require_role(viewer_of(person_id=actor, at=at), "clerk", unit_id=request.school_id)
    if request.prepared_by != actor:
        raise HocbaError("access.denied")
    if request.expires_at is None or at > request.expires_at:
        raise HocbaError("signing.token_expired")
    pdf = blob_store().get(request.prepared_pdf_sha256)
    prepared = PreparedSeal.from_json(request.prepared, pdf=pdf)
    seal = hashlib.sha256(prepared.certificate).hexdigest()
    kept = sealed_pdf(lookup_uuid=lookup_uuid, certificate_sha256=seal)
    if kept is not None:
        return kept
    sealed = complete_pdf(prepared=prepared, signature=signature, time_stamper=time_stamper())
    require_verified(pdf=sealed, at=at)
    row = IssuedTranscript.objects.get(lookup_uuid=lookup_uuid)
    return _keep_sealed(row, sealed, seal, actor=actor, at=at)


def _note_request(row: IssuedTranscript, *, actor: UUID | None, at: datetime) -> None:
    with transaction.atomic():
        _, new = PdfRequest.objects.get_or_create(
            lookup_uuid=row.lookup_uuid,
            defaults={
                "school_id": row.school_id,
                "school_year": row.school_year,
                "asked_at": at,
            },
        )
        if new:
            _record_pdf(row, "ledger.pdf_wanted", {}, actor, at)


def _keep_sealed(
    row: IssuedTranscript, pdf: bytes, seal: str, *, actor: UUID | None, at: datetime
) -> bytes:
    """Keep the first file made under a seal and return it, whoever made it."""
    kept = blob_store().put(pdf)
    with transaction.atomic():
        SealedPdf.objects.bulk_create(
            [
                SealedPdf(
                    pdf_sha256=kept, lookup_uuid=row.lookup_uuid, certificate_sha256=seal, at=at
                )
            ],
            ignore_conflicts=True,
        )
        first = SealedPdf.objects.get(lookup_uuid=row.lookup_uuid, certificate_sha256=seal)
        if first.pdf_sha256 == kept:
            after = {"pdf_sha256": kept, "certificate_sha256": seal}
            _record_pdf(row, "ledger.pdf_sealed", after, actor, at)
    return blob_store().get(first.pdf_sha256)


def _record_pdf(
    row: IssuedTranscript, action: str, after: dict[str, str], actor: UUID | None, at: datetime
) -> None:
    record_event(
        school_id=row.school_id,
        school_year=row.school_year,
        action=action,
        object_type="issued_transcript",
        object_id=str(row.lookup_uuid),
        before=None,
        after=after,
        actor=actor,
        at=at,
    )


def _log_key() -> bytes:
    """Return the log's private key (PEM)."""
    path = Path(settings.HOCBA_LOG_KEY_FILE)
    if not path.exists():
        raise HocbaError("ledger.no_log_key")
    return path.read_bytes()
