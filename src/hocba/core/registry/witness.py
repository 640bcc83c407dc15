"""Witnesses: others who saw the log and say that it only grew.

C2SP tlog-cosignature ("cosignature/v1", Ed25519) and tlog-witness (`add-checkpoint`): reading and
writing both, verifying cosignatures, and what a witness answers. What it remembers, its clock and
its key come in as arguments.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise

from hocba.core.merkle import verify_consistency
from hocba.core.registry.checkpoint import (
    COSIGNATURE,
    Checkpoint,
    NoteSignature,
    SignedNote,
    Verify,
    key_id,
    public_key_of,
    read_body,
    read_note,
    signed_by,
)

MAX_REQUEST_BYTES = 128 * 1024
_MOST_PROOF_LINES = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_EMPTY_ROOT = sha256().digest()


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's word: its name, when it said so, and the line of the note that proves it."""

    name: str
    at: datetime
    line: str


@dataclass(frozen=True, slots=True)
class CosignedCheckpoint:
    """A checkpoint that a known log key signed, with the known witnesses that saw it."""

    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request to a witness: the size that it saw last, the proof from there, the new note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str

    @property
    def origin(self) -> str:
        """The log's name, as the note says."""
        return self.note.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """What a witness answers: an HTTP status; for 200 what it cosigns, for 409 what it knows."""

    status: int
    checkpoint: Checkpoint | None = None
    note: str = ""  # the signed note with the lines of the log alone
    known_size: int = 0


def cosign(
    *,
    checkpoint_body: str,
    key_name: str,
    public_key: bytes,
    sign: Callable[[bytes], bytes],
    at: datetime,
) -> str:
    """Return the signature line of a witness, without its end."""
    seconds = int(at.timestamp())
    value = seconds.to_bytes(8) + sign(_message(checkpoint_body, seconds))
    signer = key_id(name=key_name, public_key=public_key, kind=COSIGNATURE)
    return NoteSignature(key_name, signer, value).line


def open_cosigned(
    *, note: str, keys: Sequence[str], witnesses: Sequence[str], verify: Verify
) -> CosignedCheckpoint | None:
    """Return the checkpoint and which witnesses (vkeys) cosigned it; None as `open_checkpoint`.

    Lines of unknown witnesses are passed over; a line that names a known one and does not verify
    spoils the note. Each witness counts once, however often it signed.
    """
    read = read_note(note)
    checkpoint = None if read is None else read_body(read.body)
    if read is None or checkpoint is None:
        return None
    good, bad = signed_by(note=read, keys=keys, verify=verify)
    if not good or bad:
        return None
    cosignatures = cosignatures_in(note=read, witnesses=witnesses, verify=verify)
    return None if cosignatures is None else CosignedCheckpoint(checkpoint, cosignatures)


def cosignatures_in(
    *, note: SignedNote, witnesses: Sequence[str], verify: Verify
) -> tuple[Cosignature, ...] | None:
    """Return what known witnesses signed, one line each; None when a line only claims so."""
    found: dict[tuple[str, bytes], Cosignature] = {}
    known = [one for one in (public_key_of(key, kind=COSIGNATURE) for key in witnesses) if one]
    for line in note.signatures:
        for name, public_key in known:
            signer = key_id(name=name, public_key=public_key, kind=COSIGNATURE)
            if (name, signer) != (line.name, line.key_id):
                continue
            at = _instant(line.value[:8])
            message = _message(note.body, int.from_bytes(line.value[:8]))
            if at is None or not verify(public_key, message, line.value[8:]):
                return None
            found.setdefault((name, public_key), Cosignature(name, at, line.line))
    return tuple(found.values())


def with_cosignatures(*, note: str, lines: Sequence[str]) -> str:
    """Return the note with more signature lines after its own."""
    return note + "".join(f"{line}\n" for line in lines)


def _message(body: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def _instant(seconds: bytes) -> datetime | None:
    if len(seconds) != 8:
        return None
    try:
        return datetime.fromtimestamp(int.from_bytes(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def write_add_checkpoint(request: AddCheckpoint) -> bytes:
    """Write a request as it is posted."""
    proof = "".join(f"{b64encode(node).decode()}\n" for node in request.proof)
    return f"old {request.old_size}\n{proof}\n{request.note}".encode()


def read_add_checkpoint(data: bytes) -> AddCheckpoint | None:
    """Read a posted request; None when it is malformed (a witness answers 400)."""
    if len(data) > MAX_REQUEST_BYTES:
        return None
    try:
        head, _, note = data.decode("utf-8").partition("\n\n")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        proof = tuple(b64decode(line, validate=True) for line in lines)
    except ValueError:
        return None
    if old is None or len(proof) > _MOST_PROOF_LINES or any(len(node) != 32 for node in proof):
        return None
    request = AddCheckpoint(int(old[1]), proof, note)
    return request if write_add_checkpoint(request) == data and note else None


def decide(
    *, request: AddCheckpoint, keys: Sequence[str] | None, known: Checkpoint | None, verify: Verify
) -> WitnessAnswer:
    """Say what a witness answers (C2SP tlog-witness, `add-checkpoint`).

    `keys` are the trusted vkeys of the log that the note names, None for an unknown log; `known` is
    what was cosigned last. The order of the checks is that of the specification.
    """
    if keys is None:
        return WitnessAnswer(404)
    read = read_note(request.note)
    checkpoint = None if read is None else read_body(read.body)
    if read is None or checkpoint is None:
        return WitnessAnswer(400)
    good, bad = signed_by(note=read, keys=keys, verify=verify)
    if not good or bad:
        return WitnessAnswer(403)
    if request.old_size > checkpoint.size:
        return WitnessAnswer(400)
    known_size = 0 if known is None else known.size
    if request.old_size != known_size:
        return WitnessAnswer(409, known_size=known_size)
    if not _consistent(request, checkpoint, known):
        return WitnessAnswer(422)
    note = "".join(f"{line.line}\n" for line in good)
    return WitnessAnswer(200, checkpoint, f"{read.body}\n{note}")


def _consistent(request: AddCheckpoint, checkpoint: Checkpoint, known: Checkpoint | None) -> bool:
    if checkpoint.size == 0 and checkpoint.root != _EMPTY_ROOT:
        return False
    if known is None or known.size == 0:
        return not request.proof
    return verify_consistency(
        old_size=known.size,
        old_root=known.root,
        new_size=checkpoint.size,
        new_root=checkpoint.root,
        proof=request.proof,
    )


def witness_problem(*, witnesses: Sequence[str], quorum: int) -> bool:
    """Whether a list of witnesses cannot be used: no vkey, one key twice, a quorum out of reach."""
    keys = [public_key_of(key, kind=COSIGNATURE) for key in witnesses]
    known = sorted(one[1] for one in keys if one is not None and len(one[1]) == 32)
    twice = any(one == other for one, other in pairwise(known))
    return len(known) != len(witnesses) or twice or not 0 <= quorum <= len(witnesses)
