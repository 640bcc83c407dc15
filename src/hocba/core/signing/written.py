"""The short road: a file that is, byte for byte, what our writer writes of what the file says.

The data is parsed, read and judged by the schema as ever. Of each slot only what cannot be known
otherwise is taken from the file (time, algorithm, value, certificate, time-stamp, place in a
sheet); the slot is then written afresh. When all that is written is the very file, then structure,
references, digests, order and layout hold together, and no tree of the signatures need be built:
what our writer makes is bounded, well-formed and in canonical form.

Nothing is refused here. Whatever differs or does not hold is left to the long road in `verify`,
which looks at the tree and knows the reasons.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.keys import key_problem, verify_value
from hocba.core.signing.plan import SigningPlan, Slot, may_fill, plan_for, slots_of
from hocba.core.signing.sheets import HEAD, PROOF, SheetPage, read_page
from hocba.core.signing.verdict import Capacity
from hocba.core.signing.xades import canonical, opening_line
from hocba.core.signing.xmldsig import ALGORITHMS, CheckedSlot, StatedSlot, written_slot
from hocba.core.transcript.canonical import SIGNATURE_AREA, read_transcript, to_xml
from hocba.core.transcript.lint import schema_valid
from hocba.core.transcript.model import Transcript
from hocba.core.transcript.parser import MAX_BYTES, elements_by_id, parse

# Bytes that the writer alone makes: inside data "<" is always escaped.
AREA_START = f"  <{SIGNATURE_AREA}>\n".encode()
AREA_END = f"  </{SIGNATURE_AREA}>\n</HOC_BA>\n".encode()
_MARKS = (
    (b"<NGAY_KY>", b"<"),
    (b'<SignatureMethod Algorithm="', b'"'),
    (b'-value">', b"<"),
    (b"<X509Certificate>", b"<"),
    (b"</xades:ClaimedRole><xades:ClaimedRole>", b"<"),
    (b"<xades:EncapsulatedTimeStamp>", b"<"),
)
_HEAD_START, _PROOF_END = f"<{HEAD} ".encode(), f"</{PROOF}>".encode()


@dataclass(frozen=True, slots=True)
class WrittenData:
    """The data of a document as our writer writes it, its plan and the digests of its elements."""

    transcript: Transcript
    plan: SigningPlan
    slots: tuple[Slot, ...]
    digests: Mapping[str, bytes]  # by Id: SHA-256 of the canonical element


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """A document as our writer writes it, every slot of its plan filled and its value verified."""

    data: WrittenData
    checked: Mapping[Slot, CheckedSlot]


def split_document(document: bytes) -> tuple[bytes, bytes] | None:
    """Return the document with an empty signature area, and what stands in the area."""
    data, start, rest = document.partition(AREA_START)
    if not start or not rest.endswith(AREA_END):
        return None
    return data + AREA_START + AREA_END, rest.removesuffix(AREA_END)


def slot_lines(area: bytes, slots: Sequence[Slot]) -> dict[Slot, bytes] | None:
    """Split an area into the lines of its slots, in the plan's order; None when that leaves any."""
    found, position = {}, 0
    for slot in slots:
        if position == len(area):
            break
        if not area.startswith(opening_line(slot), position):
            continue
        closing = f"    </{slot.role.value}>\n".encode()
        end = area.find(closing, position)
        if end < 0:
            return None
        end += len(closing)
        found[slot] = area[position:end]
        position = end
    return found if position == len(area) else None


def lines_digest(lines: bytes) -> bytes:
    """SHA-256 of the canonical element whose lines these are, as our writer writes them."""
    return sha256(lines.removeprefix(b"    ").removesuffix(b"\n")).digest()


def read_written_data(unsigned: bytes) -> WrittenData | None:
    """Read an unsigned document; None when it is not what our writer writes of it.

    Raises:
        HocbaError: those of reading and of `plan_for`.
    """
    root = parse(unsigned)
    transcript = read_transcript(root)
    if not schema_valid(root) or to_xml(transcript) != unsigned:
        return None
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    slots = slots_of(plan=plan, transcript=transcript)
    elements = elements_by_id(root)
    targets = dict.fromkeys(name for slot in slots for name in slot.targets)
    digests = {name: sha256(canonical(elements[name])).digest() for name in targets}
    return WrittenData(transcript, plan, slots, digests)


def covered_names(slot: Slot, slots: Iterable[Slot]) -> tuple[str, ...]:
    """Ids of everything that a slot covers, in order: its targets and all slots before it."""
    return (*slot.targets, *(one.element_id for one in slots if one.order < slot.order))


def read_written(document: bytes) -> WrittenDocument | None:
    """Read a document whose every slot holds; None when anything is to be said against it."""
    parts = split_document(document)
    if parts is None or len(document) > MAX_BYTES:
        return None
    unsigned, area = parts
    try:
        data = read_written_data(unsigned)
        lines = None if data is None else slot_lines(area, data.slots)
        if data is None or lines is None or len(lines) < len(data.slots):
            return None
        digests = {**data.digests, **{one.element_id: lines_digest(lines[one]) for one in lines}}
        checked = {}
        names = set()
        for slot, own in lines.items():
            covered = tuple((name, digests[name]) for name in covered_names(slot, data.slots))
            page = _page(own, slot, data, covered)
            found = _checked(own, slot, covered, page, data)
            if found is None:
                return None
            checked[slot] = found
            names.add(slot.key if page is None else page.name)
    except (HocbaError, Base64Error, ValueError, OverflowError):
        return None
    # Slots in sheet mode are named otherwise: no two Ids of the file may be the same.
    return WrittenDocument(data, checked) if len(names) == len(checked) else None


def _checked(
    lines: bytes,
    slot: Slot,
    covered: Sequence[tuple[str, bytes]],
    page: SheetPage | None,
    data: WrittenData,
) -> CheckedSlot | None:
    """Write the slot afresh from what it states; None unless it is the same and its value holds."""
    stated = _stated(lines)
    holder = stated.holder
    if (
        stated.algorithm not in ALGORITHMS
        or key_problem(holder.public_key)
        or not may_fill(
            plan=data.plan,
            slot=slot,
            transcript=data.transcript,
            holder_id=holder.holder_id,
            capacity=stated.capacity,
        )
        or not holder.subject.isprintable()
    ):
        return None
    written = written_slot(slot=slot, stated=stated, references=covered, page=page)
    if written.checked.fragment != lines or not verify_value(
        key=holder.public_key,
        algorithm=stated.algorithm,
        digest=written.signed_digest,
        value=stated.value,
    ):
        return None
    return written.checked


def _stated(lines: bytes) -> StatedSlot:
    at, algorithm, value, certificate, capacity, stamp = _texts(lines)
    return StatedSlot(
        algorithm=algorithm.decode(),
        value=b64decode(value, validate=True),
        holder=read_certificate(b64decode(certificate, validate=True)),
        at=datetime.fromisoformat(at.decode()),
        stamp=b64decode(stamp, validate=True),
        capacity=Capacity(capacity.decode()),
    )


def _texts(lines: bytes) -> Iterator[bytes]:
    """Yield what stands between the marks, each sought after the one before; else nothing."""
    position = 0
    for start, end in _MARKS:
        begin = lines.find(start, position)
        if begin < 0:
            yield b""
            continue
        begin += len(start)
        position = lines.find(end, begin)
        yield lines[begin:position]


def _page(
    lines: bytes, slot: Slot, data: WrittenData, covered: Sequence[tuple[str, bytes]]
) -> SheetPage | None:
    """The page of a slot in sheet mode."""
    begin = lines.find(_HEAD_START, 0, lines.find(b"<Signature "))
    if begin < 0:
        return None
    if not data.plan.allows(slot.role, "sheet"):
        raise ValueError("a sheet where the plan wants a signature on each document")
    end = lines.find(_PROOF_END, begin) + len(_PROOF_END)
    element: etree._Element = parse(b"<O_KY>" + lines[begin:end] + b"</O_KY>")
    return read_page(element=element, slot=slot, transcript=data.transcript, covered=covered)
