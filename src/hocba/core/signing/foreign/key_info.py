"""Which key a signature of others claims: its certificates, or a bare key."""

from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass

from asn1crypto import x509 as asn1
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_public_key
from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import CertificateHolder, read_certificate
from hocba.core.signing.foreign.reading import DS, octets_of

_DS11 = "http://www.w3.org/2009/xmldsig11#"
_NS = {"ds": DS, "ds11": _DS11}
_CURVES: Mapping[str, type[ec.EllipticCurve]] = {
    "urn:oid:1.2.840.10045.3.1.7": ec.SECP256R1,
    "urn:oid:1.3.132.0.34": ec.SECP384R1,
    "urn:oid:1.3.132.0.35": ec.SECP521R1,
}
MOST_CERTIFICATES = 20


@dataclass(frozen=True, slots=True)
class ClaimedKey:
    """A key that may have signed, with its certificate unless it stands there bare.

    `refused` is a reason code where the key comes from a certificate that breaks the standard.
    """

    key: CertificatePublicKeyTypes
    certificate: CertificateHolder | None = None
    refused: str = ""


def claimed_keys(signature: etree._Element) -> tuple[tuple[ClaimedKey, ...], str]:
    """Return the keys that KeyInfo gives, likeliest first, and what it has where none is read.

    A certificate that issued no other one comes first; a bare key counts only where there is no
    certificate, so that nobody's name is shown beside a key that isn't theirs.
    """
    path = "ds:KeyInfo/ds:X509Data/ds:X509Certificate"
    given = [octets_of(one) or b"" for one in signature.findall(path, _NS)[:MOST_CERTIFICATES]]
    holders, broken = list[CertificateHolder](), list[bytes]()
    for der in given:
        try:
            holders.append(read_certificate(der))
        except HocbaError:
            broken.append(der)
    if holders:
        return tuple(ClaimedKey(one.public_key, one) for one in _end_first(holders)), ""
    if broken:
        return _keys_of_broken(broken), "X509Certificate"
    key = bare_key(signature)
    if key is not None:
        return (ClaimedKey(key),), ""
    there = signature.findall("ds:KeyInfo/*", _NS) + signature.findall("ds:KeyInfo/*/*", _NS)
    return (), ", ".join(etree.QName(one).localname for one in there)[:80]


def _keys_of_broken(certificates: list[bytes]) -> tuple[ClaimedKey, ...]:
    """Return the keys of certificates that are not read whole, so that the value can be judged."""
    found = []
    for der in certificates:
        try:
            key = load_der_public_key(asn1.Certificate.load(der).public_key.dump())
        except (ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm):
            continue
        if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey):
            found.append(ClaimedKey(key, refused="certificate.unreadable"))
    return tuple(found)


def _end_first(holders: list[CertificateHolder]) -> list[CertificateHolder]:
    def issued(one: CertificateHolder) -> bool:
        return any(other.issuer == one.subject and other.sha256 != one.sha256 for other in holders)

    return sorted(holders, key=issued)


def bare_key(signature: etree._Element) -> CertificatePublicKeyTypes | None:
    """Return the key of a KeyValue or DEREncodedKeyValue, None when there is none to read."""
    try:
        for element in signature.findall("ds:KeyInfo/ds:KeyValue/*", _NS):
            name = etree.QName(element)
            if name == etree.QName(DS, "RSAKeyValue"):
                modulus, exponent = _numbers(element, "Modulus", "Exponent")
                return rsa.RSAPublicNumbers(exponent, modulus).public_key()
            if name == etree.QName(DS, "DSAKeyValue"):
                p, q, g, y = _numbers(element, "P", "Q", "G", "Y")
                return dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key()
            if name == etree.QName(_DS11, "ECKeyValue"):
                return _point(element)
        der = signature.find("ds:KeyInfo/ds11:DEREncodedKeyValue", _NS)
        if der is not None:
            key = load_der_public_key(octets_of(der) or b"")
            return key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else None
    except (Base64Error, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return None


def _point(element: etree._Element) -> CertificatePublicKeyTypes | None:
    named = element.find("ds11:NamedCurve", _NS)
    curve = _CURVES.get("" if named is None else named.get("URI") or "")
    if curve is None:
        return None
    raw = octets_of(element.find("ds11:PublicKey", _NS)) or b""
    return ec.EllipticCurvePublicKey.from_encoded_point(curve(), raw)


def _numbers(element: etree._Element, *names: str) -> list[int]:
    found = [octets_of(element.find(f"ds:{name}", _NS)) for name in names]
    return [int.from_bytes(one or b"", "big") for one in found]
