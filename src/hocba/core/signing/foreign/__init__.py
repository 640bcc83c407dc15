"""Signed XML of other products: a documented wider set is read, everything else named and refused.

 (1) Format: bounded, no DTD, no entities.
 (2) Structure: SignedInfo, SignatureMethod, SignatureValue once each; at most so many references.
 (3) References: `#id`, or `URI=""` with the enveloped transform; each digest compared.
 (4) Value: over the canonical SignedInfo, by the key of the certificate or of KeyValue: RSA
     PKCS#1 v1.5, RSA-PSS (MGF1, same hash), ECDSA r‖s, all with SHA-2.
 (5) What was refused: arithmetic that holds under an algorithm or key that is not accepted is told
     as it is (`value_ok`, `ok`), and the signature is not accepted.
 (6) Remarks: what our own profile would not do (`remarks`), and what XAdES binds or fails to bind.

No trust is judged here: whether the certificate leads to a root is `core.signing.trust`.
"""

from dataclasses import dataclass

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import CertificateHolder
from hocba.core.signing.foreign.algorithms import (
    SIGNATURES,
    SignatureAlgorithm,
    judged_algorithm,
    value_holds,
)
from hocba.core.signing.foreign.canonicalization import Work, canonical_part, read_method
from hocba.core.signing.foreign.key_info import ClaimedKey, claimed_keys
from hocba.core.signing.foreign.reading import (
    DS,
    elements_by_id,
    octets_of,
    parse_foreign,
    signatures_in,
)
from hocba.core.signing.foreign.references import (
    ForeignReference,
    ReferencePlace,
    Resolved,
    judge_reference,
)
from hocba.core.signing.foreign.remarks import remarks_on
from hocba.core.signing.keys import key_problem
from hocba.core.signing.verdict import Reason

MOST_SIGNATURES, MOST_REFERENCES = 100, 1_000
_NS = {"ds": DS}


@dataclass(frozen=True, slots=True)
class ForeignSignature:
    """One signature judged; it is accepted when value and all references hold.

    `value_ok` is None where the value was not judged (unknown algorithm, no key), and can be True
    of a signature that is refused (`reason`): SHA-1, a weak key.
    """

    identifier: str
    algorithm: str
    value_ok: bool | None
    references: tuple[ForeignReference, ...]
    certificate: CertificateHolder | None
    remarks: tuple[str, ...]
    reason: Reason | None

    @property
    def accepted(self) -> bool:
        """Whether the cryptography holds and nothing was refused."""
        whole = bool(self.references) and all(one.holds for one in self.references)
        return self.value_ok is True and self.reason is None and whole


@dataclass(frozen=True, slots=True)
class _Structure:
    """The parts of a signature that stand there once."""

    info: etree._Element
    canonicalization: etree._Element
    method: etree._Element
    references: list[etree._Element]
    value: bytes


def verify_signed_xml(*, data: bytes) -> tuple[ForeignSignature, ...]:
    """Judge every ds:Signature of a file, in document order.

    Raises:
        HocbaError: "foreign.too_large", "foreign.doctype", "foreign.not_xml" (1),
            "foreign.no_signature", "foreign.too_many_signatures".
    """
    root = parse_foreign(data)
    found = signatures_in(root)
    if not found:
        raise HocbaError("foreign.no_signature")
    if len(found) > MOST_SIGNATURES:
        raise HocbaError("foreign.too_many_signatures", limit=MOST_SIGNATURES)
    by_id, work = elements_by_id(root), Work()
    return tuple(_judge(ReferencePlace(one, by_id, work)) for one in found)


def _judge(place: ReferencePlace) -> ForeignSignature:
    signature = place.signature
    keys, unread = claimed_keys(signature)
    certificate = keys[0].certificate if keys else None
    try:
        parts = _structure(signature)  # (2)
    except HocbaError as refusal:
        name, reason = _method_name(signature), _reason(refusal)
        identifier = signature.get("Id") or ""
        return ForeignSignature(identifier, name, None, (), certificate, (), reason)
    resolved = [judge_reference(one, place) for one in parts.references]  # (3)
    value_ok, used, problem = _value(parts, keys, unread, place)  # (4)
    references = tuple(one.judged for one in resolved)
    broken = next((one for one in references if not one.holds), None)
    if problem is None and broken is not None:  # (5)
        problem = Reason(broken.reason, detail=broken.detail or broken.uri)
    certificate = used.certificate if used else certificate
    return ForeignSignature(
        identifier=signature.get("Id") or "",
        algorithm=_method_name(signature),
        value_ok=value_ok,
        references=references,
        certificate=certificate,
        remarks=tuple(remarks_on(signature, resolved, certificate)),  # (6)
        reason=problem,
    )


def _reason(refusal: HocbaError) -> Reason:
    return Reason(refusal.code, detail=str(next(iter(refusal.params.values()), "")))


def _structure(signature: etree._Element) -> _Structure:
    """Return the parts of a signature; what must be there once is, and nothing strange beside.

    Raises:
        HocbaError: "foreign.structure" with the part, "foreign.reference_count".
    """
    info, values = (
        signature.findall(f"ds:{name}", _NS) for name in ("SignedInfo", "SignatureValue")
    )
    if len(info) != 1:
        raise HocbaError("foreign.structure", part="SignedInfo")
    value = octets_of(values[0]) if len(values) == 1 else None
    if value is None:
        raise HocbaError("foreign.structure", part="SignatureValue")
    inside = [one for one in info[0] if isinstance(one.tag, str)]
    names = [etree.QName(one) for one in inside]
    for position, name in enumerate(("CanonicalizationMethod", "SignatureMethod")):
        if names[position : position + 1] != [etree.QName(DS, name)]:
            raise HocbaError("foreign.structure", part=name)
    if any(name != etree.QName(DS, "Reference") for name in names[2:]):
        raise HocbaError("foreign.structure", part="SignedInfo")
    if not 1 <= len(inside) - 2 <= MOST_REFERENCES:
        raise HocbaError("foreign.reference_count", count=len(inside) - 2)
    return _Structure(info[0], inside[0], inside[1], inside[2:], value)


def _method_name(signature: etree._Element) -> str:
    method = signature.find("ds:SignedInfo/ds:SignatureMethod", _NS)
    return "" if method is None else (method.get("Algorithm") or "")[:200]


def _value(
    parts: _Structure, keys: tuple[ClaimedKey, ...], unread: str, place: ReferencePlace
) -> tuple[bool | None, ClaimedKey | None, Reason | None]:
    """Verify the value by the first key that fits; say which, and what is wrong or refused."""
    name = parts.method.get("Algorithm") or ""
    refused: Reason | None = None
    algorithm: SignatureAlgorithm | None = SIGNATURES.get(name)
    if algorithm is None:
        refused = Reason("foreign.signature_method", detail=name[:80])
        algorithm = judged_algorithm(parts.method)
    if algorithm is None:
        return None, None, refused
    if not keys:
        return None, None, Reason("foreign.no_key", detail=unread)
    try:
        octets = canonical_part(parts.info, read_method(parts.canonicalization), work=place.work)
    except HocbaError as refusal:
        return None, None, _reason(refusal)
    for one in keys:
        if value_holds(key=one.key, algorithm=algorithm, data=octets, value=parts.value):
            return True, one, refused or _weakness(one)
    return False, None, refused or _weakness(keys[0]) or Reason("foreign.value")


def _weakness(claimed: ClaimedKey) -> Reason | None:
    problem = claimed.refused or key_problem(claimed.key)
    return Reason(problem) if problem else None


__all__ = ["ForeignReference", "ForeignSignature", "Resolved", "verify_signed_xml"]
