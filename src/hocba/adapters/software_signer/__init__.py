"""The software signer: a PKCS#12 key in memory, for the demo and the tests and nothing else.

In production people's keys stay on their own devices; this signer refuses to load there.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import pkcs12

from hocba.core.errors import HocbaError


@dataclass(frozen=True)
class SoftwareSigner:
    """Implements `core.signing.ports.Signer` with an RSA key."""

    certificate: bytes
    _key: RSAPrivateKey

    @classmethod
    def load(cls, path: Path, password: str, *, demo: bool) -> "SoftwareSigner":
        """Open a PKCS#12 file.

        Raises:
            HocbaError: "signing.software_signer_forbidden" outside the demo,
                "signing.key_file_unreadable".
        """
        if not demo:
            raise HocbaError("signing.software_signer_forbidden")
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(
                path.read_bytes(), password.encode()
            )
        except (OSError, ValueError) as error:
            raise HocbaError("signing.key_file_unreadable") from error
        if not isinstance(key, RSAPrivateKey) or certificate is None:
            raise HocbaError("signing.key_file_unreadable")
        return cls(certificate.public_bytes(serialization.Encoding.DER), key)

    def sign_digests(self, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Sign each SHA-256 digest with RSA PKCS#1 v1.5, as Vietnamese providers do."""
        hashed = Prehashed(hashes.SHA256())
        return tuple(self._key.sign(digest, padding.PKCS1v15(), hashed) for digest in digests)
