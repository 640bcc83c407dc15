"""Opening what a stranger hands us: bounded, and each way of failing told apart."""

from pathlib import Path

from hocba.core.errors import HocbaError


def bounded_bytes(path: Path, *, limit: int) -> bytes:
    """Return the bytes of a file of at most `limit` bytes.

    Raises:
        HocbaError: "file.missing", "file.folder", "file.unreadable", "request.too_large".
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError as error:
        raise HocbaError("file.missing") from error
    except IsADirectoryError as error:
        raise HocbaError("file.folder") from error
    except OSError as error:
        raise HocbaError("file.unreadable") from error
    if len(data) > limit:
        raise HocbaError("request.too_large", megabytes=limit // 1024 // 1024)
    return data
