"""XML signature wrapping, enumerated: what is signed × what is done with it × where it is put.

A forgery is named by an operation and its arguments; `build` makes it from a signed document. The
writer's own layout is kept, so that the forgery is the only difference.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

from lxml import etree

from tests.fuzz.mutations import IDS, elements_of, written

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
_SUBJECTS = re.compile(r"data|thongtinhocba|tongket|mon-.*|ky-.*|to-.*|sig-[^/]*?(-props|-time)?")
_NOT_SUBJECTS = re.compile(r".*-(ref-\d+|value)")
_CONTAINERS: dict[str, tuple[str, ...]] = {
    "bare": (),
    "object": (f"{{{DS}}}Object",),
    "unsigned": (f"{{{XADES}}}UnsignedProperties", f"{{{XADES}}}UnsignedSignatureProperties"),
    "stranger": ("BOC",),
    "namespace": ("{urn:la}BOC",),
    "document": ("HOC_BA",),
}
_VARIANTS = ("same", "none", "other", *IDS[1:])
_KINDS = (
    *(f"{{{DS}}}{one}" for one in (
        "Signature", "SignedInfo", "SignatureMethod", "Reference", "DigestValue", "SignatureValue",
        "KeyInfo", "X509Certificate", "Object", "SignatureProperties", "SignatureProperty",
    )),
    *(f"{{{XADES}}}{one}" for one in ("QualifyingProperties", "SignedProperties", "SigningTime")),
    "DIEM_TONG_KET", "NGAY_KY", "TO_KY", "CHUNG_MINH", "KET_QUA_CA_NAM",
)  # fmt: skip
_URIS = (
    None, "", "#", " #data", "#data ", "#DATA", "#Data", "#xpointer(/)", "#xpointer(id('data'))",
    "#XPointer(/)", '#xpointer(id("data"))', "#element(data)", "#%64ata", "data", "./#data",
    "hoc-ba.xml#data", "file:///etc/passwd", "http://example.org/#data", "cid:data", "#data#data",
)  # fmt: skip
_TRANSFORMS = (
    f"{DS}enveloped-signature", f"{DS}base64", "http://www.w3.org/TR/1999/REC-xpath-19991116",
    "http://www.w3.org/2002/06/xmldsig-filter2", "http://www.w3.org/TR/1999/REC-xslt-19991116",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
)  # fmt: skip


@dataclass(frozen=True)
class Forgery:
    """One forgery: an operation with what it is done to, by positions in the document."""

    operation: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Forged:
    """The forged file; `altered` is the place of the value that was changed, "" when none was."""

    document: bytes
    altered: str = ""


@dataclass(frozen=True)
class Family:
    """All forgeries of one operation: the product of its axes, of which any one can be asked."""

    operation: str
    axes: tuple[Sequence[Any], ...]

    def __len__(self) -> int:
        return prod(len(axis) for axis in self.axes)

    def __getitem__(self, number: int) -> Forgery:
        if not 0 <= number < len(self):
            raise IndexError(number)
        arguments = []
        for axis in reversed(self.axes):
            number, at = divmod(number, len(axis))
            arguments.append(axis[at])
        return Forgery(self.operation, tuple(reversed(arguments)))


def families(document: bytes) -> list[Family]:
    """Every forgery of a document, always in the same order."""
    root = etree.fromstring(document)
    elements = elements_of(root)
    number = {one: at for at, one in enumerate(elements)}
    subjects = [number[one] for one in elements if _is_subject(one.get("Id") or "")]
    everywhere, kinds = range(len(elements)), _one_of_each_path(root, elements)
    properties = [number[one] for one in elements if one.tag == f"{{{XADES}}}QualifyingProperties"]
    ends, containers = (0, -1), tuple(_CONTAINERS)
    return [
        Family("move", (subjects, everywhere, ends, containers)),
        Family("wrap", (subjects, everywhere, ends, containers, _VARIANTS)),
        Family("shadow", (subjects, everywhere, ends, containers, _VARIANTS)),
        Family("second properties", (properties, kinds, ends)),
        Family("alien properties", (properties, kinds, ends)),
        *_swaps(elements, subjects),
        *_of_references(elements),
    ]


def _is_subject(identifier: str) -> bool:
    return bool(_SUBJECTS.fullmatch(identifier)) and not _NOT_SUBJECTS.fullmatch(identifier)


def _one_of_each_path(root: etree._Element, elements: list[etree._Element]) -> list[int]:
    tree, seen = root.getroottree(), dict[str, int]()
    for at, one in enumerate(elements):
        path = re.sub(r"\[\d+\]", "", tree.getpath(one))
        seen.setdefault(path + ("/O" if one.tag == f"{{{DS}}}Object" and one[0].prefix else ""), at)
    return list(seen.values())


def _swaps(elements: list[etree._Element], subjects: list[int]) -> Iterator[Family]:
    slots = [at for at, one in enumerate(elements) if (one.get("Id") or "").startswith("ky-")]
    yield Family("swap", (slots, slots))
    yield Family("swap ids", (subjects, subjects))
    for kind in _KINDS:
        alike = [at for at, one in enumerate(elements) if one.tag == kind]
        yield Family("swap", (alike, alike))


def _of_references(elements: list[etree._Element]) -> Iterator[Family]:
    references = [at for at, one in enumerate(elements) if one.tag == f"{{{DS}}}Reference"]
    infos = [at for at, one in enumerate(elements) if one.tag == f"{{{DS}}}SignedInfo"]
    identifiers = [f"#{one.get('Id')}" for one in elements if one.get("Id")]
    longest = max(len(elements[info]) for info in infos)
    yield Family("drop", (references,))
    yield Family("aim", (references, (*_URIS, *identifiers)))
    yield Family("transform", (references, _TRANSFORMS, (0, -1)))
    yield Family("extra", (references, infos, range(longest + 1)))
    yield Family("reverse", (infos,))


@cache
def _parsed(document: bytes) -> etree._Element:
    return etree.fromstring(document)


def build(document: bytes, forgery: Forgery) -> Forged | None:
    """Make a forgery; None when it changes nothing or cannot be done."""
    root = deepcopy(_parsed(document))
    elements = elements_of(root)
    try:
        altered = _OPERATIONS[forgery.operation](elements, *forgery.arguments)
    except _Impossible:
        return None
    changed = written(root)
    if changed == document:
        return None
    place = "" if altered is None else str(root.getroottree().getelementpath(altered))
    return Forged(changed, place)


class _Impossible(Exception):
    pass


Elements = list[etree._Element]
Altered = etree._Element | None


def _put(part: etree._Element, place: etree._Element, end: int, container: str) -> None:
    for name in reversed(_CONTAINERS[container]):
        outer = etree.Element(name)
        outer.append(part)
        part = outer
    place.insert(0 if end == 0 else len(place), part)


def _copy(element: etree._Element) -> etree._Element:
    twin = deepcopy(element)
    twin.tail = None
    return twin


def _rename(element: etree._Element, variant: str) -> None:
    identifier = element.get("Id") or ""
    if variant != "same":
        del element.attrib["Id"]
    if variant == "other":
        element.set("Id", "la")
    elif variant in IDS:
        element.set(variant, identifier)


def _alter(element: etree._Element) -> etree._Element:
    """Change what the element says: a better mark if it holds one, else any other text."""
    leaves = [one for one in elements_of(element) if not len(one) and one.text]
    if not leaves:
        raise _Impossible
    marks = [one for one in leaves if re.fullmatch(r"[0-9]\.[0-9]", one.text or "")]
    leaf = (marks or leaves)[0]
    leaf.text = "10.0" if marks else f"{leaf.text}1"
    return leaf


def _move(elements: Elements, subject: int, place: int, end: int, container: str) -> Altered:
    part = elements[subject]
    if part in (elements[place], *elements[place].iterancestors()):
        raise _Impossible
    part.tail = None
    _put(part, elements[place], end, container)
    return None


def _wrap(
    elements: Elements, subject: int, place: int, end: int, container: str, variant: str
) -> Altered:
    """The signed element is kept elsewhere; what stands in its place says something else."""
    stands, kept = elements[subject], _copy(elements[subject])
    leaf = _alter(stands)
    _rename(stands, variant)
    _put(kept, elements[place], end, container)
    return leaf


def _shadow(
    elements: Elements, subject: int, place: int, end: int, container: str, variant: str
) -> Altered:
    """The signed element stands; an altered one of the same or a like name is put elsewhere."""
    other = _copy(elements[subject])
    leaf = _alter(other)
    _rename(other, variant)
    _put(other, elements[place], end, container)
    return leaf


def _swap(elements: Elements, first: int, second: int) -> Altered:
    one, two = elements[first], elements[second]
    if one is two or one in two.iterancestors() or two in one.iterancestors():
        raise _Impossible
    parents = one.getparent(), two.getparent()
    if parents[0] is None or parents[1] is None:
        raise _Impossible
    tails, here, there = (one.tail, two.tail), parents[0].index(one), parents[1].index(two)
    left, right = deepcopy(one), deepcopy(two)
    left.tail, right.tail = tails[1], tails[0]
    parents[0][here], parents[1][there] = right, left
    return None


def _swap_ids(elements: Elements, first: int, second: int) -> Altered:
    names = elements[first].get("Id") or "", elements[second].get("Id") or ""
    elements[first].set("Id", names[1])
    elements[second].set("Id", names[0])
    return None


def _drop(elements: Elements, at: int) -> Altered:
    parent = elements[at].getparent()
    assert parent is not None
    parent.remove(elements[at])
    return None


def _aim(elements: Elements, at: int, uri: str | None) -> Altered:
    elements[at].attrib.pop("URI")
    if uri is not None:
        elements[at].set("URI", uri)
    return None


def _transform(elements: Elements, at: int, name: str, end: int) -> Altered:
    transforms = elements[at][0]
    more = etree.Element(f"{{{DS}}}Transform", Algorithm=name)
    transforms.insert(0 if end == 0 else len(transforms), more)
    return None


def _extra(elements: Elements, at: int, info: int, position: int) -> Altered:
    elements[info].insert(position, _copy(elements[at]))
    return None


def _reverse(elements: Elements, info: int) -> Altered:
    elements[info][2:] = list(reversed(elements[info][2:]))
    return None


def _second_properties(elements: Elements, at: int, place: int, end: int) -> Altered:
    """Unsigned properties of the same target, which say another time and role."""
    more = _copy(elements[at])
    for one in elements_of(more):
        if one.get("Id"):
            one.set("Id", f"{one.get('Id')}-2")
    leaf = _alter(more)
    _put(more, elements[place], end, "bare")
    return leaf


def _alien_properties(elements: Elements, at: int, place: int, end: int) -> Altered:
    """The signed properties are kept elsewhere, others stand where a reader looks."""
    kept = _copy(elements[at])
    leaf = _alter(elements[at])
    for one in elements_of(elements[at]):
        one.attrib.pop("Id", None)
    _put(kept, elements[place], end, "object")
    return leaf


_OPERATIONS: dict[str, Callable[..., Altered]] = {
    "move": _move,
    "wrap": _wrap,
    "shadow": _shadow,
    "swap": _swap,
    "swap ids": _swap_ids,
    "drop": _drop,
    "aim": _aim,
    "transform": _transform,
    "extra": _extra,
    "reverse": _reverse,
    "second properties": _second_properties,
    "alien properties": _alien_properties,
}
