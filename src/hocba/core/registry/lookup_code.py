"""Binding a lookup code to a log entry without publishing the code."""

from hashlib import sha256

SALT_BYTES = 16


def lookup_digest(*, lookup_uuid: str, salt: bytes) -> bytes:
    """SHA-256 over a random salt and the lookup code; the salt travels in the bundle alone."""
    return sha256(b"hocba-lookup/1\n" + salt + lookup_uuid.encode("ascii")).digest()
