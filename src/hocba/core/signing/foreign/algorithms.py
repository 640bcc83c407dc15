"""Algorithms of other products that are read: names, hashes, and the check of one value.

SHA-1, MD5, HMAC, DSA and parametrised PSS are refused by name, not by absence of code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
_PSS = "http://www.w3.org/2007/05/xmldsig-more#"

DIGESTS: Mapping[str, type[hashes.HashAlgorithm]] = {
    f"{_ENC}sha256": hashes.SHA256,
    f"{_MORE}sha384": hashes.SHA384,
    f"{_ENC}sha512": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """One signature method: which kind of key, which padding, which hash."""

    family: str  # "rsa" | "pss" | "ecdsa"
    hash: type[hashes.HashAlgorithm]


SIGNATURES: Mapping[str, SignatureAlgorithm] = {
    **{
        f"{_MORE}{family}-{name}": SignatureAlgorithm(family, kind)
        for family in ("rsa", "ecdsa")
        for name, kind in (
            ("sha256", hashes.SHA256),
            ("sha384", hashes.SHA384),
            ("sha512", hashes.SHA512),
        )
    },
    **{
        f"{_PSS}{name}-rsa-MGF1": SignatureAlgorithm("pss", kind)
        for name, kind in (
            ("sha256", hashes.SHA256),
            ("sha384", hashes.SHA384),
            ("sha512", hashes.SHA512),
        )
    },
}


def digest_of(data: bytes, kind: type[hashes.HashAlgorithm]) -> bytes:
    """Return the digest of some bytes."""
    hasher = hashes.Hash(kind())
    hasher.update(data)
    return hasher.finalize()


def value_holds(
    *, key: CertificatePublicKeyTypes, algorithm: SignatureAlgorithm, data: bytes, value: bytes
) -> bool:
    """Verify a signature value over bytes; False also for a key of another kind."""
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm.family == "rsa":
            key.verify(value, data, padding.PKCS1v15(), algorithm.hash())
            return True
        if isinstance(key, rsa.RSAPublicKey) and algorithm.family == "pss":
            mask = padding.PSS(padding.MGF1(algorithm.hash()), algorithm.hash().digest_size)
            key.verify(value, data, mask, algorithm.hash())
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm.family == "ecdsa":
            size = (key.curve.key_size + 7) // 8
            if len(value) != 2 * size:
                return False
            r, s = (int.from_bytes(part, "big") for part in (value[:size], value[size:]))
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(algorithm.hash()))
            return True
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return False
