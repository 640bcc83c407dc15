"""What is laid before the judge of a path: files read, what has no part in it left out, a bound.

A heap of certificates and lists that has nothing to do with the question costs time without limit
(lists of namesakes vouch for each other in circles), so only what can stand in the path, or speak
of it, is handed on, and one question may cost at most so many signature checks.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from asn1crypto import crl, ocsp, pem, x509
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from pyhanko_certvalidator.authority import (
    CertTrustAnchor,
    TrustQualifiers,
    derive_quals_from_cert,
)
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from hocba.core.errors import HocbaError

MOST_SIGNATURE_CHECKS = 1_000
# Parsed, a list takes some fifty times its bytes; larger ones are read anew each time.
_LARGEST_KEPT_LIST = 256 * 1024


def certificates_in(data: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a DER or PEM file.

    Raises:
        HocbaError: "certificate.unreadable".
    """
    return _parts(data, ("CERTIFICATE", "X509 CERTIFICATE"), load_der_x509_certificate)


def crls_in(data: bytes) -> tuple[bytes, ...]:
    """Return the revocation lists of a DER or PEM file.

    Raises:
        HocbaError: "certificate.unreadable".
    """
    return _parts(data, ("X509 CRL",), load_der_x509_crl)


def ocsps_in(data: bytes) -> tuple[bytes, ...]:
    """Return the OCSP answers of a DER or PEM file.

    Raises:
        HocbaError: "certificate.unreadable".
    """
    return _parts(data, ("OCSP RESPONSE",), lambda der: _answer(der).native)


def _answer(der: bytes) -> ocsp.OCSPResponse:
    return ocsp.OCSPResponse.load(der, strict=True)


def _parts(
    data: bytes, kinds: tuple[str, ...], load: Callable[[bytes], object]
) -> tuple[bytes, ...]:
    try:
        found = (data,)
        if pem.detect(data):
            parts = pem.unarmor(data, multiple=True)
            found = tuple(der for name, _, der in parts if name in kinds)
        for der in found:
            load(der)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise HocbaError("certificate.unreadable") from error
    if not found:
        raise HocbaError("certificate.unreadable")
    return found


class CountedChecks(DefaultSignatureValidator):
    """Signature checks up to a number: a path that wants more is not judged."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._left = MOST_SIGNATURE_CHECKS

    def validate_signature(self, *args: Any, **kwargs: Any) -> None:
        """Check one signature.

        Raises:
            HocbaError: "certificate.too_complex".
        """
        if self._left == 0:
            raise HocbaError("certificate.too_complex", limit=MOST_SIGNATURE_CHECKS)
        self._left -= 1
        super().validate_signature(*args, **kwargs)


def concerning(
    *, certificate: x509.Certificate, anchors: tuple[bytes, ...], others: tuple[bytes, ...],
    crls: tuple[bytes, ...],
) -> tuple[list[x509.Certificate], list[crl.CertificateList]]:  # fmt: skip
    """Return the certificates and lists that can have a part in the path of a certificate.

    (1) Certificates that lead down from an anchor, by names.
    (2) Of them those that lead up from the certificate; lists of those issuers, and of those whom
        such a certificate names for its lists (cRLIssuer); then who signs these lists, until
        nothing is added.
    """
    lists = [_list(der) for der in crls]
    roots = {_subject(one) for one in parsed(anchors)}
    below = _spread(set(roots), parsed(others), by=_issuer, to=_subject)  # (1)
    wanted, chain = {_issuer(certificate)} | roots, list[x509.Certificate]()
    while True:  # (2)
        before = len(wanted)
        chain = _spread(wanted, below, by=_subject, to=_issuer)
        named = {name for one in (certificate, *chain) for name in _list_issuers(one)}
        spoken = [one for one in lists if _name(one.issuer) in wanted | named]
        wanted |= {_name(one.issuer) for one in spoken}
        if len(wanted) == before:
            break
    answerers = [one for one in below if _answers(one) and one not in chain]
    return chain + answerers, spoken


def _spread(
    names: set[str],
    pool: Iterable[x509.Certificate],
    *,
    by: Callable[[x509.Certificate], str],
    to: Callable[[x509.Certificate], str],
) -> list[x509.Certificate]:
    """Take certificates whose name `by` is known; each makes its name `to` known (in `names`)."""
    taken: list[x509.Certificate] = []
    rest = list(pool)
    while True:
        found = [one for one in rest if by(one) in names]
        if not found:
            return taken
        taken += found
        rest = [one for one in rest if by(one) not in names]
        names |= {to(one) for one in found}


def _subject(certificate: x509.Certificate) -> str:
    return _name(certificate.subject)


def _issuer(certificate: x509.Certificate) -> str:
    return _name(certificate.issuer)


def _name(name: x509.Name) -> str:
    return str(name.hashable)


def _answers(certificate: x509.Certificate) -> bool:
    usage = certificate.extended_key_usage_value
    return usage is not None and "ocsp_signing" in usage.native


def _list_issuers(certificate: x509.Certificate) -> Iterator[str]:
    for point in certificate.crl_distribution_points_value or ():
        for name in point["crl_issuer"] if point["crl_issuer"].native is not None else ():
            if name.name == "directory_name":
                yield _name(name.chosen)


@lru_cache(maxsize=64)
def parsed(certificates: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
    """Return certificates as asn1crypto has them."""
    return tuple(x509.Certificate.load(der) for der in certificates)


@lru_cache(maxsize=64)
def trusted(anchors: tuple[bytes, ...]) -> tuple[CertTrustAnchor, ...]:
    """Return anchors, each bound by what its own certificate says (RFC 5937).

    That is its validity, its path length and name constraints; not its policies, which say what it
    was issued under and not what it may issue.
    """
    return tuple(CertTrustAnchor(one, _bounds(one)) for one in parsed(anchors))


def _bounds(anchor: x509.Certificate) -> TrustQualifiers:
    bounds = derive_quals_from_cert(anchor)
    if bounds.standard_parameters is None:
        return bounds
    any_policy = frozenset(["any_policy"])
    params = replace(bounds.standard_parameters, user_initial_policy_set=any_policy)
    return replace(bounds, standard_parameters=params)


def _list(der: bytes) -> crl.CertificateList:
    return _kept_list(der) if len(der) <= _LARGEST_KEPT_LIST else crl.CertificateList.load(der)


@lru_cache(maxsize=64)
def _kept_list(der: bytes) -> crl.CertificateList:
    return crl.CertificateList.load(der)
