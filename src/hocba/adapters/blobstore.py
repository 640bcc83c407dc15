"""Bytes kept by their SHA-256: durable before acknowledged, checked whenever they are read."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hocba.adapters.durable import write_durably
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class BlobStore:
    """A folder of immutable files named by digest, fanned out over two levels."""

    root: Path

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 (hex); keeping them twice changes nothing.

        When this returns, a power cut does not lose them. Bytes found altered are written anew.
        """
        digest = sha256(data).hexdigest()
        path = self._path(digest)
        if path.exists() and path.read_bytes() == data:
            return digest
        write_durably(path, data, below=self.root)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes with this SHA-256.

        Raises:
            HocbaError: "blob.missing", "blob.corrupt" when the bytes are no longer those.
        """
        try:
            data = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise HocbaError("blob.missing", digest=digest) from None
        if sha256(data).hexdigest() != digest:
            raise HocbaError("blob.corrupt", digest=digest)
        return data

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise HocbaError("blob.missing", digest=digest[:64])
        return self.root / digest[:2] / digest[2:4] / digest
