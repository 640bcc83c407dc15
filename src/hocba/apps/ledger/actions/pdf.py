"""The sealed PDF of an issued version: made when first asked for, or in two phases for a token."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from hocba.adapters.pdf.sealing import PreparedSeal, complete_pdf, prepare_pdf, seal_pdf
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.authorities import time_stamper
from hocba.apps.blobs import blob_store
from hocba.apps.ledger.actions.claim import claim_for_paper
from hocba.apps.ledger.models import IssuedTranscript, PdfRequest, SealedPdf
from hocba.apps.ledger.queries import sealed_pdf
from hocba.apps.ledger.renditions import (
    issued_version,
    require_in_force,
    require_verified,
    sealable,
)
from hocba.apps.seal_keys import seal_signer
from hocba.core.errors import HocbaError

PDF_TOKEN_LIFETIME = timedelta(minutes=15)


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
    claim = claim_for_paper(lookup_uuid=lookup_uuid, actor=actor, at=at)
    asked = sealable(lookup_uuid=lookup_uuid, claim=claim, at=at)
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
    school_id = issued_version(lookup_uuid=lookup_uuid).school_id
    require_role(viewer_of(person_id=actor, at=at), "clerk", unit_id=school_id)
    claim = claim_for_paper(lookup_uuid=lookup_uuid, actor=actor, at=at)
    asked = sealable(lookup_uuid=lookup_uuid, claim=claim, at=at)
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
            "ledger.not_in_force" (recalled or replaced meanwhile), "signing.invalid_signature",
            "pdf.not_verified", and those of stamping.
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
    require_in_force(lookup_uuid=lookup_uuid)
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
