"""A log as outsiders hold it: files below one address, read and judged from their bytes alone.

`check_log` recomputes all of them; `visit_log` compares a log with what it showed last time. Both
stop at the first place that is wrong and name it. Files come in through `read`, which raises
`HocbaError` "log.tile_missing" where there is none.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from hocba.core.errors import HocbaError
from hocba.core.merkle import GrowingTree, leaf_hash, tree_root, verify_consistency
from hocba.core.registry.checkpoint import Checkpoint, Verify
from hocba.core.registry.entry import LogEntry, decode
from hocba.core.registry.lifecycle import TranscriptState, advance
from hocba.core.registry.tiles import (
    HASH_BYTES,
    HEIGHT,
    WIDTH,
    Tile,
    TiledTree,
    entries_in,
    tiles_of_growth,
)
from hocba.core.registry.witness import CosignedCheckpoint, open_cosigned

CHECKPOINT = "checkpoint"
BACKWARDS = timedelta(seconds=60)  # entries of two issuers may cross; more is a wrong clock
_MOST_ODD = 100

ReadFile = Callable[[str], bytes]
"""Gives the bytes of a file of the log by its path."""


@dataclass(frozen=True, slots=True)
class LogTrust:
    """Whom to believe about a log: its vkeys, its witnesses' vkeys, how many must have signed."""

    keys: tuple[str, ...]
    witnesses: tuple[str, ...]
    quorum: int
    verify: Verify


@dataclass(frozen=True, slots=True)
class LogDifference:
    """The first place where a log is not what it says to be: a code, the file, the entry."""

    code: str
    path: str = ""
    index: int | None = None


@dataclass(frozen=True, slots=True)
class OddEntry:
    """An entry that hashes rightly and yet tells something that cannot be, or should be seen."""

    index: int
    code: str


@dataclass(slots=True)
class LogReport:
    """What was found in a log: its head, who witnessed it, the first difference, what is odd."""

    head: Checkpoint | None = None
    note: str = ""
    witnesses: tuple[str, ...] = ()
    difference: LogDifference | None = None
    odd: list[OddEntry] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # day, school, kind
    new_entries: int = 0
    latest_at: datetime | None = None

    def note_odd(self, index: int, code: str) -> None:
        """Remember an odd entry; beyond a hundred only the first are told."""
        if len(self.odd) < _MOST_ODD:
            self.odd.append(OddEntry(index, code))


@dataclass(frozen=True, slots=True)
class LogVisit:
    """What a monitor remembers: the head that it saw, its note, the latest time of an entry."""

    head: Checkpoint
    note: str
    latest_at: datetime | None


class _DifferentError(Exception):
    def __init__(self, code: str, path: str = "", index: int | None = None) -> None:
        super().__init__(code)
        self.difference = LogDifference(code, path, index)


def check_log(*, read: ReadFile, trust: LogTrust) -> LogReport:
    """Recompute a whole log: entries, tiles of every level, root, signatures, lives.

    (1) The checkpoint is signed by a known key and seen by enough witnesses.
    (2) Every bundle of entries hashes to its tile of level 0.
    (3) Every tile above holds the roots of the tiles below it.
    (4) The root over all entries is the signed one.
    Each transcript's life is a fold over the entries about its bytes; what does not follow is odd.
    """
    report = LogReport()
    lives: dict[bytes, TranscriptState] = {}
    try:
        head = _open(report, read, trust)  # (1)
        growing = GrowingTree()
        below: list[bytes] = []
        for tile in tiles_of_growth(old_size=0, new_size=head.size):
            if tile.level:
                break
            leaves, hashes = _entries(read, tile)  # (2)
            if tile.width == WIDTH:
                below.append(tree_root(hashes))
            for index, leaf in enumerate(leaves, start=tile.index * WIDTH):
                growing.add(hashes[index % WIDTH])
                _tell(report, index, leaf, lives)
        _check_upper(read, head.size, below)  # (3)
        if growing.root() != head.root:  # (4)
            raise _DifferentError("log.root", CHECKPOINT)
    except _DifferentError as error:
        report.difference = error.difference
    report.states.update(state.value for state in lives.values())
    return report


def visit_log(*, read: ReadFile, trust: LogTrust, before: LogVisit | None) -> LogReport:
    """Compare a log with the last visit and read what is new.

    (1) The checkpoint is signed by a known key and seen by enough witnesses.
    (2) It is not smaller than the last one, and of the same size only with the same root.
    (3) The tiles give its root, and prove that the last tree is a prefix of this one.
    (4) The new entries are those of the tiles, and added to the last tree they give the new root.
    """
    report = LogReport(latest_at=before.latest_at if before else None)
    try:
        head = _open(report, read, trust)  # (1)
        if before is not None and _unchanged(head, before.head):  # (2)
            return report
        tree = TiledTree(head.size, lambda tile: _file(read, tile.path))
        old_size = before.head.size if before else 0
        growing = _grown_from(tree, before, old_size)  # (3)
        for tile in _bundles(old_size, head.size):
            leaves, hashes = _entries(read, tile)  # (4)
            first = tile.index * WIDTH
            for index in range(max(first, old_size), first + tile.width):
                growing.add(hashes[index - first])
                _tell(report, index, leaves[index - first], None)
                report.new_entries += 1
        if growing.root() != head.root:
            raise _DifferentError("log.root", CHECKPOINT)
    except _DifferentError as error:
        report.difference = error.difference
    return report


def _open(report: LogReport, read: ReadFile, trust: LogTrust) -> Checkpoint:
    try:
        note = _file(read, CHECKPOINT).decode("utf-8")
    except UnicodeDecodeError:
        raise _DifferentError("log.checkpoint", CHECKPOINT) from None
    opened: CosignedCheckpoint | None = open_cosigned(
        note=note, keys=trust.keys, witnesses=trust.witnesses, verify=trust.verify
    )
    if opened is None:
        raise _DifferentError("log.checkpoint", CHECKPOINT)
    report.head, report.note = opened.checkpoint, note
    report.witnesses = tuple(one.name for one in opened.cosignatures)
    if len(report.witnesses) < trust.quorum:
        raise _DifferentError("log.witnesses", CHECKPOINT)
    return opened.checkpoint


def _unchanged(head: Checkpoint, seen: Checkpoint) -> bool:
    if head.origin != seen.origin:
        raise _DifferentError("log.other_log", CHECKPOINT)
    if head.size < seen.size:
        raise _DifferentError("log.rolled_back", CHECKPOINT)
    if head.size == seen.size and head.root != seen.root:
        raise _DifferentError("log.two_heads", CHECKPOINT)
    return head.size == seen.size


def _grown_from(tree: TiledTree, before: LogVisit | None, old_size: int) -> GrowingTree:
    """The tree of the last visit, from which the new one must grow."""
    try:
        if before is None or not old_size:
            return GrowingTree()
        proof = tree.consistency(old_size)
        old = TiledTree(old_size, lambda tile: _cut(tree, tile)).full_subtrees()
        new_root = tree.root()
    except HocbaError as refusal:
        raise _DifferentError(refusal.code, str(refusal.params.get("path", ""))) from refusal
    consistent = verify_consistency(
        old_size=old_size,
        old_root=before.head.root,
        new_size=tree.size,
        new_root=new_root,
        proof=proof,
    )
    growing = GrowingTree(old)
    if not consistent or growing.root() != before.head.root:
        raise _DifferentError("log.forked", CHECKPOINT)
    return growing


def _cut(tree: TiledTree, tile: Tile) -> bytes:
    """A tile of the smaller tree, from the wider one that the newer tree has."""
    wide = tree.hashes(tree.tile_at(tile.level, tile.index))
    return b"".join(wide[: tile.width])


def _bundles(old_size: int, new_size: int) -> Iterator[Tile]:
    for tile in tiles_of_growth(old_size=old_size, new_size=new_size):
        if tile.level:
            return
        yield tile


def _file(read: ReadFile, path: str) -> bytes:
    try:
        return read(path)
    except HocbaError as refusal:
        if refusal.code.startswith("log."):
            raise _DifferentError(refusal.code, path) from refusal
        raise


def _entries(read: ReadFile, tile: Tile) -> tuple[list[bytes], list[bytes]]:
    """Return the leaves below a tile and their hashes, which are those of the tile."""
    path = tile.entries_path
    try:
        leaves = entries_in(_file(read, path))
    except HocbaError as refusal:
        raise _DifferentError("log.entries", path) from refusal
    hashes = [leaf_hash(leaf) for leaf in leaves]
    if len(leaves) != tile.width:
        raise _DifferentError("log.entries", path, tile.index * WIDTH + len(leaves))
    _compare(_file(read, tile.path), hashes, tile)
    return leaves, hashes


def _compare(data: bytes, hashes: Sequence[bytes], tile: Tile) -> None:
    found = [data[place : place + HASH_BYTES] for place in range(0, len(data), HASH_BYTES)]
    for place, (one, other) in enumerate(zip_longest(found, hashes)):
        if one != other:
            first = (tile.index * WIDTH + place) << (HEIGHT * tile.level)
            raise _DifferentError("log.tile", tile.path, first)


def _check_upper(read: ReadFile, size: int, below: list[bytes]) -> None:
    level = 1
    while below:
        above = []
        for index in range((len(below) + WIDTH - 1) // WIDTH):
            hashes = below[index * WIDTH : (index + 1) * WIDTH]
            tile = Tile(level, index, len(hashes))
            _compare(_file(read, tile.path), hashes, tile)
            if tile.width == WIDTH:
                above.append(tree_root(hashes))
        below, level = above, level + 1


def _tell(
    report: LogReport, index: int, leaf: bytes, lives: dict[bytes, TranscriptState] | None
) -> None:
    """Count an entry, and follow the life of the transcript it is about."""
    try:
        entry = decode(leaf)
    except HocbaError as refusal:
        report.note_odd(index, refusal.code)
        return
    day = entry.at.date().isoformat()
    report.counts[day, entry.school_code, entry.kind.value] += 1
    if report.latest_at is not None and entry.at < report.latest_at - BACKWARDS:
        report.note_odd(index, "log.time_backwards")
    report.latest_at = max(report.latest_at or entry.at, entry.at)
    if lives is not None:
        _live(report, index, entry, lives)


def _live(
    report: LogReport, index: int, entry: LogEntry, lives: dict[bytes, TranscriptState]
) -> None:
    state = lives.get(entry.document_sha256, TranscriptState.UNKNOWN)
    try:
        lives[entry.document_sha256] = advance(state=state, event=entry.kind)
    except HocbaError as refusal:
        report.note_odd(index, refusal.code)


def totals(counts: Mapping[tuple[str, str, str], int]) -> list[dict[str, str | int]]:
    """Return the counts as rows, by day, school and kind."""
    return [
        {"day": day, "school": school, "kind": kind, "count": count}
        for (day, school, kind), count in sorted(counts.items())
    ]
