"""The printed form of an issued version: what is set, with which seal; nothing is written here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from hocba.adapters.pdf import Rendition, set_transcript
from hocba.adapters.pdf.compiler import Typeset
from hocba.adapters.pdf.examining import examine_own_pdf
from hocba.apps.authorities import revocation_source
from hocba.apps.certificates.queries import approved_seal_of_school
from hocba.apps.ledger.models import IssuedTranscript, LogEntry
from hocba.apps.ledger.queries import bundles, trust
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import Bundle, read_bundle
from hocba.core.registry.entry import EntryKind
from hocba.core.registry.lifecycle import TranscriptState, advance
from hocba.core.signing.path import issuers_of
from hocba.core.signing.trust import Evidence, TrustStore, check_certificate
from hocba.core.signing.verdict import Indication
from hocba.core.verification import Answer, PublicVerdict, VerdictWord, verify_bundle, verify_pdf


@dataclass(frozen=True, slots=True)
class SealableVersion:
    """An issued version in force, its pages ready, and the school's seal of today."""

    row: IssuedTranscript
    page: Typeset
    school_code: str
    certificate: bytes
    certificate_sha256: str
    chain: tuple[bytes, ...]
    evidence: Evidence


def sealable(*, lookup_uuid: UUID, claim: str, at: datetime) -> SealableVersion:
    """Return what is needed to seal the PDF of an issued version; `claim` goes into its QR code.

    Raises:
        HocbaError: "ledger.not_issued", "ledger.not_in_force" (recalled, replaced, or no longer
            passing), "signing.no_approved_seal", "pdf.no_form".
    """
    row = issued_version(lookup_uuid=lookup_uuid)
    require_in_force(lookup_uuid=lookup_uuid)
    seal = approved_seal_of_school(unit_id=row.school_id, at=at)
    if seal is None:
        raise HocbaError("signing.no_approved_seal")
    data = next(bundles([row]))
    bundle, trusted = read_bundle(data), trust()
    verdict = verify_bundle(bundle=bundle, trust=trusted, at=at)
    if verdict.transcript is None or not _good(verdict):
        raise HocbaError("ledger.not_in_force")
    page = set_transcript(
        Rendition(
            verdict.transcript,
            verdict.signatures,
            settings.HOCBA_VERIFY_URL.format(uuid=lookup_uuid),
            document=bundle.document,
            # A proof that proves nothing yet would be stale for ever inside a sealed file.
            bundle=data if verdict.word is VerdictWord.VALID else b"",
            to_be_sealed=True,
            claim=claim,
        )
    )
    chain = issuers_of(certificate=bytes(seal.der), known=trusted.intermediates)
    return SealableVersion(
        row=row,
        page=page,
        school_code=verdict.transcript.school.code,
        certificate=bytes(seal.der),
        certificate_sha256=seal.sha256,
        chain=chain,
        evidence=_evidence(bytes(seal.der), bundle, trusted, at),
    )


def issued_version(*, lookup_uuid: UUID) -> IssuedTranscript:
    """Return an issued version.

    Raises:
        HocbaError: "ledger.not_issued".
    """
    row = IssuedTranscript.objects.filter(lookup_uuid=lookup_uuid).first()
    if row is None:
        raise HocbaError("ledger.not_issued")
    return row


def require_in_force(*, lookup_uuid: UUID) -> None:
    """Refuse a version that the log as it stands, published or not, says is no longer in force.

    Raises:
        HocbaError: "ledger.not_in_force".
    """
    state = TranscriptState.UNKNOWN
    kinds = LogEntry.objects.filter(lookup_uuid=lookup_uuid).order_by("index")
    for kind in kinds.values_list("kind", flat=True):
        state = advance(state=state, event=EntryKind(kind))
    if state is not TranscriptState.IN_FORCE:
        raise HocbaError("ledger.not_in_force")


def require_verified(*, pdf: bytes, at: datetime) -> None:
    """Refuse a finished PDF that the public verifier would not believe.

    Raises:
        HocbaError: "pdf.not_verified".
    """
    verdict = verify_pdf(pdf=examine_own_pdf(pdf), trust=trust(), at=at)
    if not _good(verdict) or len(verdict.signatures) < 2:
        raise HocbaError("pdf.not_verified")


def _good(verdict: PublicVerdict) -> bool:
    return (
        verdict.unaltered.answer is verdict.rightly_signed.answer is Answer.PASSED
        and verdict.in_force.answer is not Answer.FAILED
    )


def _evidence(certificate: bytes, bundle: Bundle, trusted: TrustStore, at: datetime) -> Evidence:
    """What proves today that the seal was not revoked; nothing when that cannot be proven."""
    source = revocation_source()
    asked = Evidence()
    if source is not None:
        asked = source.evidence(certificates=[certificate], trust=trusted, at=at)
    known = Evidence(crls=trusted.crls + bundle.crls + asked.crls, ocsps=bundle.ocsps + asked.ocsps)
    passed, _ = check_certificate(certificate=certificate, trust=trusted, at=at, evidence=known)
    if passed is not Indication.TOTAL_PASSED:
        return Evidence()
    return Evidence(
        certificates=trusted.intermediates,
        crls=tuple(dict.fromkeys(known.crls)),
        ocsps=tuple(dict.fromkeys(known.ocsps)),
    )
