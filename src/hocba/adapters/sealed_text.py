"""Short secrets at rest (AES-256-GCM), so that a copy of the database opens nobody's second factor.

The caller derives the key from a secret outside the database; the tag says which form this is, so
that a later form can stand beside it.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hocba.core.errors import HocbaError

_FORM = "v1."
_NONCE_BYTES = 12


def seal_text(*, text: str, key: bytes) -> str:
    """Return the text encrypted under a key of 32 bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _FORM.encode())
    return _FORM + urlsafe_b64encode(nonce + sealed).decode("ascii")


def open_text(*, sealed: str, keys: Sequence[bytes]) -> str:
    """Return what was sealed under one of the keys, the newest first.

    Raises:
        HocbaError: "accounts.secret_unreadable".
    """
    if sealed.startswith(_FORM):
        data = urlsafe_b64decode(sealed[len(_FORM) :])
        nonce, secret = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
        for key in keys:
            try:
                plain = AESGCM(key).decrypt(nonce, secret, _FORM.encode())
            except InvalidTag:
                continue
            return plain.decode()
    raise HocbaError("accounts.secret_unreadable")
