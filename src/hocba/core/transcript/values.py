"""A field's value as the text of its element, and back; one value has one spelling.

What is read and would be written otherwise is refused, so reading never forgives what signing
then would not find again.
"""

from datetime import date, datetime, timedelta, timezone
from typing import Any
from unicodedata import is_normalized, normalize

from hocba.core.errors import HocbaError
from hocba.core.transcript.fields import WORDS, Field
from hocba.core.transcript.letters import is_writable

VIETNAM = timezone(timedelta(hours=7))


def write_value(value: Any, field: Field) -> str:
    """Return the text of a value, not yet escaped; "" means that the element is left out.

    Raises:
        HocbaError: "transcript.control_character", "transcript.value", naming element and field.
    """
    if field.kind == "text" and value is not None:
        text = normalize("NFC", value)
        if not is_writable(text):
            raise _refusal("transcript.control_character", field)
        return text
    if value is None:
        return ""
    if field.kind == "date":
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    if field.kind == "instant":
        if value.tzinfo is None:
            raise ValueError(f"{field.path} has no time zone")
        return str(value.astimezone(VIETNAM).replace(microsecond=0).isoformat())
    if field.kind == "int":
        return str(int(value))
    if value not in WORDS[field.kind]:
        raise _refusal("transcript.value", field)
    return WORDS[field.kind][value]


def read_value(text: str, field: Field) -> Any:
    """Return the value that an element's text spells.

    Raises:
        HocbaError: "transcript.value", "transcript.not_nfc", "transcript.control_character",
            naming element and field.
    """
    if field.kind == "text":
        return _checked_text(text, field)
    try:
        value = _read(text, field)
        if text and write_value(value, field) == text:
            return value
    except (ValueError, KeyError, OverflowError):
        pass
    raise _refusal("transcript.value", field)


def _checked_text(text: str, field: Field) -> str:
    """A text spells itself, when it is composed and holds nothing that cannot be written."""
    if not is_normalized("NFC", text):
        raise _refusal("transcript.not_nfc", field)
    if not is_writable(text):
        raise _refusal("transcript.control_character", field)
    if not text:
        raise _refusal("transcript.value", field)
    return text


def absent_value(field: Field) -> Any:
    """Return what a left-out element means in the model."""
    return "" if field.kind == "text" else None


def _read(text: str, field: Field) -> Any:
    if field.kind == "date":
        day, month, year = text.split("/")
        return date(int(year), int(month), int(day))
    if field.kind == "instant":
        return datetime.fromisoformat(text)
    if field.kind == "int":
        return int(text)
    return {word: value for value, word in WORDS[field.kind].items()}[text]


def _refusal(code: str, field: Field) -> HocbaError:
    return HocbaError(code, element=field.element, field=field.label)
