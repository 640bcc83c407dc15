"""What passes between us and a remote signing service, and which value belongs to which digest.

A service answers with a list of values. Position says nothing here: a value belongs to the digest
over which it verifies, and a value that verifies over none of those asked for belongs nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.keys import algorithm_for, verify_value


class RemoteState(StrEnum):
    """What a service says of a transaction."""

    WAITING = "waiting"
    ANSWERED = "answered"
    UNKNOWN = "unknown"  # it has no such transaction


@dataclass(frozen=True, slots=True)
class RemoteDocument:
    """One digest (SHA-256) to sign, and the name under which the person sees it."""

    digest: bytes
    name: str


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """The values by digest, each verified; `refusal` says why there are not more of them."""

    state: RemoteState
    signatures: Mapping[bytes, bytes] = field(default_factory=dict)
    refusal: HocbaError | None = None


@dataclass(frozen=True, slots=True)
class RemoteTransaction:
    """A request that the service took; some answer at once."""

    id: str
    answer: RemoteAnswer | None = None


def match_values(
    *, certificate: bytes, digests: Sequence[bytes], values: Sequence[bytes]
) -> dict[bytes, bytes]:
    """Return the values by the digest over which each verifies; all others are left out.

    Raises:
        HocbaError: "certificate.unreadable".
    """
    matched: dict[bytes, bytes] = {}
    for place, value in enumerate(values):
        for digest in (*digests[place : place + 1], *digests):
            if digest not in matched and value_holds(certificate, digest, value):
                matched[digest] = value
                break
    return matched


def value_holds(certificate: bytes, digest: bytes, value: bytes) -> bool:
    """Say whether a value is the certificate holder's signature over a digest.

    Raises:
        HocbaError: "certificate.unreadable".
    """
    key = read_certificate(certificate).public_key
    return verify_value(key=key, algorithm=algorithm_for(key), digest=digest, value=value)
