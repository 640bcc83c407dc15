"""Changes that know the shape of what they change: XML trees and DER, steered by a chooser.

The chooser (`choose(n)` gives 0..n-1) is Hypothesis's or atheris's; the same choices give the same
change.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

Choose = Callable[[int], int]
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
IDS = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")
TEXTS = (
    "",
    " ",
    "\n",
    "0",
    "10.0",
    "ạ",
    "a\u0323",
    "#data",
    "AAAA",
    "-1",
    "9" * 5000,
    "\u202e",
    "&<>",
)


def written(root: etree._Element) -> bytes:
    """The bytes of a tree as our writer lays them out: an unchanged transcript stays itself."""
    return HEAD + etree.tostring(root, method="c14n", with_comments=True) + b"\n"


def elements_of(root: etree._Element) -> list[etree._Element]:
    """Every element, in document order."""
    return [one for one in root.iter() if isinstance(one.tag, str)]


def change_tree(root: etree._Element, choose: Choose, other: etree._Element) -> None:
    """Make one change; parts may be taken from `other`."""
    nodes = elements_of(root)
    node, place = nodes[choose(len(nodes))], nodes[choose(len(nodes))]
    parent = node.getparent()
    kind = choose(9)
    if kind == 0 and parent is not None:
        parent.remove(node)
    elif kind == 1 and parent is not None:
        node.addnext(_copy(node))
    elif kind == 2 and node not in (place, *place.iterancestors()):
        place.insert(choose(len(place) + 1), node)
    elif kind == 3:
        node.tag = place.tag
    elif kind == 4:
        node.text = TEXTS[choose(len(TEXTS))] if choose(2) else place.text
    elif kind == 5:
        node.tail = TEXTS[choose(len(TEXTS))]
    elif kind == 6:
        value = place.get("Id") or TEXTS[choose(5)]
        node.set(list(node.attrib)[0] if node.attrib and choose(2) else IDS[choose(4)], value)
    elif kind == 7:
        strangers = elements_of(other)
        part = _copy(strangers[choose(len(strangers))])
        if choose(2) and parent is not None:
            parent.replace(node, part)
        else:
            node.insert(choose(len(node) + 1), part)
    else:
        node.insert(0, etree.Comment("x") if choose(2) else etree.PI("x", "y"))


def _copy(node: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(node, with_tail=False))


def changed_xml(document: bytes, choose: Choose, other: bytes) -> bytes:
    """One to three changes to a document's tree."""
    root, stranger = etree.fromstring(document), etree.fromstring(other)
    for _ in range(1 + choose(3)):
        change_tree(root, choose, stranger)
    return written(root)


def changed_bytes(data: bytes, choose: Choose) -> bytes:
    """One change that knows nothing: a byte flipped, bytes cut, doubled, or put in."""
    if not data:
        return b"\x00"
    at, to = sorted((choose(len(data)), choose(len(data) + 1)))
    kind = choose(4)
    if kind == 0:
        return data[:at] + bytes([data[at] ^ (1 + choose(255))]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + data[to:]
    if kind == 2:
        return data[:to] + data[at:]
    return data[:at] + bytes([choose(256)]) + data[at:]


def changed_json(data: bytes, choose: Choose) -> bytes:
    """One change to a JSON value, written as our writer writes."""
    whole = json.loads(data)
    at, name = _json_places(whole)[choose(len(_json_places(whole)))]
    strange = (None, True, -1, 0, 2**70, 1.5, "", "AAAA", [], {}, [[]], "\ud800", "9" * 5000)
    kind = choose(3)
    if kind == 0:
        del at[name]
    elif kind == 1:
        at[name] = strange[choose(len(strange))]
    else:
        other, which = _json_places(whole)[choose(len(_json_places(whole)))]
        at[name] = json.loads(json.dumps(other[which]))
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")


def _json_places(value: Any) -> list[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += _json_places(value[key])
    return found


@dataclass
class Tlv:
    """A DER value: its tag, and either parts or content."""

    tag: int
    content: bytes = b""
    parts: list["Tlv"] = field(default_factory=list)

    def der(self) -> bytes:
        """Written again, lengths made to fit."""
        body = b"".join(one.der() for one in self.parts) if self.tag & 0x20 else self.content
        return bytes([self.tag]) + _length(len(body)) + body


def read_der(data: bytes) -> list[Tlv]:
    """The values that stand one after another in some bytes."""
    found, at = [], 0
    while at < len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start], "big")
        body = data[start : start + size]
        found.append(Tlv(tag, parts=read_der(body)) if tag & 0x20 else Tlv(tag, body))
        at = start + size
    return found


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(raw)]) + raw


def _all(parts: list[Tlv]) -> list[tuple[list[Tlv], int]]:
    found: list[tuple[list[Tlv], int]] = []
    for number, one in enumerate(parts):
        found.append((parts, number))
        found += _all(one.parts)
    return found


def changed_der(data: bytes, choose: Choose) -> bytes:
    """One change to a DER value; the lengths around it fit again, except where bytes are bent."""
    if choose(4) == 0:
        return changed_bytes(data, choose)
    tree = read_der(data)
    places = _all(tree)
    siblings, number = places[choose(len(places))]
    one, kind = siblings[number], choose(8)
    if kind == 0:
        del siblings[number]
    elif kind == 1:
        siblings.insert(number, one)
    elif kind == 2:
        one.tag ^= 1 << choose(8)
    elif kind == 3:
        source, which = places[choose(len(places))]
        siblings[number] = Tlv(source[which].tag, source[which].content, list(source[which].parts))
        if siblings[number].parts and siblings is source[which].parts:
            siblings[number] = Tlv(5)
    elif kind == 4:
        one.content = one.content + bytes([choose(256)]) * (1 + choose(64))
    elif kind == 5:
        one.content = changed_bytes(one.content, choose)
    elif kind == 6:
        one.content = (b"", b"\xff" * 9, b"\x7f" * 300, b"\x80", b"00000101000000")[choose(5)]
    else:
        siblings.reverse()
    try:
        return b"".join(part.der() for part in tree)
    except RecursionError:  # a part that was put inside itself
        return changed_bytes(data, choose)
