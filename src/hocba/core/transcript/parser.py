"""The one XML parser of the project: no DTD, no entities, no network, everything bounded.

The bytes are judged before the engine sees them where that is possible (size, encoding, DOCTYPE,
number of tags), the rest on the tree. Letters are judged by the reader, `canonical`.
"""

import re
from collections import Counter
from typing import cast

from lxml import etree

from hocba.core.errors import HocbaError

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 20_000
MAX_ATTRIBUTES = 16
MAX_ATTRIBUTE_LENGTH = 1024
# The only declaration read: XML 1.0, and UTF-8 if it names an encoding at all.
_DECLARATION = re.compile(
    rb"<\?xml\s+version\s*=\s*[\"']1\.0[\"']"
    rb"(\s+encoding\s*=\s*[\"'](?P<encoding>[A-Za-z0-9._-]+)[\"'])?"
    rb"(\s+standalone\s*=\s*[\"'](yes|no)[\"'])?\s*\?>"
)
_NESTED_TOO_DEEP = "Excessive depth"
# A prefix holds no colon: "xmlns:xmlns:xmlns…" is read once, not from each of its beginnings.
_NAMESPACE = re.compile(rb"""xmlns(:[^\s=:<>"']*)?\s*=\s*("[^"<]*|'[^'<]*)""")
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")
_TOO_MANY = etree.XPath(f"count(//*) > {MAX_ELEMENTS}")
_TOO_MANY_ATTRIBUTES = etree.XPath(f"boolean(//*[count(@*) > {MAX_ATTRIBUTES}])")
_LONG_ATTRIBUTE = etree.XPath(f"boolean(//@*[string-length() > {MAX_ATTRIBUTE_LENGTH}])")
_IDENTIFIED = etree.XPath("//*[@Id]")


def parse(document: bytes) -> etree._Element:
    """Return the root of a document that holds elements, attributes and text alone.

    Raises:
        HocbaError: "transcript.too_large", "transcript.not_utf8", "transcript.doctype",
            "transcript.not_xml", "transcript.too_deep", "transcript.too_many_elements",
            "transcript.too_many_attributes", "transcript.attribute_too_long",
            "transcript.comment", "transcript.processing_instruction", "transcript.duplicate_id".
    """
    _refuse_bytes(document)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
        strip_cdata=False,
        recover=False,
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        if _NESTED_TOO_DEEP in str(error):
            raise HocbaError("transcript.too_deep", limit=MAX_DEPTH) from None
        raise HocbaError("transcript.not_xml", line=error.lineno) from None
    _refuse_tree(root)
    return root


def _refuse_bytes(document: bytes) -> None:
    if len(document) > MAX_BYTES:
        raise HocbaError("transcript.too_large", limit=MAX_BYTES)
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError:
        raise HocbaError("transcript.not_utf8") from None
    if "\x00" in text or text.startswith("\ufeff"):
        raise HocbaError("transcript.not_utf8")
    if document.startswith(b"<?xml"):
        declaration = _DECLARATION.match(document)
        if declaration is None:
            raise HocbaError("transcript.not_xml", line=1)
        if (declaration["encoding"] or b"UTF-8").upper() != b"UTF-8":
            raise HocbaError("transcript.not_utf8")
    # Inside text "<" is always escaped, so these cannot be anybody's name.
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise HocbaError("transcript.doctype")
    if b"<!--" in document:
        raise HocbaError("transcript.comment")
    if document.count(b"<?") > document.startswith(b"<?xml "):
        raise HocbaError("transcript.processing_instruction")
    # An element has at most two tags: no tree larger than the bound is ever built.
    if document.count(b"<") > 2 * MAX_ELEMENTS:
        raise HocbaError("transcript.too_many_elements", limit=MAX_ELEMENTS)
    _refuse_namespaces(document)


def _refuse_tree(root: etree._Element) -> None:
    """What only the tree tells, asked in XPath: a loop over all nodes would cost half a verdict."""
    if _TOO_DEEP(root):
        raise HocbaError("transcript.too_deep", limit=MAX_DEPTH)
    if _TOO_MANY(root):
        raise HocbaError("transcript.too_many_elements", limit=MAX_ELEMENTS)
    if _TOO_MANY_ATTRIBUTES(root):
        raise HocbaError("transcript.too_many_attributes", limit=MAX_ATTRIBUTES)
    if _LONG_ATTRIBUTE(root):
        raise HocbaError("transcript.attribute_too_long", limit=MAX_ATTRIBUTE_LENGTH)
    identifiers = [element.get("Id") or "" for element in _with_id(root)]
    if len(identifiers) > len(set(identifiers)):
        doubled = next(name for name, count in Counter(identifiers).items() if count > 1)
        raise HocbaError("transcript.duplicate_id", element=doubled[:80])


def elements_by_id(root: etree._Element) -> dict[str, etree._Element]:
    """Return the elements of a parsed document by their Id; parsing refused doubled ones."""
    return {element.get("Id") or "": element for element in _with_id(root)}


def _with_id(root: etree._Element) -> list[etree._Element]:
    return cast("list[etree._Element]", _IDENTIFIED(root))


def _refuse_namespaces(document: bytes) -> None:
    """Declarations are bounded like attributes: how many prefixes there are, how long a name is."""
    declared = _NAMESPACE.findall(document)
    if len({prefix for prefix, _ in declared}) > MAX_ATTRIBUTES:
        raise HocbaError("transcript.too_many_attributes", limit=MAX_ATTRIBUTES)
    if any(len(quoted) > MAX_ATTRIBUTE_LENGTH + 1 for _, quoted in declared):
        raise HocbaError("transcript.attribute_too_long", limit=MAX_ATTRIBUTE_LENGTH)
