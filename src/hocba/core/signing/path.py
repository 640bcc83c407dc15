"""A certificate path: chain, anchors, revocation answers, an instant → verdict (RFC 5280).

Everything is given by the caller, nothing is fetched; pyhanko-certvalidator judges. Transcripts
(`trust`) and strangers (`hocba verify-path`) ask the same question here.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from asn1crypto import ocsp, pem, x509
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.verdict import Indication, Reason


class Usage(Enum):
    """What the certificate must be good for."""

    ANY = "any"
    SIGNING = "signing"  # key usage digitalSignature or nonRepudiation
    TIMESTAMPING = "timestamping"  # extended key usage timeStamping (RFC 3161 §2.3)


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """What is asked: a certificate and everything that may speak for or against it, all DER.

    `require_revocation` wants proof that nothing was revoked: a list or answer that is not older
    than the instant, or was still to be renewed then. One made after the instant counts too, since
    it names the day of each revocation (EN 319 102-1 §5.2.5).
    """

    certificate: bytes
    intermediates: tuple[bytes, ...]
    anchors: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    at: datetime
    ocsps: tuple[bytes, ...] = ()
    require_revocation: bool = True
    usage: Usage = Usage.ANY


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


def issuers_of(*, certificate: bytes, known: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return those of the known certificates that lead upwards from one by name, nearest first.

    An issuer may have several certificates of one name, from several roots: all of them.
    """
    found: dict[bytes, None] = {}
    waiting = [certificate]
    while waiting:
        issuer = read_certificate(waiting.pop(0)).issuer
        above = [one for one in known if read_certificate(one).subject == issuer]
        waiting += [one for one in above if one not in found]
        found.update(dict.fromkeys(above))
    return tuple(found)


def check_path(*, question: PathQuestion) -> tuple[Indication, tuple[Reason, ...]]:
    """Judge a path at an instant; never raises for bad input.

    What cannot be learned (no path, no fresh revocation answer) is INDETERMINATE.
    """
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
    except InsufficientRevinfoError as error:
        return unsure, (Reason("certificate.status_unknown", "TRY_LATER", _told(error)),)
    except PathValidationError as error:
        reason = Reason("certificate.path_invalid", "CHAIN_CONSTRAINTS_FAILURE", _told(error))
        return failed, (reason,)
    except (ValidationError, HocbaError, ValueError, TypeError) as error:
        sub_indication = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        return unsure, (Reason("certificate.status_unknown", sub_indication, _told(error)),)
    return Indication.TOTAL_PASSED, ()


def _validate(question: PathQuestion) -> None:
    context = ValidationContext(
        trust_roots=_parsed(question.anchors),
        other_certs=_parsed(question.intermediates),
        crls=list(question.crls),
        ocsps=[ocsp.OCSPResponse.load(der) for der in question.ocsps],
        moment=question.at,
        allow_fetching=False,
        revocation_mode="require" if question.require_revocation else "soft-fail",
        retroactive_revinfo=True,
    )
    certificate = x509.Certificate.load(question.certificate)
    validator = CertificateValidator(certificate, None, context)
    if question.usage is Usage.TIMESTAMPING:
        wanted = validator.async_validate_usage(set(), {"time_stamping"})  # type: ignore[no-untyped-call]
        run_offline(wanted)
        return
    run_offline(validator.async_validate_path())
    if question.usage is Usage.SIGNING and not read_certificate(question.certificate).may_sign:
        raise InvalidCertificateError("key usage allows no signing")


def run_offline(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Drive a coroutine that never waits, since nothing is fetched, and return its result."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise ValidationError("path validation tried to wait")


@lru_cache(maxsize=64)
def _parsed(certificates: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(der) for der in certificates)


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
