"""A signed file altered in every place where something can be read: one place at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TEXT = re.compile(rb"<(?P<name>[\w:]+)[^<>]*>(?P<text>[^<>]+)</")
_ATTRIBUTE = re.compile(rb'\s(?P<name>[\w:]+)="(?P<text>[^"<>]+)"')
_READABLE = re.compile(rb"&\w+;|([0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Alteration:
    """One changed character; `place` is the element or attribute, `slot` the signature it is in."""

    place: str
    slot: str
    document: bytes


def alterations(document: bytes) -> Iterator[Alteration]:
    """Change the middle letter or digit of every element's text and every attribute."""
    slots = [
        (match.start(), match[1].decode())
        for match in re.finditer(rb'<[\w:]+ Id="ky-(\S+)">', document)
    ]
    for pattern, mark in ((_TEXT, ""), (_ATTRIBUTE, "@")):
        for match in pattern.finditer(document):
            found = [one.start() for one in _READABLE.finditer(match["text"]) if one[1]]
            if not found or match["name"].startswith(b"xmlns"):
                continue
            at = match.start("text") + found[len(found) // 2]
            slot = next((name for start, name in reversed(slots) if start < at), "")
            altered = document[:at] + _other(document[at]) + document[at + 1 :]
            yield Alteration(f"{mark}{match['name'].decode()}", slot, altered)


def _other(character: int) -> bytes:
    """Another character of the same kind, so that base64 stays base64 and a mark a mark."""
    for first, last in (b"09", b"AZ", b"az"):
        if first <= character <= last:
            return bytes([character + 1 if character < last else first])
    raise ValueError(character)
