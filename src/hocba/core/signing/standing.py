"""What stands in a document that is being signed: its data, its filled slots, digests of both.

A document as our writer writes it is read without a tree of its signatures, and its data, which
stay the same from the first slot to the last, once for a class; any other from its tree.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from hocba.core.errors import HocbaError
from hocba.core.signing.plan import SigningPlan, Slot, plan_for, slots_of
from hocba.core.signing.written import (
    WrittenData,
    lines_digest,
    read_written_data,
    slot_lines,
    split_document,
)
from hocba.core.signing.xades import canonical
from hocba.core.transcript.canonical import read_transcript
from hocba.core.transcript.model import Transcript
from hocba.core.transcript.parser import elements_by_id, parse

_CLASS = 64  # students: teacher after teacher goes through the same class


@dataclass(frozen=True, slots=True)
class Standing:
    """A document read for signing; `filled` are the Ids of the elements in its signature area."""

    transcript: Transcript
    plan: SigningPlan
    slots: tuple[Slot, ...]
    filled: frozenset[str]
    _digest: Callable[[str], bytes | None]

    def digests(self, names: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
        """Return (Id, SHA-256 of the canonical element) of each.

        Raises:
            HocbaError: "signing.document_changed" when one is not there, "transcript.namespace".
        """
        found = tuple((name, self._digest(name)) for name in names)
        if any(digest is None for _, digest in found):
            raise HocbaError("signing.document_changed")
        return tuple((name, digest) for name, digest in found if digest is not None)


def standing_in(document: bytes) -> Standing:
    """Read a document for signing.

    Raises:
        HocbaError: those of reading, "signing.no_plan".
    """
    return _as_written(document) or _from_tree(document)


def _as_written(document: bytes) -> Standing | None:
    parts = split_document(document)
    if parts is None:
        return None
    unsigned, area = parts
    try:
        data = _kept(unsigned)
    except HocbaError:
        return None
    lines = None if data is None else slot_lines(area, data.slots)
    if data is None or lines is None:
        return None
    by_id = {slot.element_id: own for slot, own in lines.items()}

    def digest(name: str) -> bytes | None:
        own = by_id.get(name)
        return data.digests.get(name) if own is None else lines_digest(own)

    return Standing(data.transcript, data.plan, data.slots, frozenset(by_id), digest)


@lru_cache(maxsize=_CLASS)
def _kept(unsigned: bytes) -> WrittenData | None:
    return read_written_data(unsigned)


def _from_tree(document: bytes) -> Standing:
    root = parse(document)
    transcript = read_transcript(root)
    plan = plan_for(school_level=transcript.school_level, school_year=transcript.school_year)
    elements = elements_by_id(root)

    def digest(name: str) -> bytes | None:
        element = elements.get(name)
        return None if element is None else sha256(canonical(element)).digest()

    slots = slots_of(plan=plan, transcript=transcript)
    filled = frozenset(element.get("Id") or "" for element in root[1])
    return Standing(transcript, plan, slots, filled, digest)
