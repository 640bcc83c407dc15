"""The verdict on a transcript file: one procedure, for the server, the page and the command line.

 (1) Format: bounded UTF-8, NFC, no DTD, comments or instructions, schema, a readable transcript.
 (2) Plan: the slots that this document must have, by the plan in force for its level and year.
 (3) Slots: every slot of the plan is filled once, nothing else stands in the signature area.
 (4) Core: each slot is exactly what its signer's device signed (see `xmldsig`), digests and value.
 (5) Binding: the certificate belongs to the person or school whom the document names for that slot.
 (6) Certificate: at the proven time (a trusted time-stamp's, else the stated signing time) it was
     valid, unrevoked and leads to an anchor.
 (7) Seal: the school's certificate was approved for that school at the signing time.
 (8) Order: nobody signed before those whose signatures they cover, nor in the future.
 (9) Layout: every byte of the file is where the writer puts it, so nothing is added or changed.

The status in the public log is asked afterwards, by `core.verification`. A bad document gives a
verdict, never an exception.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.plan import SigningPlan, Slot, plan_for, slots_of
from hocba.core.signing.timestamps import CLOCK_TOLERANCE, check_stamp
from hocba.core.signing.trust import NO_EVIDENCE, Evidence, TrustStore, check_certificate
from hocba.core.signing.verdict import (
    DocumentVerdict,
    Indication,
    Reason,
    SignatureVerdict,
    SlotRole,
)
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
    *, document: bytes, trust: TrustStore, at: datetime, evidence: Evidence = NO_EVIDENCE
) -> DocumentVerdict:
    """Judge a transcript file against a trust list at an instant (the procedure above).

    `evidence` holds revocation answers that were kept beside the document.
    """
    digest = sha256(document).hexdigest()
    # (1) Format
    try:
        root = parse(document)
        transcript = read_transcript(root)
        if not schema_valid(root):
            raise HocbaError("transcript.schema")
        # (2) Plan
        plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    except HocbaError as refusal:
        detail = str(refusal.params.get("element", ""))
        reason = Reason(refusal.code, "FORMAT_FAILURE", detail)
        return DocumentVerdict(FAILED, (reason,), (), digest, "")
    slots = slots_of(plan=plan, transcript=transcript)
    # (3) Slots
    reasons = list(_slot_problems(root, slots))
    # (4)-(8) each slot
    checked = _checked_slots(root, slots, transcript, plan)
    verdicts = tuple(
        _judge(slot, found, checked, transcript, _Trusted(trust, evidence, at))
        for slot, found in checked.items()
    )
    # (9) Layout
    if not reasons and not _layout_holds(document, transcript, checked):
        reasons.append(Reason("document.layout", "FORMAT_FAILURE"))
    indication = FAILED if reasons else _worst(one.indication for one in verdicts)
    reasons += [reason for one in verdicts for reason in one.reasons if reason not in reasons]
    return DocumentVerdict(indication, tuple(reasons), verdicts, digest, transcript.lookup_uuid)


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
        covered = (
            *slot.targets,
            *(one.element_id for one in slots if one.order < slot.order),
        )
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
class _Trusted:
    """What the caller trusts, and the instant of the verdict."""

    trust: TrustStore
    evidence: Evidence
    at: datetime

    def times(
        self, found: CheckedSlot, certificate: bytes, time: datetime
    ) -> tuple[Indication, tuple[Reason, ...], datetime | None]:
        """Judge the certificate at the proven time, and return that time if a stamp proves one."""
        proven: datetime | None = None
        stamped, reasons = PASSED, tuple[Reason, ...]()
        if found.stamp:
            stamped, reasons, proven = check_stamp(
                token=found.stamp,
                imprint=found.stamped_digest,
                claimed=time,
                trust=self.trust,
                evidence=self.evidence,
            )
        indication, why = check_certificate(
            certificate=certificate, trust=self.trust, at=proven or time, evidence=self.evidence
        )
        return _worst(iter((stamped, indication))), (*reasons, *why), proven


def _judge(
    slot: Slot,
    found: CheckedSlot,
    checked: Mapping[Slot, CheckedSlot],
    transcript: Transcript,
    trusted: _Trusted,
) -> SignatureVerdict:
    holder, time, proven = found.holder, found.signing_time, None
    indication, reasons = (FAILED, found.reasons) if found.reasons else (PASSED, ())
    if holder is not None and time is not None and not found.reasons:
        indication, reasons, proven = trusted.times(found, holder.der, time)  # (6)
        own = (
            *_binding_problems(slot, found),  # (5)
            *_seal_problems(slot, found, proven or time, transcript, trusted.trust),  # (7)
            *_time_problems(slot, time, checked, trusted.at),  # (8)
        )
        if own:
            indication, reasons = FAILED, (*own, *reasons)
    return SignatureVerdict(
        slot=slot.key,
        role=slot.role,
        indication=indication,
        reasons=reasons,
        signer_name=holder.name if holder else slot.signer_name,
        signer_id=holder.holder_id if holder else "",
        signing_time=time,
        proven_time=proven,
        targets=slot.targets,
        certificate_subject=holder.subject if holder else "",
        certificate_issuer=holder.issuer if holder else "",
        certificate_serial=holder.serial if holder else "",
        certificate_not_before=holder.not_before if holder else None,
        certificate_not_after=holder.not_after if holder else None,
        certificate_sha256=holder.sha256 if holder else "",
    )


def _binding_problems(slot: Slot, found: CheckedSlot) -> Iterator[Reason]:
    holder = found.holder
    if holder is None:
        return
    if holder.is_organisation != (slot.role is SlotRole.SEAL) or holder.holder_id != slot.signer_id:
        yield Reason("signer.wrong_person", "SIG_CONSTRAINTS_FAILURE", slot.key)
    if not holder.may_sign:
        yield Reason("certificate.usage", "CHAIN_CONSTRAINTS_FAILURE", slot.key)


def _seal_problems(
    slot: Slot, found: CheckedSlot, time: datetime, transcript: Transcript, trust: TrustStore
) -> Iterator[Reason]:
    if slot.role is not SlotRole.SEAL or found.holder is None:
        return
    school_code = transcript.school.code
    digest = found.holder.sha256
    if not trust.approves(school_code=school_code, certificate_sha256=digest, at=time):
        yield Reason("seal.not_approved", "SIG_CONSTRAINTS_FAILURE", school_code)


def _time_problems(
    slot: Slot, time: datetime, checked: Mapping[Slot, CheckedSlot], at: datetime
) -> Iterator[Reason]:
    if time - at > CLOCK_TOLERANCE:
        yield Reason("signature.future", "SIG_CONSTRAINTS_FAILURE", slot.key)
    earlier = [
        one.signing_time
        for other, one in checked.items()
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
