"""An entry's proof as a file of its own: C2SP tlog-proof (`.tlog-proof`).

It holds the index, the audit path and the signed checkpoint. Our files carry the entry itself as
`extra` data, so that a proof says by itself what it proves; the leaf is trusted only because it
hashes up to the signed root.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash, verify_inclusion
from hocba.core.registry.checkpoint import Verify
from hocba.core.registry.witness import CosignedCheckpoint, open_cosigned

HEADER = "c2sp.org/tlog-proof@v1"
MAX_BYTES = 256 * 1024
_MOST_HASHES = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Index of an entry, its audit path from the leaf upwards, the checkpoint, extra data."""

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes = b""


def write_tlog_proof(proof: TlogProof) -> str:
    """Write the file; the same proof gives the same text."""
    extra = f"extra {b64encode(proof.extra).decode()}\n" if proof.extra else ""
    hashes = "".join(f"{b64encode(node).decode()}\n" for node in proof.path)
    return f"{HEADER}\n{extra}index {proof.index}\n{hashes}\n{proof.note}"


def read_tlog_proof(text: str) -> TlogProof:
    """Read a file; anything that `write_tlog_proof` would spell otherwise is refused.

    Raises:
        HocbaError: "tlog_proof.unreadable", "tlog_proof.too_large".
    """
    if len(text) > MAX_BYTES:
        raise HocbaError("tlog_proof.too_large", limit=MAX_BYTES)
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    try:
        extra = b""
        if lines[1].startswith("extra "):
            extra = b64decode(lines.pop(1).removeprefix("extra "), validate=True)
        index = _INDEX.fullmatch(lines[1])
        path = tuple(b64decode(line, validate=True) for line in lines[2:])
        if index is None or len(path) > _MOST_HASHES or any(len(node) != 32 for node in path):
            raise ValueError(head)
        proof = TlogProof(int(index[1]), path, note, extra)
    except (ValueError, IndexError) as error:
        raise HocbaError("tlog_proof.unreadable") from error
    if write_tlog_proof(proof) != text:
        raise HocbaError("tlog_proof.unreadable")
    return proof


def check_tlog_proof(
    *,
    proof: TlogProof,
    leaf: bytes,
    keys: Sequence[str],
    witnesses: Sequence[str],
    verify: Verify,
) -> CosignedCheckpoint | None:
    """Return the checkpoint that proves the leaf at its index, None when nothing is proven.

    Whether the cosignatures are enough is the caller's policy.
    """
    opened = open_cosigned(note=proof.note, keys=keys, witnesses=witnesses, verify=verify)
    if opened is None:
        return None
    proven = verify_inclusion(
        leaf=leaf_hash(leaf),
        index=proof.index,
        size=opened.checkpoint.size,
        proof=proof.path,
        root=opened.checkpoint.root,
    )
    return opened if proven else None
