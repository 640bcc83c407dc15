"""What the portal swears to on paper, small enough for a QR code: who, which file, which results.

The text is "HBS1:" and then base45 over zlib over COSE_Sign1, as in the EU's health certificates,
so that common tools take it apart. The payload is a CBOR Web Token: claim 6 says when it was
signed, claim -65537 (private use) holds the map that `_written` writes. One claim, one payload; the
reader takes no other spelling. How well deflate packs it may differ between libraries, so who must
give the same text for ever keeps the signed bytes.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from hocba.core.errors import HocbaError
from hocba.core.registry import base45, cbor, cose

PREFIX = "HBS1:"
MAX_TEXT = 909  # letters that a QR code of version 19 with error correction M still takes
_MAX_SIGNED = 2048
_ISSUED_AT, _CLAIM, _VERSION = 6, -65537, 1
_ACHIEVED = {"Đ": True, "CĐ": False, "": None}
_PROMOTIONS = ("promoted", "promoted_after_reassessment", "retained", "pending")


@dataclass(frozen=True, slots=True)
class ClaimedResult:
    """The year's result of one subject, as printed: "7.3", "Đ"; "" is none.

    `subject` is a number of `core.claim_subjects`, or the name of a subject that has none.
    """

    subject: int | str
    year: str
    reassessed: str = ""


@dataclass(frozen=True, slots=True)
class QrClaim:
    """One issued transcript as the QR code tells it; results as printed on the form.

    `lookup_start` is the lookup code's first four bytes: enough to compare, too little to look up.
    `index` is the place of the issue in the log, `document_sha256` that of the signed XML.
    """

    signed_at: datetime
    full_name: str
    birth_date: date
    student_code: str
    lookup_start: bytes
    school_code: str
    school_name: str  # "" where it would not fit
    first_year: int  # 2024 of 2024-2025
    grade: int
    class_name: str
    document_sha256: bytes
    index: int
    results: tuple[ClaimedResult, ...]
    learning: str
    conduct: str
    promotion: str
    learning_again: str = ""  # after reassessment
    conduct_again: str = ""  # after the summer
    completes_level: bool | None = None

    @property
    def school_year(self) -> str:
        """The year as people write it."""
        return f"{self.first_year}-{self.first_year + 1}"


def sign_claim(
    *, claim: QrClaim, public_key: bytes, sign_message: Callable[[bytes], bytes]
) -> bytes:
    """Return the signed claim (COSE_Sign1), to be kept; `claim_text` makes the QR code's text.

    The school's name, which its code stands for, is left out where it is what makes it too large.

    Raises:
        HocbaError: "claim.too_large".
    """
    for one in (claim, replace(claim, school_name="")):
        payload = cbor.encode(_written(one))
        signed = cose.sign(payload=payload, public_key=public_key, sign_message=sign_message)
        if len(claim_text(signed)) <= MAX_TEXT:
            return signed
    raise HocbaError("claim.too_large")


def claim_text(signed: bytes) -> str:
    """Return what the QR code holds: letters that it packs in its alphanumeric mode."""
    return PREFIX + base45.encode(zlib.compress(signed, 9))


def read_text(text: str) -> tuple[QrClaim, cose.SignedBytes]:
    """Take a QR code's text apart; nothing is verified.

    Raises:
        HocbaError: "claim.unreadable".
    """
    try:
        if not text.startswith(PREFIX) or len(text) > MAX_TEXT:
            raise ValueError("not a claim")
        signed = cose.read(inflate(base45.decode(text[len(PREFIX) :]), limit=_MAX_SIGNED))
        return read_claim(signed), signed
    except ValueError as error:
        raise HocbaError("claim.unreadable") from error


def inflate(data: bytes, *, limit: int) -> bytes:
    """Unpack a zlib stream of at most `limit` bytes with nothing after it.

    Raises:
        ValueError: for anything else.
    """
    try:
        stream = zlib.decompressobj()
        unpacked = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise ValueError("not a zlib stream") from error
    if not stream.eof or stream.unused_data or len(unpacked) > limit:
        raise ValueError("not one zlib stream")
    return unpacked


def read_claim(signed: cose.SignedBytes) -> QrClaim:
    """Read the payload.

    Raises:
        ValueError: when it is not what `sign_claim` writes.
    """
    try:
        values = cbor.decode(signed.payload)
        claim = _read(values[_ISSUED_AT], values[_CLAIM])
        same = cbor.encode(_written(claim)) == signed.payload and not signed.media_type
    except (LookupError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise ValueError("not a claim") from error
    if not same:
        raise ValueError("another spelling")
    return claim


def _written(claim: QrClaim) -> dict[int, Any]:
    birth = claim.birth_date
    values: dict[int, Any] = {
        1: _VERSION,
        2: claim.full_name,
        3: birth.year * 10000 + birth.month * 100 + birth.day,
        4: claim.student_code,
        5: claim.lookup_start,
        6: claim.school_code,
        7: claim.school_name,
        8: claim.first_year,
        9: claim.grade,
        10: claim.class_name,
        11: claim.document_sha256,
        12: claim.index,
        13: [_result(one) for one in claim.results],
        14: claim.learning,
        15: claim.conduct,
        16: _PROMOTIONS.index(claim.promotion),
    }
    if claim.learning_again:
        values[17] = claim.learning_again
    if claim.conduct_again:
        values[18] = claim.conduct_again
    if claim.completes_level is not None:
        values[19] = claim.completes_level
    return {_ISSUED_AT: int(claim.signed_at.timestamp()), _CLAIM: values}


def _read(issued_at: int, values: dict[int, Any]) -> QrClaim:
    day, lookup_start, digest = values[3], values[5], values[11]
    if len(lookup_start) != 4 or len(digest) != 32 or not 0 <= values[16] < len(_PROMOTIONS):
        raise ValueError("not a claim")
    claim = QrClaim(
        signed_at=datetime.fromtimestamp(issued_at, UTC),
        full_name=values[2],
        birth_date=date(day // 10000, day // 100 % 100, day % 100),
        student_code=values[4],
        lookup_start=lookup_start,
        school_code=values[6],
        school_name=values[7],
        first_year=values[8],
        grade=values[9],
        class_name=values[10],
        document_sha256=digest,
        index=values[12],
        results=tuple(_read_result(one) for one in values[13]),
        learning=values[14],
        conduct=values[15],
        promotion=_PROMOTIONS[values[16]],
        learning_again=values.get(17, ""),
        conduct_again=values.get(18, ""),
        completes_level=values.get(19),
    )
    _check_kinds(claim)
    return claim


def _check_kinds(claim: QrClaim) -> None:
    """CBOR tells true from 1, Python does not."""
    texts = (
        claim.full_name,
        claim.student_code,
        claim.school_code,
        claim.school_name,
        claim.class_name,
        claim.learning,
        claim.conduct,
        claim.learning_again,
        claim.conduct_again,
    )
    numbers = (claim.first_year, claim.grade, claim.index)
    subjects = (one.subject for one in claim.results)
    if (
        not all(isinstance(one, str) for one in texts)
        or not all(type(one) is int and one >= 0 for one in numbers)
        or not all(isinstance(one, str) or type(one) is int for one in subjects)
        or not isinstance(claim.completes_level, bool | None)
    ):
        raise ValueError("not a claim")


def _result(one: ClaimedResult) -> tuple[Any, ...]:
    year = (one.subject, _mark(one.year))
    return (*year, _mark(one.reassessed)) if one.reassessed else year


def _mark(printed: str) -> int | bool | str | None:
    """Tenths, true for Đ, false for CĐ, null for none, and any other word as it is."""
    if printed in _ACHIEVED:
        return _ACHIEVED[printed]
    whole, dot, tenth = printed.partition(".")
    if dot and whole.isdecimal() and tenth.isdecimal() and len(whole + tenth) <= 3:
        tenths = int(whole) * 10 + int(tenth)
        if _printed(tenths) == printed:
            return tenths
    return printed


def _read_result(values: Any) -> ClaimedResult:
    if len(values) not in (2, 3):
        raise ValueError("not a result")
    return ClaimedResult(values[0], *map(_printed, values[1:]))


def _printed(value: int | bool | str | None) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return next(printed for printed, meant in _ACHIEVED.items() if meant is value)
    return f"{value // 10}.{value % 10}"
