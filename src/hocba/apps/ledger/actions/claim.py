"""The claim that the QR code on paper carries: signed when somebody first prints, kept for ever.

Not in the issue itself: a portal key that is away must not stop a school from issuing, and most
versions are never printed. Once made it is never made again, for ECDSA and deflate give other bytes
each time, and two prints of one version must carry the same code.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
from hocba.apps.held_keys import portal_key
from hocba.apps.ledger.models import IssuedTranscript, LogEntry, PaperClaim
from hocba.apps.ledger.queries import trust
from hocba.core.errors import HocbaError
from hocba.core.offline import claim_of, verify_claim
from hocba.core.registry.qr_claim import claim_text, sign_claim
from hocba.core.signing.ports import PortalSigner
from hocba.core.transcript.canonical import from_xml
from hocba.core.verification import Answer


def claim_for_paper(*, lookup_uuid: UUID, actor: UUID | None, at: datetime) -> str:
    """Return the text of an issued version's QR code, the same for every print.

    Empty where the portal has no key, and for a transcript that does not fit in a QR code: paper
    then carries the address alone.

    Raises:
        HocbaError: "ledger.not_issued", "ledger.portal_key_unknown" (not in the trust list: publish
            it first), "token.*", "blob.*".
    """
    kept = PaperClaim.objects.filter(lookup_uuid=lookup_uuid).first()
    if kept is None:
        row = IssuedTranscript.objects.filter(lookup_uuid=lookup_uuid).first()
        if row is None:
            raise HocbaError("ledger.not_issued")
        key = portal_key()
        if key is None:
            return ""
        try:
            signed = _signed(row, key, at)
        except HocbaError as refusal:
            if refusal.code in ("claim.too_large", "claim.year"):
                return ""
            raise
        kept = _keep(row, signed, actor=actor, at=at)
    return claim_text(bytes(kept.signed))


def _signed(row: IssuedTranscript, key: PortalSigner, at: datetime) -> bytes:
    """Sign, and hand out nothing that a verifier with today's trust list would not believe."""
    issued = LogEntry.objects.get(lookup_uuid=row.lookup_uuid, kind="issued")
    claim = claim_of(
        transcript=from_xml(blob_store().get(row.document_sha256)),
        document_sha256=bytes.fromhex(row.document_sha256),
        index=issued.index,
        at=at,
    )
    signed = sign_claim(claim=claim, public_key=key.public_key, sign_message=key.sign)
    verdict = verify_claim(text=claim_text(signed), trust=trust(), listed=None, at=at)
    if verdict.genuine.answer is not Answer.PASSED:
        raise HocbaError("ledger.portal_key_unknown")
    return signed


def _keep(row: IssuedTranscript, signed: bytes, *, actor: UUID | None, at: datetime) -> PaperClaim:
    """Keep the first claim made for a version and return it, whoever made it."""
    with transaction.atomic():
        PaperClaim.objects.bulk_create(
            [PaperClaim(lookup_uuid=row.lookup_uuid, signed=signed, made_at=at)],
            ignore_conflicts=True,
        )
        first = PaperClaim.objects.get(lookup_uuid=row.lookup_uuid)
        if bytes(first.signed) == signed:
            record_event(
                school_id=row.school_id,
                school_year=row.school_year,
                action="ledger.claim_signed",
                object_type="issued_transcript",
                object_id=str(row.lookup_uuid),
                before=None,
                after={"claim_sha256": hashlib.sha256(signed).hexdigest()},
                actor=actor,
                at=at,
            )
    return first
