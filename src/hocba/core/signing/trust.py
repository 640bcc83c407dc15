"""Whom a verifier trusts, as a value and as a file; the check of one certificate at one instant.

The trust file (`hocba-trust/1`) is JSON: PEM roots and issuers, base64 CRLs, the seals approved for
each school code with their dates, and the public keys of the log (C2SP vkeys). Paths and revocation
are judged by pyhanko-certvalidator from this material alone; nothing is fetched.
"""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from asn1crypto import pem
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl

from hocba.core.errors import HocbaError
from hocba.core.signing.path import PathQuestion, Usage, check_path
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

    def approves(self, *, school_code: str, certificate_sha256: str, at: datetime) -> bool:
        """Say whether a certificate sealed for a school at that instant."""
        return any(
            seal.school_code == school_code
            and seal.certificate_sha256 == certificate_sha256
            # Documents tell whole seconds, the approval may have been in the same one.
            and seal.valid_from.replace(microsecond=0) <= at
            and (seal.valid_to is None or at < seal.valid_to)
            for seal in self.seals
        )


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


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks of certificates beside the trust list: answers kept from the day of signing.

    All DER. None of it is trusted by itself: each is signed by an authority that leads to an
    anchor, or does not count.
    """

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


NO_EVIDENCE = Evidence()


def check_certificate(
    *,
    certificate: bytes,
    trust: TrustStore,
    at: datetime,
    usage: Usage = Usage.SIGNING,
    evidence: Evidence = NO_EVIDENCE,
) -> tuple[Indication, tuple[Reason, ...]]:
    """Judge a certificate at an instant: path to an anchor, validity, revocation, usage.

    Never raises for a bad certificate; what cannot be learned is INDETERMINATE.
    """
    passed = _passed(certificate, trust, usage, evidence)
    if passed.first <= at <= passed.last:
        return Indication.TOTAL_PASSED, ()
    indication, reasons = check_path(
        question=PathQuestion(
            certificate=certificate,
            intermediates=trust.intermediates + evidence.certificates,
            anchors=trust.anchors,
            crls=trust.crls + evidence.crls,
            ocsps=evidence.ocsps,
            at=at,
            usage=usage,
        )
    )
    if indication is Indication.TOTAL_PASSED:
        passed.first, passed.last = min(passed.first, at), max(passed.last, at)
    return indication, reasons


@dataclass(slots=True)
class _Passed:
    """Between two instants at which a certificate passed it passes too.

    Validity is a span, and who was not revoked by the later one was not revoked before.
    """

    first: datetime = datetime.max.replace(tzinfo=UTC)
    last: datetime = datetime.min.replace(tzinfo=UTC)


@lru_cache(maxsize=65536)
def _passed(certificate: bytes, trust: TrustStore, usage: Usage, evidence: Evidence) -> _Passed:
    return _Passed()


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
