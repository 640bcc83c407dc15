"""What the outside world must offer to signing: one port for signers, one for time-stamps."""

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


class TimeStamper(Protocol):
    """A time-stamping authority (RFC 3161)."""

    def stamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return the DER token over a digest made with `algorithm`; its own signature holds.

        Raises:
            HocbaError: "timestamp.*" for a wrong answer, "fetch.*" when there is none.
        """
        ...
