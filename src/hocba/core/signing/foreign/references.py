"""What a signature refers to: each Reference resolved, transformed, digested, compared.

Accepted are `#id` and the whole document (`URI=""`) with enveloped-signature, canonicalizations,
and base64 of an element that holds text alone. XPointers to the root or to an Id, and the two
common ways to say "all but signatures" in XPath, are judged and refused by name. Everything else
(other files, XPath, XSLT) is refused unjudged, and nothing outside the file is ever opened.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.foreign.algorithms import DIGESTS, JUDGED_DIGESTS, digest_of
from hocba.core.signing.foreign.canonicalization import (
    METHODS,
    Canonicalization,
    Work,
    canonical_document,
    canonical_octets,
    canonical_part,
    read_method,
    way_to,
)
from hocba.core.signing.foreign.reading import DS, octets_of, text_of

ENVELOPED, BASE64, MANIFEST_TYPE = f"{DS}enveloped-signature", f"{DS}base64", f"{DS}Manifest"
MOST_PARTS = 1_000
_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
_FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"
_BY_ID = re.compile(r"""#xpointer\(id\((['"])([^'"]+)\1\)\)""")
_NO_SIGNATURE = re.compile(r"not\(\s*ancestor-or-self::(\w+):Signature\s*\)")
_SUBTRACTED = re.compile(r"/descendant::(\w+):Signature")
_NS = {"ds": DS}


@dataclass(frozen=True, slots=True)
class ForeignReference:
    """One Reference judged.

    `ok` says whether the digest is that of the part, None where that was not judged; `reason` is a
    stable code, "" when nothing is wrong or refused. `covers` is the path of the element, "/" for
    the whole document. A Manifest has `parts` of its own.
    """

    uri: str
    type: str
    ok: bool | None
    reason: str = ""
    detail: str = ""
    covers: str = ""
    parts: tuple["ForeignReference", ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is accepted, with all parts of a Manifest."""
        return self.ok is True and not self.reason and all(one.holds for one in self.parts)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A reference with the element that it covers; None for the whole document."""

    judged: ForeignReference
    element: etree._Element | None


@dataclass(frozen=True, slots=True)
class ReferencePlace:
    """Where references are judged: the signature, the Ids of its document, the work left."""

    signature: etree._Element
    by_id: Mapping[str, Sequence[etree._Element]]
    work: Work

    @property
    def root(self) -> etree._Element:
        """The root of the document."""
        return self.signature.getroottree().getroot()


@dataclass(slots=True)
class _Found:
    """What a reference comes to, step by step; `refused` is set while it can still be judged."""

    element: etree._Element | None = None
    comments: bool = False
    octets: bytes | None = None
    without: list[tuple[int, ...]] = field(default_factory=list)
    refused: HocbaError | None = None


def judge_reference(
    reference: etree._Element, place: ReferencePlace, *, inner: bool = False
) -> Resolved:
    """Resolve one Reference and compare its digest; never raises for bad input.

    `inner` is a reference of a Manifest: a Manifest inside is not followed.
    """
    uri, found = reference.get("URI"), _Found()
    judged = ForeignReference(uri or "", reference.get("Type") or "", None)
    try:
        _resolve(uri, place, found)
        covers = "/" if found.element is None else _path(found.element)
        judged = replace(judged, covers=covers)
        _transform(reference, place, found)
        _compare(reference, _digested(place, found), found)
    except HocbaError as refusal:
        judged = _refused(judged, refusal)
        if found.refused is not None:
            judged = replace(_refused(judged, found.refused), ok=judged.ok)
        return Resolved(judged, found.element)
    if found.refused is not None:
        return Resolved(replace(_refused(judged, found.refused), ok=True), found.element)
    judged = replace(judged, ok=True)
    if judged.type == MANIFEST_TYPE or _is_manifest(found.element):
        judged = _with_parts(judged, found.element, place, inner=inner)
    return Resolved(judged, found.element)


def _refused(judged: ForeignReference, refusal: HocbaError) -> ForeignReference:
    broken = refusal.code in ("foreign.digest", "foreign.reference_missing")
    detail = str(next(iter(refusal.params.values()), ""))
    return replace(judged, ok=False if broken else None, reason=refusal.code, detail=detail)


def _path(element: etree._Element) -> str:
    return str(element.getroottree().getpath(element))


def _resolve(uri: str | None, place: ReferencePlace, found: _Found) -> None:
    if uri == "":
        return
    told = (uri or "")[:80]
    name, pointer = (uri or "")[1:], _BY_ID.fullmatch(uri or "")
    if uri == "#xpointer(/)" or pointer:
        found.comments = True
        found.refused = HocbaError("foreign.reference_uri", uri=told)
        if pointer is None:
            return
        name = pointer[2]
    elif uri is None or not uri.startswith("#") or uri.startswith("#xpointer"):
        raise HocbaError("foreign.reference_uri", uri=told)
    here = place.by_id.get(name, ())
    if len(here) != 1:
        code = "foreign.reference_missing" if not here else "foreign.reference_ambiguous"
        raise HocbaError(code, uri=told)
    found.element = here[0]


def _transform(reference: etree._Element, place: ReferencePlace, found: _Found) -> None:
    enveloped = False
    for transform in reference.findall("ds:Transforms/ds:Transform", _NS):
        name = transform.get("Algorithm") or ""
        if name in METHODS:
            _canonicalize(read_method(transform), place, found)
        elif name == ENVELOPED and found.octets is None:
            own = way_to(place.signature, place.root if found.element is None else found.element)
            if not own:  # not inside what it signs
                raise HocbaError("foreign.transform", name=name)
            enveloped, found.without = True, [own]
        elif name == BASE64:
            _decode(found)
        elif name in (_XPATH, _FILTER2) and found.octets is None and _leaves_signatures(transform):
            found.refused = HocbaError("foreign.transform", name=name)
            enveloped, found.without = True, _all_signatures(place, found)
        else:
            raise HocbaError("foreign.transform", name=name[:80])
    if found.element is None and not enveloped:
        raise HocbaError("foreign.reference_uri", uri='""')


def _canonicalize(how: Canonicalization, place: ReferencePlace, found: _Found) -> None:
    if found.octets is not None:
        found.octets = canonical_octets(found.octets, how, work=place.work)
        return
    how = how if found.comments else how.bare
    if found.element is None:
        found.octets = canonical_document(place.root, how, work=place.work, without=found.without)
        return
    found.octets = canonical_part(found.element, how, work=place.work, without=found.without)


def _decode(found: _Found) -> None:
    """Base64 of an element that holds text alone, so that no one can choose what is left out."""
    here = found.element if found.octets is None and not found.without else None
    octets = octets_of(here) if here is not None else None
    if octets is None:
        raise HocbaError("foreign.transform", name=BASE64)
    found.octets = octets


def _leaves_signatures(transform: etree._Element) -> bool:
    """Whether the expression is one of the usual ways to say: without any ds:Signature."""
    steps = [one for one in transform if isinstance(one.tag, str)]
    said = (text_of(steps[0]) or "").strip() if len(steps) == 1 else ""
    if transform.get("Algorithm") == _XPATH:
        matched = _NO_SIGNATURE.fullmatch(said)
    else:
        subtracts = bool(steps) and steps[0].get("Filter") == "subtract"
        matched = _SUBTRACTED.fullmatch(said) if subtracts else None
    return matched is not None and steps[0].nsmap.get(matched[1]) == DS


def _all_signatures(place: ReferencePlace, found: _Found) -> list[tuple[int, ...]]:
    top = place.root if found.element is None else found.element
    ways = (way_to(one, top) for one in top.iter(f"{{{DS}}}Signature"))
    return [way for way in ways if way]


def _digested(place: ReferencePlace, found: _Found) -> bytes:
    if found.octets is None:
        _canonicalize(Canonicalization(), place, found)
    if found.octets is None:
        raise HocbaError("foreign.structure", part="Reference")
    return found.octets


def _compare(reference: etree._Element, octets: bytes, found: _Found) -> None:
    method = reference.find("ds:DigestMethod", _NS)
    name = "" if method is None else method.get("Algorithm") or ""
    kind = DIGESTS.get(name)
    if kind is None:
        refusal = HocbaError("foreign.digest_method", name=name[:80])
        kind = JUDGED_DIGESTS.get(name)
        if kind is None:
            raise refusal
        found.refused = found.refused or refusal
    if digest_of(octets, kind) != octets_of(reference.find("ds:DigestValue", _NS)):
        raise HocbaError("foreign.digest")


def _is_manifest(element: etree._Element | None) -> bool:
    return element is not None and element.tag == f"{{{DS}}}Manifest"


def _with_parts(
    judged: ForeignReference, element: etree._Element | None, place: ReferencePlace, *, inner: bool
) -> ForeignReference:
    """What a Manifest names is signed only through its digests: each of them is compared too."""
    found = [] if element is None else element.findall("ds:Reference", _NS)
    if inner or not 0 < len(found) <= MOST_PARTS or not _is_manifest(element):
        return _manifest_refused(judged, judged.uri)
    parts = tuple(judge_reference(one, place, inner=True).judged for one in found)
    broken = next((one for one in parts if not one.holds), None)
    if broken is None:
        return replace(judged, parts=parts)
    return replace(_manifest_refused(judged, broken.uri), parts=parts)


def _manifest_refused(judged: ForeignReference, uri: str) -> ForeignReference:
    """The Manifest itself is whole; what it names is not, or was not judged."""
    return replace(_refused(judged, HocbaError("foreign.manifest", uri=uri)), ok=True)
