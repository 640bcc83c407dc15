"""The one XML parser of the project: no DTD, no entities, no network, everything bounded."""

import re
from unicodedata import is_normalized

from lxml import etree

from hocba.core.errors import HocbaError

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 20_000
MAX_ATTRIBUTES = 16
_DECLARATION = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


def parse(document: bytes) -> etree._Element:
    """Return the root of a document that holds elements and NFC text alone.

    Raises:
        HocbaError: "transcript.too_large", "transcript.not_utf8", "transcript.doctype",
            "transcript.not_xml", "transcript.too_deep", "transcript.too_many_elements",
            "transcript.comment", "transcript.processing_instruction", "transcript.not_nfc".
    """
    if len(document) > MAX_BYTES:
        raise HocbaError("transcript.too_large", limit=MAX_BYTES)
    _refuse_other_encodings(document)
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise HocbaError("transcript.doctype")
    parser = etree.XMLParser(
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
        raise HocbaError("transcript.not_xml", line=error.lineno) from None
    _refuse_strange_nodes(root)
    return root


def _refuse_other_encodings(document: bytes) -> None:
    declared = _DECLARATION.match(document)
    if declared is not None and declared[1].upper() != b"UTF-8":
        raise HocbaError("transcript.not_utf8")
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError:
        raise HocbaError("transcript.not_utf8") from None
    if "\x00" in text or text.startswith("\ufeff"):
        raise HocbaError("transcript.not_utf8")
    if not is_normalized("NFC", text):
        raise HocbaError("transcript.not_nfc")


def _refuse_strange_nodes(root: etree._Element) -> None:
    if root.getprevious() is not None or root.getnext() is not None:
        raise HocbaError("transcript.comment")
    depth, count = 0, 0
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "comment":
            raise HocbaError("transcript.comment")
        if event == "pi":
            raise HocbaError("transcript.processing_instruction")
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise HocbaError("transcript.too_deep", limit=MAX_DEPTH)
        if count > MAX_ELEMENTS or len(node.attrib) > MAX_ATTRIBUTES:
            raise HocbaError("transcript.too_many_elements")
