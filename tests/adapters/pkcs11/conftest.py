"""SoftHSM2 for this folder, with one well-filled token."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.adapters.pkcs11.softhsm import SoftHsm, hsm

__all__ = ["hsm"]
TOKEN = "khoa-thu"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def self_signed(key: Key, *, days: int = 0) -> bytes:
    """A certificate over a key, valid from `days` later on (DER)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Thử")])
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=700))
    )
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="session")
def keys(hsm: SoftHsm) -> dict[str, Key]:
    """A token with an RSA key, two elliptic ones, and the log's key; what went in, by label."""
    made: dict[str, Key] = {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "p256": ec.generate_private_key(ec.SECP256R1()),
        "p384": ec.generate_private_key(ec.SECP384R1()),
    }
    hsm.add_token(TOKEN)
    for number, (label, key) in enumerate(made.items(), start=1):
        hsm.put_key(TOKEN, label, key, bytes([number]))
        # The certificate's label is its own: it is found by the key's CKA_ID.
        hsm.put_certificate(TOKEN, f"chung-thu-{label}", self_signed(key), bytes([number]))
    hsm.make_ed25519(TOKEN, "log")
    return made
