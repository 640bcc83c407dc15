"""The public log's files on disk, as a web server hands them out (C2SP tlog-tiles)."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hocba.adapters.durable import stay, write_durably
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import Checkpoint, read_body, read_note
from hocba.core.registry.tiles import Tile

CHECKPOINT = "checkpoint"
_PUBLIC = 0o644  # the web server runs as somebody else
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class TileStore:
    """A folder of tiles and entry bundles, none of which ever changes, and the checkpoint."""

    root: Path

    def put(self, path: str, data: bytes) -> None:
        """Keep a tile or a bundle of entries; the same again changes nothing.

        When this returns, a power cut does not lose it, whoever wrote it first.

        Raises:
            HocbaError: "log.tile_conflict" when other bytes stand there: history was rewritten.
        """
        target = self.root / path
        if not target.exists():
            write_durably(target, data, below=self.root, mode=_PUBLIC)
        elif target.read_bytes() != data:
            raise HocbaError("log.tile_conflict", path=path)
        else:  # a writer may have been cut between placing the file and making it durable
            stay(target, below=self.root)

    def tile(self, tile: Tile) -> bytes:
        """Return a tile's hashes.

        Raises:
            HocbaError: "log.tile_missing".
        """
        return self.read(tile.path)

    def read(self, path: str) -> bytes:
        """Return a file of the log.

        Raises:
            HocbaError: "log.tile_missing".
        """
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise HocbaError("log.tile_missing", path=path) from None

    def published(self) -> Checkpoint | None:
        """Return the head that the checkpoint file tells; None before the first.

        Raises:
            HocbaError: "log.checkpoint_unreadable" when the file holds something else.
        """
        try:
            text = self.read(CHECKPOINT).decode("utf-8", errors="replace")
        except HocbaError:
            return None
        note = read_note(text)
        head = None if note is None else read_body(note.body)
        if head is None:
            raise HocbaError("log.checkpoint_unreadable")
        return head

    def put_checkpoint(self, newest: Callable[[], str]) -> None:
        """Put the newest checkpoint where clients look for it; the file never goes backwards.

        `newest` is asked for the note while nobody else writes, so that of two sweeps the later
        one does not put an older note.

        Raises:
            HocbaError: "log.behind_published" when the file tells of a longer log,
                "log.two_heads" when of another of the same length, "log.checkpoint_unreadable".
        """
        with self._alone():
            note = newest()
            read = read_note(note)
            head = None if read is None else read_body(read.body)
            before = self.published()
            if head is None:
                raise HocbaError("log.checkpoint_unreadable")
            if before is not None and before.size > head.size:
                raise HocbaError("log.behind_published", size=before.size)
            if before is not None and before.size == head.size and before.root != head.root:
                raise HocbaError("log.two_heads", size=head.size)
            data = note.encode("utf-8")
            if before is None or self.read(CHECKPOINT) != data:
                write_durably(self.root / CHECKPOINT, data, below=self.root, mode=_PUBLIC)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time on this machine; the lock goes with a process that is killed."""
        self.root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.root / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
