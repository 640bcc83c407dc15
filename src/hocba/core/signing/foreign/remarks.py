"""What a reader should know of a signature that holds: where it differs from our profile."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Sequence

from lxml import etree

from hocba.core.signing.certificate import CertificateHolder
from hocba.core.signing.foreign.algorithms import DIGESTS, digest_of
from hocba.core.signing.foreign.reading import DS
from hocba.core.signing.foreign.references import Resolved
from hocba.core.signing.profile import EXCLUSIVE_C14N, SIGNED_PROPERTIES_TYPE, XADES

_NS = {"ds": DS, "xades": XADES}


def remarks_on(
    signature: etree._Element, resolved: Sequence[Resolved], certificate: CertificateHolder | None
) -> Iterator[str]:
    """Yield stable codes of what is unusual; none of them makes a signature bad by itself."""
    if certificate is None:
        yield "remark.no_certificate"
    covered = [one.element for one in resolved if one.judged.ok]
    if None in covered:
        yield "remark.whole_document"
    if any(one is not None and _inside(signature, one) for one in covered):
        yield "remark.enveloped"
    if any(one is not None and _inside(one, signature) and _is_data(one) for one in covered):
        yield "remark.enveloping"
    methods = signature.findall(".//ds:CanonicalizationMethod", _NS)
    if any(one.get("Algorithm") != EXCLUSIVE_C14N for one in methods[:1]):
        yield "remark.other_canonicalization"
    if any(_is_loose(one, covered) for one in signature.findall("ds:Object", _NS)):
        yield "remark.unsigned_object"
    yield from _xades(signature, resolved, certificate)


def _is_loose(holder: etree._Element, covered: Sequence[etree._Element | None]) -> bool:
    """Whether an Object holds something that nothing signs: anyone may have put it there."""
    signed = [one for one in covered if one is not None]
    if any(one is holder or _inside(one, holder) or _inside(holder, one) for one in signed):
        return False
    return any(one.tag != f"{{{XADES}}}QualifyingProperties" for one in holder.iterchildren("*"))


def _inside(element: etree._Element, outer: etree._Element) -> bool:
    return any(one is outer for one in element.iterancestors())


def _is_data(element: etree._Element) -> bool:
    return not str(element.tag).startswith((f"{{{XADES}}}", f"{{{DS}}}SignatureProp"))


def _xades(
    signature: etree._Element, resolved: Sequence[Resolved], certificate: CertificateHolder | None
) -> Iterator[str]:
    properties = signature.findall("ds:Object/xades:QualifyingProperties", _NS)
    if not properties:
        yield "remark.not_xades"
        return
    signed = [
        one.element
        for one in resolved
        if one.judged.ok and one.judged.type == SIGNED_PROPERTIES_TYPE and one.element is not None
    ]
    own = properties[0].find("xades:SignedProperties", _NS)
    if len(properties) != 1 or own is None or not any(one is own for one in signed):
        yield "remark.properties_unsigned"
        return
    if properties[0].get("Target") != f"#{signature.get('Id')}":
        yield "remark.properties_of_another"
    if certificate is not None and not _names_certificate(own, certificate):
        yield "remark.other_signing_certificate"


def _names_certificate(properties: etree._Element, certificate: CertificateHolder) -> bool:
    for element in properties.iter(f"{{{XADES}}}CertDigest"):
        method = element.find("ds:DigestMethod", _NS)
        kind = DIGESTS.get("" if method is None else method.get("Algorithm") or "")
        text = element.findtext("ds:DigestValue", "", _NS)
        try:
            stated = b64decode("".join(text.split()), validate=True)
        except (Base64Error, ValueError):
            continue
        if kind is not None and stated == digest_of(certificate.der, kind):
            return True
    return False
