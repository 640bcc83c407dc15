"""The log as static files: C2SP tlog-tiles (tile height 8).

A tile of level L holds up to 256 hashes, each the root over 256^L entries; an entry bundle holds
the 256 leaves below one tile of level 0. Full tiles never change, so they can be cached for ever;
the last tile of a level is partial and named by its width. From tiles, every root and proof is
computed by reading a few of them, however long the log is.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hocba.core.errors import HocbaError
from hocba.core.merkle import (
    consistency_path,
    inclusion_path,
    node_hash,
    split_of,
    tree_root,
)

HEIGHT, WIDTH, HASH_BYTES = 8, 256, 32
_MOST_LEAF_BYTES = 0xFFFF
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/(?P<index>(x[0-9]{3}/){0,5}[0-9]{3})"
    r"(\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """Place of a tile: level, index on that level, how many hashes it holds (1 to 256)."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """Where it is served, below the log's address."""
        return f"tile/{self.level}/{_numbered(self.index, self.width)}"

    @property
    def entries_path(self) -> str:
        """Where the entries below it are served; for level 0 alone."""
        return f"tile/entries/{_numbered(self.index, self.width)}"


def _numbered(index: int, width: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03}")
    partial = f".p/{width}" if width < WIDTH else ""
    return "/".join(reversed(groups)) + partial


def tile_of_path(path: str) -> tuple[Tile, bool] | None:
    """Read the path of a tile, or of a bundle of entries (then True); None when it is neither."""
    matched = _PATH.fullmatch(path)
    if matched is None:
        return None
    index = int(matched["index"].replace("/", "").replace("x", ""))
    entries = matched["level"] == "entries"
    tile = Tile(0 if entries else int(matched["level"]), index, int(matched["width"] or WIDTH))
    return (tile, entries) if path == (tile.entries_path if entries else tile.path) else None


def tiles_of_growth(*, old_size: int, new_size: int) -> Iterator[Tile]:
    """Yield the tiles that a tree of `new_size` has and one of `old_size` has not, lowest first."""
    level = 0
    while new_size >> (HEIGHT * level):
        old, new = old_size >> (HEIGHT * level), new_size >> (HEIGHT * level)
        if old < new:
            for index in range(old // WIDTH, (new + WIDTH - 1) // WIDTH):
                yield Tile(level, index, min(WIDTH, new - index * WIDTH))
        level += 1


def entry_bundle(leaves: Sequence[bytes]) -> bytes:
    """Write leaves as a bundle: each with its length in two bytes before it.

    Raises:
        HocbaError: "registry.entry_too_long".
    """
    if any(len(leaf) > _MOST_LEAF_BYTES for leaf in leaves):
        raise HocbaError("registry.entry_too_long")
    return b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)


def entries_in(bundle: bytes) -> list[bytes]:
    """Read a bundle's leaves.

    Raises:
        HocbaError: "registry.tile_unreadable".
    """
    leaves, place = [], 0
    while place < len(bundle):
        length = int.from_bytes(bundle[place : place + 2])
        leaf = bundle[place + 2 : place + 2 + length]
        if place + 2 > len(bundle) or len(leaf) != length:
            raise HocbaError("registry.tile_unreadable")
        leaves.append(leaf)
        place += 2 + length
    return leaves


ReadTile = Callable[[Tile], bytes]
"""Gives a tile's bytes: its hashes, one after the other."""


@dataclass(frozen=True, slots=True)
class TiledTree:
    """The log's tree at one size, over tiles read when they are needed.

    What it computes is only as honest as the tiles; compare `root()` with a signed checkpoint.
    """

    size: int
    read: ReadTile

    def hashes(self, tile: Tile) -> list[bytes]:
        """Return a tile's hashes.

        Raises:
            HocbaError: "registry.tile_unreadable" when it does not hold `width` hashes.
        """
        data = self.read(tile)
        if len(data) != tile.width * HASH_BYTES:
            raise HocbaError("registry.tile_unreadable")
        return [data[place : place + HASH_BYTES] for place in range(0, len(data), HASH_BYTES)]

    def tile_at(self, level: int, index: int) -> Tile:
        """Return the place of a tile as wide as this tree has it."""
        return Tile(level, index, min(WIDTH, (self.size >> (HEIGHT * level)) - index * WIDTH))

    def subtree(self, low: int, high: int) -> bytes:
        """Return the root over the entries from `low` up to, without, `high`."""
        size = high - low
        if size & (size - 1) or low % size:
            split = low + split_of(size)
            return node_hash(self.subtree(low, split), self.subtree(split, high))
        level, height = divmod(size.bit_length() - 1, HEIGHT)
        first = low >> (HEIGHT * level)
        tile = self.tile_at(level, first // WIDTH)
        place = first % WIDTH
        return tree_root(self.hashes(tile)[place : place + (1 << height)])

    def root(self) -> bytes:
        """Return the root over the whole tree."""
        return self.subtree(0, self.size) if self.size else tree_root(())

    def full_subtrees(self) -> list[tuple[int, bytes]]:
        """Return the full subtrees that the tree consists of: size and root, largest first."""
        found, low = [], 0
        for bit in range(self.size.bit_length() - 1, -1, -1):
            size = 1 << bit
            if self.size & size:
                found.append((size, self.subtree(low, low + size)))
                low += size
        return found

    def inclusion(self, index: int) -> list[bytes]:
        """Return the audit path of an entry.

        Raises:
            IndexError: when there is no such entry.
        """
        return inclusion_path(index=index, size=self.size, subtree=self.subtree)

    def consistency(self, old_size: int) -> list[bytes]:
        """Return the proof that the tree of `old_size` is a prefix of this one.

        Raises:
            IndexError: when the old tree is empty or larger.
        """
        return consistency_path(old_size=old_size, size=self.size, subtree=self.subtree)
