"""Files of a batch between being handed in and being judged; nothing of them is kept afterwards."""

import shutil
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from hocba.adapters.durable import write_durably


def keep(*, batch_id: UUID, number: int, data: bytes) -> None:
    """Put one file aside; it outlives a restart."""
    write_durably(_path(batch_id, number), data, below=_root())


def read(*, batch_id: UUID, number: int) -> bytes | None:
    """Return a file that waits, or None when it is gone."""
    try:
        return _path(batch_id, number).read_bytes()
    except FileNotFoundError:
        return None


def drop(*, batch_id: UUID) -> None:
    """Remove the files of a batch."""
    shutil.rmtree(_root() / str(batch_id), ignore_errors=True)


def forgotten(*, alive: set[UUID], before: datetime) -> int:
    """Remove files of batches that no longer wait, or never came to be; return how many batches.

    What was put aside after `before` may belong to a batch that is just being written.
    """
    gone = [
        path
        for path in _root().glob("*")
        if path.name not in {str(one) for one in alive}
        and path.stat().st_mtime < before.timestamp()
    ]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)


def _root() -> Path:
    return Path(settings.HOCBA_DATA_DIR) / "portal-batches"


def _path(batch_id: UUID, number: int) -> Path:
    return _root() / str(batch_id) / f"{number:04}"
