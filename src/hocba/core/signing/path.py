"""A certificate path: chain, anchors, revocation answers, an instant → verdict (RFC 5280).

Everything is given by the caller, nothing is fetched; pyhanko-certvalidator judges. Transcripts
(`trust`) and strangers (`hocba verify-path`) ask the same question here.
"""

import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from threading import Lock
from typing import Any

from asn1crypto import ocsp, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import PKIXValidationParams
from pyhanko_certvalidator.validate import validate_usage

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.path_material import (
    CountedChecks,
    certificates_in,
    concerning,
    crls_in,
    ocsps_in,
    trusted,
)
from hocba.core.signing.verdict import Indication, Reason

# The library tells of every list that it could not use, with a traceback; the verdict says it.
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())

# Parsed values are shared, and fill themselves while they are read: one reader at a time.
_one_at_a_time = Lock()
# What the library says, told apart by its words; the first that is found in the message counts.
_CAUSES = (
    ("could not be verified", "certificate.signature"),
    ("signature parameters", "certificate.signature"),
    ("policies", "certificate.policy"),
    ("policy mapping", "certificate.policy"),
    ("policy graph", "certificate.too_complex"),
    ("permitted namespace", "certificate.names"),
    ("excluded from the namespace", "certificate.names"),
    ("critical extension", "certificate.critical_extension"),
    ("maximum path length", "certificate.path_length"),
    ("is not a CA", "certificate.issuer"),
    ("not allowed to sign certificates", "certificate.issuer"),
)


class Usage(Enum):
    """What the certificate must be good for."""

    ANY = "any"
    SIGNING = "signing"  # key usage digitalSignature or nonRepudiation
    TIMESTAMPING = "timestamping"  # extended key usage timeStamping (RFC 3161 §2.3)


@dataclass(frozen=True, slots=True)
class PolicyDemand:
    """What is demanded of certificate policies (RFC 5280 §6.1.1 c, e-g); nothing by default."""

    acceptable: tuple[str, ...] = ()  # OIDs; none named: any
    explicit: bool = False
    no_mapping: bool = False
    no_any_policy: bool = False


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
    policy: PolicyDemand = PolicyDemand()


@dataclass(frozen=True, slots=True)
class PathVerdict:
    """What was concluded of a path, and the path: from the certificate to the anchor, DER.

    The path is the one that holds or, where none does, the one that the reasons speak of; empty
    when there is none.
    """

    indication: Indication
    reasons: tuple[Reason, ...] = ()
    path: tuple[bytes, ...] = ()


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
    """Judge a path at an instant, without telling it; never raises for bad input."""
    verdict = judge_path(question=question)
    return verdict.indication, verdict.reasons


def judge_path(*, question: PathQuestion) -> PathVerdict:
    """Judge a path at an instant; never raises for bad input.

    What cannot be learned (no path, no fresh revocation answer) is INDETERMINATE.
    """
    try:
        with _one_at_a_time:
            found = _validated(question)
    except (ValidationError, PathBuildingError) as error:
        indication, reason = _told_of(error)
        return PathVerdict(indication, (reason,), _path_of(error))
    except HocbaError as refusal:
        sub_indication = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        detail = str(next(iter(refusal.params.values()), ""))
        reason = Reason(refusal.code, sub_indication, detail)
        return PathVerdict(Indication.INDETERMINATE, (reason,))
    except Exception as error:
        # Whatever it is: on a stranger's bytes the library fails in more ways than it names.
        sub_indication = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        reason = Reason("certificate.unreadable", sub_indication, _told(error))
        return PathVerdict(Indication.INDETERMINATE, (reason,))
    path = _certificates(found)
    if not _is_usable(found, question):
        reason = Reason("certificate.usage", "CHAIN_CONSTRAINTS_FAILURE")
        return PathVerdict(Indication.TOTAL_FAILED, (reason,), path)
    return PathVerdict(Indication.TOTAL_PASSED, (), path)


def _told_of(error: Exception) -> tuple[Indication, Reason]:
    failed, unsure = Indication.TOTAL_FAILED, Indication.INDETERMINATE
    # Which certificate is said where it isn't the one asked about.
    above = _told(error) if not getattr(error, "is_ee_cert", True) else ""
    if isinstance(error, RevokedError):
        return failed, Reason("certificate.revoked", "REVOKED", above)
    if isinstance(error, ExpiredError):
        return failed, Reason("certificate.expired", "EXPIRED", above)
    if isinstance(error, NotYetValidError):
        return failed, Reason("certificate.not_yet_valid", "NOT_YET_VALID", above)
    if isinstance(error, PathBuildingError | InvalidCertificateError):
        return unsure, Reason("certificate.no_path", "NO_CERTIFICATE_CHAIN_FOUND")
    if isinstance(error, InsufficientRevinfoError):
        return unsure, Reason("certificate.status_unknown", "TRY_LATER", _told(error))
    if isinstance(error, DisallowedAlgorithmError):
        sub_indication = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
        return unsure, Reason("certificate.algorithm", sub_indication, _told(error))
    code = "certificate.path_invalid"
    if isinstance(error, PathValidationError):
        words = str(error)
        code = next((one for part, one in _CAUSES if part in words), code)
    return failed, Reason(code, "CHAIN_CONSTRAINTS_FAILURE", _told(error))


def _path_of(error: Exception) -> tuple[bytes, ...]:
    return _certificates(error.original_path) if isinstance(error, PathValidationError) else ()


def _certificates(path: ValidationPath) -> tuple[bytes, ...]:
    return tuple(one.dump() for one in path.iter_certs(include_root=True))[::-1]


def _validated(question: PathQuestion) -> ValidationPath:
    certificate = x509.Certificate.load(question.certificate)
    others, crls = concerning(
        certificate=certificate,
        anchors=question.anchors,
        others=question.intermediates,
        crls=question.crls,
    )
    context = ValidationContext(
        trust_roots=trusted(question.anchors),
        other_certs=others,
        crls=crls,
        ocsps=[ocsp.OCSPResponse.load(der) for der in question.ocsps],
        moment=question.at,
        allow_fetching=False,
        revocation_mode="require" if question.require_revocation else "soft-fail",
        retroactive_revinfo=True,
        time_tolerance=timedelta(0),
        signature_validator=CountedChecks(),
    )
    demand = question.policy
    params = PKIXValidationParams(
        user_initial_policy_set=frozenset(demand.acceptable or ("any_policy",)),
        initial_policy_mapping_inhibit=demand.no_mapping,
        initial_explicit_policy=demand.explicit,
        initial_any_policy_inhibit=demand.no_any_policy,
    )
    validator = CertificateValidator(certificate, None, context, params)
    found: ValidationPath = run_offline(validator.async_validate_path())
    for one in found.iter_certs(include_root=False):
        read_certificate(one.dump())  # by the stricter reader: an extension given twice is refused
    return found


def _is_usable(path: ValidationPath, question: PathQuestion) -> bool:
    if question.usage is Usage.SIGNING:
        return read_certificate(question.certificate).may_sign
    if question.usage is Usage.TIMESTAMPING:
        try:
            validate_usage(path.last, set(), {"time_stamping"}, extended_optional=False)
        except InvalidCertificateError:
            return False
    return True


def run_offline(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Drive a coroutine that never waits, since nothing is fetched, and return its result."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise ValidationError("path validation tried to wait")


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


__all__ = [
    "PathQuestion",
    "PathVerdict",
    "PolicyDemand",
    "Usage",
    "certificates_in",
    "check_path",
    "crls_in",
    "judge_path",
    "ocsps_in",
    "run_offline",
]
