"""A certificate path alone: chain, anchors, revocation data, an instant → verdict.

The same engine as for transcripts (`trust`), with everything given by the caller, so that others
can try it on their own paths.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import pem, x509
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)

from hocba.core.errors import HocbaError
from hocba.core.signing.trust import run_offline
from hocba.core.signing.verdict import Indication, Reason


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """What is asked: a certificate and everything that may speak for or against it, all DER.

    `require_revocation` wants fresh proof that nothing was revoked; `for_signing` wants the key
    usages digitalSignature or nonRepudiation.
    """

    certificate: bytes
    intermediates: tuple[bytes, ...]
    anchors: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    at: datetime
    require_revocation: bool = True
    for_signing: bool = False


def certificates_in(data: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a DER or PEM file.

    Raises:
        HocbaError: "certificate.unreadable".
    """
    return _parts(data, "CERTIFICATE", load_der_x509_certificate)


def crls_in(data: bytes) -> tuple[bytes, ...]:
    """Return the revocation lists of a DER or PEM file.

    Raises:
        HocbaError: "certificate.unreadable".
    """
    return _parts(data, "X509 CRL", load_der_x509_crl)


def _parts(data: bytes, kind: str, load: Callable[[bytes], object]) -> tuple[bytes, ...]:
    try:
        found = (data,)
        if pem.detect(data):
            parts = pem.unarmor(data, multiple=True)
            found = tuple(der for name, _, der in parts if name == kind)
        for der in found:
            load(der)
    except (ValueError, TypeError) as error:
        raise HocbaError("certificate.unreadable") from error
    if not found:
        raise HocbaError("certificate.unreadable")
    return found


def check_path(*, question: PathQuestion) -> tuple[Indication, tuple[Reason, ...]]:
    """Judge a path by RFC 5280 at an instant ; never raises for bad input."""
    failed, unsure = Indication.TOTAL_FAILED, Indication.INDETERMINATE
    try:
        _validate(question)
    except RevokedError:
        return failed, (Reason("certificate.revoked", "REVOKED"),)
    except ExpiredError:
        return failed, (Reason("certificate.expired", "EXPIRED"),)
    except NotYetValidError:
        return failed, (Reason("certificate.not_yet_valid", "NOT_YET_VALID"),)
    except PathBuildingError:
        return unsure, (Reason("certificate.no_path", "NO_CERTIFICATE_CHAIN_FOUND"),)
    except InvalidCertificateError as error:
        reason = Reason("certificate.usage", "CHAIN_CONSTRAINTS_FAILURE", _told(error))
        return failed, (reason,)
    except PathValidationError as error:
        reason = Reason("certificate.path_invalid", "CHAIN_CONSTRAINTS_FAILURE", _told(error))
        return failed, (reason,)
    except (ValidationError, ValueError, TypeError) as error:
        sub_indication = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        return unsure, (Reason("certificate.status_unknown", sub_indication, _told(error)),)
    return Indication.TOTAL_PASSED, ()


def _validate(question: PathQuestion) -> None:
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in question.anchors],
        other_certs=[x509.Certificate.load(der) for der in question.intermediates],
        crls=list(question.crls),
        moment=question.at,
        allow_fetching=False,
        revocation_mode="require" if question.require_revocation else "soft-fail",
    )
    certificate = x509.Certificate.load(question.certificate)
    validator = CertificateValidator(certificate, None, context)
    if question.for_signing:
        asked = {"digital_signature", "non_repudiation"}
        run_offline(validator.async_validate_usage(asked))  # type: ignore[no-untyped-call]
    else:
        run_offline(validator.async_validate_path())


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
