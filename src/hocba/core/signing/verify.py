"""The verdict on a transcript file: one procedure, for the server, the page and the command line.

 (1) Format: bounded UTF-8, NFC, no DTD, comments or instructions, schema, a readable transcript.
 (2) Plan: the slots that this document must have, by the plan in force for its level and year.
 (3) Slots: every slot of the plan is filled once, nothing else stands in the signature area.
 (4) Core: each slot is exactly what its signer's device signed (see `xmldsig`), digests and value.
 (5) Binding: the certificate belongs to the person or school whom the document names for that slot,
     or to whom the plan lets sign for them by the right that the signature claims (`may_fill`).
 (6) Certificate: at the proven time (a trusted time-stamp's, else the stated signing time) it was
     valid and leads to an anchor that was trusted then.
 (7) Revocation: it was not revoked then, nor before the signature is proven to exist.
 (8) Algorithms: none on the way had been retired by the time at which the signature is proven to
     exist, nor one of its stamp's by the time at which the whole is known to have been there.
 (9) Business: the school's seal was approved for that school at the signing time; nobody signed
     before those whose signatures they cover, nor in the future.
(10) Layout: every byte of the file is where the writer puts it, so nothing is added or changed.

The status in the public log is asked afterwards, by `core.verification`. A bad document gives a
verdict, never an exception.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.algorithms import remarks_on
from hocba.core.signing.certificate import CertificateHolder
from hocba.core.signing.existence import Existence, proofs_of_existence
from hocba.core.signing.plan import SigningPlan, Slot, may_fill, plan_for, slots_of
from hocba.core.signing.retirement import retired, used_by_certificate
from hocba.core.signing.revocations import called_revoked
from hocba.core.signing.timestamps import CLOCK_TOLERANCE, read_stamp, used_by_stamp
from hocba.core.signing.trust import NO_EVIDENCE, Evidence, TrustStore, check_certificate
from hocba.core.signing.verdict import (
    DocumentVerdict,
    Indication,
    Reason,
    SignatureVerdict,
    SlotRole,
)
from hocba.core.signing.written import covered_names, read_written
from hocba.core.signing.xades import canonical
from hocba.core.signing.xmldsig import CheckedSlot, check_slot
from hocba.core.transcript.canonical import SIGNATURE_AREA, read_transcript, to_xml
from hocba.core.transcript.lint import schema_valid
from hocba.core.transcript.model import Transcript
from hocba.core.transcript.parser import elements_by_id, parse

_AREA_END = f"  </{SIGNATURE_AREA}>\n".encode()
PASSED, UNSURE, FAILED = (
    Indication.TOTAL_PASSED,
    Indication.INDETERMINATE,
    Indication.TOTAL_FAILED,
)


def verify_document(
    *,
    document: bytes,
    trust: TrustStore,
    at: datetime,
    evidence: Evidence = NO_EVIDENCE,
    archived_at: datetime | None = None,
) -> DocumentVerdict:
    """Judge a transcript file against a trust list at an instant (the procedure above).

    `evidence` holds revocation answers that were kept beside the document; an archive showed that
    both were there at `archived_at`, so that algorithms retired later do not matter.
    """
    digest = sha256(document).hexdigest()
    try:
        read = _read_shortly(document) or _read_at_length(document)  # (1)-(4), (10)
    except HocbaError as refusal:
        detail = str(refusal.params.get("element", ""))
        reason = Reason(refusal.code, "FORMAT_FAILURE", detail)
        return DocumentVerdict(FAILED, (reason,), (), digest, "")
    # (5)-(9) each signer
    known_at = at if archived_at is None else min(at, archived_at)
    known = _Known(trust, evidence, at, known_at, read.transcript, read.checked)
    proofs = proofs_of_existence(checked=read.checked, trust=trust, evidence=evidence)
    verdicts = tuple(
        _verdict(slot, found, _judge(slot, found, proofs.get(slot), known))
        for slot, found in read.checked.items()
    )
    reasons = list(read.reasons)
    indication = FAILED if reasons else _worst(one.indication for one in verdicts)
    reasons += [reason for one in verdicts for reason in one.reasons if reason not in reasons]
    return DocumentVerdict(
        indication,
        tuple(reasons),
        verdicts,
        digest,
        read.transcript.lookup_uuid,
        read.transcript,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What stands in a file: its transcript, its slots, and what is wrong with the whole."""

    transcript: Transcript
    checked: Mapping[Slot, CheckedSlot]
    reasons: tuple[Reason, ...] = ()


def _read_shortly(document: bytes) -> _Read | None:
    """A file that is what our writer writes, as nearly all are: nothing is wrong with it."""
    written = read_written(document)
    return None if written is None else _Read(written.data.transcript, written.checked)


def _read_at_length(document: bytes) -> _Read:
    """Any file, from its tree, with all that is wrong with it.

    Raises:
        HocbaError: when it is no transcript at all.
    """
    # (1) Format
    root = parse(document)
    transcript = read_transcript(root)
    if not schema_valid(root):
        raise HocbaError("transcript.schema")
    # (2) Plan
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    slots = slots_of(plan=plan, transcript=transcript)
    # (3) Slots
    reasons = list(_slot_problems(root, slots))
    # (4) Core
    checked = _checked_slots(root, slots, transcript, plan)
    # (10) Layout
    if not reasons and not _layout_holds(document, transcript, checked):
        reasons.append(Reason("document.layout", "FORMAT_FAILURE"))
    return _Read(transcript, checked, tuple(reasons))


def _slot_problems(root: etree._Element, slots: tuple[Slot, ...]) -> Iterator[Reason]:
    present = [element.get("Id") for element in root[1]]
    wanted = [slot.element_id for slot in slots]
    for slot in slots:
        if slot.element_id not in present:
            yield Reason("slot.missing", "FORMAT_FAILURE", slot.key)
    strangers = [str(name) for name in present if name not in wanted]
    if strangers or len(present) > len(set(present)):
        yield Reason("slot.stranger", "FORMAT_FAILURE", ", ".join(strangers)[:100])
    elif present != [name for name in wanted if name in present]:
        yield Reason("slot.order", "FORMAT_FAILURE")


def _checked_slots(
    root: etree._Element, slots: tuple[Slot, ...], transcript: Transcript, plan: SigningPlan
) -> dict[Slot, CheckedSlot]:
    elements = elements_by_id(root)
    digests: dict[str, bytes] = {}
    checked = {}
    for slot in slots:
        element = elements.get(slot.element_id)
        if element is None or element.getparent() is not root[1]:
            continue
        covered = covered_names(slot, slots)
        if any(name not in elements for name in covered):
            checked[slot] = CheckedSlot((Reason("slot.missing", "FORMAT_FAILURE", slot.key),))
            continue
        try:
            for name in covered:
                if name not in digests:
                    digests[name] = sha256(canonical(elements[name])).digest()
            checked[slot] = check_slot(
                element=element,
                slot=slot,
                transcript=transcript,
                digests=digests,
                covered=covered,
                sheet_allowed=plan.allows(slot.role, "sheet"),
            )
        except HocbaError as refusal:
            checked[slot] = CheckedSlot((Reason(refusal.code, "FORMAT_FAILURE", slot.key),))
    return checked


@dataclass(frozen=True, slots=True)
class _Known:
    """What a slot is judged by: trust, evidence, the instant of the verdict, since when all this is
    known to have been there, the whole document."""

    trust: TrustStore
    evidence: Evidence
    at: datetime
    known_at: datetime
    transcript: Transcript
    checked: Mapping[Slot, CheckedSlot]


@dataclass(frozen=True, slots=True)
class _Judged:
    """The conclusion on one slot's signature."""

    indication: Indication
    reasons: tuple[Reason, ...]
    remarks: tuple[str, ...] = ()
    proven_time: datetime | None = None


def _judge(slot: Slot, found: CheckedSlot, proof: Existence | None, known: _Known) -> _Judged:
    holder, stated = found.holder, found.signing_time
    if holder is None or stated is None or proof is None:
        return _Judged(FAILED, found.reasons)
    time = proof.stamped_at or stated
    failures = [
        *_binding_problems(slot, found, known.transcript),  # (5)
        *_seal_problems(slot, found, time, known),  # (9)
        *_time_problems(slot, stated, known),  # (9)
    ]
    certified, why = _check_certificate(holder, time, proof, known)  # (6), (7)
    weak = tuple(_retired_algorithms(found, holder, proof, known))  # (8)
    reasons = (*failures, *proof.reasons, *why, *weak)
    indications = (proof.indication, certified, UNSURE if weak else PASSED)
    worst = FAILED if failures else _worst(iter(indications))
    return _Judged(worst, reasons, remarks_on(found.algorithm), proof.stamped_at)


def _check_certificate(
    holder: CertificateHolder, time: datetime, proof: Existence, known: _Known
) -> tuple[Indication, tuple[Reason, ...]]:
    def check(at: datetime) -> tuple[Indication, tuple[Reason, ...]]:
        return check_certificate(
            certificate=holder.der, trust=known.trust, at=at, evidence=known.evidence
        )

    indication, reasons = check(time)
    if (
        indication is PASSED
        and proof.by is not None
        and proof.by > time
        and called_revoked(holder=holder, trust=known.trust, evidence=known.evidence)
    ):
        # The stated time is the signer's word: a key revoked before the signature is proven to
        # exist may have been used by somebody else. That it expired meanwhile does not matter.
        _, later = check(proof.by)
        if any(one.sub_indication == "REVOKED" for one in later):
            return UNSURE, (Reason("certificate.revoked_before_proof", "REVOKED_NO_POE"),)
    return indication, reasons


def _retired_algorithms(
    found: CheckedSlot, holder: CertificateHolder, proof: Existence, known: _Known
) -> Iterator[Reason]:
    """Judge the signature's algorithms when it is proven, its stamp's when all was there."""
    if not known.trust.retired:
        return
    others = known.evidence.certificates + known.trust.intermediates + known.trust.anchors
    own = used_by_certificate(holder.der, others) | {("sha256", 0)}
    asked = [(own, min(proof.by or known.known_at, known.known_at))]
    if proof.stamped_at is not None:
        stamp = read_stamp(token=found.stamp, imprint=found.stamped_digest)
        used = used_by_stamp(stamp=stamp, imprint_hash="sha256", trust=known.trust)
        asked.append((used, known.known_at))
    for used, time in asked:
        name = retired(used=used, by=known.trust.retired, at=time)
        if name:
            yield Reason("algorithm.retired", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", name)


def _verdict(slot: Slot, found: CheckedSlot, judged: _Judged) -> SignatureVerdict:
    holder = found.holder
    return SignatureVerdict(
        slot=slot.key,
        role=slot.role,
        indication=judged.indication,
        reasons=judged.reasons,
        signer_name=holder.name if holder else slot.signer_name,
        signer_id=holder.holder_id if holder else "",
        signing_time=found.signing_time,
        proven_time=judged.proven_time,
        targets=slot.targets,
        certificate_subject=holder.subject if holder else "",
        certificate_issuer=holder.issuer if holder else "",
        certificate_serial=holder.serial if holder else "",
        certificate_not_before=holder.not_before if holder else None,
        certificate_not_after=holder.not_after if holder else None,
        certificate_sha256=holder.sha256 if holder else "",
        remarks=judged.remarks,
        capacity=found.capacity,
    )


def _binding_problems(slot: Slot, found: CheckedSlot, transcript: Transcript) -> Iterator[Reason]:
    holder = found.holder
    if holder is None:
        return
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    if holder.is_organisation != (slot.role is SlotRole.SEAL) or not may_fill(
        plan=plan,
        slot=slot,
        transcript=transcript,
        holder_id=holder.holder_id,
        capacity=found.capacity,
    ):
        yield Reason("signer.wrong_person", "SIG_CONSTRAINTS_FAILURE", slot.key)
    if not holder.may_sign:
        yield Reason("certificate.usage", "CHAIN_CONSTRAINTS_FAILURE", slot.key)


def _seal_problems(
    slot: Slot, found: CheckedSlot, time: datetime, known: _Known
) -> Iterator[Reason]:
    if slot.role is not SlotRole.SEAL or found.holder is None:
        return
    school_code = known.transcript.school.code
    digest = found.holder.sha256
    if not known.trust.approves(school_code=school_code, certificate_sha256=digest, at=time):
        yield Reason("seal.not_approved", "SIG_CONSTRAINTS_FAILURE", school_code)


def _time_problems(slot: Slot, time: datetime, known: _Known) -> Iterator[Reason]:
    if time - known.at > CLOCK_TOLERANCE:
        yield Reason("signature.future", "SIG_CONSTRAINTS_FAILURE", slot.key)
    earlier = [
        one.signing_time
        for other, one in known.checked.items()
        if other.order < slot.order and one.signing_time is not None
    ]
    if earlier and max(earlier) > time:
        yield Reason("signature.time_order", "SIG_CONSTRAINTS_FAILURE", slot.key)


def _layout_holds(
    document: bytes, transcript: Transcript, checked: Mapping[Slot, CheckedSlot]
) -> bool:
    """Write the whole file again from what was read; it must be the same file."""
    if any(not found.fragment for found in checked.values()):
        return True  # the slot itself is reported already
    head, mark, tail = to_xml(transcript).partition(_AREA_END)
    written = head + b"".join(found.fragment for found in checked.values()) + mark + tail
    return written == document


def _worst(indications: Iterator[Indication]) -> Indication:
    found = set(indications)
    if FAILED in found or not found:
        return FAILED
    return UNSURE if UNSURE in found else PASSED
