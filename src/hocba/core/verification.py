"""From file + trust + time to the public verdict: unaltered? in force? rightly signed?"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash, verify_inclusion
from hocba.core.registry.bundle import Bundle, is_bundle, read_bundle
from hocba.core.registry.entry import LogEntry, decode
from hocba.core.registry.lifecycle import Status, TranscriptState, fold
from hocba.core.registry.lookup_code import lookup_digest
from hocba.core.registry.witness import open_cosigned
from hocba.core.signing.archive_check import ArchiveVerdict, check_archive
from hocba.core.signing.keys import ed25519_verify
from hocba.core.signing.pades import PdfContents, check_seal
from hocba.core.signing.timestamps import CLOCK_TOLERANCE
from hocba.core.signing.trust import NO_EVIDENCE, Evidence, TrustStore
from hocba.core.signing.verdict import DocumentVerdict, Indication, Reason, SignatureVerdict
from hocba.core.signing.verify import verify_document
from hocba.core.transcript.model import Transcript


class Answer(StrEnum):
    """Answer to one of the three questions."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


class VerdictWord(StrEnum):
    """The one word on the public page."""

    VALID = "hop_le"  # hợp lệ
    REPLACED = "da_thay_the"  # đã thay thế
    RECALLED = "da_thu_hoi"  # đã thu hồi
    NOT_OF_SCHOOL = "khong_phai_cua_truong"  # không phải của trường
    UNCHECKED = "chua_kiem_tra_duoc"  # chưa kiểm tra được


@dataclass(frozen=True, slots=True)
class Question:
    """One question's answer with its reasons."""

    answer: Answer
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where the log holds the issue entry, which checkpoint proves it, who witnessed that."""

    index: int
    tree_size: int
    origin: str
    entry_at: datetime
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedStatus:
    """What a status list says of one transcript, as of the list's own date."""

    state: TranscriptState
    issued_at: datetime
    valid_until: datetime
    out_of_date: bool


@dataclass(frozen=True, slots=True)
class PublicVerdict:
    """All that the verify page, the JSON answer and `hocba verify` say."""

    word: VerdictWord
    unaltered: Question
    in_force: Question
    rightly_signed: Question
    signatures: tuple[SignatureVerdict, ...]
    transcript: Transcript | None
    document_sha256: str
    log_position: LogPosition | None
    replaced_by: str = ""  # the replacing version's lookup digest in the log, hex
    state: TranscriptState | None = None  # as the log tells it, None when it could not be proven
    civil_status_changes: int = 0  # decisions recorded beside the transcript
    checked_at: datetime | None = None
    archive: ArchiveVerdict | None = None  # of the archive proof, where there was one
    listed: ListedStatus | None = None  # of the status list, where one speaks of it


def verify_file(
    *, data: bytes, trust: TrustStore, at: datetime, archive: bytes = b""
) -> PublicVerdict:
    """Judge an XML file or a bundle; never raises for a bad file.

    XML alone cannot tell whether it is still in force: that question stays indeterminate. `archive`
    is a proof from the archive that lies beside the file; it counts instead of a bundled one.
    """
    if not is_bundle(data):
        return _verdict(data, None, trust, at, archive)
    try:
        bundle = read_bundle(data)
    except HocbaError as refusal:
        reason = Reason(refusal.code, "FORMAT_FAILURE")
        return _unread(Answer.FAILED, reason, sha256(data).hexdigest(), at)
    return verify_bundle(bundle=bundle, trust=trust, at=at, archive=archive)


def _unread(answer: Answer, reason: Reason, digest: str, at: datetime) -> PublicVerdict:
    """The verdict on a file of which nothing can be believed."""
    failed = answer is Answer.FAILED
    return PublicVerdict(
        word=VerdictWord.NOT_OF_SCHOOL if failed else VerdictWord.UNCHECKED,
        unaltered=Question(answer, (reason,)),
        in_force=Question(Answer.INDETERMINATE, (reason,)),
        rightly_signed=Question(answer, (reason,)),
        signatures=(),
        transcript=None,
        document_sha256=digest,
        log_position=None,
        checked_at=at,
    )


def verify_pdf(
    *,
    pdf: PdfContents,
    trust: TrustStore,
    at: datetime,
    bundle: Bundle | None = None,
    archive: bytes = b"",
) -> PublicVerdict:
    """Judge a printed transcript; never raises for a bad one.

    (1) The PDF could be read, acts by nothing of itself, and carries one document with at most one
        proof of the very same document. `bundle`, when the caller has a newer proof, counts instead
        if it is of that document.
    (2) The document inside is judged as a file of its own.
    (3) The pages are believed only when the school's seal covers the whole file: without one, what
        is printed was not checked, and the file is not called valid.
    """
    digest = sha256(pdf.document or b"").hexdigest() if pdf.document else ""
    # (1)
    if pdf.refusal:
        reason = Reason(pdf.refusal, "FORMAT_FAILURE", pdf.detail)
        return _unread(Answer.INDETERMINATE, reason, digest, at)
    try:
        document, proof = _inside(pdf)
    except HocbaError as refusal:
        reason = Reason(refusal.code, "FORMAT_FAILURE", str(refusal.params.get("detail", "")))
        return _unread(Answer.FAILED, reason, digest, at)
    if not document:
        return _unread(Answer.INDETERMINATE, Reason("pdf.no_document", "FORMAT_FAILURE"), "", at)
    if bundle is not None and bundle.document == document:
        proof = bundle
    # (2)
    inner = _verdict(document, proof, trust, at, archive or (proof.archive if proof else b""))
    if inner.transcript is None:
        return inner
    # (3)
    evidence = NO_EVIDENCE if proof is None else evidence_of(proof)
    seals = check_seal(
        contents=pdf,
        school_code=inner.transcript.school.code,
        trust=trust,
        evidence=evidence,
        at=at,
    )
    return _with_seals(inner, seals)


def _inside(pdf: PdfContents) -> tuple[bytes | None, Bundle | None]:
    if pdf.active:
        raise HocbaError("pdf.active_content", detail=", ".join(pdf.active))
    document, proof = pdf.file(".xml"), pdf.file(".hocba.json")
    if proof is None:
        return document, None
    bundle = read_bundle(proof)
    if document is not None and bundle.document != document:
        raise HocbaError("pdf.files_differ")
    return bundle.document, bundle


def _with_seals(inner: PublicVerdict, seals: tuple[SignatureVerdict, ...]) -> PublicVerdict:
    """Add what the PDF's own signatures say to the verdict on the document inside."""
    reasons = tuple(dict.fromkeys(reason for one in seals for reason in one.reasons))
    altered = tuple(one for one in reasons if one.sub_indication in _INTEGRITY)
    wrong = tuple(one for one in reasons if one.sub_indication not in _INTEGRITY)
    unaltered, rightly_signed = inner.unaltered, inner.rightly_signed
    if not seals:
        unaltered = _joined(unaltered, Answer.INDETERMINATE, (Reason("pdf.not_sealed", "NO_POE"),))
    if altered:
        unaltered = _joined(unaltered, Answer.FAILED, altered)
    indications = {one.indication for one in seals}
    if Indication.TOTAL_FAILED in indications and wrong:
        rightly_signed = _joined(rightly_signed, Answer.FAILED, wrong)
    elif Indication.INDETERMINATE in indications:
        rightly_signed = _joined(rightly_signed, Answer.INDETERMINATE, wrong)
    word = inner.word
    answers = (unaltered.answer, rightly_signed.answer)
    if Answer.FAILED in answers:
        word = VerdictWord.NOT_OF_SCHOOL
    elif Answer.INDETERMINATE in answers and word is VerdictWord.VALID:
        word = VerdictWord.UNCHECKED
    return replace(
        inner,
        word=word,
        unaltered=unaltered,
        rightly_signed=rightly_signed,
        signatures=(*inner.signatures, *seals),
    )


def _joined(question: Question, answer: Answer, reasons: tuple[Reason, ...]) -> Question:
    """The worse of two answers, with all reasons."""
    worse = Answer.FAILED if Answer.FAILED in (question.answer, answer) else answer
    return Question(worse, (*question.reasons, *reasons))


def verify_bundle(
    *, bundle: Bundle, trust: TrustStore, at: datetime, archive: bytes = b""
) -> PublicVerdict:
    """Judge a document together with its proofs from the log and from an archive."""
    return _verdict(bundle.document, bundle, trust, at, archive or bundle.archive)


def evidence_of(bundle: Bundle) -> Evidence:
    """Return what the bundle keeps of authorities; an archive is made over it and the document."""
    return Evidence(certificates=bundle.issuers, crls=bundle.crls, ocsps=bundle.ocsps)


def _verdict(
    document: bytes, bundle: Bundle | None, trust: TrustStore, at: datetime, archive: bytes
) -> PublicVerdict:
    """The three answers and the one word.

    (0) Archive: a proof that passes shows that all was there at its time, so that algorithms which
        were retired later do not matter; one that does not fit is a mark of tampering.
    (1) Unaltered: format, digests and signature values hold, byte for byte.
    (2) Rightly signed: every slot by the right holder with a valid, trusted certificate.
    (3) In force: the log's signed head proves the issue, and nothing recalled or replaced it.
    (4) Word: altered or wrongly signed → not of the school; recalled or replaced → that; all three
        passed → valid; otherwise → could not be checked, with the reason.
    """
    evidence = NO_EVIDENCE if bundle is None else evidence_of(bundle)
    # (0)
    archived: ArchiveVerdict | None = None
    if archive:
        archived = check_archive(
            proof=archive, document=document, evidence=evidence, trust=trust, at=at
        )
    signed = verify_document(
        document=document,
        trust=trust,
        at=at,
        evidence=evidence,
        archived_at=archived.archived_at if archived else None,
    )
    # (1), (2)
    unaltered, rightly_signed = _signature_answers(signed)
    if archived is not None:
        archived = _in_time(archived, signed)
        unaltered, rightly_signed = _with_archive(archived, unaltered, rightly_signed)
    if bundle is not None and unaltered.answer is Answer.PASSED:
        unaltered = _bundled_certificates(bundle, signed)
    # (3)
    in_force, status, position = _in_force(
        _logged(bundle, signed.document_sha256, trust), signed.lookup_uuid, trust.witness_quorum
    )
    state = None if status is None else status.state
    # (4)
    return PublicVerdict(
        word=_word({unaltered.answer, rightly_signed.answer}, in_force.answer, state),
        unaltered=unaltered,
        in_force=in_force,
        rightly_signed=rightly_signed,
        signatures=signed.signatures,
        transcript=signed.transcript if signed.lookup_uuid else None,
        document_sha256=signed.document_sha256,
        log_position=position,
        replaced_by=status.replaced_by.hex() if status and status.replaced_by else "",
        state=state,
        civil_status_changes=status.civil_status_changes if status else 0,
        checked_at=at,
        archive=archived,
    )


def _word(signed: set[Answer], in_force: Answer, status: TranscriptState | None) -> VerdictWord:
    if Answer.FAILED in signed:
        return VerdictWord.NOT_OF_SCHOOL
    if status is TranscriptState.RECALLED:
        return VerdictWord.RECALLED
    if status is TranscriptState.REPLACED:
        return VerdictWord.REPLACED
    if {*signed, in_force} == {Answer.PASSED}:
        return VerdictWord.VALID
    return VerdictWord.UNCHECKED


def _in_time(archived: ArchiveVerdict, signed: DocumentVerdict) -> ArchiveVerdict:
    """An archive cannot hold what was signed or stamped after it."""
    times = [one.proven_time or one.signing_time for one in signed.signatures]
    latest = max((time for time in times if time is not None), default=None)
    if archived.archived_at is None or latest is None:
        return archived
    if latest - archived.archived_at <= CLOCK_TOLERANCE:
        return archived
    reason = Reason("archive.time_order", "TIMESTAMP_ORDER_FAILURE")
    return ArchiveVerdict(Indication.TOTAL_FAILED, (reason,))


def _with_archive(
    archived: ArchiveVerdict, unaltered: Question, rightly_signed: Question
) -> tuple[Question, Question]:
    """Let a proof that does not fit count as an alteration; one that proves no time, as a reason.

    Its reasons are told with the signatures only where these needed it.
    """
    if archived.indication is Indication.TOTAL_FAILED:
        return Question(Answer.FAILED, (*unaltered.reasons, *archived.reasons)), rightly_signed
    if any(one.code == "algorithm.retired" for one in rightly_signed.reasons):
        reasons = (*rightly_signed.reasons, *archived.reasons)
        return unaltered, Question(rightly_signed.answer, tuple(dict.fromkeys(reasons)))
    return unaltered, rightly_signed


_INTEGRITY = {"FORMAT_FAILURE", "HASH_FAILURE", "SIG_CRYPTO_FAILURE"}


def _signature_answers(signed: DocumentVerdict) -> tuple[Question, Question]:
    """Sort the document's reasons into what was done to the bytes and who signed them."""
    bytes_reasons = tuple(one for one in signed.reasons if one.sub_indication in _INTEGRITY)
    other = tuple(one for one in signed.reasons if one.sub_indication not in _INTEGRITY)
    unaltered = Question(Answer.FAILED if bytes_reasons else Answer.PASSED, bytes_reasons)
    if bytes_reasons:
        # Who signed what is unknown once the bytes are not those that were signed.
        return unaltered, Question(Answer.INDETERMINATE if not other else Answer.FAILED, other)
    answer = {
        Indication.TOTAL_PASSED: Answer.PASSED,
        Indication.INDETERMINATE: Answer.INDETERMINATE,
        Indication.TOTAL_FAILED: Answer.FAILED,
    }[signed.indication]
    return unaltered, Question(answer, other)


def _bundled_certificates(bundle: Bundle, signed: DocumentVerdict) -> Question:
    """The certificates beside the document may only be those inside it."""
    signers = {one.certificate_sha256 for one in signed.signatures}
    if signers.issuperset(sha256(der).hexdigest() for der in bundle.certificates):
        return Question(Answer.PASSED)
    return Question(Answer.FAILED, (Reason("bundle.certificates", "FORMAT_FAILURE"),))


@dataclass(frozen=True, slots=True)
class _Logged:
    """The log's proven entries about some bytes."""

    entries: tuple[LogEntry, ...]
    salts: tuple[bytes, ...]
    status: Status
    position: LogPosition


def _logged(bundle: Bundle | None, document_sha256: str, trust: TrustStore) -> _Logged | Question:
    """Open the log's head and prove every entry; the answer when that cannot be done."""
    if bundle is None:
        return _unknown("log.no_proof")
    if not bundle.checkpoint_note or not bundle.entries:
        return _unknown("log.not_published")
    opened = open_cosigned(
        note=bundle.checkpoint_note,
        keys=trust.log_keys,
        witnesses=trust.witnesses,
        verify=ed25519_verify,
    )
    if opened is None:
        return _failed("log.checkpoint")
    head, witnesses = opened.checkpoint, tuple(one.name for one in opened.cosignatures)
    try:
        entries = tuple(decode(item.leaf) for item in bundle.entries)
        status = fold(entries=entries)
    except HocbaError as refusal:
        return _failed(refusal.code)
    for item, entry in zip(bundle.entries, entries, strict=True):
        if entry.document_sha256.hex() != document_sha256:
            return _failed("log.other_document")
        if not verify_inclusion(
            leaf=leaf_hash(item.leaf),
            index=item.index,
            size=head.size,
            proof=item.proof,
            root=head.root,
        ):
            return _failed("log.inclusion")
    position = LogPosition(
        bundle.entries[0].index, head.size, head.origin, entries[0].at, witnesses
    )
    return _Logged(entries, tuple(item.salt for item in bundle.entries), status, position)


def _in_force(
    logged: _Logged | Question, lookup_uuid: str, quorum: int
) -> tuple[Question, Status | None, LogPosition | None]:
    if isinstance(logged, Question):
        return logged, None, None
    for entry, salt in zip(logged.entries, logged.salts, strict=True):
        if entry.lookup_digest != lookup_digest(lookup_uuid=lookup_uuid, salt=salt):
            return _failed("log.other_document"), None, None
    status, state = logged.status, logged.status.state
    if state is TranscriptState.IN_FORCE:
        if len(logged.position.witnesses) < quorum:
            return _unknown("log.witnesses"), status, logged.position
        return Question(Answer.PASSED), status, logged.position
    if state is TranscriptState.COURT_SEALED:
        return _unknown("log.court_sealed"), status, logged.position
    return _failed(f"log.{state.value}"), status, logged.position


def _unknown(code: str) -> Question:
    return Question(Answer.INDETERMINATE, (Reason(code, "NO_POE"),))


def _failed(code: str) -> Question:
    return Question(Answer.FAILED, (Reason(code),))
