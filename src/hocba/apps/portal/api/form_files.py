"""A batch of files as a form (multipart/form-data): for systems whose HTTP library sends no ZIP.

Django's own reader takes twenty files and keeps each in a file of its own; here up to a thousand
go one after the other into one temporary file, bounded while they arrive.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

from django.http import HttpRequest
from multipart import MultipartError, ParserLimitReached, PushMultipartParser, parse_options_header

from hocba.apps.portal.actions import FileToJudge
from hocba.apps.portal.actions.batches import MAX_ITEMS
from hocba.apps.portal.forms import MAX_FILE_BYTES
from hocba.core.errors import HocbaError

FORM = "multipart/form-data"


@dataclass(slots=True)
class _Part:
    name: str
    first: int
    size: int = 0


def is_form(request: HttpRequest) -> bool:
    """Whether the files come as a form."""
    return request.content_type == FORM


@contextmanager
def form_files(request: HttpRequest) -> Iterator[tuple[int, str, Iterator[FileToJudge]]]:
    """Read the files of a form; give how many there are, a digest of what was sent, and the files.

    The digest is over names and contents: the boundary between them is another at every try.

    Raises:
        HocbaError: "api.form_unreadable", "api.batch_too_large", "api.file_too_large".
    """
    with tempfile.TemporaryFile() as file:
        try:
            parts, digest = _read(request, file)
        except ParserLimitReached as error:
            raise HocbaError("api.file_too_large") from error
        except (MultipartError, OSError, LookupError) as error:
            raise HocbaError("api.form_unreadable") from error
        if not parts:
            raise HocbaError("api.batch_too_large", limit=MAX_ITEMS)
        yield len(parts), digest, _files(file, parts)


def _read(request: HttpRequest, file: IO[bytes]) -> tuple[list[_Part], str]:
    _, options = parse_options_header(str(request.META.get("CONTENT_TYPE", "")))
    parser = PushMultipartParser(
        options.get("boundary", ""), max_segment_size=MAX_FILE_BYTES, strict=True
    )
    parts: list[_Part] = []
    digest = sha256()
    part: _Part | None = None
    content = sha256()
    for event in parser.parse_blocking(request.read):
        if isinstance(event, bytes | bytearray):
            if part is not None:
                part.size += file.write(event)
                content.update(event)
        elif event is None:
            if part is not None:
                digest.update(f"{len(part.name)} {part.name} ".encode() + content.digest())
            part = None
        elif event.filename is not None:  # fields without a file's name are no files
            if len(parts) == MAX_ITEMS:
                raise HocbaError("api.batch_too_large", limit=MAX_ITEMS)
            part, content = _Part(event.filename.rpartition("/")[2], file.tell()), sha256()
            parts.append(part)
    return parts, digest.hexdigest()


def _files(file: IO[bytes], parts: list[_Part]) -> Iterator[FileToJudge]:
    for part in parts:
        file.seek(part.first)
        yield FileToJudge(part.name, file.read(part.size))
