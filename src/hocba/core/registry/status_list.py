"""Where every issued transcript stands, in two bits, signed and dated: usable without network.

IETF Token Status List in its CWT form (draft-ietf-oauth-status-list), not W3C's Bitstring Status
List: it is one COSE_Sign1 like the claim on paper, so a verifier needs one reader and one kind of
key, while W3C's wants JSON-LD credentials around the bits and gives each purpose a list of its own.
Its values fit: VALID in force, INVALID recalled, SUSPENDED sealed by a court, and the one left to
applications, replaced. The index is the place of the issue in the public log: nothing personal, no
further table. Claim -65537 (private use) says the exact size, for bits come four to a byte.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hocba.core.errors import HocbaError
from hocba.core.registry import cbor, cose
from hocba.core.registry.lifecycle import TranscriptState
from hocba.core.registry.qr_claim import inflate

MEDIA_TYPE = "application/statuslist+cwt"
MAX_BYTES = 32 * 1024 * 1024
MAX_SIZE = 100_000_000
_ISSUER, _SUBJECT, _EXPIRES, _ISSUED_AT, _SIZE = 1, 2, 4, 6, -65537
_STATUS_LIST, _TIME_TO_LIVE = 65533, 65534
_BITS, _PER_BYTE = 2, 4
_STATES = (
    TranscriptState.IN_FORCE,  # VALID
    TranscriptState.RECALLED,  # INVALID
    TranscriptState.COURT_SEALED,  # SUSPENDED
    TranscriptState.REPLACED,  # APPLICATION_SPECIFIC
)


@dataclass(frozen=True, slots=True)
class StatusList:
    """What one log's portal said of all entries at one instant.

    `address` is where the newest list is, `origin` the log whose places it speaks of.
    """

    origin: str
    address: str
    issued_at: datetime
    valid_until: datetime
    size: int
    bits: bytes

    def state(self, index: int) -> TranscriptState | None:
        """Return the state of the transcript issued at a place, None for one after this list."""
        if not 0 <= index < self.size:
            return None
        return _STATES[self.bits[index // _PER_BYTE] >> index % _PER_BYTE * _BITS & 3]


def pack_states(*, size: int, states: Mapping[int, TranscriptState]) -> bytes:
    """Return the bits of a list in which all but the given places are in force."""
    bits = bytearray((size + _PER_BYTE - 1) // _PER_BYTE)
    for index, state in states.items():
        bits[index // _PER_BYTE] |= _STATES.index(state) << index % _PER_BYTE * _BITS
    return bytes(bits)


def sign_list(
    *,
    listed: StatusList,
    seconds_to_live: int,
    public_key: bytes,
    sign_message: Callable[[bytes], bytes],
) -> bytes:
    """Return the Status List Token; ask for a newer one after `seconds_to_live`."""
    payload = cbor.encode(
        {
            _ISSUER: listed.origin,
            _SUBJECT: listed.address,
            _EXPIRES: int(listed.valid_until.timestamp()),
            _ISSUED_AT: int(listed.issued_at.timestamp()),
            _SIZE: listed.size,
            _STATUS_LIST: {"bits": _BITS, "lst": zlib.compress(listed.bits, 9)},
            _TIME_TO_LIVE: seconds_to_live,
        }
    )
    return cose.sign(
        payload=payload, public_key=public_key, sign_message=sign_message, media_type=MEDIA_TYPE
    )


def read_list(data: bytes) -> tuple[StatusList, cose.SignedBytes]:
    """Take a token apart; nothing is verified.

    Raises:
        HocbaError: "status.unreadable".
    """
    try:
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        signed = cose.read(data)
        listed = _read(cbor.decode(signed.payload))
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        OverflowError,
        OSError,
    ) as error:
        raise HocbaError("status.unreadable") from error
    if signed.media_type != MEDIA_TYPE:
        raise HocbaError("status.unreadable")
    return listed, signed


def _read(values: dict[int, Any]) -> StatusList:
    size, packed = values[_SIZE], values[_STATUS_LIST]
    if type(size) is not int or not 0 <= size <= MAX_SIZE or packed["bits"] != _BITS:
        raise ValueError("size")
    listed = StatusList(
        origin=values[_ISSUER],
        address=values[_SUBJECT],
        issued_at=datetime.fromtimestamp(values[_ISSUED_AT], UTC),
        valid_until=datetime.fromtimestamp(values[_EXPIRES], UTC),
        size=size,
        bits=inflate(packed["lst"], limit=(size + _PER_BYTE - 1) // _PER_BYTE),
    )
    if not isinstance(listed.origin, str) or not isinstance(listed.address, str):
        raise ValueError("texts")
    if len(listed.bits) * _PER_BYTE < size:
        raise ValueError("fewer bits than entries")
    return listed
