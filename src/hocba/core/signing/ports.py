"""What the outside world must offer to signing: ports for signers, the log's key, the portal's, time-stamps."""

from typing import Protocol


class Signer(Protocol):
    """Holder of one private key somewhere else: software (demo), token, HSM, remote service."""

    @property
    def certificate(self) -> bytes:
        """DER of the signer's X.509 certificate."""
        ...

    def sign_digests(self, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Sign SHA-256 digests (32 bytes each) in order: RSA PKCS#1 v1.5 or ECDSA r‖s."""
        ...


class CheckpointSigner(Protocol):
    """Holder of the public log's Ed25519 key: a file, a token, an HSM."""

    @property
    def public_key(self) -> bytes:
        """The key's public half (32 bytes)."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message of any length (64 bytes out)."""
        ...


class PortalSigner(Protocol):
    """Holder of the portal's P-256 key, which signs claims on paper and status lists."""

    @property
    def public_key(self) -> bytes:
        """The key's public half: the uncompressed point (65 bytes)."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message of any length with ES256 (r‖s, 64 bytes out)."""
        ...


class TimeStamper(Protocol):
    """A time-stamping authority (RFC 3161)."""

    def stamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return the DER token over a digest made with `algorithm`; its own signature holds.

        Raises:
            HocbaError: "timestamp.*" for a wrong answer, "fetch.*" when there is none.
        """
        ...
