"""Reading signed XML of others: bounded and without DTD, but with comments and instructions."""

from lxml import etree

from hocba.core.errors import HocbaError

MAX_BYTES = 8 * 1024 * 1024
MAX_ELEMENTS = 200_000
MAX_DEPTH = 200
DS = "http://www.w3.org/2000/09/xmldsig#"
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
    if _too_deep(root):
        raise HocbaError("foreign.too_large", limit=MAX_DEPTH)
    return root


def _too_deep(root: etree._Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            return True
    return False


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
