"""Writing a file so that it is whole or absent, and stays through a power cut."""

import os
import tempfile
from pathlib import Path


def write_durably(path: Path, data: bytes, *, below: Path, mode: int = 0o600) -> None:
    """Put the bytes in place at once; when this returns, a power cut does not lose them.

    Missing folders are made; those from `below` down are made durable too. `mode` says who may read
    the file: its owner alone, unless it is public.
    """
    made = []
    folder = path.parent
    while not folder.exists() and folder != below.parent:
        made.append(folder)
        folder = folder.parent
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    for one in (path.parent, *(new.parent for new in made)):
        sync_folder(one)


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder holds."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
