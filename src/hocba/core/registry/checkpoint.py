"""The log's head, signed: C2SP tlog-checkpoint in a C2SP signed note (Ed25519).

Keys do not live here: signing and verifying come in as functions.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

_ED25519 = b"\x01"
_MAX_NOTE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's name, its size and its root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes


def note_body(checkpoint: Checkpoint) -> str:
    """Return the text that is signed."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode()}\n"


def key_id(*, name: str, public_key: bytes) -> bytes:
    """Return the four bytes that name a key in a note (C2SP signed-note)."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def vkey(name: str, public_key: bytes) -> str:
    """Write a verifier key: name+hash+base64(0x01 ‖ key)."""
    key = b64encode(_ED25519 + public_key).decode()
    return f"{name}+{key_id(name=name, public_key=public_key).hex()}+{key}"


def sign_checkpoint(
    *,
    checkpoint: Checkpoint,
    key_name: str,
    public_key: bytes,
    sign: Callable[[bytes], bytes],
) -> str:
    """Return the signed note of a checkpoint."""
    body = note_body(checkpoint)
    value = key_id(name=key_name, public_key=public_key) + sign(body.encode())
    return f"{body}\n— {key_name} {b64encode(value).decode()}\n"


def open_checkpoint(
    *,
    note: str,
    keys: Sequence[str],
    verify: Callable[[bytes, bytes, bytes], bool],
) -> Checkpoint | None:
    """Return the checkpoint when one of the keys (vkeys) signed the note, else None.

    `verify` is called with public key (32 bytes), message, signature.
    """
    if len(note) > _MAX_NOTE:
        return None
    body, found, signatures = note.rpartition("\n\n")
    if not found or not signatures.endswith("\n"):
        return None
    body += "\n"
    for line in signatures[:-1].split("\n"):
        parts = line.split(" ")
        if len(parts) == 3 and parts[0] == "—" and _signed(body, parts[1], parts[2], keys, verify):
            return _read(body)
    return None


def _signed(
    body: str,
    name: str,
    value: str,
    keys: Sequence[str],
    verify: Callable[[bytes, bytes, bytes], bool],
) -> bool:
    try:
        signature = b64decode(value, validate=True)
        if b64encode(signature).decode() != value:
            return False  # one signature, one spelling
        for key in keys:
            # A vkey is name+hash+key; the name itself may hold no plus sign (C2SP).
            key_name, _, encoded = key.split("+", 2)
            public_key = b64decode(encoded, validate=True)[1:]
            if key_name != name or signature[:4] != key_id(name=name, public_key=public_key):
                continue
            if verify(public_key, body.encode(), signature[4:]):
                return True
    except ValueError:
        return False
    return False


def _read(body: str) -> Checkpoint | None:
    lines = body.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[1].isdecimal():
        return None
    try:
        checkpoint = Checkpoint(lines[0], int(lines[1]), b64decode(lines[2], validate=True))
    except ValueError:
        return None
    return checkpoint if len(checkpoint.root) == 32 and note_body(checkpoint) == body else None
