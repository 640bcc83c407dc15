"""Signed XML of other products: a documented wider set is read, everything else named and refused.

 (1) Format: bounded, no DTD, no entities.
 (2) Structure: SignedInfo, SignatureMethod, SignatureValue once each; at most so many references.
 (3) Algorithms: RSA PKCS#1 v1.5, RSA-PSS (MGF1, same hash), ECDSA r‖s, all with SHA-2; C14N 1.0,
     1.1, exclusive, with or without comments.
 (4) References: `#id`, or `URI=""` with the enveloped transform; each digest compared.
 (5) Value: over the canonical SignedInfo, by the key of the certificate or of KeyValue.
 (6) Remarks: what our own profile would not do (`remarks`), and what XAdES binds or fails to bind.

No trust is judged here: whether the certificate leads to a root is `core.signing.trust`.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import CertificateHolder, read_certificate
from hocba.core.signing.foreign.algorithms import SIGNATURES, SignatureAlgorithm, value_holds
from hocba.core.signing.foreign.canonicalization import canonical_part, read_method
from hocba.core.signing.foreign.key_info import bare_key, certificates_of, signing_certificate
from hocba.core.signing.foreign.reading import (
    DS,
    Work,
    elements_by_id,
    parse_foreign,
    signatures_in,
)
from hocba.core.signing.foreign.references import ForeignReference, Resolved, judge_reference
from hocba.core.signing.foreign.remarks import remarks_on
from hocba.core.signing.keys import key_problem
from hocba.core.signing.verdict import Reason

MOST_SIGNATURES, MOST_REFERENCES = 100, 1_000
_NS = {"ds": DS}


@dataclass(frozen=True, slots=True)
class ForeignSignature:
    """One signature judged; it is accepted when value and all references hold.

    `value_ok` is None where the value was not judged (algorithm refused, no key).
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
        return self.value_ok is True and self.reason is None


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
    by_id = elements_by_id(root)
    work = Work()
    return tuple(_judge(one, by_id, work) for one in found)


def _judge(
    signature: etree._Element, by_id: dict[str, list[etree._Element]], work: Work
) -> ForeignSignature:
    identifier = signature.get("Id") or ""
    certificate = _certificate(signature)
    try:
        info, method, value = _structure(signature)  # (2)
        algorithm = _algorithm(method)  # (3)
        resolved = [
            judge_reference(one, signature, by_id, work)  # (4)
            for one in info.findall("ds:Reference", _NS)
        ]
        octets = canonical_part(info, read_method(info[0]))
    except HocbaError as refusal:
        reason = Reason(refusal.code, detail=str(next(iter(refusal.params.values()), "")))
        name = _method_name(signature)
        return ForeignSignature(identifier, name, None, (), certificate, (), reason)
    references = tuple(one.judged for one in resolved)
    key = _key(signature, certificate)
    value_ok, problem = _value(key, algorithm, octets, value)  # (5)
    broken = next((one for one in references if not one.ok), None)
    if problem is None and broken is not None:
        problem = Reason(broken.reason, detail=broken.detail or broken.uri)
    return ForeignSignature(
        identifier=identifier,
        algorithm=method,
        value_ok=value_ok,
        references=references,
        certificate=certificate,
        remarks=tuple(remarks_on(signature, resolved, certificate)),  # (6)
        reason=problem,
    )


def _structure(signature: etree._Element) -> tuple[etree._Element, str, bytes]:
    """Return SignedInfo, the name of the method and the value; each must be there once."""
    info, values = (
        signature.findall(f"ds:{name}", _NS) for name in ("SignedInfo", "SignatureValue")
    )
    methods = signature.findall("ds:SignedInfo/ds:SignatureMethod", _NS)
    if len(info) != 1 or len(values) != 1 or len(methods) != 1:
        raise HocbaError("foreign.structure")
    first = info[0][0] if len(info[0]) else None
    if first is None or first.tag != f"{{{DS}}}CanonicalizationMethod":
        raise HocbaError("foreign.structure")
    count = len(info[0].findall("ds:Reference", _NS))
    if not 1 <= count <= MOST_REFERENCES:
        raise HocbaError("foreign.reference_count", count=count)
    try:
        value = b64decode("".join((values[0].text or "").split()), validate=True)
    except (Base64Error, ValueError) as error:
        raise HocbaError("foreign.structure") from error
    return info[0], methods[0].get("Algorithm") or "", value


def _algorithm(name: str) -> SignatureAlgorithm:
    if name not in SIGNATURES:
        raise HocbaError("foreign.signature_method", name=name[:80])
    return SIGNATURES[name]


def _method_name(signature: etree._Element) -> str:
    method = signature.find("ds:SignedInfo/ds:SignatureMethod", _NS)
    return "" if method is None else (method.get("Algorithm") or "")[:200]


def _certificate(signature: etree._Element) -> CertificateHolder | None:
    der = signing_certificate(certificates_of(signature))
    if der is None:
        return None
    try:
        return read_certificate(der)
    except HocbaError:
        return None


def _key(
    signature: etree._Element, certificate: CertificateHolder | None
) -> CertificatePublicKeyTypes | None:
    return certificate.public_key if certificate else bare_key(signature)


def _value(
    key: CertificatePublicKeyTypes | None,
    algorithm: SignatureAlgorithm,
    octets: bytes,
    value: bytes,
) -> tuple[bool | None, Reason | None]:
    if key is None:
        return None, Reason("foreign.no_key")
    problem = key_problem(key)
    if problem:
        return None, Reason(problem)
    if value_holds(key=key, algorithm=algorithm, data=octets, value=value):
        return True, None
    return False, Reason("foreign.value")


__all__ = ["ForeignReference", "ForeignSignature", "Resolved", "verify_signed_xml"]
