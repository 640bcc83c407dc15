"""Whom lists and answers call revoked, at a glance; whether they may say so is asked elsewhere."""

from functools import lru_cache

from cryptography.x509 import load_der_x509_crl, ocsp

from hocba.core.signing.certificate import CertificateHolder
from hocba.core.signing.trust import Evidence, TrustStore


def called_revoked(*, holder: CertificateHolder, trust: TrustStore, evidence: Evidence) -> bool:
    """Whether any list or answer at hand, believed or not, names the certificate as revoked.

    A path need not be judged for this when nobody speaks against the certificate.
    """
    serial = int(holder.serial, 16)
    return serial in _by_lists(trust.crls + evidence.crls) or serial in _by_answers(evidence.ocsps)


@lru_cache(maxsize=8)
def _by_lists(crls: tuple[bytes, ...]) -> frozenset[int]:
    found: set[int] = set()
    for der in crls:
        try:
            found.update(one.serial_number for one in load_der_x509_crl(der))
        except (ValueError, TypeError):
            continue  # what cannot be read speaks of nobody
    return frozenset(found)


@lru_cache(maxsize=8)
def _by_answers(ocsps: tuple[bytes, ...]) -> frozenset[int]:
    found: set[int] = set()
    for der in ocsps:
        try:
            answers = ocsp.load_der_ocsp_response(der)
            if answers.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
                found.update(
                    one.serial_number
                    for one in answers.responses
                    if one.certificate_status is ocsp.OCSPCertStatus.REVOKED
                )
        except (ValueError, TypeError):
            continue
    return frozenset(found)
