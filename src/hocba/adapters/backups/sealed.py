"""Streams encrypted to people who hold age keys (https://age-encryption.org/v1), a chunk at a time.

Nothing of a stream is held: what is encrypted comes as an iterator, what is decrypted goes through
a pipe. Encryption is not proof of origin: whoever knows the recipients can encrypt to them, so the
digests in the manifest, and the log's published checkpoint, say what is genuine.
"""

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import IO, Any, cast

import pyrage

from hocba.adapters.durable import refusing
from hocba.core.errors import HocbaError

Recipient = pyrage.x25519.Recipient | pyrage.ssh.Recipient
Identity = pyrage.x25519.Identity | pyrage.ssh.Identity
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """An encrypted file of a backup: its name below the target, size and SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


def read_recipients(texts: Iterable[str]) -> list[Recipient]:
    """Read public keys, one a line: `age1…` or an SSH key; `#` begins a comment.

    Raises:
        HocbaError: "backup.recipient" with the line, "backup.no_recipient".
    """
    found: list[Recipient] = []
    for line in _lines(texts):
        kind = pyrage.ssh.Recipient if line.startswith("ssh-") else pyrage.x25519.Recipient
        try:
            found.append(kind.from_str(line))
        except pyrage.RecipientError:
            raise HocbaError("backup.recipient", line=line[:40]) from None
    if not found:
        raise HocbaError("backup.no_recipient")
    return found


def read_identities(texts: Iterable[str]) -> list[Identity]:
    """Read private keys: an age key file, or an SSH private key without a passphrase.

    Raises:
        HocbaError: "backup.identity".
    """
    found: list[Identity] = []
    for text in texts:
        try:
            if "PRIVATE KEY-----" in text:
                found.append(pyrage.ssh.Identity.from_buffer(text.encode()))
            else:
                found += [pyrage.x25519.Identity.from_str(line) for line in _lines([text])]
        except pyrage.IdentityError:
            raise HocbaError("backup.identity") from None
    if not found:
        raise HocbaError("backup.identity")
    return found


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for line in text.splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()


def seal(path: Path, chunks: Iterable[bytes], *, to: Sequence[Recipient]) -> Part:
    """Encrypt a stream into a file and make its bytes durable; its name is the caller's to keep.

    Raises:
        HocbaError: "storage.full", "storage.failed", and what the stream itself raises.
    """
    source, digest = _Chunks(chunks), sha256()
    with refusing(), path.open("wb") as file:
        target = _Hashed(file, digest)
        try:
            pyrage.encrypt_io(cast(Any, source), cast(Any, target), to)
        except (OSError, pyrage.EncryptError):
            if source.failure or target.failure:  # the library tells only what they said
                raise cast(Exception, source.failure or target.failure) from None
            raise
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    return Part(path.name, size, digest.hexdigest())


@contextmanager
def opened(path: Path, *, by: Sequence[Identity]) -> Iterator[IO[bytes]]:
    """Give the decrypted stream of a file to read; leaving the block checks that it was whole.

    Raises:
        HocbaError: "backup.other_key", "backup.part_unreadable".
    """
    reading, writing = os.pipe()
    failure: list[Exception] = []

    def decrypt() -> None:
        try:
            with path.open("rb") as source, os.fdopen(writing, "wb", buffering=_CHUNK) as target:
                pyrage.decrypt_io(source, cast(Any, target), by)
        except Exception as error:
            failure.append(error)

    worker = Thread(target=decrypt, daemon=True)
    worker.start()
    try:
        with os.fdopen(reading, "rb", buffering=_CHUNK) as stream:
            yield stream
            while stream.read(_CHUNK):  # to the end, where the last tag is checked
                pass
    except (OSError, EOFError, ValueError, HocbaError) as error:
        worker.join()
        if isinstance(error, HocbaError) and not _wrong_key(failure):
            raise
        raise _told(path.name, failure) from error
    finally:
        worker.join()
    if failure:
        raise _told(path.name, failure) from failure[0]


def _wrong_key(failure: Sequence[Exception]) -> bool:
    return bool(failure) and isinstance(failure[0], pyrage.DecryptError)


def _told(name: str, failure: Sequence[Exception]) -> HocbaError:
    if _wrong_key(failure):
        return HocbaError("backup.other_key", name=name)
    return HocbaError("backup.part_unreadable", name=name)


def file_sha256(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file.

    Raises:
        HocbaError: "backup.part_missing", "backup.part_unreadable".
    """
    try:
        with path.open("rb") as file:
            digest = sha256()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            return file.tell(), digest.hexdigest()
    except FileNotFoundError:
        raise HocbaError("backup.part_missing", name=path.name) from None
    except OSError as error:
        raise HocbaError("backup.part_unreadable", name=path.name) from error


class _Chunks(io.RawIOBase):
    """An iterator of bytes as a file to read; keeps the error that ended it."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._rest = iter(chunks), memoryview(b"")
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._chunks))
        except StopIteration:
            return 0
        except Exception as error:
            self.failure = error
            raise
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class _Hashed(io.RawIOBase):
    """A file to write that is digested on the way; keeps the error that ended it."""

    def __init__(self, file: IO[bytes], digest: Any) -> None:
        self._file, self._digest = file, digest
        self.failure: Exception | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            size = self._file.write(data)
        except OSError as error:
            self.failure = error
            raise
        self._digest.update(memoryview(data)[:size])
        return size

    def flush(self) -> None:
        self._file.flush()
