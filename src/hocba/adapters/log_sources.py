"""Where the files of a public log come from: a folder, or an address on the net, both bounded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hocba.adapters.fetching import Fetcher
from hocba.core.errors import HocbaError
from hocba.core.registry.tiles import (
    HASH_BYTES,
    WIDTH,
    Tile,
    entries_in,
    entry_bundle,
    tile_of_path,
)

_MOST_FILE_BYTES = WIDTH * (2 + 0xFFFF)
_OK, _GONE = 200, (404, 410)


@dataclass(frozen=True, slots=True)
class LogSource:
    """Gives the files of a log; a partial tile that is gone is cut from the full one (C2SP)."""

    fetch: Callable[[str], bytes]

    def read(self, path: str) -> bytes:
        """Return a file.

        Raises:
            HocbaError: "log.tile_missing", "log.tile_too_large", "fetch.*".
        """
        try:
            return self.fetch(path)
        except HocbaError as refusal:
            place = tile_of_path(path)
            if refusal.code != "log.tile_missing" or place is None or place[0].width == WIDTH:
                raise
            tile, entries = place
            return self._cut(Tile(tile.level, tile.index, WIDTH), tile.width, entries=entries)

    def _cut(self, full: Tile, width: int, *, entries: bool) -> bytes:
        if entries:
            return entry_bundle(entries_in(self.fetch(full.entries_path))[:width])
        return self.fetch(full.path)[: width * HASH_BYTES]


def log_source(place: str, *, seconds: float = 20.0) -> LogSource:
    """Return the log at an address (http, https) or in a folder."""
    if place.startswith(("http://", "https://")):
        base = place.rstrip("/") + "/"
        hosts = frozenset({urlsplit(place).netloc.lower()})
        fetcher = Fetcher(hosts, seconds=seconds, max_bytes=_MOST_FILE_BYTES)

        def from_net(path: str) -> bytes:
            answer = fetcher.answer(base + path)
            if answer.status in _GONE:
                raise HocbaError("log.tile_missing", path=path)
            if answer.status != _OK:
                raise HocbaError("fetch.failed", host=urlsplit(place).hostname)
            return answer.body

        return LogSource(from_net)

    def from_folder(path: str) -> bytes:
        try:
            with (Path(place) / path).open("rb") as file:
                data = file.read(_MOST_FILE_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise HocbaError("log.tile_missing", path=path) from None
        except OSError as error:
            raise HocbaError("file.unreadable") from error
        if len(data) > _MOST_FILE_BYTES:
            raise HocbaError("log.tile_too_large", path=path)
        return data

    return LogSource(from_folder)
