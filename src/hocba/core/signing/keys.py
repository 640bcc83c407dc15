"""Bare key operations: Ed25519 of the log, ES256 of the portal, verification of one value."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

from hocba.core.signing import profile


def ed25519_sign(private_pem: bytes, message: bytes) -> bytes:
    """Sign a message (64 bytes out)."""
    key = serialization.load_pem_private_key(private_pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 key")
    return key.sign(message)


def ed25519_public_key(private_pem: bytes) -> bytes:
    """Return the public key (32 raw bytes) of a private key."""
    key = serialization.load_pem_private_key(private_pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 key")
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def ed25519_verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether the signature is good; never raises for bad input."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def es256_sign(private_pem: bytes, message: bytes) -> bytes:
    """Sign a message with ECDSA P-256 and SHA-256 (r‖s, 64 bytes out)."""
    return r_and_s(_p256(private_pem).sign(message, ec.ECDSA(hashes.SHA256())))


def es256_public_key(private_pem: bytes) -> bytes:
    """Return the public key of a P-256 private key as its uncompressed point (65 bytes)."""
    form = serialization.PublicFormat.UncompressedPoint
    return _p256(private_pem).public_key().public_bytes(serialization.Encoding.X962, form)


def es256_verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether the signature (r‖s) is good; never raises for bad input."""
    if len(public_key) != 65 or len(signature) != 64:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def is_p256_point(public_key: bytes) -> bool:
    """Whether the bytes are an uncompressed point of P-256."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    except ValueError:
        return False
    return len(public_key) == 65


def r_and_s(der: bytes) -> bytes:
    """Turn a P-256 signature from DER into r‖s (64 bytes)."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _p256(private_pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(private_pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise TypeError("not a P-256 key")
    return key


def algorithm_for(key: CertificatePublicKeyTypes) -> str:
    """Return the signature algorithm we make with such a key, "" for a key we do not take."""
    if isinstance(key, rsa.RSAPublicKey):
        return profile.RSA_SHA256
    return profile.ECDSA_SHA256 if isinstance(key, ec.EllipticCurvePublicKey) else ""


def key_problem(key: CertificatePublicKeyTypes) -> str:
    """Return a reason code when the key is not acceptable, else ""."""
    if isinstance(key, rsa.RSAPublicKey):
        exponent = key.public_numbers().e
        if key.key_size < profile.SMALLEST_RSA_BITS or exponent < 65537 or exponent % 2 == 0:
            return "algorithm.weak_key"
        return ""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "" if key.curve.name in profile.CURVES else "algorithm.weak_key"
    return "algorithm.key_kind"


def verify_value(
    *, key: CertificatePublicKeyTypes, algorithm: str, digest: bytes, value: bytes
) -> bool:
    """Verify a signature value over a SHA-256 digest; False also for a key of another kind."""
    hashed = Prehashed(hashes.SHA256())
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm == profile.RSA_SHA256:
            key.verify(value, digest, padding.PKCS1v15(), hashed)
            return True
        if isinstance(key, rsa.RSAPublicKey) and algorithm == profile.PSS_SHA256:
            mask = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
            key.verify(value, digest, mask, hashed)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == profile.ECDSA_SHA256:
            size = (key.curve.key_size + 7) // 8
            if len(value) != 2 * size:
                return False
            r, s = (int.from_bytes(part, "big") for part in (value[:size], value[size:]))
            key.verify(encode_dss_signature(r, s), digest, ec.ECDSA(hashed))
            return True
    except (InvalidSignature, ValueError):
        return False
    return False
