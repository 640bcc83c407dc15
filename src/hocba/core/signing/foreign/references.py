"""What a signature refers to: each Reference resolved, transformed, digested, compared.

Read are `#id` and, with the enveloped-signature transform, the whole document (`URI=""`).
Everything else (other files, XPointer, XPath, XSLT, base64) is refused with its name.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.foreign.algorithms import DIGESTS, digest_of
from hocba.core.signing.foreign.canonicalization import (
    METHODS,
    Canonicalization,
    canonical_document,
    canonical_part,
    read_method,
    way_to,
)
from hocba.core.signing.foreign.reading import DS, Work

ENVELOPED = f"{DS}enveloped-signature"
_NS = {"ds": DS}


@dataclass(frozen=True, slots=True)
class ForeignReference:
    """One Reference judged: `reason` is a stable code, "" when the digest holds.

    `location` is the ElementPath of the element covered, from the root on ("."). Only what stands
    there is signed: a wrapped file shows its reader other data elsewhere, under a like name.
    """

    uri: str
    type: str
    ok: bool
    reason: str = ""
    detail: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A reference with the element that it covers; None for the whole document."""

    judged: ForeignReference
    element: etree._Element | None


def judge_reference(
    reference: etree._Element,
    signature: etree._Element,
    by_id: Mapping[str, Sequence[etree._Element]],
    work: Work,
) -> Resolved:
    """Resolve one Reference and compare its digest; never raises for bad input."""
    uri, kind = reference.get("URI"), reference.get("Type") or ""
    target: etree._Element | None = None
    try:
        work.require()
        target = _target(uri, by_id)
        _compare(reference, work.spend(_octets(reference, signature, target)))
    except HocbaError as refusal:
        detail = str(next(iter(refusal.params.values()), ""))
        judged = ForeignReference(uri or "", kind, False, refusal.code, detail)
        return Resolved(judged, target)
    tree = signature.getroottree()
    location = "." if target is None else str(tree.getelementpath(target))
    return Resolved(ForeignReference(uri or "", kind, True, location=location), target)


def _target(
    uri: str | None, by_id: Mapping[str, Sequence[etree._Element]]
) -> etree._Element | None:
    if uri == "":
        return None
    if uri is None or not uri.startswith("#") or uri.startswith("#xpointer"):
        raise HocbaError("foreign.reference_uri", uri=(uri or "")[:80])
    found = by_id.get(uri[1:], ())
    if len(found) != 1:
        code = "foreign.reference_missing" if not found else "foreign.reference_ambiguous"
        raise HocbaError(code, uri=uri[:80])
    return found[0]


def _octets(
    reference: etree._Element, signature: etree._Element, target: etree._Element | None
) -> bytes:
    enveloped, how = False, Canonicalization()
    for transform in reference.findall("ds:Transforms/ds:Transform", _NS):
        name = transform.get("Algorithm") or ""
        if name == ENVELOPED:
            enveloped = True
        elif name in METHODS:
            how = read_method(transform)
        else:
            raise HocbaError("foreign.transform", name=name[:80])
    root = signature.getroottree().getroot()
    if target is None:
        if not enveloped:
            raise HocbaError("foreign.reference_uri", uri="")
        return canonical_document(root, _bare(how), without=way_to(signature, root))
    without = way_to(signature, target) if enveloped else None
    if enveloped and not without:
        raise HocbaError("foreign.transform", name=ENVELOPED)
    return canonical_part(target, _bare(how), without=without)


def _bare(how: Canonicalization) -> Canonicalization:
    """A same-document reference has no comments to keep (XMLDSig §4.4.3.3)."""
    if not how.comments:
        return how
    method = how.method.removesuffix("WithComments")
    return Canonicalization(method if how.exclusive else method.removesuffix("#"), how.prefixes)


def _compare(reference: etree._Element, octets: bytes) -> None:
    method = reference.find("ds:DigestMethod", _NS)
    name = "" if method is None else method.get("Algorithm") or ""
    if name not in DIGESTS:
        raise HocbaError("foreign.digest_method", name=name[:80])
    stated = reference.findtext("ds:DigestValue", "", _NS)
    try:
        expected = b64decode("".join(stated.split()), validate=True)
    except (Base64Error, ValueError):
        expected = b""
    if digest_of(octets, DIGESTS[name]) != expected:
        raise HocbaError("foreign.digest")
