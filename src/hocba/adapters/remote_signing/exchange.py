"""JSON over the bounded door: what every remote signing service needs and none may skip.

Answers come from outside and are read strictly; base64 alone may be broken into lines, which some
services do. Nothing of a request or an answer is ever logged or put into an error.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Any

from hocba.adapters.fetching import Fetcher
from hocba.core.errors import HocbaError

_SPACES = str.maketrans("", "", " \t\r\n")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: the HTTP status and the JSON object or list."""

    status: int
    value: Any

    @property
    def fields(self) -> dict[str, Any]:
        """The answer as an object.

        Raises:
            HocbaError: "remote.answer_unreadable".
        """
        return as_object(self.value)


@dataclass(frozen=True, slots=True)
class Door:
    """One service at `url`, asked by POST alone."""

    url: str
    fetcher: Fetcher

    def ask(self, path: str, body: dict[str, Any], *, token: str = "") -> Said:
        """Send a JSON object.

        Raises:
            HocbaError: "fetch.*", "remote.unavailable" (5xx), "remote.answer_unreadable".
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self._send(path, json.dumps(body, ensure_ascii=False).encode(), headers)

    def ask_form(self, path: str, form: str) -> Said:
        """Send a form, as OAuth wants it; raises like `ask`."""
        return self._send(path, form.encode(), {"Content-Type": _FORM})

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> Said:
        answer = self.fetcher.exchange(f"{self.url.rstrip('/')}/{path}", body, headers=headers)
        if answer.status >= 500:
            raise HocbaError("remote.unavailable")
        try:
            value = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise HocbaError("remote.answer_unreadable") from error
        return Said(answer.status, value)


def as_object(value: object) -> dict[str, Any]:
    """Take a JSON object; raises "remote.answer_unreadable"."""
    if not isinstance(value, dict):
        raise HocbaError("remote.answer_unreadable")
    return value


def as_list(value: object) -> list[Any]:
    """Take a JSON list; raises "remote.answer_unreadable"."""
    if not isinstance(value, list):
        raise HocbaError("remote.answer_unreadable")
    return value


def as_text(value: object) -> str:
    """Take a text that is not empty; raises "remote.answer_unreadable"."""
    if not isinstance(value, str) or not value:
        raise HocbaError("remote.answer_unreadable")
    return value


def as_bytes(value: object) -> bytes:
    """Decode base64, broken into lines or not, otherwise exact; raises as the others."""
    text = as_text(value).translate(_SPACES)
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise HocbaError("remote.answer_unreadable") from error
    if b64encode(data).decode() != text:
        raise HocbaError("remote.answer_unreadable")
    return data


def values_of(items: object) -> tuple[bytes, ...]:
    """Decode a list of signature values; one that cannot be decoded becomes no value at all.

    Raises:
        HocbaError: "remote.answer_unreadable" when it is no list.
    """
    values = []
    for item in as_list(items):
        try:
            values.append(as_bytes(item))
        except HocbaError:
            values.append(b"")  # keeps the place; it will verify over nothing
    return tuple(values)
