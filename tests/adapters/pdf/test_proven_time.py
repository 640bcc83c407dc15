"""B-T and B-LT: the seal's time proven by a clock, and what authorities said kept in the file."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.x509 import CertificateBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID

from hocba.adapters.pdf import Rendition, set_transcript
from hocba.adapters.pdf.compiler import Typeset
from hocba.adapters.pdf.examining import examine_own_pdf
from hocba.adapters.pdf.sealing import MAX_EVIDENCE_BYTES, seal_pdf
from hocba.adapters.revocation import RevocationSource
from hocba.adapters.timestamping import HttpTimeStamper
from hocba.core.signing.pades import PdfContents, check_seal
from hocba.core.signing.path import issuers_of
from hocba.core.signing.ports import Signer
from hocba.core.signing.trust import NO_EVIDENCE, Evidence
from hocba.core.signing.verdict import Indication, SignatureVerdict
from tests.adapters.pdf.samples import URL
from tests.core.verification.issued import IDENTITY, NOW, SIGNED_AT, compose
from tests.pki import pki

pytestmark = pytest.mark.slow


@cache
def page() -> Typeset:
    """Pages with a place for the seal."""
    return set_transcript(Rendition(compose(), (), URL, to_be_sealed=True))


@cache
def evidence(at: datetime) -> Evidence:
    """What the authorities of the test PKI say of the seal and of the clock at a time."""
    city = pki()
    city.reset()
    city.now = at
    return RevocationSource(city.fetcher(seconds=20.0)).evidence(
        certificates=[city.certificate(one) for one in ("seal", "tsa", "issuing")],
        trust=city.trust(),
        at=at,
    )


def sealed(*, stamped: bool, known: Evidence = NO_EVIDENCE, late: int = 0) -> PdfContents:
    """A PDF under the test PKI's seal, as its reader finds it."""
    city, signer = pki(), pki().signer("seal")
    city.reset()
    city.now = SIGNED_AT + timedelta(minutes=late)
    clock = HttpTimeStamper(city.tsa(), city.fetcher(seconds=20.0)) if stamped else None
    chain = issuers_of(certificate=signer.certificate, known=city.trust().intermediates)
    pdf = seal_pdf(
        page=page(), signer=signer, chain=chain, evidence=known, time_stamper=clock, at=SIGNED_AT
    )
    return examine_own_pdf(pdf)


def judged(contents: PdfContents, known: Evidence = NO_EVIDENCE) -> SignatureVerdict:
    (verdict,) = check_seal(
        contents=contents,
        school_code=IDENTITY.school.code,
        trust=pki().trust(),
        evidence=known,
        at=NOW,
    )
    return verdict


def test_a_stamped_seal_proves_its_time() -> None:
    verdict = judged(sealed(stamped=True), evidence(NOW))
    assert (verdict.indication, verdict.reasons) == (Indication.TOTAL_PASSED, ())
    assert verdict.proven_time == SIGNED_AT == verdict.signing_time


def test_the_file_itself_carries_what_speaks_for_the_seal() -> None:
    at = SIGNED_AT + timedelta(minutes=1)
    contents = sealed(stamped=True, known=evidence(at))
    assert contents.evidence.crls or contents.evidence.ocsps
    assert contents.signatures[0].coverage == "ENTIRE_FILE"  # the proof lies under the seal
    assert judged(contents).indication is Indication.TOTAL_PASSED
    without = replace(contents, evidence=NO_EVIDENCE)
    assert judged(without).indication is Indication.INDETERMINATE


def test_proof_too_large_for_every_copy_stays_out() -> None:
    known = evidence(NOW)
    heavy = replace(known, crls=known.crls + (b"x" * MAX_EVIDENCE_BYTES,))
    contents = sealed(stamped=False, known=heavy)
    assert contents.evidence == NO_EVIDENCE
    assert contents.signatures[0].problem is None


def test_a_stamp_from_before_the_stated_time_is_refused() -> None:
    verdict = judged(sealed(stamped=True, late=-60), evidence(NOW))
    assert verdict.indication is Indication.TOTAL_FAILED
    assert "timestamp.before_signature" in {reason.code for reason in verdict.reasons}


def test_another_schools_seal_is_refused() -> None:
    (verdict,) = check_seal(
        contents=sealed(stamped=False),
        school_code="01000999",
        trust=pki().trust(),
        evidence=evidence(NOW),
        at=NOW,
    )
    assert "pdf.other_seal" in {reason.code for reason in verdict.reasons}


class Curve:
    """A seal on an elliptic curve, whose values our port gives as r‖s."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = Name([NameAttribute(NameOID.COMMON_NAME, "Trường Ê-đi-xơn")])
        builder = CertificateBuilder().subject_name(name).issuer_name(name).serial_number(9)
        made = builder.public_key(self._key.public_key()).not_valid_before(SIGNED_AT)
        certificate = made.not_valid_after(NOW).sign(self._key, hashes.SHA256())
        self.certificate = certificate.public_bytes(serialization.Encoding.DER)

    def sign_digests(self, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
        hashed = ec.ECDSA(Prehashed(hashes.SHA256()))
        pairs = (decode_dss_signature(self._key.sign(one, hashed)) for one in digests)
        return tuple(r.to_bytes(32, "big") + s.to_bytes(32, "big") for r, s in pairs)


def test_a_seal_on_a_curve_serves_as_well() -> None:
    signer: Signer = Curve()
    (found,) = examine_own_pdf(seal_pdf(page=page(), signer=signer, at=SIGNED_AT)).signatures
    assert (found.problem, found.signature_algorithm) == (None, "sha256_ecdsa")
