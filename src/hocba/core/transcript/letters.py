"""Which letters a transcript may hold, and how entered text is tidied before it is composed.

Canonicalisation keeps letters as they are, so two spellings that look alike would be two documents:
composed Vietnamese (TCVN 6909, Unicode NFC) is the only one, and what cannot be seen is refused.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any
from unicodedata import bidirectional, category, normalize

from hocba.core.errors import HocbaError
from hocba.core.transcript import fields as table

# Pasted along from web pages and word processors; dropping them changes no word.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
_REFUSED = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
# They make text read otherwise than it is stored.
_REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_PLACES = (
    ("", table.GENERAL),
    ("study_steps.", table.STUDY_STEP),
    ("subjects.", table.SUBJECT_ROW),
    ("summary.", table.SUMMARY),
)


def is_writable(text: str) -> bool:
    """Whether every letter may stand in a transcript.

    A leading combining mark may not: it would compose with the ">" of the tag before it.
    """
    if text.isprintable() and text.isascii():
        return True
    if text and category(text[0]).startswith("M"):
        return False
    if text.isprintable():
        return True
    return not any(
        category(letter) in _REFUSED or bidirectional(letter) in _REORDERING for letter in text
    )


def tidy(text: str) -> str:
    """Return the text composed (NFC), trimmed, each run of spaces and line breaks one space."""
    return normalize("NFC", " ".join(text.translate(_INVISIBLE).split()))


def tidied(value: Any, *, path: str = "") -> Any:
    """Return a value of the model with all its texts tidied, at any depth.

    Raises:
        HocbaError: "transcript.control_character" naming the field.
    """
    if isinstance(value, str):
        text = tidy(value)
        if not is_writable(text):
            raise HocbaError("transcript.control_character", field=label_of(path))
        return text
    if isinstance(value, tuple):
        return tuple(tidied(one, path=path) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                field.name: tidied(getattr(value, field.name), path=f"{path}.{field.name}")
                for field in fields(value)
            },
        )
    return value


def label_of(path: str) -> str:
    """Return what people call the field at a dotted path of the model, or the path itself."""
    tail = path.lstrip(".")
    for prefix, rows in _PLACES:
        for field in rows:
            if tail == f"{prefix}{field.path}":
                return field.label
    return tail
