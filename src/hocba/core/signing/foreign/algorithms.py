"""Algorithms of other products: names, hashes, and the check of one value.

Accepted are RSA PKCS#1 v1.5, RSA-PSS and ECDSA with SHA-2. A second set (SHA-1, MD5, SHA-224,
SHA-3, DSA, EdDSA, parametrised PSS) is only judged: whether the arithmetic holds is said, and the
signature is refused by name all the same. What is in neither (HMAC, unknown names) is refused
unjudged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from hocba.core.signing.foreign.reading import DS

_DS11 = "http://www.w3.org/2009/xmldsig11#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE07 = "http://www.w3.org/2007/05/xmldsig-more#"
_MORE21 = "http://www.w3.org/2021/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
PSS_WITH_PARAMETERS = f"{_MORE07}rsa-pss"
MOST_SALT = 512

Hash = type[hashes.HashAlgorithm]
_SHA2: Mapping[str, Hash] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_SHA3: Mapping[str, Hash] = {
    "sha3-224": hashes.SHA3_224,
    "sha3-256": hashes.SHA3_256,
    "sha3-384": hashes.SHA3_384,
    "sha3-512": hashes.SHA3_512,
}
_OLD: Mapping[str, Hash] = {"sha1": hashes.SHA1, "sha224": hashes.SHA224}

DIGESTS: Mapping[str, Hash] = {
    f"{_ENC}sha256": hashes.SHA256,
    f"{_MORE}sha384": hashes.SHA384,
    f"{_ENC}sha512": hashes.SHA512,
}
JUDGED_DIGESTS: Mapping[str, Hash] = {
    f"{DS}sha1": hashes.SHA1,
    f"{_MORE}md5": hashes.MD5,
    f"{_MORE}sha224": hashes.SHA224,
    **{f"{_MORE07}{name}": kind for name, kind in _SHA3.items()},
}


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """One signature method: which kind of key, which padding, which hash."""

    family: str  # "rsa" | "pss" | "ecdsa" | "dsa" | "eddsa"
    hash: Hash
    mask: Hash | None = None  # of PSS, where it is another hash
    salt: int | None = None  # of PSS, where it is not as long as the digest


SIGNATURES: Mapping[str, SignatureAlgorithm] = {
    **{
        f"{_MORE}{family}-{name}": SignatureAlgorithm(family, kind)
        for family in ("rsa", "ecdsa")
        for name, kind in _SHA2.items()
    },
    **{
        f"{_MORE07}{name}-rsa-MGF1": SignatureAlgorithm("pss", kind) for name, kind in _SHA2.items()
    },
}


def _judged_signatures() -> Iterator[tuple[str, SignatureAlgorithm]]:
    yield f"{DS}rsa-sha1", SignatureAlgorithm("rsa", hashes.SHA1)
    yield f"{_MORE}rsa-md5", SignatureAlgorithm("rsa", hashes.MD5)
    yield f"{_MORE}rsa-sha224", SignatureAlgorithm("rsa", hashes.SHA224)
    yield f"{DS}dsa-sha1", SignatureAlgorithm("dsa", hashes.SHA1)
    yield f"{_DS11}dsa-sha256", SignatureAlgorithm("dsa", hashes.SHA256)
    for name, kind in _OLD.items():
        yield f"{_MORE}ecdsa-{name}", SignatureAlgorithm("ecdsa", kind)
        yield f"{_MORE07}{name}-rsa-MGF1", SignatureAlgorithm("pss", kind)
    for name, kind in _SHA3.items():
        yield f"{_MORE21}ecdsa-{name}", SignatureAlgorithm("ecdsa", kind)
        yield f"{_MORE07}{name}-rsa-MGF1", SignatureAlgorithm("pss", kind)
    for name in ("ed25519", "ed448"):
        yield f"{_MORE21}eddsa-{name}", SignatureAlgorithm("eddsa", hashes.SHA512)


JUDGED_SIGNATURES: Mapping[str, SignatureAlgorithm] = dict(_judged_signatures())


def judged_algorithm(method: etree._Element) -> SignatureAlgorithm | None:
    """Return a method that is judged without being accepted, None where that can't be done."""
    name = method.get("Algorithm") or ""
    return _parametrised(method) if name == PSS_WITH_PARAMETERS else JUDGED_SIGNATURES.get(name)


def _parametrised(method: etree._Element) -> SignatureAlgorithm | None:
    """Read the parameters of PSS (RFC 9231 §2.3.9); left out, they are SHA-256 and its length."""
    given = f"{{{_MORE07}}}RSAPSSParams"
    digest = method.find(f"{given}/{{{DS}}}DigestMethod")
    mask = method.find(f"{given}/{{{_MORE07}}}MaskGenerationFunction/{{{DS}}}DigestMethod")
    salt = method.findtext(f"{given}/{{{_MORE07}}}SaltLength", "").strip()
    trailer = method.findtext(f"{given}/{{{_MORE07}}}TrailerField", "1").strip()
    known = {**DIGESTS, **JUDGED_DIGESTS}
    kind = hashes.SHA256 if digest is None else known.get(digest.get("Algorithm") or "")
    masked = kind if mask is None else known.get(mask.get("Algorithm") or "")
    if kind is None or masked is None or trailer != "1":
        return None
    if salt and not (salt.isascii() and salt.isdigit() and len(salt) < 4 and int(salt) < MOST_SALT):
        return None
    return SignatureAlgorithm("pss", kind, masked, int(salt) if salt else None)


def digest_of(data: bytes, kind: Hash) -> bytes:
    """Return the digest of some bytes."""
    hasher = hashes.Hash(kind())
    hasher.update(data)
    return hasher.finalize()


def value_holds(
    *, key: CertificatePublicKeyTypes, algorithm: SignatureAlgorithm, data: bytes, value: bytes
) -> bool:
    """Verify a signature value over bytes; False also for a key of another kind."""
    family, kind = algorithm.family, algorithm.hash
    try:
        if isinstance(key, rsa.RSAPublicKey) and family == "rsa":
            key.verify(value, data, padding.PKCS1v15(), kind())
        elif isinstance(key, rsa.RSAPublicKey) and family == "pss":
            salt = kind().digest_size if algorithm.salt is None else algorithm.salt
            mask = padding.MGF1((algorithm.mask or kind)())
            key.verify(value, data, padding.PSS(mask, salt), kind())
        elif isinstance(key, ec.EllipticCurvePublicKey) and family == "ecdsa":
            size = (key.curve.key_size + 7) // 8
            key.verify(_two_numbers(value, size), data, ec.ECDSA(kind()))
        elif isinstance(key, dsa.DSAPublicKey) and family == "dsa":
            size = (key.parameters().parameter_numbers().q.bit_length() + 7) // 8
            key.verify(_two_numbers(value, size), data, kind())
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and family == "eddsa":
            key.verify(value, data)
        else:
            return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _two_numbers(value: bytes, size: int) -> bytes:
    """Turn r‖s, each of the full length, into DER."""
    if len(value) != 2 * size:
        raise ValueError(len(value))
    r, s = (int.from_bytes(part, "big") for part in (value[:size], value[size:]))
    return encode_dss_signature(r, s)
