"""Bytes kept by their SHA-256: durable before acknowledged, checked whenever they are read.

With a second copy on another disk, what is lost or altered in one is served and mended from the
other; whoever opens the store is told, since a disk that lies once will do it again.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hocba.adapters.durable import refusing, stay, write_durably
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class BlobStore:
    """A folder of immutable files named by digest, fanned out over two levels.

    `told` hears (digest, code of what was found, whether it is mended) of every trouble that the
    second copy covers; a second copy that cannot be written keeps nobody from working.
    """

    root: Path
    second: "BlobStore | None" = None
    told: Callable[[str, str, bool], None] | None = None

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 (hex); keeping them twice changes nothing.

        When this returns, a power cut does not lose them. Bytes found altered are written anew.

        Raises:
            HocbaError: "storage.full", "storage.failed"; then nothing was kept.
        """
        digest = self._put(data)
        if self.second is not None:
            try:
                self.second.put(data)
            except HocbaError as refusal:
                self._tell(digest, f"second.{refusal.code}", mended=False)
        return digest

    def _put(self, data: bytes) -> str:
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
        """Return the bytes with this SHA-256, from the second copy where the first is damaged.

        Raises:
            HocbaError: "blob.missing", "blob.corrupt" when the bytes are no longer those,
                "blob.unreadable" when the disk does not give them; in both copies.
        """
        try:
            return self._get(digest)
        except HocbaError as damage:
            if self.second is None or not _is_digest(digest):
                raise
            try:
                data = self.second.get(digest)
            except HocbaError:
                raise damage from None
            mended = False
            with suppress(HocbaError):
                mended = self._put(data) == digest
            self._tell(digest, damage.code, mended=mended)
            return data

    def mend(self, digest: str) -> str:
        """Read both copies, write the damaged one anew; return what was wrong, "" when nothing was.

        Raises:
            HocbaError: what `get` raises when neither copy is whole, "storage.*" when the second
                cannot be written.
        """
        found: list[str] = []
        watching = BlobStore(self.root, self.second, lambda _digest, code, _ok: found.append(code))
        data = watching.get(digest)
        if self.second is not None:
            try:
                self.second.get(digest)
            except HocbaError as damage:
                self.second.put(data)
                found.append(f"second.{damage.code}")
        for code in found:
            self._tell(digest, code, mended=True)
        return ", ".join(found)

    def _tell(self, digest: str, code: str, *, mended: bool) -> None:
        if self.told is not None:
            self.told(digest, code, mended)

    def _get(self, digest: str) -> bytes:
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
