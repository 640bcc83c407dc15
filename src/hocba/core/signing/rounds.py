"""The two phases of a signature: prepare the exact bytes, complete with the value, verified.

Both are pure: the caller keeps tokens, versions and time limits. Signed bytes are never written
again; a slot is inserted at its place and every other byte stays as it was.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.keys import algorithm_for, key_problem, verify_value
from hocba.core.signing.plan import SigningPlan, Slot, may_fill
from hocba.core.signing.sheets import SheetPage, sheet_leaf, sheet_page, sheet_places
from hocba.core.signing.standing import standing_in
from hocba.core.signing.timestamps import read_stamp
from hocba.core.signing.verdict import Capacity
from hocba.core.signing.written import covered_names
from hocba.core.signing.xades import (
    VALUE_MARK,
    canonical,
    opening_line,
    slot_fragment,
    with_stamp,
)
from hocba.core.transcript.canonical import SIGNATURE_AREA
from hocba.core.transcript.model import Transcript
from hocba.core.transcript.parser import elements_by_id, parse

_END = f"  </{SIGNATURE_AREA}>\n".encode()
# The bytes between which the area stands are fixed by the writer and cannot occur in data,
# where "<" is always escaped.
_OPENING = re.compile(rb'    <[A-Z_]+ Id="ky-[^"]+">\n')
_EMPTY_AREA = f"  <{SIGNATURE_AREA}>\n".encode()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one device is to sign: `digest` is SHA-256 of the canonical SignedInfo.

    `covered` holds (Id, SHA-256) of everything the signature covers, so that completing notices
    whether any of it changed meanwhile; `later` are the Ids of the slots that stand after this one.
    """

    slot_key: str
    document_sha256: str
    digest: bytes
    fragment: bytes
    certificate: bytes
    certificate_sha256: str
    algorithm: str
    covered: tuple[tuple[str, bytes], ...]
    later: tuple[tuple[str, str], ...]  # (element name, Id)
    at: datetime

    def to_json(self) -> str:
        """Write for storing between the phases."""
        values = asdict(self)
        for name in ("digest", "fragment", "certificate"):
            values[name] = b64encode(values[name]).decode()
        values["covered"] = [[name, digest.hex()] for name, digest in self.covered]
        values["at"] = self.at.isoformat()
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> "Prepared":
        """Read what `to_json` wrote."""
        values = json.loads(text)
        for name in ("digest", "fragment", "certificate"):
            values[name] = b64decode(values[name])
        values["covered"] = tuple((name, bytes.fromhex(one)) for name, one in values["covered"])
        values["later"] = tuple((name, identifier) for name, identifier in values["later"])
        values["at"] = datetime.fromisoformat(values["at"])
        return cls(**values)


def prepare(
    *,
    document: bytes,
    slot: Slot,
    certificate: bytes,
    at: datetime,
    capacity: Capacity = Capacity.OWN,
) -> Prepared:
    """Return what the holder of `certificate` has to sign to fill the slot at `at`.

    `capacity` says by what right, when the document names somebody else for the slot.

    Raises:
        HocbaError: "signing.slot_unknown" (not in the document's plan), "signing.slot_taken",
            "signing.order_not_reached", "signing.certificate_holder", "signing.certificate_time",
            "signing.certificate_usage", "signing.certificate_key", and those of reading.
    """
    opened = _Open.of(document, slot)
    _refuse_wrong_certificate(opened, certificate, capacity, at)
    return _prepared(opened, certificate, at, None, capacity)


def prepare_sheet(
    *,
    documents: Sequence[bytes],
    slot_keys: Sequence[str],
    salts: Sequence[bytes],
    certificate: bytes,
    at: datetime,
    capacity: Capacity = Capacity.OWN,
) -> tuple[Prepared, ...]:
    """Return the pages of one sheet over a class; all have the same digest, to be signed once.

    `slot_keys` names the signer's slot in each document (of one role), `salts` are 16 random bytes
    each. Every page is completed like any other, with the one signature value.

    Raises:
        HocbaError: those of `prepare`, and "sheet.size", "sheet.not_allowed" (the plan wants a
            signature on each document), "sheet.mixed" (not one school, year, class and role).
    """
    opened = [
        _Open.by_key(document, key) for document, key in zip(documents, slot_keys, strict=True)
    ]
    for one in opened:
        _refuse_wrong_certificate(one, certificate, capacity, at)
        if not one.plan.allows(one.slot.role, "sheet"):
            raise HocbaError("sheet.not_allowed")
    groups = {
        (one.transcript.school.code, one.transcript.school_year, one.transcript.class_name)
        + (one.slot.role, one.slot.signer_id)
        for one in opened
    }
    if len(groups) > 1:
        raise HocbaError("sheet.mixed")
    leaves = [
        sheet_leaf(salt=salt, lookup_uuid=one.transcript.lookup_uuid, covered=one.covered)
        for one, salt in zip(opened, salts, strict=True)
    ]
    root, places = sheet_places(leaves=leaves, salts=salts)
    return tuple(
        _prepared(
            one,
            certificate,
            at,
            sheet_page(slot=one.slot, transcript=one.transcript, place=place, root=root),
            capacity,
        )
        for one, place in zip(opened, places, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Open:
    """A document with one of its slots open: free, and those before it filled."""

    document: bytes
    transcript: Transcript
    plan: SigningPlan
    slot: Slot
    covered: tuple[tuple[str, bytes], ...]
    later: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, document: bytes, slot: Slot) -> "_Open":
        opened = cls.by_key(document, slot.key)
        if opened.slot != slot:
            raise HocbaError("signing.slot_unknown")
        return opened

    @classmethod
    def by_key(cls, document: bytes, key: str) -> "_Open":
        found = standing_in(document)
        slot = next((one for one in found.slots if one.key == key), None)
        if slot is None:
            raise HocbaError("signing.slot_unknown")
        if slot.element_id in found.filled:
            raise HocbaError("signing.slot_taken")
        if any(
            one.order < slot.order and one.element_id not in found.filled for one in found.slots
        ):
            raise HocbaError("signing.order_not_reached")
        after = found.slots[found.slots.index(slot) + 1 :]
        return cls(
            document,
            found.transcript,
            found.plan,
            slot,
            found.digests(covered_names(slot, found.slots)),
            tuple((one.role.value, one.element_id) for one in after),
        )


def covered_digest(*, document: bytes, slot_key: str) -> str:
    """Return a digest of all that a signature in this slot would cover now.

    Whoever looked at a document before signing has seen what this names: the slot's part of the
    data, and every signature before it.

    Raises:
        HocbaError: those of `prepare` about the slot.
    """
    return shown_digest(_Open.by_key(document, slot_key).covered)


def shown_digest(covered: Sequence[tuple[str, bytes]]) -> str:
    """Return the digest over (Id, SHA-256) of all that a slot covers, in order."""
    parts = b"".join(len(name).to_bytes(2) + name.encode() + digest for name, digest in covered)
    return sha256(parts).hexdigest()


def _prepared(
    opened: _Open,
    certificate: bytes,
    at: datetime,
    page: SheetPage | None,
    capacity: Capacity,
) -> Prepared:
    holder = read_certificate(certificate)
    algorithm = algorithm_for(holder.public_key)
    signed_info, fragment = slot_fragment(
        slot=opened.slot,
        holder=holder,
        algorithm=algorithm,
        at=at,
        references=opened.covered,
        page=page,
        capacity=capacity,
    )
    return Prepared(
        slot_key=opened.slot.key,
        document_sha256=sha256(opened.document).hexdigest(),
        digest=sha256(signed_info).digest(),
        fragment=fragment,
        certificate=certificate,
        certificate_sha256=holder.sha256,
        algorithm=algorithm,
        covered=opened.covered,
        later=opened.later,
        at=at,
    )


def complete(*, document: bytes, prepared: Prepared, signature: bytes) -> bytes:
    """Return the document with the slot filled; the value is verified before anything is made.

    `document` may have grown by parallel slots since `prepare`; everything covered must be as it
    was. Filling the same slot with the same signature again returns the document as it is.

    Raises:
        HocbaError: "signing.invalid_signature", "signing.document_changed", "signing.slot_taken".
    """
    if not _value_holds(prepared.certificate, prepared.algorithm, prepared.digest, signature):
        raise HocbaError("signing.invalid_signature")
    filled = prepared.fragment.replace(VALUE_MARK, b64encode(signature))
    if filled in document:
        return document
    if sha256(document).hexdigest() != prepared.document_sha256:
        _refuse_changed(document, prepared)
    return _inserted(document, prepared, filled)


@lru_cache(maxsize=64)
def _value_holds(certificate: bytes, algorithm: str, digest: bytes, value: bytes) -> bool:
    """Verify a value; the pages of a sheet share one."""
    key = read_certificate(certificate).public_key
    return verify_value(key=key, algorithm=algorithm, digest=digest, value=value)


def stamp_digest(*, document: bytes, slot_key: str) -> bytes:
    """Return the SHA-256 that a time-stamping authority has to stamp for a filled slot.

    Raises:
        HocbaError: "signing.slot_unknown" (not filled), "timestamp.already", and those of reading.
    """
    element = elements_by_id(parse(document)).get(f"ky-{slot_key}")
    value = None if element is None else element.find(".//{*}SignatureValue")
    if element is None or value is None:
        raise HocbaError("signing.slot_unknown")
    if element.find(".//{*}EncapsulatedTimeStamp") is not None:
        raise HocbaError("timestamp.already")
    return sha256(canonical(value)).digest()


def add_stamp(*, document: bytes, slot_key: str, token: bytes) -> bytes:
    """Return the document with a time-stamp on a filled slot; the stamp is verified first.

    The stamp stands outside all that the slot's signer signed, and must be there before a later
    slot covers it.

    Raises:
        HocbaError: those of `stamp_digest` and `timestamps.read_stamp`, "signing.slot_taken" when a
            later slot is filled already.
    """
    read_stamp(token=token, imprint=stamp_digest(document=document, slot_key=slot_key))
    found = standing_in(document)
    own = next(one for one in found.slots if one.key == slot_key)
    if any(one.order > own.order and one.element_id in found.filled for one in found.slots):
        raise HocbaError("signing.slot_taken")
    opening = opening_line(own)
    if document.count(opening) != 1:
        raise HocbaError("signing.document_changed")
    head, tail = document.split(opening)
    return head + opening + with_stamp(tail, token)


def _refuse_changed(document: bytes, prepared: Prepared) -> None:
    """The document grew since `prepare`: what is covered must be as it was, the slot still free."""
    found = standing_in(document)
    if found.digests(target for target, _ in prepared.covered) != prepared.covered:
        raise HocbaError("signing.document_changed")
    if f"ky-{prepared.slot_key}" in found.filled:
        raise HocbaError("signing.slot_taken")


def _refuse_wrong_certificate(
    opened: "_Open", certificate: bytes, capacity: Capacity, at: datetime
) -> None:
    holder = read_certificate(certificate)
    if not may_fill(
        plan=opened.plan,
        slot=opened.slot,
        transcript=opened.transcript,
        holder_id=holder.holder_id,
        capacity=capacity,
    ):
        raise HocbaError("signing.certificate_holder")
    if not holder.not_before <= at <= holder.not_after:
        raise HocbaError("signing.certificate_time")
    if not holder.may_sign:
        raise HocbaError("signing.certificate_usage")
    if key_problem(holder.public_key):
        raise HocbaError("signing.certificate_key")


def _inserted(document: bytes, prepared: Prepared, filled: bytes) -> bytes:
    """Put the slot's lines before the first slot there that stands later in the plan's order."""
    standing = set(_OPENING.findall(document, document.find(_EMPTY_AREA)))
    later = prepared.later if standing else ()
    openings = (f'    <{name} Id="{identifier}">\n'.encode() for name, identifier in later)
    mark = next((opening for opening in openings if opening in standing), _END)
    if document.count(_EMPTY_AREA) != 1 or document.count(mark) != 1:
        raise HocbaError("signing.document_changed")
    head, tail = document.split(mark)
    return head + filled + mark + tail
