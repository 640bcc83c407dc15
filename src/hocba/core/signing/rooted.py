"""Certificates that a stranger brings with his document: only those of a known authority count.

A search for paths tries every order of certificates that name each other as issuers: eight of
them, three kilobytes, take it a minute, each one more ten times as long. So what comes with
time-stamps and revocation answers is let in from the root downwards, each by the signature of one
let in before.
"""

from collections import defaultdict
from functools import lru_cache

from asn1crypto import ocsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

_BAD = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm)


@lru_cache(maxsize=32)
def rooted(*, certificates: tuple[bytes, ...], known: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return those certificates (DER) that a known one issued, or one of them in turn."""
    waiting: dict[bytes, list[tuple[bytes, x509.Certificate]]] = defaultdict(list)
    for der in dict.fromkeys(certificates):
        try:
            certificate = x509.load_der_x509_certificate(der)
            waiting[certificate.issuer.public_bytes()].append((der, certificate))
        except _BAD:
            continue
    found: list[bytes] = []
    issuers = [x509.load_der_x509_certificate(der) for der in known]
    while issuers:
        issuer = issuers.pop()
        name = issuer.subject.public_bytes()
        children = waiting.pop(name, [])
        for der, certificate in children:
            if _issued(certificate, issuer):
                found.append(der)
                issuers.append(certificate)
            else:
                waiting[name].append((der, certificate))
    return tuple(found)


@lru_cache(maxsize=32)
def rooted_answers(*, ocsps: tuple[bytes, ...], known: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return those OCSP answers (DER) that carry no other certificates than rooted ones."""
    return tuple(der for der in ocsps if _carries_only_rooted(der, known))


def _carries_only_rooted(answer: bytes, known: tuple[bytes, ...]) -> bool:
    try:
        basic = ocsp.OCSPResponse.load(answer).basic_ocsp_response
        carried = {one.dump() for one in basic["certs"]} - set(known)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return len(rooted(certificates=tuple(carried), known=known)) == len(carried)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except _BAD:
        return False
    return True
