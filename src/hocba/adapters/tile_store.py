"""The public log's files on disk, as a web server hands them out (C2SP tlog-tiles)."""

from dataclasses import dataclass
from pathlib import Path

from hocba.adapters.durable import stay, write_durably
from hocba.core.errors import HocbaError
from hocba.core.registry.tiles import Tile

CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class TileStore:
    """A folder of tiles and entry bundles, none of which ever changes, and the checkpoint."""

    root: Path

    def put(self, path: str, data: bytes) -> None:
        """Keep a tile or a bundle of entries; the same again changes nothing.

        Raises:
            HocbaError: "log.tile_conflict" when other bytes stand there: history was rewritten.
        """
        target = self.root / path
        if not target.exists():
            write_durably(target, data, below=self.root)
        elif target.read_bytes() != data:
            raise HocbaError("log.tile_conflict", path=path)
        else:
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
        except FileNotFoundError:
            raise HocbaError("log.tile_missing", path=path) from None

    def put_checkpoint(self, note: str) -> None:
        """Put the newest checkpoint where clients look for it."""
        write_durably(self.root / CHECKPOINT, note.encode("utf-8"), below=self.root)
