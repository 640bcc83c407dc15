"""What an answer is worth: unknown, stale, by a wrong key, of a revoked issuer (F9, SSRF)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from hocba.adapters.revocation import RevocationSource
from hocba.core.signing.trust import NO_EVIDENCE, Evidence, check_certificate
from hocba.core.signing.verdict import Indication
from tests.core.verification.issued import NOW, SIGNED_AT
from tests.pki import pki

DAY = timedelta(days=1)
UNKNOWN = (Indication.INDETERMINATE, "certificate.status_unknown")


@pytest.fixture(autouse=True)
def _honest() -> Iterator[None]:
    pki().reset()
    pki().now = NOW
    yield
    pki().reset()


def parsed(label: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(pki().certificate(label))


def key(name: str) -> Any:
    return serialization.load_pem_private_key((pki().keys / f"{name}.pem").read_bytes(), None)


def answer(
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    responder: str = "issuing-ocsp",
    signed_by: str = "issuing-ocsp",
    made: timedelta = DAY,
    ends: timedelta | None = 9 * DAY,
) -> bytes:
    """An OCSP answer about the principal, times from the signing on."""
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=parsed("principal"),
            issuer=parsed("issuing"),
            algorithm=hashes.SHA1(),
            cert_status=status,
            this_update=SIGNED_AT + made,
            next_update=None if ends is None else SIGNED_AT + ends,
            revocation_time=None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, parsed(responder))
        .certificates([parsed(responder)])
    )
    return builder.sign(key(signed_by), hashes.SHA256()).public_bytes(Encoding.DER)


def root_list(revoked: str = "") -> bytes:
    """The root's list, with an issuer on it when one is named."""
    root = parsed("root")
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(SIGNED_AT + DAY)
        .next_update(SIGNED_AT + 30 * DAY)
    )
    if revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(parsed(revoked).serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(SIGNED_AT - DAY).build())
    return builder.sign(key("root"), hashes.SHA256()).public_bytes(Encoding.DER)


def judged(ocsp_answer: bytes, crl: bytes) -> tuple[Indication, str]:
    indication, reasons = check_certificate(
        certificate=pki().certificate("principal"),
        trust=pki().trust(),
        at=SIGNED_AT,
        evidence=Evidence(crls=(crl,), ocsps=(ocsp_answer,)),
    )
    return indication, reasons[0].code if reasons else ""


@pytest.mark.parametrize("ends", [9 * DAY, None])
def test_a_good_answer_made_after_the_signature_counts(ends: timedelta | None) -> None:
    assert judged(answer(ends=ends), root_list()) == (Indication.TOTAL_PASSED, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ocsp.OCSPCertStatus.UNKNOWN},
        {"responder": "stranger", "signed_by": "stranger"},
        {"responder": "root", "signed_by": "root"},
        {"made": -30 * DAY, "ends": -20 * DAY},
    ],
    ids=["unknown", "no responder", "an authority of others", "stale"],
)
def test_any_other_answer_leaves_it_open(changes: dict[str, Any]) -> None:
    indication, code = judged(answer(**changes), root_list())
    assert (indication, code) == UNKNOWN


def test_a_value_that_is_not_of_the_answer_leaves_it_open() -> None:
    honest, other = answer(), answer(ends=8 * DAY)
    values = [ocsp.load_der_ocsp_response(one).signature for one in (honest, other)]
    assert honest.count(values[0]) == 1
    assert judged(honest.replace(*values), root_list()) == UNKNOWN


def test_a_good_holder_under_a_revoked_issuer_is_refused() -> None:
    found = judged(answer(), root_list(revoked="issuing"))
    assert found == (Indication.TOTAL_FAILED, "certificate.revoked")


def test_without_a_word_on_the_issuer_it_stays_open() -> None:
    old = x509.load_der_x509_crl(root_list())
    assert old.next_update_utc is not None
    indication, reasons = check_certificate(
        certificate=pki().certificate("principal"),
        trust=pki().trust(),
        at=SIGNED_AT,
        evidence=Evidence(ocsps=(answer(),)),
    )
    assert (indication, reasons[0].code) == UNKNOWN


def test_the_issuers_come_home_with_the_answers() -> None:
    evidence = RevocationSource(pki().fetcher()).evidence(
        certificates=[pki().certificate("principal")], trust=pki().trust(), at=NOW
    )
    assert set(evidence.certificates) == {
        pki().certificate("issuing"),
        pki().certificate("issuing-crossed"),
    }


def test_addresses_of_a_forged_certificate_are_never_asked() -> None:
    """It names our issuer, who never signed it, and an address on the very list of hosts."""
    own = generate_private_key(SECP256R1())
    address = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP,
        x509.UniformResourceIdentifier(f"{pki().url}/internal"),
    )
    forged = (
        x509.CertificateBuilder()
        .subject_name(parsed("principal").subject)
        .issuer_name(parsed("issuing").subject)
        .public_key(own.public_key())
        .serial_number(7)
        .not_valid_before(SIGNED_AT - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.AuthorityInformationAccess([address]), critical=False)
        .sign(own, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    source = RevocationSource(pki().fetcher())
    assert source.evidence(certificates=[forged], trust=pki().trust(), at=NOW) == NO_EVIDENCE
    assert pki().asked == []
