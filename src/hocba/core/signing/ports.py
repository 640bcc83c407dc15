"""What the outside world must offer to signing: one port for every kind of signer."""

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
