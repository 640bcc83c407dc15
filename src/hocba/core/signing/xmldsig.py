"""Checking one slot by making it again: what our writer would have written must stand in the file.

From the certificate, algorithm, time and value found in the slot, and from the document's own
elements, the slot is written afresh; equal bytes mean that structure, references and digests are
exactly those of the profile. Nothing in the file steers the check, so wrapped, moved, duplicated or
extra references have no way in. Then the value is verified over the very SignedInfo just written.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing import profile
from hocba.core.signing.certificate import CertificateHolder, read_certificate
from hocba.core.signing.keys import key_problem, verify_value
from hocba.core.signing.plan import Slot
from hocba.core.signing.sheets import Covered, SheetPage, read_page
from hocba.core.signing.verdict import Capacity, Reason
from hocba.core.signing.xades import (
    VALUE_MARK,
    canonical,
    instant_text,
    signature_id,
    slot_fragment,
    stamped_digest,
)
from hocba.core.transcript.model import Transcript

ALGORITHMS = (profile.RSA_SHA256, profile.ECDSA_SHA256, profile.PSS_SHA256)
_NS = {"ds": profile.DS, "xades": profile.XADES}
_STAMP = (
    "ds:Signature/ds:Object/xades:QualifyingProperties/xades:UnsignedProperties/"
    "xades:UnsignedSignatureProperties/xades:SignatureTimeStamp/xades:EncapsulatedTimeStamp"
)
_SECOND_ROLE = (
    "ds:Signature/ds:Object/xades:QualifyingProperties/xades:SignedProperties/"
    "xades:SignedSignatureProperties/xades:SignerRoleV2/xades:ClaimedRoles/xades:ClaimedRole[2]"
)


@dataclass(frozen=True, slots=True)
class CheckedSlot:
    """What was found in one slot; `reasons` is empty when its cryptography holds."""

    reasons: tuple[Reason, ...]
    holder: CertificateHolder | None = None
    signing_time: datetime | None = None
    fragment: bytes = b""
    algorithm: str = ""
    stamp: bytes = b""  # time-stamp token over the value
    stamped_digest: bytes = b""  # what it must be over
    capacity: Capacity = Capacity.OWN


@dataclass(frozen=True, slots=True)
class StatedSlot:
    """What a slot says of itself; the rest of it follows from the document."""

    algorithm: str
    value: bytes
    holder: CertificateHolder
    at: datetime
    stamp: bytes
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class WrittenSlot:
    """A slot written afresh, and the SHA-256 of its SignedInfo; the value is not verified yet."""

    checked: CheckedSlot
    signed_digest: bytes


def written_slot(
    *, slot: Slot, stated: StatedSlot, references: Covered, page: SheetPage | None
) -> WrittenSlot:
    """Write the slot that must stand where this is stated and those elements are covered."""
    signed_info, fragment = slot_fragment(
        slot=slot,
        holder=stated.holder,
        algorithm=stated.algorithm,
        at=stated.at,
        references=references,
        page=page,
        stamp=stated.stamp,
        capacity=stated.capacity,
    )
    filled = fragment.replace(VALUE_MARK, b64encode(stated.value))
    digest = stamped_digest(signature_id(slot, page), stated.value) if stated.stamp else b""
    checked = CheckedSlot(
        reasons=(),
        holder=stated.holder,
        signing_time=stated.at,
        fragment=filled,
        algorithm=stated.algorithm,
        stamp=stated.stamp,
        stamped_digest=digest,
        capacity=stated.capacity,
    )
    return WrittenSlot(checked, sha256(signed_info).digest())


def check_slot(
    *,
    element: etree._Element,
    slot: Slot,
    transcript: Transcript,
    digests: Mapping[str, bytes],
    covered: tuple[str, ...],
    sheet_allowed: bool,
) -> CheckedSlot:
    """Check the signature standing in `element` as the filling of `slot`.

    `digests` maps Ids to SHA-256 of the canonical elements of this document; `covered` are the Ids
    that this slot must cover, in order. A signed sheet is taken only where the plan allows it.

    Raises:
        HocbaError: "transcript.namespace".
    """
    stated = _stated(element)
    if isinstance(stated, Reason):
        return CheckedSlot((stated,))
    holder, at = stated.holder, stated.at
    if stated.algorithm not in ALGORITHMS:
        reason = _crypto("algorithm.not_accepted", detail=stated.algorithm[:80])
        return CheckedSlot((reason,), holder, at)
    problem = key_problem(holder.public_key)
    if problem:
        return CheckedSlot((_crypto(problem),), holder, at)
    references = tuple((name, digests[name]) for name in covered)
    try:
        page = read_page(element=element, slot=slot, transcript=transcript, covered=references)
    except HocbaError as refusal:
        return CheckedSlot((Reason(refusal.code, "FORMAT_FAILURE", slot.key),), holder, at)
    if page is not None and not sheet_allowed:
        reason = Reason("signature.not_our_profile", "FORMAT_FAILURE", slot.key)
        return CheckedSlot((reason,), holder, at)
    written = written_slot(slot=slot, stated=stated, references=references, page=page)
    reasons = _differences(element, written.checked.fragment, digests, covered)
    if not reasons and not verify_value(
        key=holder.public_key,
        algorithm=stated.algorithm,
        digest=written.signed_digest,
        value=stated.value,
    ):
        reasons = (Reason("signature.value", "SIG_CRYPTO_FAILURE"),)
    return replace(written.checked, reasons=reasons)


def _stated(element: etree._Element) -> StatedSlot | Reason:
    """Read what a slot states; a reason when it cannot be read."""
    texts = {
        "value": element.findtext("ds:Signature/ds:SignatureValue", "", _NS),
        "certificate": element.findtext(
            "ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate", "", _NS
        ),
        "time": element.findtext("NGAY_KY", ""),
        "stamp": element.findtext(_STAMP, "", _NS),
        "capacity": element.findtext(_SECOND_ROLE, "", _NS),
    }
    method = element.find("ds:Signature/ds:SignedInfo/ds:SignatureMethod", _NS)
    try:
        value = b64decode(texts["value"], validate=True)
        holder = read_certificate(b64decode(texts["certificate"], validate=True))
        stamp = b64decode(texts["stamp"], validate=True)
        at = datetime.fromisoformat(texts["time"])
        capacity = Capacity(texts["capacity"])
        instant_text(at)  # an instant at the edge of the calendar cannot be written
    except (Base64Error, ValueError, OverflowError, HocbaError):
        return Reason("signature.unreadable", "FORMAT_FAILURE")
    if method is None or at.tzinfo is None:
        return Reason("signature.unreadable", "FORMAT_FAILURE")
    return StatedSlot(method.get("Algorithm") or "", value, holder, at, stamp, capacity)


def _differences(
    element: etree._Element,
    filled: bytes,
    digests: Mapping[str, bytes],
    covered: tuple[str, ...],
) -> tuple[Reason, ...]:
    """Say why the slot in the file is not the one that must stand there."""
    stands = b"    " + canonical(element, exclusive=False) + b"\n"
    if stands == filled:
        return ()
    stated = {
        reference.get("URI"): reference.findtext("ds:DigestValue", "", _NS)
        for reference in element.findall("ds:Signature/ds:SignedInfo/ds:Reference", _NS)
    }
    changed = [
        name
        for name in covered
        if stated.get(f"#{name}") not in (None, b64encode(digests[name]).decode())
    ]
    if changed:
        return (Reason("signature.digest_mismatch", "HASH_FAILURE", ", ".join(changed)),)
    return (Reason("signature.not_our_profile", "FORMAT_FAILURE"),)


def _crypto(code: str, *, detail: str = "") -> Reason:
    return Reason(code, "CRYPTO_CONSTRAINTS_FAILURE", detail)
