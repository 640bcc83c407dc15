"""The one XML parser of the project: no DTD, no entities, no network, everything bounded.

The bytes are judged before the engine sees them where that is possible (size, encoding, DOCTYPE,
number of tags), the rest on the tree. Letters are judged by the reader, `canonical`.
"""

import re

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
    for node in (*root.itersiblings(preceding=True), *root.itersiblings()):
        _refuse_strange_node(node)
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
    # An element has at most two tags: no tree larger than the bound is ever built.
    if document.count(b"<") > 2 * MAX_ELEMENTS:
        raise HocbaError("transcript.too_many_elements", limit=MAX_ELEMENTS)


def _refuse_strange_node(node: etree._Element) -> None:
    if isinstance(node, etree._Comment):
        raise HocbaError("transcript.comment")
    if isinstance(node, etree._ProcessingInstruction):
        raise HocbaError("transcript.processing_instruction")


def _refuse_tree(root: etree._Element) -> None:
    depth, count = 0, 0
    identifiers: set[str] = set()
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "end":
            depth -= 1
            continue
        _refuse_strange_node(node)
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH:
            raise HocbaError("transcript.too_deep", limit=MAX_DEPTH)
        if count > MAX_ELEMENTS:
            raise HocbaError("transcript.too_many_elements", limit=MAX_ELEMENTS)
        _refuse_attributes(node)
        identifier = node.get("Id")
        if identifier is not None:
            if identifier in identifiers:
                raise HocbaError("transcript.duplicate_id", element=identifier[:80])
            identifiers.add(identifier)


def _refuse_attributes(node: etree._Element) -> None:
    # nsmap counts declarations inherited from above too, which are as bounded as our own.
    if len(node.attrib) > MAX_ATTRIBUTES or len(node.nsmap) > MAX_ATTRIBUTES:
        raise HocbaError("transcript.too_many_attributes", limit=MAX_ATTRIBUTES)
    names = (*node.attrib.values(), *node.nsmap.values())
    if any(len(value) > MAX_ATTRIBUTE_LENGTH for value in names):
        raise HocbaError("transcript.attribute_too_long", limit=MAX_ATTRIBUTE_LENGTH)
