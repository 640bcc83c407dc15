"""What the portal asks: a verdict for a file, or for a code with the right birth date."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from uuid import UUID

import structlog

from hocba.adapters.pdf.examining import examine_pdf, is_pdf
from hocba.apps.ledger.models import IssuedTranscript
from hocba.apps.ledger.queries import (
    LifeEvent,
    history_of,
    read_bundles,
    trust,
    version_by_code,
    version_of_document,
)
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import Bundle, is_bundle, write_bundle
from hocba.core.registry.entry import EntryKind
from hocba.core.signing.verdict import Reason
from hocba.core.verification import (
    Answer,
    PublicVerdict,
    Question,
    VerdictWord,
    verify_bundle,
    verify_file,
    verify_pdf,
)

_log = structlog.stdlib.get_logger("hocba.portal")
COURT_SEALED = "log.court_sealed"
_LATER = {
    EntryKind.RECALLED: VerdictWord.RECALLED,
    EntryKind.REPLACED: VerdictWord.REPLACED,
    EntryKind.COURT_SEALED: VerdictWord.UNCHECKED,
}


@dataclass(frozen=True)
class Judged:
    """A verdict, with the life of the transcript and the newest proof where the log knows it."""

    verdict: PublicVerdict
    history: tuple[LifeEvent, ...] = ()
    proof: Bundle | None = None

    @property
    def court_sealed(self) -> bool:
        """Whether a court's order hides the content."""
        return any(reason.code == COURT_SEALED for reason in self.verdict.in_force.reasons)

    @cached_property
    def bundle(self) -> bytes:
        """The proof as a file."""
        return b"" if self.proof is None else write_bundle(self.proof)

    @property
    def document(self) -> bytes:
        """The signed XML."""
        return b"" if self.proof is None else self.proof.document


def find(*, code: UUID, birth_date: date, at: datetime) -> Judged | None:
    """Return the transcript only when both code and birth date are right.

    One indexed question for a digest of both: a wrong date and a code that never was take the same
    steps and end in the same nothing.
    """
    row = version_by_code(code=code, birth_date=birth_date)
    return None if row is None else _judged(row, at)


def judge_file(*, data: bytes, at: datetime) -> Judged:
    """Judge a file; XML that the log knows, in a PDF too, is completed with its newest proof.

    When what is kept here is damaged, the file is judged by itself: it may be whole all the same.
    """
    if is_pdf(data):
        pdf = examine_pdf(data)
        row = version_of_document(document_sha256=sha256(pdf.document or b"").hexdigest())
        newest = None if row is None else _whole_proof(row)
        verdict = verify_pdf(pdf=pdf, trust=trust(), at=at, bundle=newest)
        return _known_life(verdict, row, None)
    if not is_bundle(data):
        row = version_of_document(document_sha256=sha256(data).hexdigest())
        proof = None if row is None else _whole_proof(row)
        if proof is not None:
            return _known_life(verify_bundle(bundle=proof, trust=trust(), at=at), row, proof)
    verdict = verify_file(data=data, trust=trust(), at=at)
    row = version_of_document(document_sha256=verdict.document_sha256)
    return _known_life(verdict, row, None)


def _judged(row: IssuedTranscript, at: datetime) -> Judged:
    proof = _proof(row)
    return _known_life(verify_bundle(bundle=proof, trust=trust(), at=at), row, proof)


def _proof(row: IssuedTranscript) -> Bundle:
    return next(read_bundles([row]))


def _whole_proof(row: IssuedTranscript) -> Bundle | None:
    try:
        return _proof(row)
    except HocbaError as damage:
        _log.error("store_damaged", code=damage.code, **damage.params)
        return None


def _known_life(
    verdict: PublicVerdict, row: IssuedTranscript | None, proof: Bundle | None
) -> Judged:
    """Add what the database knows beyond the proof; hide what a court's order hides."""
    history = () if row is None else history_of(lookup_uuid=row.lookup_uuid)
    judged = Judged(_with_newest(verdict, history), history, proof)
    if not judged.court_sealed:
        return judged
    hidden = replace(judged.verdict, transcript=None, signatures=())
    return Judged(hidden, history)


def _with_newest(verdict: PublicVerdict, history: tuple[LifeEvent, ...]) -> PublicVerdict:
    """An event counts from the moment it is written, not only from the next checkpoint on.

    So does an old proof that somebody brings: what ended since is told.
    """
    if not history or verdict.word is VerdictWord.NOT_OF_SCHOOL:
        return verdict
    ended = None
    for event in history:
        if event.kind is EntryKind.COURT_UNSEALED:
            ended = None
        elif event.kind in _LATER:
            ended = event.kind
    if ended is None:
        return verdict
    answer = Answer.INDETERMINATE if ended is EntryKind.COURT_SEALED else Answer.FAILED
    sub = "NO_POE" if ended is EntryKind.COURT_SEALED else ""
    in_force = Question(answer, (Reason(f"log.{ended.value}", sub),))
    return replace(verdict, word=_LATER[ended], in_force=in_force)
