"""Writing a file so that it is whole or absent, and stays through a power cut."""

import os
import tempfile
from pathlib import Path


def write_durably(path: Path, data: bytes, *, below: Path) -> None:
    """Put the bytes in place at once; when this returns, a power cut does not lose them.

    Missing folders are made; those from `below` down are made durable too.
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
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    for one in (path.parent, *(new.parent for new in made)):
        _sync_folder(one)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
