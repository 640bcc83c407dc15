"""Canonical XML as other products use it: which method over which part gives which bytes.

A part is cut out by writing it with every namespace in scope and reading it back, so that it is a
document of its own; what inclusive C14N takes from left-out ancestors (`xml:lang`, `xml:space`) is
put on its apex, or the part is refused where the standard asks for more (`xml:base` under 1.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from hocba.core.errors import HocbaError

_XML = "{http://www.w3.org/XML/1998/namespace}"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DEFAULT = _C14N
MOST_OCTETS = 128 * 1024 * 1024
MOST_PREFIXES = 100
_CALL_COSTS = 10_000
METHODS = {name for base in (_C14N, _C14N11) for name in (base, f"{base}#WithComments")} | {
    _EXCLUSIVE,
    f"{_EXCLUSIVE}WithComments",
}


@dataclass(frozen=True, slots=True)
class Canonicalization:
    """A method with its InclusiveNamespaces prefixes (exclusive C14N only)."""

    method: str = DEFAULT
    prefixes: tuple[str, ...] = ()

    @property
    def exclusive(self) -> bool:
        """Whether namespaces of ancestors are left out unless used."""
        return self.method.startswith(_EXCLUSIVE)

    @property
    def bare(self) -> "Canonicalization":
        """The same without comments: a same-document reference has none (XMLDSig §4.4.3.3)."""
        if not self.comments:
            return self
        method = self.method.removesuffix("WithComments")
        return Canonicalization(method if self.exclusive else method[:-1], self.prefixes)

    @property
    def comments(self) -> bool:
        """Whether comments are kept."""
        return self.method.endswith("WithComments")


def read_method(element: etree._Element) -> Canonicalization:
    """Read a CanonicalizationMethod or a Transform that names one.

    Raises:
        HocbaError: "foreign.canonicalization".
    """
    method = element.get("Algorithm") or ""
    if method not in METHODS:
        raise HocbaError("foreign.canonicalization", method=method[:80])
    listed = element.find(f"{{{_EXCLUSIVE}}}InclusiveNamespaces")
    prefixes: tuple[str, ...] = ()
    if listed is not None:
        prefixes = tuple((listed.get("PrefixList") or "").split())
    if len(prefixes) > MOST_PREFIXES:
        raise HocbaError("foreign.canonicalization", method="PrefixList")
    return Canonicalization(method, prefixes)


@dataclass(slots=True)
class Work:
    """How many bytes may still be canonicalized for one file, whatever its references ask for."""

    left: int = MOST_OCTETS

    def spend(self, octets: int) -> None:
        """Take some bytes, and a little for every call.

        Raises:
            HocbaError: "foreign.too_much_work".
        """
        self.left -= octets + _CALL_COSTS
        if self.left < 0:
            raise HocbaError("foreign.too_much_work", limit=MOST_OCTETS)


def canonical_part(
    element: etree._Element,
    how: Canonicalization,
    *,
    work: Work,
    without: Sequence[Sequence[int]] = (),
) -> bytes:
    """Return the canonical bytes of an element and all below it.

    `without` are the ways of child positions from the element to the Signatures to be left out
    (enveloped signature), in document order.

    Raises:
        HocbaError: "foreign.canonicalization" for an inherited xml:base; "foreign.too_much_work".
    """
    work.spend(0)
    part = _read_back(etree.tostring(element, encoding="UTF-8", with_tail=False), work)
    if not how.exclusive:
        _inherit(part, element, how)
    for way in reversed(without):
        _drop(part, way)
    return _bytes(part, how)


def canonical_document(
    root: etree._Element,
    how: Canonicalization,
    *,
    work: Work,
    without: Sequence[Sequence[int]] = (),
) -> bytes:
    """Return the canonical bytes of the whole document, instructions beside the root included.

    Raises:
        HocbaError: "foreign.canonicalization", "foreign.too_much_work".
    """
    work.spend(0)
    copy = _read_back(etree.tostring(root.getroottree(), encoding="UTF-8"), work)
    for way in reversed(without):
        _drop(copy, way)
    return _bytes(copy.getroottree(), how)


def canonical_octets(octets: bytes, how: Canonicalization, *, work: Work) -> bytes:
    """Return the canonical bytes of what an earlier transform gave.

    Raises:
        HocbaError: "foreign.canonicalization" where that is no XML; "foreign.too_much_work".
    """
    try:
        return _bytes(_read_back(octets, work).getroottree(), how)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise HocbaError("foreign.canonicalization", method=how.method) from error


def _read_back(octets: bytes, work: Work) -> etree._Element:
    # UTF-8, never ASCII: names, comments and instructions have no character references.
    work.spend(len(octets))
    return etree.fromstring(octets, _plain_parser())


def way_to(element: etree._Element, below: etree._Element) -> tuple[int, ...] | None:
    """Return the child positions from `below` down to `element`, None when it isn't inside."""
    positions: list[int] = []
    at: etree._Element | None = element
    while at is not None and at is not below:
        parent = at.getparent()
        if parent is None:
            return None
        positions.append(parent.index(at))
        at = parent
    return tuple(reversed(positions))


def _plain_parser() -> etree.XMLParser:
    """For what was parsed within bounds and written out: ">" written as "&gt;" may exceed them."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        strip_cdata=False,
        remove_comments=False,
        remove_pis=False,
        huge_tree=True,
    )


def _bytes(what: etree._Element | etree._ElementTree, how: Canonicalization) -> bytes:
    try:
        return _written_by(what, how)
    except etree.C14NError as error:  # e.g. a relative namespace name
        raise HocbaError("foreign.canonicalization", method=how.method) from error


def _written_by(what: etree._Element | etree._ElementTree, how: Canonicalization) -> bytes:
    if how.exclusive:
        return etree.tostring(
            what,
            method="c14n",
            exclusive=True,
            with_comments=how.comments,
            inclusive_ns_prefixes=_known_prefixes(how.prefixes),
        )
    return etree.tostring(what, method="c14n", with_comments=how.comments)


def _known_prefixes(prefixes: Sequence[str]) -> list[str] | None:
    """Return the listed prefixes as lxml takes them.

    lxml drops those that no document of the thread has used as a name, and #default is none: once
    read as the name of a namespace it is known.
    """
    if "#default" in prefixes:
        etree.fromstring(b'<a xmlns:b="#default"/>', _plain_parser())
    return list(prefixes) or None


def _inherit(part: etree._Element, element: etree._Element, how: Canonicalization) -> None:
    """Put the ancestors' xml: attributes on the apex, nearest first (C14N 1.0 §2.4, 1.1 §2.4)."""
    for ancestor in element.iterancestors():
        for name, value in ancestor.attrib.items():
            if not isinstance(name, str) or not name.startswith(_XML):
                continue
            if how.method.startswith(_C14N11):
                if name == f"{_XML}id":
                    continue
                if name == f"{_XML}base":
                    raise HocbaError("foreign.canonicalization", method="xml:base")
            if name not in part.attrib:
                part.set(name, value)


def _drop(root: etree._Element, way: Sequence[int]) -> None:
    """Take an element out and leave the text after it in its place."""
    parent = root
    for position in way[:-1]:
        parent = parent[position]
    child = parent[way[-1]]
    before, tail = child.getprevious(), child.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(child)
