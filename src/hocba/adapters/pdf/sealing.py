"""The school's seal on a printed transcript: PAdES B-T, or B-LT with what authorities said.

Two phases, because the seal's key may lie on a token far away: `prepare_pdf` draws the seal, writes
everything but the signature and says which digest to sign; `complete_pdf` takes the value, has it
stamped and puts it in. `seal_pdf` is both in a row with a key at hand. The seal is one incremental
update over an untouched file; pyHanko writes it.
"""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from asn1crypto import cms, ocsp, x509
from asn1crypto import crl as crls
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import (
    AxisAlignment,
    BoxConstraints,
    InnerScaling,
    SimpleBoxLayoutRule,
)
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, VisibleSigSettings
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import PdfTBSDocument
from pyhanko.sign.timestamps import TimeStamper as HankoTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hocba.adapters.pdf.compiler import SealPlace, Typeset, draw
from hocba.adapters.pdf.form import moment
from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import CertificateHolder, read_certificate
from hocba.core.signing.keys import algorithm_for, verify_value
from hocba.core.signing.pades import SEAL_FIELD
from hocba.core.signing.ports import Signer, TimeStamper
from hocba.core.signing.trust import NO_EVIDENCE, Evidence

_HASH = "sha256"
_STAMP_ROOM = 10 * 1024  # a token with its authority's certificates
_VALUE_ROOM = 4 * 1024  # attributes, names and the value itself
MAX_EVIDENCE_BYTES = 1024 * 1024  # larger lists stay out: the seal is then B-T


@dataclass(frozen=True, slots=True)
class PreparedSeal:
    """A PDF complete but for its signature, and what the seal's key has to sign."""

    pdf: bytes
    certificate: bytes
    chain: tuple[bytes, ...]
    attributes: bytes  # DER of the signed attributes (RFC 5652 §5.3)
    range_digest: bytes
    hole: tuple[int, int]  # where the signature goes, in bytes of `pdf`

    @property
    def digest(self) -> bytes:
        """SHA-256 to be signed."""
        return sha256(self.attributes).digest()

    def to_json(self) -> str:
        """Write all but the PDF itself, to be kept until the signature comes."""
        return json.dumps(
            {
                "certificate": _text(self.certificate),
                "chain": [_text(der) for der in self.chain],
                "attributes": _text(self.attributes),
                "range_digest": _text(self.range_digest),
                "hole": self.hole,
            }
        )

    @classmethod
    def from_json(cls, text: str, *, pdf: bytes) -> "PreparedSeal":
        """Read what `to_json` wrote."""
        values = json.loads(text)
        start, end = values["hole"]
        return cls(
            pdf=pdf,
            certificate=b64decode(values["certificate"]),
            chain=tuple(b64decode(one) for one in values["chain"]),
            attributes=b64decode(values["attributes"]),
            range_digest=b64decode(values["range_digest"]),
            hole=(start, end),
        )


def prepare_pdf(
    *,
    page: Typeset,
    certificate: bytes,
    chain: tuple[bytes, ...] = (),
    evidence: Evidence = NO_EVIDENCE,
    at: datetime,
) -> PreparedSeal:
    """Draw the seal and leave a hole for its signature.

    `chain` are the issuers' certificates; `evidence` goes into the file (B-LT) unless it is too
    large to be carried by every copy. `at` is the time that the seal states.

    Raises:
        HocbaError: "pdf.no_seal_place", "certificate.unreadable", "pdf.cannot_seal" (the file is
            encrypted or broken, or the key is of a kind we do not take).
    """
    if page.seal_place is None:
        raise HocbaError("pdf.no_seal_place")
    holder = read_certificate(certificate)
    if not algorithm_for(holder.public_key):
        raise HocbaError("pdf.cannot_seal")
    try:
        writer = IncrementalPdfFileWriter(BytesIO(page.pdf))
        _add_evidence(writer, (certificate, *chain), evidence)
        return _prepared(writer, page.seal_place, holder, chain, at)
    except (PdfError, SigningError, KeyError, TypeError, IndexError) as error:
        raise HocbaError("pdf.cannot_seal") from error


def complete_pdf(
    *, prepared: PreparedSeal, signature: bytes, time_stamper: TimeStamper | None = None
) -> bytes:
    """Return the sealed PDF; the value is verified first, and stamped where there is a clock.

    Raises:
        HocbaError: "signing.invalid_signature", "pdf.seal_too_large", and those of stamping.
    """
    holder = read_certificate(prepared.certificate)
    if not verify_value(
        key=holder.public_key,
        algorithm=algorithm_for(holder.public_key),
        digest=prepared.digest,
        value=signature,
    ):
        raise HocbaError("signing.invalid_signature")
    signer = _signer(prepared.certificate, prepared.chain, _as_cms(holder, signature))
    made = asyncio.run(
        signer.async_sign_prescribed_attributes(
            _HASH,
            cms.CMSAttributes.load(prepared.attributes),
            timestamper=None if time_stamper is None else _Clock(time_stamper),
        )
    )
    output = BytesIO(prepared.pdf)
    hole = PreparedByteRangeDigest(prepared.range_digest, *prepared.hole)
    try:
        PdfTBSDocument.resume_signing(output, hole, made)
    except (PdfError, SigningError, ValueError) as error:
        raise HocbaError("pdf.seal_too_large") from error
    return output.getvalue()


def seal_pdf(
    *,
    page: Typeset,
    signer: Signer,
    chain: tuple[bytes, ...] = (),
    evidence: Evidence = NO_EVIDENCE,
    time_stamper: TimeStamper | None = None,
    at: datetime,
) -> bytes:
    """Prepare, sign and complete with a key at hand.

    Raises:
        HocbaError: those of `prepare_pdf` and `complete_pdf`.
    """
    prepared = prepare_pdf(
        page=page, certificate=signer.certificate, chain=chain, evidence=evidence, at=at
    )
    (value,) = signer.sign_digests((prepared.digest,))
    return complete_pdf(prepared=prepared, signature=value, time_stamper=time_stamper)


def _prepared(
    writer: IncrementalPdfFileWriter,
    place: SealPlace,
    holder: CertificateHolder,
    chain: tuple[bytes, ...],
    at: datetime,
) -> PreparedSeal:
    signer = _signer(holder.der, chain, b"\0" * 512)
    pdf_signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=SEAL_FIELD,
            md_algorithm=_HASH,
            subfilter=SigSeedSubFilter.PADES,
            name=holder.name,
            reason="Ký phát hành bản thể hiện của học bạ số",
        ),
        signer=signer,
        stamp_style=_style(place, holder, at),
        new_field_spec=SigFieldSpec(
            SEAL_FIELD,
            on_page=place.page,
            box=place.box,
            readable_field_name=f"Con dấu số của nhà trường: {holder.name}",
            visible_sig_settings=VisibleSigSettings(rotate_with_page=True, print_signature=True),
        ),
    )
    session = pdf_signer.init_signing_session(writer)
    session.system_time = at  # else pyHanko asks the machine
    room = _STAMP_ROOM + _VALUE_ROOM + sum(map(len, (holder.der, *chain)))
    ready = session.prepare_tbs_document(validation_info=None, bytes_reserved=2 * room)
    hole, output = ready.digest_tbs_document()
    output.seek(0)
    attributes = asyncio.run(
        signer.signed_attrs(hole.document_digest, _HASH, use_pades=True)
    ).dump()
    return PreparedSeal(
        pdf=bytes(output.read()),
        certificate=holder.der,
        chain=chain,
        attributes=attributes,
        range_digest=hole.document_digest,
        hole=(hole.reserved_region_start, hole.reserved_region_end),
    )


def _add_evidence(
    writer: IncrementalPdfFileWriter, certificates: tuple[bytes, ...], evidence: Evidence
) -> None:
    """Put what authorities said into the same update, so that the seal covers it too."""
    answers = (*evidence.crls, *evidence.ocsps)
    if not answers or sum(map(len, answers)) > MAX_EVIDENCE_BYTES:
        return
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[x509.Certificate.load(der) for der in (*certificates, *evidence.certificates)],
        crls=[crls.CertificateList.load(der) for der in evidence.crls],
        ocsps=[ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
    )


def _signer(
    certificate: bytes, chain: tuple[bytes, ...], signature: bytes
) -> signers.ExternalSigner:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(x509.Certificate.load(der) for der in chain)
    return signers.ExternalSigner(
        x509.Certificate.load(certificate), store, signature, embed_roots=False
    )


def _as_cms(holder: CertificateHolder, signature: bytes) -> bytes:
    """Return the value as CMS has it: ECDSA as DER, which our port gives as r‖s."""
    if not isinstance(holder.public_key, ec.EllipticCurvePublicKey):
        return signature
    half = len(signature) // 2
    r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
    return encode_dss_signature(r, s)


class _Clock(HankoTimeStamper):
    """Our port as pyHanko's time-stamper."""

    def __init__(self, clock: TimeStamper) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]
        self._clock = clock

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Have the digest of the signature value stamped."""
        return cms.ContentInfo.load(self._clock.stamp(message_digest))


def _style(place: SealPlace, holder: CertificateHolder, at: datetime) -> StaticStampStyle:
    left, bottom, right, top = place.box
    values: Mapping[str, object] = {
        "width": right - left,
        "height": top - bottom,
        "name": holder.name,
        "time": moment(at),
        "serial": holder.serial[-16:],
    }
    middle = AxisAlignment.ALIGN_MID
    return StaticStampStyle(
        border_width=0,
        background=_Drawing(draw("seal.typ", values=values, dated=at)),
        background_layout=SimpleBoxLayoutRule(
            middle, middle, inner_content_scaling=InnerScaling.STRETCH_FILL
        ),
        background_opacity=1.0,
    )


class _Drawing(PdfContent):
    """One page of our own making, put into another file."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        writer = self._ensure_writer
        drawn = writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)), page_ix=0)
        self.resources.xobject["/Seal"] = drawn
        left, bottom, right, top = drawn.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Seal Do"


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
