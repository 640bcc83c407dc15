"""Judging without network what the portal signed: claims on paper, and status lists beside bundles.

The portal's word weighs less than the school's own signatures: a claim lets paper be compared with
what was issued, the XML it names by digest remains the original. A status list adds what happened
after a bundle's checkpoint or a claim's printing, as of its own date.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from hocba.core.claim_subjects import number_of
from hocba.core.errors import HocbaError
from hocba.core.registry.cose import SignedBytes, key_id
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.qr_claim import ClaimedResult, QrClaim, read_text
from hocba.core.registry.status_list import StatusList, read_list
from hocba.core.signing.keys import es256_verify
from hocba.core.signing.timestamps import CLOCK_TOLERANCE
from hocba.core.signing.trust import PortalKey, TrustStore
from hocba.core.signing.verdict import Reason
from hocba.core.transcript.model import Transcript
from hocba.core.verification import Answer, ListedStatus, PublicVerdict, Question, VerdictWord

_WORDS = {
    TranscriptState.RECALLED: VerdictWord.RECALLED,
    TranscriptState.REPLACED: VerdictWord.REPLACED,
}


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What a QR code proves: who signed it, what it says, where the transcript stands.

    `claim` is None when the text could not be read or the portal did not sign it: what stands in a
    forged one is not repeated. `status` is None without a list that speaks of it.
    """

    word: VerdictWord
    genuine: Question
    in_force: Question
    claim: QrClaim | None
    origin: str
    status: ListedStatus | None
    checked_at: datetime


def claim_of(
    *, transcript: Transcript, document_sha256: bytes, index: int, at: datetime
) -> QrClaim:
    """Return the claim about an issued transcript whose issue stands at `index` of the log.

    Raises:
        HocbaError: "claim.year" when the school year is not two years in a row.
    """
    first, _, second = transcript.school_year.partition("-")
    if not (first.isdecimal() and second.isdecimal() and int(second) == int(first) + 1):
        raise HocbaError("claim.year")
    summary = transcript.summary
    return QrClaim(
        signed_at=at.replace(microsecond=0),
        full_name=transcript.student.full_name,
        birth_date=transcript.student.birth_date,
        student_code=transcript.student.student_code,
        lookup_start=bytes.fromhex(transcript.lookup_uuid[:8]),
        school_code=transcript.school.code,
        school_name=transcript.school.name,
        first_year=int(first),
        grade=transcript.grade,
        class_name=transcript.class_name,
        document_sha256=document_sha256,
        index=index,
        results=tuple(
            ClaimedResult(number_of(row), row.year, row.reassessed) for row in transcript.subjects
        ),
        learning=summary.learning_year,
        conduct=summary.conduct_year,
        promotion=summary.promotion,
        learning_again=summary.learning_after_reassessment,
        conduct_again=summary.conduct_after_summer,
        completes_level=summary.completes_level,
    )


def open_list(*, data: bytes, trust: TrustStore, at: datetime) -> StatusList:
    """Return a status list that a portal key of the trust list signed; it may be out of date.

    Raises:
        HocbaError: "status.unreadable", "status.unknown_key", "status.signature", "status.future".
    """
    listed, signed = read_list(data)
    keys = [one for one in _keys(signed, trust) if one.origin == listed.origin]
    if not any(one.is_valid_at(listed.issued_at) for one in keys):
        raise HocbaError("status.unknown_key")
    if not any(es256_verify(one.public_key, signed.to_verify, signed.signature) for one in keys):
        raise HocbaError("status.signature")
    if listed.issued_at - at > CLOCK_TOLERANCE:
        raise HocbaError("status.future")
    return listed


def verify_claim(
    *, text: str, trust: TrustStore, listed: StatusList | None, at: datetime
) -> ClaimVerdict:
    """Judge a QR code's text; never raises for a bad one.

    (1) The text is a claim in its one spelling.
    (2) A portal key of the trust list, valid when it signed, signed it.
    (3) The list, of the same log and not older than its validity, has the transcript in force.
    """
    unknown = Question(Answer.INDETERMINATE)
    # (1)
    try:
        claim, signed = read_text(text)
    except HocbaError as refusal:
        genuine = Question(Answer.FAILED, (Reason(refusal.code, "FORMAT_FAILURE"),))
        return ClaimVerdict(VerdictWord.NOT_OF_SCHOOL, genuine, unknown, None, "", None, at)
    # (2)
    key, genuine = _signer(claim, signed, trust, at)
    if key is None:
        return ClaimVerdict(_refused(genuine), genuine, unknown, None, "", None, at)
    # (3)
    status = None if listed is None else _status(listed, key.origin, claim.index, at)
    in_force = _in_force(listed, status)
    word = VerdictWord.VALID if in_force.answer is Answer.PASSED else VerdictWord.UNCHECKED
    if status is not None:
        word = _WORDS.get(status.state, word)
    return ClaimVerdict(word, genuine, in_force, claim, key.origin, status, at)


def with_status_list(*, verdict: PublicVerdict, listed: StatusList, at: datetime) -> PublicVerdict:
    """Return a file's verdict with what a status list knows of the time after its checkpoint.

    A list out of date still tells of a recall; it does not take away what the checkpoint proves. A
    file without a proof from the log has no place in it, so no list speaks of it.
    """
    position = verdict.log_position
    if position is None:
        return verdict
    status = _status(listed, position.origin, position.index, at)
    if status is None:
        return verdict
    with_it = replace(verdict, listed=status)
    if verdict.in_force.answer is not Answer.PASSED or status.state is TranscriptState.IN_FORCE:
        return with_it
    in_force = _in_force(listed, status)
    word = verdict.word
    if word is VerdictWord.VALID:
        word = _WORDS.get(status.state, VerdictWord.UNCHECKED)
    return replace(with_it, word=word, in_force=in_force)


def _keys(signed: SignedBytes, trust: TrustStore) -> list[PortalKey]:
    return [one for one in trust.portal_keys if key_id(one.public_key) == signed.key_id]


def _signer(
    claim: QrClaim, signed: SignedBytes, trust: TrustStore, at: datetime
) -> tuple[PortalKey | None, Question]:
    keys = _keys(signed, trust)
    if not keys:
        return None, Question(Answer.INDETERMINATE, (Reason("claim.unknown_key", "NO_POE"),))
    good = [one for one in keys if es256_verify(one.public_key, signed.to_verify, signed.signature)]
    if not good:
        reason = Reason("claim.signature", "SIG_CRYPTO_FAILURE")
        return None, Question(Answer.FAILED, (reason,))
    valid = [one for one in good if one.is_valid_at(claim.signed_at)]
    if not valid or claim.signed_at - at > CLOCK_TOLERANCE:
        return None, Question(Answer.FAILED, (Reason("claim.key_dates", "NOT_YET_VALID"),))
    return valid[0], Question(Answer.PASSED)


def _refused(genuine: Question) -> VerdictWord:
    failed = genuine.answer is Answer.FAILED
    return VerdictWord.NOT_OF_SCHOOL if failed else VerdictWord.UNCHECKED


def _status(listed: StatusList, origin: str, index: int, at: datetime) -> ListedStatus | None:
    state = listed.state(index) if listed.origin == origin else None
    if state is None:
        return None
    return ListedStatus(state, listed.issued_at, listed.valid_until, at > listed.valid_until)


def _in_force(listed: StatusList | None, status: ListedStatus | None) -> Question:
    if listed is None:
        return Question(Answer.INDETERMINATE, (Reason("status.none", "NO_POE"),))
    if status is None:
        return Question(Answer.INDETERMINATE, (Reason("status.not_listed", "NO_POE"),))
    if status.state in _WORDS:
        return Question(Answer.FAILED, (Reason(f"log.{status.state.value}"),))
    if status.state is TranscriptState.COURT_SEALED:
        return Question(Answer.INDETERMINATE, (Reason("log.court_sealed", "NO_POE"),))
    if status.out_of_date:
        return Question(Answer.INDETERMINATE, (Reason("status.out_of_date", "NO_POE"),))
    return Question(Answer.PASSED)
