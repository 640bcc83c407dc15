"""Making a signature: the slot's element, byte for byte, before and after the value is known.

Everything is written in its canonical form, so that canonicalising what stands in the file gives
the file's own bytes; verification relies on that.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from xml.sax.saxutils import escape

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing import profile
from hocba.core.signing.certificate import CertificateHolder
from hocba.core.signing.plan import Slot
from hocba.core.signing.sheets import SheetPage
from hocba.core.signing.verdict import Capacity, SlotRole

VIETNAM = timezone(timedelta(hours=7))
VALUE_MARK = b"{SIGNATURE-VALUE}"
_QUALIFYING_END = "</xades:QualifyingProperties>"
_OWN, _XADES = f'xmlns="{profile.DS}"', f'xmlns:xades="{profile.XADES}"'
_DECLARING = tuple(
    (f"<{name}", f"<{name} {declared}")
    for name, declared in (
        ("xades:SignedProperties", _XADES),
        ("DigestMethod", _OWN),
        ("DigestValue", _OWN),
        ("SignatureProperty", _OWN),
    )
)


def instant_text(at: datetime) -> str:
    """Write an instant as the Ministry does: 2019-04-24T18:39:30+07:00."""
    return at.astimezone(VIETNAM).replace(microsecond=0).isoformat()


def signature_id(slot: Slot, page: SheetPage | None = None) -> str:
    """Return the deterministic Id of the slot's signature; its parts derive from it."""
    return f"sig-{slot.key if page is None else page.name}"


def opening_line(slot: Slot) -> bytes:
    """Return the line with which a slot begins; it cannot occur in data, where "<" is escaped."""
    return f'    <{slot.role.value} Id="{slot.element_id}">\n'.encode()


def slot_fragment(
    *,
    slot: Slot,
    holder: CertificateHolder,
    algorithm: str,
    at: datetime,
    references: Sequence[tuple[str, bytes]],
    page: SheetPage | None = None,
    stamp: bytes = b"",
    capacity: Capacity = Capacity.OWN,
) -> tuple[bytes, bytes]:
    """Return the canonical SignedInfo and the slot's lines with a mark where the value will stand.

    `references` are (Id, SHA-256 of the canonical element) of everything covered, in order. In
    sheet mode the signature refers to the page's head, which speaks for all of them. `stamp` is the
    time-stamp token over the value, where there is one already. Who fills the slot of somebody else
    claims so, in a second role.
    """
    name, time = signature_id(slot, page), instant_text(at)
    if page is not None:
        references = [(page.head_id, page.head_sha256)]
    properties = _signed_properties(slot, holder, name, time, capacity)
    time_property = _time_property(name, time)
    info = _signed_info(
        name,
        algorithm,
        [
            *((f"#{target}", "", digest) for target, digest in references),
            (f"#{name}-props", profile.SIGNED_PROPERTIES_TYPE, _digest(properties)),
            (f"#{name}-time", "", _digest(time_property)),
        ],
    )
    # Canonicalised alone, SignedInfo declares the namespace that it inherits in its place.
    signed_info = info.replace("<SignedInfo>", f'<SignedInfo xmlns="{profile.DS}">', 1)
    citizen = ""
    if slot.role is not SlotRole.SEAL:
        citizen = f"      <SO_CCCD>{holder.holder_id}</SO_CCCD>\n"
    before = (
        f"{opening_line(slot).decode()}"
        f"      <NGAY_KY>{time}</NGAY_KY>\n"
        f"{citizen}{page.lines if page else ''}"
        f'      <Signature xmlns="{profile.DS}" Id="{name}">{info}'
        f'<SignatureValue Id="{name}-value">{VALUE_MARK.decode()}</SignatureValue>'
        f"<KeyInfo><X509Data><X509SubjectName>"
    )
    after = (
        "</X509SubjectName>"
        f"<X509Certificate>{b64encode(holder.der).decode()}</X509Certificate></X509Data></KeyInfo>"
        f'<Object><xades:QualifyingProperties xmlns:xades="{profile.XADES}" Target="#{name}">'
        f"{properties}{stamp_part(stamp)}{_QUALIFYING_END}</Object>"
        f"<Object><SignatureProperties>{time_property}</SignatureProperties></Object>"
        f"</Signature>\n"
        f"    </{slot.role.value}>\n"
    )
    # Encoded apart: ASCII is copied, while one Vietnamese name would make the whole slow.
    lines = before.encode("utf-8") + escape(holder.subject).encode("utf-8") + after.encode("utf-8")
    return signed_info.encode("utf-8"), lines


def stamp_part(token: bytes) -> str:
    """Write the unsigned properties with a time-stamp of the value, "" when there is none."""
    if not token:
        return ""
    return (
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>"
        f'<CanonicalizationMethod Algorithm="{profile.EXCLUSIVE_C14N}"></CanonicalizationMethod>'
        f"<xades:EncapsulatedTimeStamp>{b64encode(token).decode()}</xades:EncapsulatedTimeStamp>"
        "</xades:SignatureTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    )


def with_stamp(lines: bytes, token: bytes) -> bytes:
    """Put a time-stamp into a slot's lines that have none."""
    head, mark, tail = lines.partition(_QUALIFYING_END.encode())
    return head + stamp_part(token).encode() + mark + tail


def stamped_digest(name: str, value: bytes) -> bytes:
    """SHA-256 of the canonical SignatureValue: what a time-stamp of the signature is over."""
    element = (
        f'<SignatureValue xmlns="{profile.DS}" Id="{name}-value">'
        f"{b64encode(value).decode()}</SignatureValue>"
    )
    return sha256(element.encode("utf-8")).digest()


def _signed_info(name: str, algorithm: str, references: Sequence[tuple[str, str, bytes]]) -> str:
    items = []
    for number, (uri, kind, digest) in enumerate(references, start=1):
        typed = f' Type="{kind}"' if kind else ""
        items.append(
            f'<Reference Id="{name}-ref-{number}"{typed} URI="{uri}"><Transforms>'
            f'<Transform Algorithm="{profile.EXCLUSIVE_C14N}"></Transform></Transforms>'
            f'<DigestMethod Algorithm="{profile.SHA256}"></DigestMethod>'
            f"<DigestValue>{b64encode(digest).decode()}</DigestValue></Reference>"
        )
    return (
        "<SignedInfo>"
        f'<CanonicalizationMethod Algorithm="{profile.EXCLUSIVE_C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{algorithm}"></SignatureMethod>{"".join(items)}</SignedInfo>'
    )


def _signed_properties(
    slot: Slot, holder: CertificateHolder, name: str, time: str, capacity: Capacity
) -> str:
    digest = b64encode(bytes.fromhex(holder.sha256)).decode()
    also = f"<xades:ClaimedRole>{capacity.value}</xades:ClaimedRole>" if capacity else ""
    return (
        f'<xades:SignedProperties Id="{name}-props"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{time}</xades:SigningTime>"
        "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
        f'<DigestMethod Algorithm="{profile.SHA256}"></DigestMethod>'
        f"<DigestValue>{digest}</DigestValue>"
        "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>"
        "<xades:SignerRoleV2><xades:ClaimedRoles>"
        f"<xades:ClaimedRole>{profile.CLAIMED_ROLE[slot.role]}</xades:ClaimedRole>{also}"
        "</xades:ClaimedRoles></xades:SignerRoleV2></xades:SignedSignatureProperties>"
        "<xades:SignedDataObjectProperties>"
        f'<xades:DataObjectFormat ObjectReference="#{name}-ref-1">'
        "<xades:MimeType>application/xml</xades:MimeType></xades:DataObjectFormat>"
        "<xades:CommitmentTypeIndication><xades:CommitmentTypeId>"
        f"<xades:Identifier>{profile.COMMITMENT[slot.role]}</xades:Identifier>"
        "</xades:CommitmentTypeId><xades:AllSignedDataObjects></xades:AllSignedDataObjects>"
        "</xades:CommitmentTypeIndication></xades:SignedDataObjectProperties>"
        "</xades:SignedProperties>"
    )


def _time_property(name: str, time: str) -> str:
    return (
        f'<SignatureProperty Id="{name}-time" Target="#{name}">'
        f'<SigningTime xmlns="{profile.SIGNING_TIME}">{time}</SigningTime></SignatureProperty>'
    )


def _digest(part: str) -> bytes:
    """SHA-256 of a part's exclusive C14N as it will stand inside the signature.

    The parts are written in canonical form; cut out, an element declares a namespace where it
    first uses one. A test holds this against the library's canonicalisation.
    """
    for inherited, declared in _DECLARING:
        part = part.replace(inherited, declared)
    return sha256(part.encode("utf-8")).digest()


def canonical(element: etree._Element, *, exclusive: bool = True) -> bytes:
    """Return the C14N (without comments) of an element.

    Raises:
        HocbaError: "transcript.namespace" where a namespace name cannot be canonicalised.
    """
    try:
        return etree.tostring(element, method="c14n", exclusive=exclusive, with_tail=False)
    except etree.C14NError as error:
        raise HocbaError("transcript.namespace") from error
