"""Bytes kept by their SHA-256: durable before acknowledged, checked whenever they are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hocba.adapters.durable import refusing, stay, write_durably
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class BlobStore:
    """A folder of immutable files named by digest, fanned out over two levels."""

    root: Path

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 (hex); keeping them twice changes nothing.

        When this returns, a power cut does not lose them. Bytes found altered are written anew.

        Raises:
            HocbaError: "storage.full", "storage.failed"; then nothing was kept.
        """
        digest = sha256(data).hexdigest()
        path = self.place(digest)
        with refusing():
            there = path.exists() and path.read_bytes() == data
        if there:
            stay(path, below=self.root)
        else:
            write_durably(path, data, below=self.root)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes with this SHA-256.

        Raises:
            HocbaError: "blob.missing", "blob.corrupt" when the bytes are no longer those,
                "blob.unreadable" when the disk does not give them.
        """
        try:
            data = self.place(digest).read_bytes()
        except FileNotFoundError:
            raise HocbaError("blob.missing", digest=digest) from None
        except OSError as error:
            raise HocbaError("blob.unreadable", digest=digest) from error
        if sha256(data).hexdigest() != digest:
            raise HocbaError("blob.corrupt", digest=digest)
        return data

    def digests(self) -> Iterator[str]:
        """Yield the digest of every file that lies here, in order; its bytes are not looked at."""
        for first in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for second in sorted(first.glob("[0-9a-f][0-9a-f]")):
                names = (path.name for path in second.iterdir())
                yield from sorted(name for name in names if _is_digest(name))

    def place(self, digest: str) -> Path:
        """Return where the bytes with this digest lie, or would.

        Raises:
            HocbaError: "blob.missing" for what is no digest.
        """
        if not _is_digest(digest):
            raise HocbaError("blob.missing", digest=digest[:64])
        return self.root / digest[:2] / digest[2:4] / digest


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
