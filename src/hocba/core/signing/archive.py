"""The archive of a year: trees over all issued transcripts, stamped and stamped again in time.

After RFC 4998 (Evidence Record Syntax): an `ArchiveTree` with its stamps is an archive time-stamp
chain (§5.1), the `Archive` is the sequence of chains, the `ArchiveProof` is one transcript's
evidence record with reduced hash trees (§4.2). A stamp is renewed by a stamp over it (§5.2,
time-stamp renewal); a hash is renewed by a new tree over the transcripts and all that was proven
before (§5.2, hash-tree renewal). `archive_files` writes both, `archive_check` judges them.

Stamps are made over short texts that name the hash and what is meant, so that anybody can make them
again with a text editor and `openssl ts`:

    hocba-archive-item/1      hocba-archive-tree/1     hocba-archive-renewal/1
    sha256                    sha256                   sha256
    document <digest>         2024-2025                token <digest>
    certificate <digest> …    <number of items>        certificate <digest> …
    crl <digest> …            <root>                   crl <digest> …
    ocsp <digest> …                                    ocsp <digest> …
    previous <digest>

A leaf is the digest of an item; `previous`, in trees after the first, is that of the proof as it
stood before. Leaves and nodes are hashed as in RFC 6962.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hocba.core.errors import HocbaError
from hocba.core.merkle import HASHES
from hocba.core.signing.timestamps import Stamp, read_stamp, stamp_time
from hocba.core.signing.trust import NO_EVIDENCE, Evidence

MAX_ITEMS = 1 << 32
_MAX_TREES, _MAX_STAMPS, _MAX_ANSWERS = 8, 64, 32
_KINDS = ("certificates", "crls", "ocsps")
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._-]{0,59}")


@dataclass(frozen=True, slots=True)
class ArchiveStamp:
    """A time-stamp token (DER), and what authorities said of its signer when it was renewed."""

    token: bytes
    answers: Evidence = NO_EVIDENCE


@dataclass(frozen=True, slots=True)
class ArchiveTree:
    """One tree by its root, and the stamps that follow each other over it."""

    algorithm: str
    size: int
    root: bytes
    stamps: tuple[ArchiveStamp, ...] = ()


@dataclass(frozen=True, slots=True)
class Archive:
    """All trees over one year, the oldest first."""

    name: str
    trees: tuple[ArchiveTree, ...]


@dataclass(frozen=True, slots=True)
class ArchiveProof:
    """The archive, and where one transcript stands in each tree: (index, audit path)."""

    archive: Archive
    places: tuple[tuple[int, tuple[bytes, ...]], ...]


def digest(algorithm: str, data: bytes) -> bytes:
    """Hash with a named algorithm of `merkle.HASHES`."""
    return bytes(HASHES[algorithm](data).digest())


def item_digest(
    *, algorithm: str, document: bytes, evidence: Evidence, previous: bytes = b""
) -> bytes:
    """Return the leaf of one issued transcript with what was kept beside it.

    `previous` is the proof file (`write_proof`) by the trees before this one.
    """
    lines = [f"document {digest(algorithm, document).hex()}"]
    lines += _evidence_lines(algorithm, evidence)
    if previous:
        lines.append(f"previous {digest(algorithm, previous).hex()}")
    return digest(algorithm, _text("item", algorithm, lines))


def statement(archive: Archive) -> bytes:
    """Return the text that the next stamp is made over: the newest tree, or its newest stamp."""
    tree = archive.trees[-1]
    if not tree.stamps:
        return tree_statement(archive.name, tree)
    return renewal_statement(tree.algorithm, tree.stamps[-1])


def tree_statement(name: str, tree: ArchiveTree) -> bytes:
    """Return what the first stamp of a tree says."""
    return _text("tree", tree.algorithm, [name, str(tree.size), tree.root.hex()])


def renewal_statement(algorithm: str, before: ArchiveStamp) -> bytes:
    """Return what a stamp over an earlier stamp says: the token, and the answers kept with it."""
    token = f"token {digest(algorithm, before.token).hex()}"
    return _text("renewal", algorithm, [token, *_evidence_lines(algorithm, before.answers)])


def new_archive(*, name: str, algorithm: str, size: int, root: bytes) -> Archive:
    """Begin an archive that still waits for its first stamp.

    Raises:
        HocbaError: "archive.unreadable" for a name, hash, size or root that no archive can have.
    """
    return held(Archive(name, (ArchiveTree(algorithm, size, root),)))


def with_answers(archive: Archive, answers: Evidence) -> Archive:
    """Put what is known of the newest stamp's authority beside it, before the stamp is renewed."""
    tree = archive.trees[-1]
    last = replace(tree.stamps[-1], answers=_sorted(answers))
    return _with_last(archive, replace(tree, stamps=(*tree.stamps[:-1], last)))


def with_stamp(archive: Archive, token: bytes) -> Archive:
    """Add a stamp over `statement(archive)`.

    Raises:
        HocbaError: "timestamp.*" when it is not over it or its signature does not hold,
            "archive.stamp_earlier" when it is older than the one that it renews.
    """
    tree = archive.trees[-1]
    imprint = digest(tree.algorithm, statement(archive))
    made = read_stamp(token=token, imprint=imprint, algorithm=tree.algorithm)
    if any(stamp_time(one.token) > made.time for tree in archive.trees for one in tree.stamps):
        raise HocbaError("archive.stamp_earlier")
    return _with_last(archive, replace(tree, stamps=(*tree.stamps, ArchiveStamp(token))))


def newest_stamp(archive: Archive) -> Stamp:
    """Read the newest stamp, whose authority must be asked about before it is renewed.

    Raises:
        HocbaError: "timestamp.*" when it does not hold.
    """
    tree = archive.trees[-1]
    renews = (
        renewal_statement(tree.algorithm, tree.stamps[-2])
        if len(tree.stamps) > 1
        else tree_statement(archive.name, tree)
    )
    return read_stamp(
        token=tree.stamps[-1].token,
        imprint=digest(tree.algorithm, renews),
        algorithm=tree.algorithm,
    )


def with_tree(archive: Archive, *, algorithm: str, size: int, root: bytes) -> Archive:
    """Add a tree by another hash over the same items and what was proven of them before.

    Raises:
        HocbaError: "archive.unreadable".
    """
    return held(replace(archive, trees=(*archive.trees, ArchiveTree(algorithm, size, root))))


def held(archive: Archive) -> Archive:
    """Return an archive that is within its bounds.

    Raises:
        HocbaError: "archive.unreadable".
    """
    answers = [stamp.answers for tree in archive.trees for stamp in tree.stamps]
    if (
        not _NAME.fullmatch(archive.name)
        or not 0 < len(archive.trees) <= _MAX_TREES
        or any(
            tree.algorithm not in HASHES
            or not 0 < tree.size <= MAX_ITEMS
            or len(tree.root) != len(digest(tree.algorithm, b""))
            or len(tree.stamps) > _MAX_STAMPS
            for tree in archive.trees
        )
        or any(not tree.stamps for tree in archive.trees[:-1])
        or any(len(one.certificates + one.crls + one.ocsps) > _MAX_ANSWERS for one in answers)
        or any(one != _sorted(one) for one in answers)
    ):
        raise HocbaError("archive.unreadable")
    return archive


def _with_last(archive: Archive, tree: ArchiveTree) -> Archive:
    return held(replace(archive, trees=(*archive.trees[:-1], tree)))


def _sorted(evidence: Evidence) -> Evidence:
    return Evidence(*(tuple(sorted(set(getattr(evidence, kind)))) for kind in _KINDS))


def _evidence_lines(algorithm: str, evidence: Evidence) -> list[str]:
    kinds = (
        ("certificate", evidence.certificates),
        ("crl", evidence.crls),
        ("ocsp", evidence.ocsps),
    )
    return [
        f"{kind} {line}"
        for kind, held in kinds
        for line in sorted({digest(algorithm, der).hex() for der in held})
    ]


def _text(kind: str, algorithm: str, lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in (f"hocba-archive-{kind}/1", algorithm, *lines)).encode()
