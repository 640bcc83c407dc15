"""What the portal asks: a verdict for a file, or for a code with the right birth date."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

import structlog

from hocba.adapters.pdf.examining import examine_pdf, is_pdf
from hocba.apps.ledger.queries import bundle_for_document, bundle_of, trust
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import Bundle, is_bundle, read_bundle
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.verification import (
    PublicVerdict,
    VerdictWord,
    verify_bundle,
    verify_file,
    verify_pdf,
)

_log = structlog.stdlib.get_logger("hocba.portal")


@dataclass(frozen=True, slots=True)
class Found:
    """A transcript that may be shown: its bundle file and the verdict on it."""

    bundle: bytes
    verdict: PublicVerdict

    @property
    def document(self) -> bytes:
        """The signed XML."""
        return read_bundle(self.bundle).document


def find(*, code: UUID, birth_date: date, at: datetime) -> Found | None:
    """Return the transcript only when both code and birth date are right.

    A wrong date does the same work as a right one; a code that does not exist is 122 random bits
    away from one that does.
    """
    data = bundle_of(lookup_uuid=code)
    if data is None:
        return None
    verdict = verify_bundle(bundle=read_bundle(data), trust=trust(), at=at)
    transcript = verdict.transcript
    if transcript is None or transcript.student.birth_date != birth_date:
        return None
    return Found(data, _without_sealed(verdict))


def judge_file(*, data: bytes, at: datetime) -> PublicVerdict:
    """Judge a file; what the log knows, in a PDF too, is judged with its newest proof.

    When what is kept here is damaged, the file is judged by itself: it may be whole all the same.
    """
    return _without_sealed(_judged(data, at))


def _judged(data: bytes, at: datetime) -> PublicVerdict:
    if is_pdf(data):
        pdf = examine_pdf(data)
        return verify_pdf(pdf=pdf, trust=trust(), at=at, bundle=_newest_proof(pdf.document or b""))
    if not is_bundle(data):
        newest = _newest_proof(data)
        if newest is None:
            return verify_file(data=data, trust=trust(), at=at)
        return verify_bundle(bundle=newest, trust=trust(), at=at)
    verdict = verify_file(data=data, trust=trust(), at=at)
    if verdict.word is VerdictWord.VALID:
        # A bundle proves its own day; what the log tells since then counts here.
        bundle = read_bundle(data)
        newer = _newest_proof(bundle.document)
        if newer is not None and len(newer.entries) > len(bundle.entries):
            return verify_bundle(bundle=newer, trust=trust(), at=at)
    return verdict


def _newest_proof(document: bytes) -> Bundle | None:
    try:
        known = bundle_for_document(document_sha256=sha256(document).hexdigest())
    except HocbaError as damage:
        _log.error("store_damaged", code=damage.code, **damage.params)
        return None
    return None if known is None else read_bundle(known)


def _without_sealed(verdict: PublicVerdict) -> PublicVerdict:
    """While a court keeps a transcript sealed, nothing of its content is shown here."""
    if verdict.state is not TranscriptState.COURT_SEALED:
        return verdict
    return replace(verdict, transcript=None, signatures=())
