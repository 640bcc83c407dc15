"""Packs: immutable files, some tens of megabytes together, as one encrypted tar archive each.

Beside each pack lies its index in clear (digest, size and name a line; nothing personal: digests of
documents are in the public log). A pack counts when both are there and the index knows its size:
the index is written first, then the pack gets its name. So a cut leaves nothing that looks whole,
and the next backup into the same folder packs only what no index names.
"""

import re
import sqlite3
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from hocba.adapters.backups.sealed import Identity, Part, Recipient, opened, seal
from hocba.adapters.durable import UNFINISHED, refusing, stay, write_durably
from hocba.core.errors import HocbaError

INDEX_FORMAT = "hocba-pack/1"
PACK_BYTES = 64 << 20
_NAME = re.compile(r"(blobs/[0-9a-f]{64}|log/tile/[a-z0-9./]+)")
_INDEX_LINE = re.compile(r"([0-9a-f]{64}) ([0-9]+) (\S+)")


@dataclass(frozen=True, slots=True)
class Item:
    """One immutable file: `blobs/DIGEST` or `log/tile/…`, with size and SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Packs:
    """The packs of a backup target."""

    root: Path

    def clear(self) -> None:
        """Remove what a cut left behind: nothing of it counts."""
        for path in (*self.root.glob(f"{UNFINISHED}*"), *self.root.glob("*.part")):
            path.unlink(missing_ok=True)

    def whole(self) -> list[Part]:
        """Return the packs that count, in order of name."""
        found = []
        for path in sorted(self.root.glob("*.index")):
            part = self._part(path)
            pack = self.root / part.name
            if pack.exists() and pack.stat().st_size == part.size:
                found.append(part)
        return found

    def items(self, part: Part) -> Iterator[Item]:
        """Yield what a pack holds, by its index.

        Raises:
            HocbaError: "backup.index_unreadable".
        """
        with self._index(part).open(encoding="ascii", errors="replace") as file:
            next(file)
            for line in file:
                match = _INDEX_LINE.fullmatch(line.removesuffix("\n"))
                if match is None or not _NAME.fullmatch(match[3]) or ".." in match[3]:
                    raise HocbaError("backup.index_unreadable", name=part.name)
                yield Item(match[3], int(match[2]), match[1])

    def add(self, files: Iterable[tuple[str, bytes]], *, to: Sequence[Recipient]) -> Iterator[Part]:
        """Pack files, given with their names; yield each pack when it is whole.

        Raises:
            HocbaError: "storage.*".
        """
        source = iter(files)
        for first in source:
            index: list[Item] = []
            with refusing():
                self.root.mkdir(parents=True, exist_ok=True)
            made = seal(self.root / "pack.part", _tar(first, source, index), to=to)
            part = Part(f"{made.sha256}.age", made.size, made.sha256)
            lines = [f"{INDEX_FORMAT} {part.sha256} {part.size}\n"]
            lines += [f"{one.sha256} {one.size} {one.name}\n" for one in index]
            write_durably(self._index(part), "".join(lines).encode("ascii"), below=self.root)
            with refusing():
                (self.root / "pack.part").replace(self.root / part.name)
            stay(self.root / part.name, below=self.root)
            yield part

    def read(self, part: Part, *, by: Sequence[Identity]) -> Iterator[tuple[Item, bytes]]:
        """Yield a pack's files, each checked against the index.

        Raises:
            HocbaError: "backup.item_altered" with its name, "backup.other_key",
                "backup.part_unreadable", "backup.index_unreadable".
        """
        promised = self.items(part)
        with opened(self.root / part.name, by=by) as stream:
            for name, data in tar_files(stream, part.name):
                item = next(promised, None)
                if item is None or item.name != name:
                    raise HocbaError("backup.item_altered", name=name)
                if len(data) != item.size or sha256(data).hexdigest() != item.sha256:
                    raise HocbaError("backup.item_altered", name=name)
                yield item, data
        if next(promised, None) is not None:
            raise HocbaError("backup.part_unreadable", name=part.name)

    def _index(self, part: Part) -> Path:
        return self.root / f"{part.sha256}.index"

    def _part(self, path: Path) -> Part:
        with path.open(encoding="ascii", errors="replace") as file:
            words = file.readline(200).split()
        if len(words) != 3 or words[0] != INDEX_FORMAT or words[1] != path.stem:
            raise HocbaError("backup.index_unreadable", name=path.name)
        return Part(f"{words[1]}.age", int(words[2]), words[1])


class Names:
    """A set of names, kept in a temporary file of SQLite and not in memory."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Begin with some names."""
        self._table = sqlite3.connect("")
        self._table.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """Remember names."""
        rows = ((name,) for name in names)
        self._table.executemany("INSERT OR IGNORE INTO names VALUES (?)", rows)

    def __contains__(self, name: str) -> bool:
        """Whether a name is there."""
        found = self._table.execute("SELECT 1 FROM names WHERE name = ?", (name,))
        return found.fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        """Yield the names in order."""
        for (name,) in self._table.execute("SELECT name FROM names ORDER BY name"):
            yield str(name)

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self._table.execute("SELECT count(*) FROM names").fetchone()[0])


def _tar(
    first: tuple[str, bytes], rest: Iterator[tuple[str, bytes]], index: list[Item]
) -> Iterator[bytes]:
    """Yield a tar archive of files until it is full; the iterator keeps what did not fit."""
    size, one = 0, first
    while True:
        name, data = one
        index.append(Item(name, len(data), sha256(data).hexdigest()))
        yield from tar_member(name, data)
        size += len(data)
        if size >= PACK_BYTES:
            break
        following = next(rest, None)
        if following is None:
            break
        one = following
    yield bytes(2 * tarfile.BLOCKSIZE)


def tar_member(name: str, data: bytes) -> Iterator[bytes]:
    """Yield one file of a tar archive."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    yield info.tobuf(tarfile.PAX_FORMAT)
    yield data
    yield bytes(-len(data) % tarfile.BLOCKSIZE)


def tar_files(stream: IO[bytes], part: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each file of a tar archive; nothing is written anywhere.

    Raises:
        HocbaError: "backup.part_unreadable".
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file is None or not member.isfile():
                    raise HocbaError("backup.part_unreadable", name=part)
                yield member.name, file.read()
    except tarfile.TarError as error:
        raise HocbaError("backup.part_unreadable", name=part) from error
