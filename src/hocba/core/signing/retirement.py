"""Algorithms that stopped proving anything: dated entries of the trust list, asked at an instant.

What was made with a retired algorithm still counts when something shows that it was there before
(EN 319 102-1 §5.2.8): a time-stamp over it, or an archive (see `archive_check`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

Used = frozenset[tuple[str, int]]
"""Algorithms with the bits of their keys: ("rsa", 2048), ("sha256", 0)."""


@dataclass(frozen=True, slots=True)
class RetiredAlgorithm:
    """From `since` on, nothing proves anything by this algorithm alone.

    `name` is "rsa", "ecdsa" or a hash; of keys only those shorter than `below_bits` are meant, and
    0 means all.
    """

    name: str
    below_bits: int
    since: datetime


def retired(*, used: Used, by: Iterable[RetiredAlgorithm], at: datetime) -> str:
    """Return the first used algorithm that had been retired at an instant, "" when there is none.

    An algorithm that cannot be named is "unknown" and never retired by name.
    """
    for rule in by:
        for name, bits in sorted(used):
            if (
                name == rule.name
                and at >= rule.since
                and (not rule.below_bits or bits < rule.below_bits)
            ):
                return f"{name}-{bits}" if bits else name
    return ""


@lru_cache(maxsize=4096)
def used_by_certificate(certificate: bytes, others: tuple[bytes, ...] = ()) -> Used:
    """Return what a certificate rests on: its key, its signature, and those of its issuers.

    Issuers are sought by name among `others`; a root's signature over itself proves nothing and
    does not count. Never raises: what cannot be read adds nothing, the path check refuses it.
    """
    known = [one for one in map(_read, others) if one is not None]
    waiting, seen = [_read(certificate)], set[x509.Certificate]()
    used: set[tuple[str, int]] = set()
    while waiting:
        one = waiting.pop()
        if one is None or one in seen:
            continue
        seen.add(one)
        used |= _key(one)
        if one.issuer != one.subject:
            used |= _hash(one)
            waiting += [issuer for issuer in known if issuer.subject == one.issuer]
    return frozenset(used)


def _read(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None


def _key(certificate: x509.Certificate) -> set[tuple[str, int]]:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return {("unknown", 0)}
    if isinstance(key, rsa.RSAPublicKey):
        return {("rsa", key.key_size)}
    return {("ecdsa", key.key_size)} if isinstance(key, ec.EllipticCurvePublicKey) else set()


def _hash(certificate: x509.Certificate) -> set[tuple[str, int]]:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return {("unknown", 0)}
    return {(algorithm.name, 0)} if algorithm is not None else set()
