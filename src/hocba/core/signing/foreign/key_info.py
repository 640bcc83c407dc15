"""Which key a signature of others claims: its certificate, or a bare key."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_public_key
from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.foreign.reading import DS

_DS11 = "http://www.w3.org/2009/xmldsig11#"
_NS = {"ds": DS, "ds11": _DS11}
_CURVES: Mapping[str, type[ec.EllipticCurve]] = {
    "urn:oid:1.2.840.10045.3.1.7": ec.SECP256R1,
    "urn:oid:1.3.132.0.34": ec.SECP384R1,
    "urn:oid:1.3.132.0.35": ec.SECP521R1,
}
MOST_CERTIFICATES = 20


def certificates_of(signature: etree._Element) -> list[bytes]:
    """Return the certificates in KeyInfo as DER, unreadable ones left out."""
    found = []
    path = "ds:KeyInfo/ds:X509Data/ds:X509Certificate"
    for element in signature.findall(path, _NS)[:MOST_CERTIFICATES]:
        try:
            der = b64decode("".join((element.text or "").split()), validate=True)
            read_certificate(der)  # names too, which the library parses only when asked
        except (Base64Error, ValueError, HocbaError):
            continue
        found.append(der)
    return found


def signing_certificate(certificates: list[bytes]) -> bytes | None:
    """Return the certificate that issued none of the others, the first where that is no one."""
    loaded = [(der, x509.load_der_x509_certificate(der)) for der in certificates]
    for der, certificate in loaded:
        if not any(other.issuer == certificate.subject for one, other in loaded if one != der):
            return der
    return certificates[0] if certificates else None


def bare_key(signature: etree._Element) -> CertificatePublicKeyTypes | None:
    """Return the key of a KeyValue or DEREncodedKeyValue, None when there is none to read."""
    try:
        modulus = signature.findtext("ds:KeyInfo/ds:KeyValue/ds:RSAKeyValue/ds:Modulus", "", _NS)
        exponent = signature.findtext("ds:KeyInfo/ds:KeyValue/ds:RSAKeyValue/ds:Exponent", "", _NS)
        if modulus and exponent:
            return rsa.RSAPublicNumbers(_number(exponent), _number(modulus)).public_key()
        point = signature.find("ds:KeyInfo/ds:KeyValue/ds11:ECKeyValue", _NS)
        if point is not None:
            return _point(point)
        der = signature.findtext("ds:KeyInfo/ds11:DEREncodedKeyValue", "", _NS)
        if der:
            key = load_der_public_key(_bytes(der))
            return key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else None
    except (Base64Error, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return None


def _point(element: etree._Element) -> CertificatePublicKeyTypes | None:
    named = element.find("ds11:NamedCurve", _NS)
    curve = _CURVES.get("" if named is None else named.get("URI") or "")
    if curve is None:
        return None
    raw = _bytes(element.findtext("ds11:PublicKey", "", _NS))
    return ec.EllipticCurvePublicKey.from_encoded_point(curve(), raw)


def _bytes(text: str) -> bytes:
    return b64decode("".join(text.split()), validate=True)


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")
