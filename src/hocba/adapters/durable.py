"""Writing a file so that it is whole or absent, and stays through a power cut.

A disk that is full or fails is a refusal ("chưa lưu"), not a bug: nothing was kept, and the same
may be tried again once there is space.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hocba.core.errors import HocbaError

UNFINISHED = ".new-"
"""How the names of files begin that were cut while they were written."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_durably(path: Path, data: bytes, *, below: Path, mode: int = 0o600) -> None:
    """Put the bytes in place at once; when this returns, a power cut does not lose them.

    Missing folders are made; those from `below` down are made durable too. `mode` says who may read
    the file: its owner alone, unless it is public.

    Raises:
        HocbaError: "storage.full", "storage.failed"; then nothing was kept.
    """
    with refusing():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
        try:
            os.fchmod(handle, mode)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    stay(path, below=below)


def write_quickly(path: Path, data: bytes) -> None:
    """Put the bytes in place at once; they stay only after `flush_all`. For restoring very many.

    Raises:
        HocbaError: "storage.full", "storage.failed"; then nothing was kept.
    """
    with refusing():
        path.parent.mkdir(parents=True, exist_ok=True)
        arriving = path.with_name(f"{UNFINISHED}{path.name}")
        try:
            arriving.write_bytes(data)
            arriving.replace(path)
        except BaseException:
            arriving.unlink(missing_ok=True)
            raise


def flush_all() -> None:
    """Make all that was written anywhere stay through a power cut."""
    os.sync()


def stay(path: Path, *, below: Path) -> None:
    """Make a file that is in place stay through a power cut: its name, and those of its folders.

    Whoever finds a file that another one put there calls this before saying "kept": the other may
    have been cut between putting it there and this.

    Raises:
        HocbaError: "storage.full", "storage.failed".
    """
    with refusing():
        folder = path.parent
        while folder not in (below, folder.parent):
            _sync_folder(folder)
            folder = folder.parent
        _sync_folder(below)
        _sync_folder(below.parent)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the operating system says about the disk into a refusal.

    Raises:
        HocbaError: "storage.full", "storage.failed".
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else ""
        if error.errno in _FULL:
            raise HocbaError("storage.full", reason=reason) from error
        raise HocbaError("storage.failed", reason=reason) from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
