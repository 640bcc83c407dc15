"""What the outside world must offer to signing: signers near and remote, keys, time-stamps."""

from collections.abc import Sequence
from typing import Protocol

from hocba.core.signing.remote import RemoteAnswer, RemoteDocument, RemoteTransaction


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


class RemoteSigner(Protocol):
    """A service that keeps people's keys and asks them on their phones (ký số từ xa).

    `account` is the holder's number as the certificate names it. Every method may raise "fetch.*",
    "remote.unavailable" and "remote.answer_unreadable", after which it is open whether the service
    did what it was asked; every other "remote.*" says that it did not.
    """

    def certificates(self, *, account: str) -> tuple[bytes, ...]:
        """Return the certificates (DER) with which the account can sign now."""
        ...

    def begin(
        self,
        *,
        account: str,
        certificate: bytes,
        documents: Sequence[RemoteDocument],
        request_id: str,
    ) -> RemoteTransaction:
        """Ask for signatures over digests; the person sees the names of the documents.

        Raises:
            HocbaError: "remote.certificate_missing", "remote.too_many", "remote.sign_in" and the
                refusals that `RemoteAnswer` may hold.
        """
        ...

    def transaction_of(self, *, request_id: str) -> str:
        """Return under which name the service knows a request, "" where it draws names itself."""
        ...

    def poll(
        self, *, account: str, certificate: bytes, transaction_id: str, digests: Sequence[bytes]
    ) -> RemoteAnswer:
        """Ask what became of a transaction; `digests` as they were sent."""
        ...


class TimeStamper(Protocol):
    """A time-stamping authority (RFC 3161)."""

    def stamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Return the DER token over a digest made with `algorithm`; its own signature holds.

        Raises:
            HocbaError: "timestamp.*" for a wrong answer, "fetch.*" when there is none.
        """
        ...
