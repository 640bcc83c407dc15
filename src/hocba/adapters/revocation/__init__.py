"""Asking authorities whether certificates were revoked: OCSP first, else the list they publish.

What is brought home is evidence, not a verdict: `core.signing` judges it, and it is kept beside the
document. An answer is used again until the authority says that there is a newer one. Of whom no
authority speaks, the list of the trust file is kept; without one the verdict stays open.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from hocba.adapters.fetching import Fetcher
from hocba.adapters.revocation.addresses import crl_addresses, ocsp_addresses
from hocba.core.errors import HocbaError
from hocba.core.signing.trust import NO_EVIDENCE, Evidence, TrustStore

OCSP_REQUEST = "application/ocsp-request"
_CACHED = 4096
_ENDLESS = timedelta(minutes=10)

Kind = Literal["ocsp", "crl"]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One authority's answer (DER) and until when it speaks."""

    kind: Kind
    der: bytes
    until: datetime
    good: bool = True


@dataclass(slots=True)
class RevocationSource:
    """Fetches revocation answers through a bounded fetcher and keeps them while they are fresh."""

    fetcher: Fetcher
    _cache: OrderedDict[str, _Answer] = field(default_factory=OrderedDict)

    def evidence(
        self, *, certificates: Iterable[bytes], trust: TrustStore, at: datetime
    ) -> Evidence:
        """Return what the authorities say now of these certificates and of those above them.

        With it come the certificates between them and the anchors, so that later only anchors are
        needed. Never raises: who does not answer, or answers nonsense, adds nothing.
        """
        found: dict[bytes, Kind] = {}
        issuers: dict[bytes, None] = {}
        asked: set[x509.Certificate] = set()
        known = [x509.load_der_x509_certificate(der) for der in trust.intermediates + trust.anchors]
        for der in certificates:
            for certificate, issuer in _upwards(der, known):
                above = issuer.public_bytes(Encoding.DER)
                if above not in trust.anchors:
                    issuers[above] = None
                if certificate in asked:  # one issuer under two roots answers once
                    continue
                asked.add(certificate)
                answers = tuple(self._answers(certificate, issuer, at))
                for answer in answers or _listed(certificate, trust):
                    found[answer.der] = answer.kind
        if not found:
            return NO_EVIDENCE
        return Evidence(
            certificates=tuple(issuers),
            crls=tuple(der for der, kind in found.items() if kind == "crl"),
            ocsps=tuple(der for der, kind in found.items() if kind == "ocsp"),
        )

    def _answers(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> Iterator[_Answer]:
        own = f"{certificate.issuer.public_bytes().hex()}/{certificate.serial_number:x}"
        for url in ocsp_addresses(certificate):
            answer = self._kept(f"{url} {own}", at) or self._keep(
                f"{url} {own}", self._ask(url, certificate, issuer), at
            )
            if answer is not None:
                yield answer
                if answer.good:
                    return
        # Of a certificate revoked later, the list says that it was good before; OCSP does not.
        for url in crl_addresses(certificate):
            answer = self._kept(url, at) or self._keep(url, self._list(url, issuer), at)
            if answer is not None:
                yield answer
                return

    def _kept(self, key: str, at: datetime) -> _Answer | None:
        answer = self._cache.get(key)
        return answer if answer is not None and at <= answer.until else None

    def _keep(self, key: str, answer: _Answer | None, at: datetime) -> _Answer | None:
        """Keep a fresh answer; a stale one is as good as none."""
        if answer is None or answer.until < at:
            return None
        self._cache[key] = answer
        while len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return answer

    def _ask(
        self, url: str, certificate: x509.Certificate, issuer: x509.Certificate
    ) -> _Answer | None:
        # No nonce: the answer is kept and shown to others, and dated by the authority itself.
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - the key of a look-up, RFC 6960 §4.1.1
        try:
            der = self.fetcher.post(
                url, request.build().public_bytes(Encoding.DER), content_type=OCSP_REQUEST
            )
            read = ocsp.load_der_ocsp_response(der)
            if read.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                return None
            status = read.certificate_status
            known = status is not ocsp.OCSPCertStatus.UNKNOWN
            same = read.serial_number == certificate.serial_number
            # Without an end (RFC 6960 §4.2.2.1) it speaks of now, and is asked again soon.
            until = read.next_update_utc or read.this_update_utc + _ENDLESS
            good = status is ocsp.OCSPCertStatus.GOOD
            return _Answer("ocsp", der, until, good) if known and same else None
        except (HocbaError, ValueError):
            return None

    def _list(self, url: str, issuer: x509.Certificate) -> _Answer | None:
        try:
            der = self.fetcher.get(url)
            read = x509.load_der_x509_crl(der)
        except (HocbaError, ValueError):
            return None
        until = read.next_update_utc
        return _Answer("crl", der, until) if until and read.issuer == issuer.subject else None


def _upwards(
    der: bytes, known: Sequence[x509.Certificate]
) -> Iterator[tuple[x509.Certificate, x509.Certificate]]:
    """Yield (certificate, issuer) upwards by every way there is; roots answer for none.

    An issuer may have several certificates of one name, from several roots.
    """
    waiting, seen = [x509.load_der_x509_certificate(der)], set[x509.Certificate]()
    while waiting:
        certificate = waiting.pop()
        if certificate in seen or certificate.issuer == certificate.subject:
            continue
        seen.add(certificate)
        issuers = [one for one in known if _issued(certificate, one)]
        yield from ((certificate, one) for one in issuers)
        waiting += issuers


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether an issuer that we know signed it: addresses of anybody else's are never followed."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _listed(certificate: x509.Certificate, trust: TrustStore) -> Iterator[_Answer]:
    """Yield the lists of the trust file that may speak of a certificate."""
    for der in trust.crls:
        if x509.load_der_x509_crl(der).issuer == certificate.issuer:
            yield _Answer("crl", der, datetime.max.replace(tzinfo=UTC))
