"""Reading signed XML of others: bounded and without DTD, but with comments and instructions."""

from base64 import b64decode
from binascii import Error as Base64Error

from lxml import etree

from hocba.core.errors import HocbaError

MAX_BYTES = 8 * 1024 * 1024
MAX_ELEMENTS = 200_000
MAX_DEPTH = 200
# Canonicalization sorts an element's attributes and namespaces in quadratic time.
MAX_ATTRIBUTES, MAX_NAMESPACES = 256, 100
DS = "http://www.w3.org/2000/09/xmldsig#"
_MANY_ATTRIBUTES = etree.XPath(f"boolean(//*[count(@*) > {MAX_ATTRIBUTES}])")
_ID_NAMES = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")


def parse_foreign(data: bytes) -> etree._Element:
    """Return the root of somebody's XML.

    Raises:
        HocbaError: "foreign.too_large", "foreign.doctype", "foreign.not_xml".
    """
    if len(data) > MAX_BYTES or data.count(b"<") > 2 * MAX_ELEMENTS:
        raise HocbaError("foreign.too_large", limit=MAX_BYTES)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        strip_cdata=False,
        recover=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise HocbaError("foreign.not_xml") from error
    if root.getroottree().docinfo.internalDTD is not None or any(
        isinstance(one, etree._Entity) for one in root.iter()
    ):
        raise HocbaError("foreign.doctype")
    _require_bounded(root)
    return root


def _require_bounded(root: etree._Element) -> None:
    """Bound depth, elements, attributes and namespaces; only the tree tells in every encoding."""
    if _MANY_ATTRIBUTES(root):
        raise HocbaError("foreign.too_large", limit=MAX_ATTRIBUTES)
    depth = elements = namespaces = 0
    for event, _ in etree.iterwalk(root, events=("start", "end", "start-ns", "end-ns")):
        if event == "start":
            depth, elements = depth + 1, elements + 1
        elif event == "end":
            depth -= 1
        else:
            namespaces += 1 if event == "start-ns" else -1
        for count, limit in (
            (depth, MAX_DEPTH),
            (elements, MAX_ELEMENTS),
            (namespaces, MAX_NAMESPACES),
        ):
            if count > limit:
                raise HocbaError("foreign.too_large", limit=limit)


def text_of(element: etree._Element | None) -> str | None:
    """Return the text of an element that holds nothing else; None where it holds elements.

    Comments and instructions between the letters do not cut the text short.
    """
    if element is None or any(isinstance(one.tag, str) for one in element):
        return None
    return (element.text or "") + "".join(one.tail or "" for one in element)


def octets_of(element: etree._Element | None) -> bytes | None:
    """Return the bytes that an element holds in base64, white space aside; None if it doesn't."""
    text = text_of(element)
    try:
        return None if text is None else b64decode("".join(text.split()), validate=True)
    except (Base64Error, ValueError):
        return None


def signatures_in(root: etree._Element) -> list[etree._Element]:
    """Return every ds:Signature, in document order."""
    return list(root.iter(f"{{{DS}}}Signature"))


def elements_by_id(root: etree._Element) -> dict[str, list[etree._Element]]:
    """Return elements by Id in any spelling; more than one under a name is an ambiguity."""
    found: dict[str, list[etree._Element]] = {}
    for element in root.iter(etree.Element):
        names = {element.get(name) for name in _ID_NAMES} - {None}
        for name in names:
            found.setdefault(str(name), []).append(element)
    return found
