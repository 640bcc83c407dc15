"""What other systems send, read into values; bounded before anything is decoded."""

import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from typing import IO, Any
from uuid import UUID

from django.http import HttpRequest

from hocba.apps.portal.actions import FileToJudge
from hocba.apps.portal.actions.batches import MAX_ITEMS
from hocba.apps.portal.forms import MAX_FILE_BYTES
from hocba.core.errors import HocbaError

MAX_JSON_BYTES = 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def request_id(request: HttpRequest) -> str:
    """Return the asking system's own number of a request.

    Raises:
        HocbaError: "api.request_id".
    """
    given = str(request.META.get("HTTP_IDEMPOTENCY_KEY", ""))
    if not _REQUEST_ID.fullmatch(given):
        raise HocbaError("api.request_id")
    return given


def body(request: HttpRequest, *, limit: int) -> bytes:
    """Return a request's body.

    Raises:
        HocbaError: "api.file_too_large", "api.body" when there is none.
    """
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > limit:
        raise HocbaError("api.file_too_large")
    data = request.body
    if not data:
        raise HocbaError("api.body", place="body")
    return data


def code_and_date(request: HttpRequest) -> tuple[UUID, date]:
    """Read one code with its birth date.

    Raises:
        HocbaError: "api.body", "api.file_too_large".
    """
    return _pair(_object(_json(request), {"code", "birth_date"}, "body"), "body")


def codes_and_dates(request: HttpRequest) -> tuple[list[tuple[UUID, date]], str]:
    """Read a batch of codes with their birth dates, and the digest of what was sent.

    Raises:
        HocbaError: "api.body", "api.file_too_large", "api.batch_too_large".
    """
    items = _object(_json(request), {"items"}, "body")["items"]
    if not isinstance(items, list):
        raise HocbaError("api.body", place="items")
    if not 1 <= len(items) <= MAX_ITEMS:
        raise HocbaError("api.batch_too_large", limit=MAX_ITEMS)
    pairs = [
        _pair(_object(item, {"code", "birth_date"}, f"items[{number}]"), f"items[{number}]")
        for number, item in enumerate(items)
    ]
    said = "".join(f"{code} {born.isoformat()}\n" for code, born in pairs)
    return pairs, sha256(said.encode()).hexdigest()


@contextmanager
def zipped_files(request: HttpRequest) -> Iterator[tuple[int, str, Iterator[FileToJudge]]]:
    """Read a ZIP from the line to the disk; give how many files it has, its digest, and the files.

    A name is only a name here: nothing is unpacked to it.

    Raises:
        HocbaError: "api.zip_unreadable", "api.batch_too_large", "api.file_too_large".
    """
    digest = sha256()
    with tempfile.TemporaryFile() as file:
        while chunk := request.read(64 * 1024):
            digest.update(chunk)
            file.write(chunk)
        members = _members(file)
        yield len(members), digest.hexdigest(), _files(file, members)


def _members(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(file) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise HocbaError("api.zip_unreadable") from error
    if not 1 <= len(members) <= MAX_ITEMS:
        raise HocbaError("api.batch_too_large", limit=MAX_ITEMS)
    sizes = [one.file_size for one in members]
    if max(sizes) > MAX_FILE_BYTES or sum(sizes) > MAX_UNPACKED_BYTES:
        raise HocbaError("api.file_too_large")
    return members


def _files(file: IO[bytes], members: list[zipfile.ZipInfo]) -> Iterator[FileToJudge]:
    """Yield the files; what a member says of its own size is not believed."""
    try:
        with zipfile.ZipFile(file) as archive:
            for member in members:
                with archive.open(member) as packed:
                    data = packed.read(MAX_FILE_BYTES + 1)
                if len(data) > MAX_FILE_BYTES:
                    raise HocbaError("api.file_too_large")
                yield FileToJudge(member.filename.rpartition("/")[2], data)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,  # encrypted
        NotImplementedError,
    ) as error:
        raise HocbaError("api.zip_unreadable") from error


def _json(request: HttpRequest) -> Any:
    try:
        return json.loads(body(request, limit=MAX_JSON_BYTES))
    except (ValueError, RecursionError) as error:
        raise HocbaError("api.body", place="body") from error


def _object(value: Any, names: set[str], place: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != names:
        raise HocbaError("api.body", place=place)
    return value


def _pair(values: dict[str, Any], place: str) -> tuple[UUID, date]:
    code, born = values["code"], values["birth_date"]
    if not isinstance(code, str) or not _UUID.fullmatch(code):
        raise HocbaError("api.body", place=f"{place}.code")
    if not isinstance(born, str) or not _DATE.fullmatch(born):
        raise HocbaError("api.body", place=f"{place}.birth_date")
    try:
        return UUID(code), date.fromisoformat(born)
    except ValueError as error:
        raise HocbaError("api.body", place=f"{place}.birth_date") from error
