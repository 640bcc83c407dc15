"""The log's head, signed: C2SP tlog-checkpoint in a C2SP signed note (Ed25519).

Keys do not live here: signing and verifying come in as functions.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

ED25519, COSIGNATURE = b"\x01", b"\x04"  # kinds of keys (C2SP signed-note, "Signature types")
_MAX_NOTE = 64 * 1024

Verify = Callable[[bytes, bytes, bytes], bool]
"""Says whether a public key (32 bytes) signed a message: key, message, signature."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's name, its size and its root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line of a note: who says to have signed, the key's four bytes, the value."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, without its end."""
        return f"— {self.name} {b64encode(self.key_id + self.value).decode()}"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note's text, which ends in a newline, and its well-formed signature lines."""

    body: str
    signatures: tuple[NoteSignature, ...]


def note_body(checkpoint: Checkpoint) -> str:
    """Return the text that is signed."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode()}\n"


def key_id(*, name: str, public_key: bytes, kind: bytes = ED25519) -> bytes:
    """Return the four bytes that name a key in a note (C2SP signed-note)."""
    return sha256(name.encode() + b"\n" + kind + public_key).digest()[:4]


def vkey(name: str, public_key: bytes, *, kind: bytes = ED25519) -> str:
    """Write a verifier key: name+hash+base64(kind ‖ key)."""
    key = b64encode(kind + public_key).decode()
    return f"{name}+{key_id(name=name, public_key=public_key, kind=kind).hex()}+{key}"


def sign_checkpoint(
    *,
    checkpoint: Checkpoint,
    key_name: str,
    public_key: bytes,
    sign: Callable[[bytes], bytes],
) -> str:
    """Return the signed note of a checkpoint."""
    note = f"{note_body(checkpoint)}\n"
    return add_signature(note=note, key_name=key_name, public_key=public_key, sign=sign)


def add_signature(
    *, note: str, key_name: str, public_key: bytes, sign: Callable[[bytes], bytes]
) -> str:
    """Return a note with one more signature line: while a new key takes over, both sign."""
    body = note.rpartition("\n\n")[0] + "\n"
    signer = key_id(name=key_name, public_key=public_key)
    return f"{note}{NoteSignature(key_name, signer, sign(body.encode())).line}\n"


def open_checkpoint(*, note: str, keys: Sequence[str], verify: Verify) -> Checkpoint | None:
    """Return the checkpoint when one of the keys (vkeys) signed the note, else None.

    A line that names one of the keys and does not verify spoils the whole note (C2SP signed-note).
    """
    read = read_note(note)
    if read is None:
        return None
    good, bad = signed_by(note=read, keys=keys, verify=verify)
    return read_body(read.body) if good and not bad else None


def read_note(note: str) -> SignedNote | None:
    """Take a note apart; lines that are no signatures are left out, as those of strangers are."""
    if len(note) > _MAX_NOTE:
        return None
    body, found, signatures = note.rpartition("\n\n")
    if not found or not signatures.endswith("\n"):
        return None
    lines = (_signature(line) for line in signatures[:-1].split("\n"))
    return SignedNote(body + "\n", tuple(line for line in lines if line is not None))


def signed_by(
    *, note: SignedNote, keys: Sequence[str], verify: Verify
) -> tuple[tuple[NoteSignature, ...], tuple[NoteSignature, ...]]:
    """Return the lines that the keys (vkeys of logs) made, and those that only claim so."""
    known = [one for one in map(public_key_of, keys) if one is not None]
    good, bad = [], []
    try:
        body = note.body.encode()
    except UnicodeEncodeError:
        return (), ()
    for line in note.signatures:
        named = [
            public_key
            for name, public_key in known
            if name == line.name and key_id(name=name, public_key=public_key) == line.key_id
        ]
        if any(verify(public_key, body, line.value) for public_key in named):
            good.append(line)
        elif named:
            bad.append(line)
    return tuple(good), tuple(bad)


def public_key_of(key: str, *, kind: bytes = ED25519) -> tuple[str, bytes] | None:
    """Read a vkey of one kind: its name and public key; None when it is none such."""
    try:
        name, known, encoded = key.split("+", 2)  # a name holds no plus sign (C2SP)
        decoded = b64decode(encoded, validate=True)
        if (
            decoded[:1] != kind
            or known != key_id(name=name, public_key=decoded[1:], kind=kind).hex()
        ):
            return None
    except ValueError:
        return None
    return name, decoded[1:]


def _signature(line: str) -> NoteSignature | None:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not parts[1]:
        return None
    try:
        value = b64decode(parts[2], validate=True)
    except ValueError:
        return None
    # One signature, one spelling.
    signature = NoteSignature(parts[1], value[:4], value[4:])
    return signature if signature.value and signature.line == line else None


def read_body(body: str) -> Checkpoint | None:
    """Read the text of a checkpoint; it says nothing about who signed it."""
    lines = body.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[1].isdecimal():
        return None
    try:
        checkpoint = Checkpoint(lines[0], int(lines[1]), b64decode(lines[2], validate=True))
    except ValueError:
        return None
    return checkpoint if len(checkpoint.root) == 32 and note_body(checkpoint) == body else None
