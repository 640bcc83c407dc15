"""Whom a verifier trusts, as a value and as a file; the check of one certificate at one instant.

The trust file (`hocba-trust/1`) is JSON: PEM roots and issuers, base64 CRLs, the seals approved for
each school code with their dates, and the public keys of the log (C2SP vkeys). Paths and revocation
are judged by pyhanko-certvalidator from this material alone; nothing is fetched.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from asn1crypto import pem, x509
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)

from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import Indication, Reason

FORMAT = "hocba-trust/1"
_LOG_KEY = re.compile(r"[^+\s]+\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)")
_LOG_KEY_BYTES = 33


@dataclass(frozen=True, slots=True)
class ApprovedSeal:
    """The span in which one certificate seals for one school; None is still in force."""

    school_code: str
    certificate_sha256: str
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Trust anchors and what else a verdict rests on; certificates and CRLs in DER."""

    anchors: tuple[bytes, ...]
    intermediates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    seals: tuple[ApprovedSeal, ...]
    log_keys: tuple[str, ...]


def dump_trust(trust: TrustStore) -> bytes:
    """Write the trust file; the same trust gives the same bytes."""
    data = {
        "format": FORMAT,
        "anchors": [_pem(der) for der in trust.anchors],
        "intermediates": [_pem(der) for der in trust.intermediates],
        "crls": [b64encode(der).decode() for der in trust.crls],
        "seals": [
            {
                "school_code": seal.school_code,
                "certificate_sha256": seal.certificate_sha256,
                "valid_from": seal.valid_from.isoformat(),
                "valid_to": None if seal.valid_to is None else seal.valid_to.isoformat(),
            }
            for seal in trust.seals
        ],
        "log_keys": list(trust.log_keys),
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def load_trust(data: bytes) -> TrustStore:
    """Read a trust file.

    Raises:
        HocbaError: "trust.unreadable".
    """
    try:
        values = json.loads(data)
        if values["format"] != FORMAT:
            raise HocbaError("trust.unreadable")
        return TrustStore(
            anchors=tuple(_der(text) for text in values["anchors"]),
            intermediates=tuple(_der(text) for text in values["intermediates"]),
            crls=tuple(_crl(text) for text in values["crls"]),
            seals=tuple(
                ApprovedSeal(
                    school_code=seal["school_code"],
                    certificate_sha256=seal["certificate_sha256"],
                    valid_from=_instant(seal["valid_from"]),
                    valid_to=None if seal["valid_to"] is None else _instant(seal["valid_to"]),
                )
                for seal in values["seals"]
            ),
            log_keys=tuple(_log_key(text) for text in values["log_keys"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HocbaError("trust.unreadable") from error


def check_certificate(
    *, certificate: bytes, trust: TrustStore, at: datetime
) -> tuple[Indication, tuple[Reason, ...]]:
    """Judge a certificate at an instant: path to an anchor, validity, revocation, usage.

    Never raises for a bad certificate; what cannot be learned is INDETERMINATE.
    """
    return _check(certificate, trust, at)


@lru_cache(maxsize=65536)
def _check(
    certificate: bytes, trust: TrustStore, at: datetime
) -> tuple[Indication, tuple[Reason, ...]]:
    context = ValidationContext(
        trust_roots=_parsed(trust.anchors),
        other_certs=_parsed(trust.intermediates),
        crls=list(trust.crls),
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
    )
    failed, unsure = Indication.TOTAL_FAILED, Indication.INDETERMINATE
    try:
        validator = CertificateValidator(x509.Certificate.load(certificate), None, context)
        usage = validator.async_validate_usage({"digital_signature", "non_repudiation"})  # type: ignore[no-untyped-call]
        run_offline(usage)
    except RevokedError:
        return failed, (Reason("certificate.revoked", "REVOKED"),)
    except ExpiredError:
        return failed, (Reason("certificate.expired", "EXPIRED"),)
    except NotYetValidError:
        return failed, (Reason("certificate.not_yet_valid", "NOT_YET_VALID"),)
    except PathBuildingError:
        return unsure, (Reason("certificate.no_path", "NO_CERTIFICATE_CHAIN_FOUND"),)
    except InvalidCertificateError:
        return failed, (Reason("certificate.usage", "CHAIN_CONSTRAINTS_FAILURE"),)
    except (PathError, ValidationError, ValueError, TypeError):
        return unsure, (Reason("certificate.status_unknown", "CERTIFICATE_CHAIN_GENERAL_FAILURE"),)
    return Indication.TOTAL_PASSED, ()


def run_offline(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Drive a coroutine that never waits, since nothing is fetched."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise ValidationError("path validation tried to wait")


@lru_cache(maxsize=64)
def _parsed(certificates: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(der) for der in certificates)


def _pem(der: bytes) -> str:
    return str(pem.armor("CERTIFICATE", der).decode("ascii"))


def _der(text: str) -> bytes:
    _, _, der = pem.unarmor(text.encode("ascii"))
    load_der_x509_certificate(bytes(der))
    return bytes(der)


def _crl(text: str) -> bytes:
    der = b64decode(text, validate=True)
    load_der_x509_crl(der)
    return der


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def _log_key(text: str) -> str:
    """A C2SP verifier key: name, key hash, base64 of the algorithm byte and an Ed25519 key."""
    matched = _LOG_KEY.fullmatch(text)
    if matched is None or len(b64decode(matched[1], validate=True)) != _LOG_KEY_BYTES:
        raise ValueError(text)
    return text
