"""Whom a verifier trusts, as a value and as a file; the check of one certificate at one instant.

The trust file (`hocba-trust/2`) is JSON: PEM roots and issuers and from when to when each of them
is trusted, base64 CRLs, the seals approved for each school code with their dates, the public keys
of the log (C2SP vkeys), those of the portal with their dates where it has some, the algorithms that
are retired and since when; where the log has witnesses also their vkeys and how many of them must
have cosigned. Format 1, without the dates of authorities, is still read. Paths and revocation are
judged by pyhanko-certvalidator from this material alone; nothing is fetched.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from asn1crypto import pem
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl

from hocba.core.errors import HocbaError
from hocba.core.signing.keys import is_p256_point
from hocba.core.signing.path import PathQuestion, Usage, check_path
from hocba.core.signing.retirement import RetiredAlgorithm
from hocba.core.signing.rooted import rooted, rooted_answers
from hocba.core.signing.verdict import Indication, Reason

FORMAT, WITHOUT_DATES = "hocba-trust/2", "hocba-trust/1"
_LOG_KEY = re.compile(r"[^+\s]+\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)")
_LOG_KEY_BYTES, _COSIGNATURE = 33, b"\x04"


@dataclass(frozen=True, slots=True)
class ApprovedSeal:
    """The span in which one certificate seals for one school; None is still in force."""

    school_code: str
    certificate_sha256: str
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class AuthoritySpan:
    """From when to when a root or an issuer is trusted; None is without end.

    One that lost its licence, or whose key was stolen, keeps vouching for what was signed before.
    """

    certificate_sha256: str
    code: str  # the Ministry's catalogue: BAN_CO_YEU, VNPT, VIETTEL, BKAV …
    trusted_from: datetime | None
    trusted_to: datetime | None


@dataclass(frozen=True, slots=True)
class PortalKey:
    """A key that signs claims on paper and status lists of one log (P-256, uncompressed point).

    It is believed for what it signed from `valid_from` until before `valid_to` (None: still). A
    stolen key can write any date, so it is to be taken out of the list, not merely ended.
    """

    origin: str
    public_key: bytes
    valid_from: datetime
    valid_to: datetime | None

    def is_valid_at(self, at: datetime) -> bool:
        """Whether what the key signed at an instant is believed."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Trust anchors and what else a verdict rests on; certificates and CRLs in DER.

    An anchor or intermediate without a span in `authorities` is trusted at any time.
    """

    anchors: tuple[bytes, ...]
    intermediates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    seals: tuple[ApprovedSeal, ...]
    log_keys: tuple[str, ...]
    authorities: tuple[AuthoritySpan, ...] = ()
    retired: tuple[RetiredAlgorithm, ...] = ()
    witnesses: tuple[str, ...] = ()  # vkeys (C2SP tlog-cosignature)
    witness_quorum: int = 0
    portal_keys: tuple[PortalKey, ...] = ()

    def trusted_at(self, at: datetime) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """Return the anchors and the intermediates that are trusted at an instant."""
        if not self.authorities:
            return self.anchors, self.intermediates
        barred = {
            one.certificate_sha256
            for one in self.authorities
            if (one.trusted_from is not None and at < one.trusted_from)
            or (one.trusted_to is not None and at >= one.trusted_to)
        }

        def kept(certificates: tuple[bytes, ...]) -> tuple[bytes, ...]:
            return tuple(der for der in certificates if sha256(der).hexdigest() not in barred)

        return kept(self.anchors), kept(self.intermediates)

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
    data: dict[str, object] = {
        "format": FORMAT,
        "anchors": [_pem(der) for der in trust.anchors],
        "intermediates": [_pem(der) for der in trust.intermediates],
        "crls": [b64encode(der).decode() for der in trust.crls],
        "seals": [
            {
                "school_code": seal.school_code,
                "certificate_sha256": seal.certificate_sha256,
                "valid_from": seal.valid_from.isoformat(),
                "valid_to": _text(seal.valid_to),
            }
            for seal in trust.seals
        ],
        "log_keys": list(trust.log_keys),
        "authorities": [
            {
                "certificate_sha256": one.certificate_sha256,
                "code": one.code,
                "trusted_from": _text(one.trusted_from),
                "trusted_to": _text(one.trusted_to),
            }
            for one in trust.authorities
        ],
    }
    if trust.retired:
        data["retired"] = [
            {"name": one.name, "below_bits": one.below_bits, "since": one.since.isoformat()}
            for one in trust.retired
        ]
    if trust.witnesses:
        data |= {"witnesses": list(trust.witnesses), "witness_quorum": trust.witness_quorum}
    if trust.portal_keys:
        data["portal_keys"] = [
            {
                "origin": one.origin,
                "public_key": b64encode(one.public_key).decode(),
                "valid_from": one.valid_from.isoformat(),
                "valid_to": _text(one.valid_to),
            }
            for one in trust.portal_keys
        ]
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def load_trust(data: bytes) -> TrustStore:
    """Read a trust file.

    Raises:
        HocbaError: "trust.unreadable".
    """
    try:
        values = json.loads(data)
        if values["format"] not in (FORMAT, WITHOUT_DATES):
            raise HocbaError("trust.unreadable")
        dated = values["authorities"] if values["format"] == FORMAT else ()
        return TrustStore(
            anchors=tuple(_der(text) for text in values["anchors"]),
            intermediates=tuple(_der(text) for text in values["intermediates"]),
            crls=tuple(_crl(text) for text in values["crls"]),
            seals=tuple(
                ApprovedSeal(
                    school_code=seal["school_code"],
                    certificate_sha256=seal["certificate_sha256"],
                    valid_from=_instant(seal["valid_from"]),
                    valid_to=_end(seal["valid_to"]),
                )
                for seal in values["seals"]
            ),
            log_keys=tuple(_log_key(text) for text in values["log_keys"]),
            authorities=tuple(
                AuthoritySpan(
                    certificate_sha256=str(one["certificate_sha256"]),
                    code=str(one["code"]),
                    trusted_from=_end(one["trusted_from"]),
                    trusted_to=_end(one["trusted_to"]),
                )
                for one in dated
            ),
            retired=tuple(
                RetiredAlgorithm(str(one["name"]), int(one["below_bits"]), _instant(one["since"]))
                for one in values.get("retired", ())
            ),
            witnesses=tuple(_witness(text) for text in values.get("witnesses", ())),
            witness_quorum=_quorum(values),
            portal_keys=tuple(_portal_key(one) for one in values.get("portal_keys", ())),
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
    anchors, intermediates = trust.trusted_at(at)
    asked = _fingerprint(certificate, evidence)
    passed = _passed(asked, anchors, intermediates, trust.crls, usage)
    if passed.first <= at <= passed.last:
        return Indication.TOTAL_PASSED, ()
    known = anchors + intermediates
    brought = rooted(certificates=evidence.certificates, known=known)
    indication, reasons = check_path(
        question=PathQuestion(
            certificate=certificate,
            intermediates=intermediates + brought,
            anchors=anchors,
            crls=trust.crls + evidence.crls,
            ocsps=rooted_answers(ocsps=evidence.ocsps, known=known + brought),
            at=at,
            usage=usage,
        )
    )
    if indication is Indication.TOTAL_PASSED:
        passed.first, passed.last = min(passed.first, at), max(passed.last, at)
    return indication, reasons


@dataclass(slots=True)
class _Passed:
    """Between two instants at which a certificate passed by the same authorities it passes too.

    Validity is a span, and who was not revoked by the later one was not revoked before.
    """

    first: datetime = datetime.max.replace(tzinfo=UTC)
    last: datetime = datetime.min.replace(tzinfo=UTC)


@lru_cache(maxsize=65536)
def _passed(
    asked: bytes,
    anchors: tuple[bytes, ...],
    intermediates: tuple[bytes, ...],
    crls: tuple[bytes, ...],
    usage: Usage,
) -> _Passed:
    """What is known of a question; of the trust list only what speaks of paths, since hashing the
    seals of a whole city would cost more than the rest of a verdict."""
    del asked, anchors, intermediates, crls, usage
    return _Passed()


def _fingerprint(certificate: bytes, evidence: Evidence) -> bytes:
    """What is asked, small enough to be remembered: strangers send megabytes of evidence."""
    return sha256(certificate).digest() + _evidence_digest(evidence)


@lru_cache(maxsize=16)
def _evidence_digest(evidence: Evidence) -> bytes:
    """Digest of one document's evidence; each of its signers is asked about with the same."""
    hasher = sha256()
    for part in (evidence.certificates, evidence.crls, evidence.ocsps):
        hasher.update(len(part).to_bytes(8))
        for der in part:
            hasher.update(sha256(der).digest())
    return hasher.digest()


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


def _end(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _portal_key(values: Mapping[str, str]) -> PortalKey:
    key = b64decode(values["public_key"], validate=True)
    if not is_p256_point(key):
        raise ValueError("portal key")
    return PortalKey(
        origin=str(values["origin"]),
        public_key=key,
        valid_from=_instant(values["valid_from"]),
        valid_to=_end(values["valid_to"]),
    )


def _log_key(text: str) -> str:
    """A C2SP verifier key: name, key hash, base64 of the algorithm byte and an Ed25519 key."""
    matched = _LOG_KEY.fullmatch(text)
    if matched is None or len(b64decode(matched[1], validate=True)) != _LOG_KEY_BYTES:
        raise ValueError(text)
    return text


def _witness(text: str) -> str:
    """A witness's verifier key: the same with the algorithm byte of cosignatures."""
    key = _log_key(text)
    if b64decode(key.split("+", 2)[2])[:1] != _COSIGNATURE:
        raise ValueError(text)
    return key


def _quorum(values: dict[str, Any]) -> int:
    """How many witnesses must have cosigned: no more than there are, each with a key of its own."""
    witnesses, quorum = values.get("witnesses", ()), values.get("witness_quorum", 0)
    keys = {one.split("+", 2)[2] for one in witnesses}
    if type(quorum) is not int or not 0 <= quorum <= len(keys) or len(keys) != len(witnesses):
        raise ValueError(quorum)
    return quorum
