"""The signers over a session: digests with a certified key, messages with the log's or portal's."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Any, ClassVar

from asn1crypto.core import OctetString
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from hocba.adapters.pkcs11_signer.address import KeyAddress, Pin
from hocba.adapters.pkcs11_signer.session import TokenSession
from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import CertificateHolder, read_certificate
from hocba.core.signing.keys import (
    algorithm_for,
    ed25519_verify,
    es256_verify,
    is_p256_point,
    key_problem,
    verify_value,
)
from hocba.core.signing.profile import SHA256_DIGEST_INFO


class Pkcs11Signer:
    """Implements `core.signing.ports.Signer`: RSA PKCS#1 v1.5 or ECDSA with a key in a token."""

    def __init__(
        self, address: KeyAddress, *, certificate: bytes = b"", pin: Pin | None = None
    ) -> None:
        """`certificate` (DER) is the one to sign for; without it, the newest one beside the key."""
        self._session = TokenSession(address, pin)
        self._wanted = certificate
        self._holder: CertificateHolder | None = None
        self._key: Any = None

    def __enter__(self) -> "Pkcs11Signer":
        """Log in and find key and certificate.

        Raises:
            HocbaError: those of `TokenSession`, "token.key_missing", "token.key_ambiguous",
                "token.key_kind", "token.certificate_missing", "token.other_certificate".
        """
        self._session.__enter__()
        try:
            self._key = _the_key(self._session)
            self._holder = self._chosen(self._certificates(self._key))
            kind = _kind(self._holder)
            if key_problem(self._holder.public_key) or self._key.key_type is not kind:
                raise HocbaError("token.key_kind")
        except BaseException:
            self._session.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log out."""
        self._holder = self._key = None
        self._session.__exit__(kind, error, trace)

    @property
    def certificate(self) -> bytes:
        """DER of the certificate that is signed for."""
        return self._open().der

    def sign_digests(self, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Sign SHA-256 digests in order; a refusal says nothing of those before it.

        Who needs to know which were signed hands them in one by one: the session stays. One that
        was lost meanwhile is opened again, once.

        Raises:
            HocbaError: those of entering when the session had to be opened again, and
                "token.session_lost", "token.failed", "signing.invalid_signature" (the token's key
                is not the certificate's).
        """
        holder = self._open()
        if not self._session.answers(self._key):
            self._session.reopen()
            self._key = _the_key(self._session)
        return tuple(self._signed(holder, digest) for digest in digests)

    def _signed(self, holder: CertificateHolder, digest: bytes) -> bytes:
        if _kind(holder) is KeyType.RSA:
            data, mechanism = SHA256_DIGEST_INFO + digest, Mechanism.RSA_PKCS
        else:
            data, mechanism = digest, Mechanism.ECDSA
        value = self._session.sign(self._key, data, mechanism)
        algorithm = algorithm_for(holder.public_key)
        if not verify_value(key=holder.public_key, algorithm=algorithm, digest=digest, value=value):
            raise HocbaError("signing.invalid_signature")
        return value

    def _certificates(self, key: Any) -> list[bytes]:
        """Certificates beside the key: of the same CKA_ID, else of the same label."""
        found = self._session.find(ObjectClass.CERTIFICATE, ID=key.id) if key.id else []
        if not found and key.label:
            found = self._session.find(ObjectClass.CERTIFICATE, LABEL=key.label)
        return [bytes(one[Attribute.VALUE]) for one in found]

    def _chosen(self, held: list[bytes]) -> CertificateHolder:
        """The wanted one, which an HSM that keeps keys alone need not hold; else the newest."""
        if self._wanted:
            if held and self._wanted not in held:
                raise HocbaError("token.other_certificate")
            return read_certificate(self._wanted)
        if not held:
            raise HocbaError("token.certificate_missing")
        return max(map(read_certificate, held), key=lambda one: one.not_before)

    def _open(self) -> CertificateHolder:
        if self._holder is None:
            raise HocbaError("token.session_lost")
        return self._holder


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How a key of one kind signs messages."""

    key_type: KeyType
    point_length: int
    mechanism: Mechanism
    asked: Callable[[bytes], bytes]  # what the token is asked to sign of a message
    is_point: Callable[[bytes], bool]
    verify: Callable[[bytes, bytes, bytes], bool]


_ED25519 = _Scheme(
    KeyType.EC_EDWARDS, 32, Mechanism.EDDSA, bytes, lambda raw: len(raw) == 32, ed25519_verify
)
_ES256 = _Scheme(
    KeyType.EC,
    65,
    Mechanism.ECDSA,
    lambda message: sha256(message).digest(),
    is_p256_point,
    es256_verify,
)


class _MessageSigner:
    """Signs messages with one key of a token; each use is a session of its own."""

    scheme: ClassVar[_Scheme]

    def __init__(self, address: KeyAddress, *, pin: Pin | None = None) -> None:
        """`pin` asks a person; without it the PIN comes from the address's file."""
        self._address = address
        self._pin = pin

    @property
    def public_key(self) -> bytes:
        """The key's public half, as the port says.

        Raises:
            HocbaError: those of `TokenSession`, "token.key_missing", "token.key_ambiguous",
                "token.key_kind".
        """
        with TokenSession(self._address, self._pin) as session:
            return _public_half(session, self.scheme)

    def sign(self, message: bytes) -> bytes:
        """Sign a message (64 bytes out), verified before it is handed on.

        Raises:
            HocbaError: those of `public_key`, and "token.failed", "token.session_lost",
                "signing.invalid_signature".
        """
        scheme = self.scheme
        with TokenSession(self._address, self._pin) as session:
            public_key = _public_half(session, scheme)
            value = session.sign(_the_key(session), scheme.asked(message), scheme.mechanism)
            if not scheme.verify(public_key, message, value):
                raise HocbaError("signing.invalid_signature")
            return value


class Pkcs11CheckpointSigner(_MessageSigner):
    """Implements `core.signing.ports.CheckpointSigner`: Ed25519, a public half of 32 bytes."""

    scheme = _ED25519


class Pkcs11PortalSigner(_MessageSigner):
    """Implements `core.signing.ports.PortalSigner`: ES256, an uncompressed point of 65 bytes."""

    scheme = _ES256


def _kind(holder: CertificateHolder) -> KeyType | None:
    if isinstance(holder.public_key, rsa.RSAPublicKey):
        return KeyType.RSA
    return KeyType.EC if isinstance(holder.public_key, ec.EllipticCurvePublicKey) else None


def _the_key(session: TokenSession, kind: ObjectClass = ObjectClass.PRIVATE_KEY) -> Any:
    address = session.address
    wanted: dict[str, object] = {"LABEL": address.label} if address.label else {}
    found = session.find(kind, **wanted, **({"ID": address.key_id} if address.key_id else {}))
    if len(found) != 1:
        raise HocbaError("token.key_ambiguous" if found else "token.key_missing")
    return found[0]


def _public_half(session: TokenSession, scheme: _Scheme) -> bytes:
    key = _the_key(session, ObjectClass.PUBLIC_KEY)
    raw = _point(key, scheme.point_length) if key.key_type is scheme.key_type else b""
    if not scheme.is_point(raw):
        raise HocbaError("token.key_kind")
    return raw


def _point(key: Any, length: int) -> bytes:
    """PKCS#11 3.0 wraps the point in an OCTET STRING; some tokens give it bare."""
    point = bytes(key[Attribute.EC_POINT])
    return bytes(OctetString.load(point).native) if len(point) == length + 2 else point
