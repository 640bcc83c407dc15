"""The archive file and a transcript's proof as JSON: `hocba-archive/1`, `hocba-archive-proof/1`.

Each has one spelling and bounds, which are held before anything is judged.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from hocba.core.errors import HocbaError
from hocba.core.signing.archive import (
    Archive,
    ArchiveProof,
    ArchiveStamp,
    ArchiveTree,
    held,
)
from hocba.core.signing.trust import Evidence

FORMAT, PROOF = "hocba-archive/1", "hocba-archive-proof/1"
MAX_BYTES, _MAX_PATH = 1024 * 1024, 32
_KINDS = ("certificates", "crls", "ocsps")
_Found = TypeVar("_Found")


def proof_before(proof: ArchiveProof, trees: int) -> bytes:
    """Return the proof file as it stood when there were only so many trees, b"" for none."""
    if not trees:
        return b""
    earlier = replace(proof.archive, trees=proof.archive.trees[:trees])
    return write_proof(ArchiveProof(earlier, proof.places[:trees]))


def write_archive(archive: Archive) -> bytes:
    """Write the archive file; the same archive gives the same bytes."""
    return _dump({"format": FORMAT, **_archive_values(archive)})


def read_archive(data: bytes) -> Archive:
    """Read a file that `write_archive` wrote; anything else is refused.

    Raises:
        HocbaError: "archive.unreadable".
    """
    return _read(data, _archive, write_archive)


def write_proof(proof: ArchiveProof) -> bytes:
    """Write one transcript's proof; the same proof gives the same bytes."""
    places = [{"index": index, "path": [one.hex() for one in path]} for index, path in proof.places]
    return _dump({"format": PROOF, **_archive_values(proof.archive), "places": places})


def read_proof(data: bytes) -> ArchiveProof:
    """Read a file that `write_proof` wrote; anything else is refused.

    Raises:
        HocbaError: "archive.unreadable".
    """
    return _read(data, _proof, write_proof)


def _read(data: bytes, build: Callable[[Any], _Found], write: Callable[[_Found], bytes]) -> _Found:
    if len(data) > MAX_BYTES:
        raise HocbaError("archive.unreadable")
    try:
        found = build(json.loads(data))
        # One way to write it: nothing can hide in spaces, order or unknown fields.
        same = write(found) == data
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise HocbaError("archive.unreadable") from error
    if not same:
        raise HocbaError("archive.unreadable")
    return found


def _archive(values: Any) -> Archive:
    trees = tuple(
        ArchiveTree(
            algorithm=str(one["hash"]),
            size=int(one["size"]),
            root=bytes.fromhex(one["root"]),
            stamps=tuple(
                ArchiveStamp(
                    _bytes(stamp["token"]),
                    Evidence(*(tuple(map(_bytes, stamp[kind])) for kind in _KINDS)),
                )
                for stamp in one["stamps"]
            ),
        )
        for one in values["trees"]
    )
    return held(Archive(str(values["name"]), trees))


def _proof(values: Any) -> ArchiveProof:
    archive = _archive(values)
    places = tuple(
        (int(one["index"]), tuple(bytes.fromhex(node) for node in one["path"]))
        for one in values["places"]
    )
    if len(places) != len(archive.trees) or any(len(path) > _MAX_PATH for _, path in places):
        raise HocbaError("archive.unreadable")
    return ArchiveProof(archive, places)


def _archive_values(archive: Archive) -> dict[str, Any]:
    return {
        "name": archive.name,
        "trees": [
            {
                "hash": tree.algorithm,
                "size": tree.size,
                "root": tree.root.hex(),
                "stamps": [
                    {
                        "token": _base64(stamp.token),
                        **{
                            kind: [_base64(der) for der in getattr(stamp.answers, kind)]
                            for kind in _KINDS
                        },
                    }
                    for stamp in tree.stamps
                ],
            }
            for tree in archive.trees
        ],
    }


def _dump(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _bytes(text: Any) -> bytes:
    return b64decode(text, validate=True)
