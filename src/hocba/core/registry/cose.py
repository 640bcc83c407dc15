"""One signature around some bytes: COSE_Sign1 with ES256 (RFC 9052 §4.2), all headers protected.

Keys do not live here: signing and verifying come in as functions over ECDSA P-256 with SHA-256,
r‖s. A key is named by the first eight bytes of the SHA-256 of its point.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from hocba.core.registry import cbor

_SIGN1, _ES256 = 18, -7
_ALGORITHM, _KEY_ID, _TYPE = 1, 4, 16
_SIGNATURE_BYTES, _KEY_ID_BYTES = 64, 8


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """A payload with its signature, not yet verified: who signed, what kind of thing it is."""

    key_id: bytes
    media_type: str
    payload: bytes
    signature: bytes

    @property
    def to_verify(self) -> bytes:
        """The message that the signature is over (Sig_structure)."""
        return _message(_protected(self.key_id, self.media_type), self.payload)


def key_id(public_key: bytes) -> bytes:
    """Name a key by its uncompressed point (65 bytes)."""
    return sha256(public_key).digest()[:_KEY_ID_BYTES]


def sign(
    *,
    payload: bytes,
    public_key: bytes,
    sign_message: Callable[[bytes], bytes],
    media_type: str = "",
) -> bytes:
    """Return the tagged COSE_Sign1; `media_type` becomes the header typ (RFC 9596)."""
    protected = _protected(key_id(public_key), media_type)
    signature = sign_message(_message(protected, payload))
    return cbor.encode(cbor.Tagged(_SIGN1, (protected, {}, payload, signature)))


def read(data: bytes) -> SignedBytes:
    """Read what `sign` writes, byte for byte; nothing is verified.

    Raises:
        ValueError: for any other bytes.
    """
    tagged = cbor.decode(data)
    if not isinstance(tagged, cbor.Tagged) or tagged.number != _SIGN1:
        raise ValueError("not a COSE_Sign1")
    parts = tagged.value
    if not isinstance(parts, tuple) or len(parts) != 4 or parts[1] != {}:
        raise ValueError("not a COSE_Sign1")
    protected, _, payload, signature = parts
    if not all(isinstance(one, bytes) for one in (protected, payload, signature)):
        raise ValueError("not a COSE_Sign1")
    headers = cbor.decode(protected)
    if not isinstance(headers, dict) or headers.get(_ALGORITHM) != _ES256:
        raise ValueError("algorithm")
    signed = SignedBytes(headers.get(_KEY_ID, b""), headers.get(_TYPE, ""), payload, signature)
    if (
        not isinstance(signed.key_id, bytes)
        or not isinstance(signed.media_type, str)
        or len(signed.key_id) != _KEY_ID_BYTES
        or len(signature) != _SIGNATURE_BYTES
        or _protected(signed.key_id, signed.media_type) != protected
    ):
        raise ValueError("headers")
    return signed


def _protected(key: bytes, media_type: str) -> bytes:
    typed = {_TYPE: media_type} if media_type else {}
    return cbor.encode({_ALGORITHM: _ES256, _KEY_ID: key, **typed})


def _message(protected: bytes, payload: bytes) -> bytes:
    return cbor.encode(("Signature1", protected, b"", payload))
