"""The demo's own time-stamping authority, from a key file; it proves nothing to anybody."""

from datetime import datetime
from pathlib import Path

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from hocba.core.errors import HocbaError
from hocba.core.signing.path import run_offline


class SoftwareTimeStamper:
    """Implements `core.signing.ports.TimeStamper` with an RSA key of a PKCS#12 file."""

    def __init__(
        self, path: Path, password: str, *, demo: bool, at: datetime | None = None
    ) -> None:
        """Open the key file; `at` fixes the clock.

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
        if key is None or certificate is None:
            raise HocbaError("signing.key_file_unreadable")
        encoding = serialization.Encoding.DER
        plain = key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._authority = DummyTimeStamper(
            x509.Certificate.load(certificate.public_bytes(encoding)),
            keys.PrivateKeyInfo.load(plain),
            fixed_dt=at,
        )

    def stamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return a token over a digest made with `algorithm`."""
        name = algorithm.replace("-", "_")
        token = run_offline(self._authority.async_timestamp(digest, name))
        return bytes(token.dump())
