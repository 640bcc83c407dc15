"""What was given back, read: what waits for my answer, how a class's returns stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.accounts.queries import person_by_id
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.issuing.models import Draft, Slot, TranscriptReturn
from hocba.apps.issuing.rights import has_left
from hocba.apps.roster.queries import names_of_enrolments
from hocba.core.signing.verdict import Capacity, SlotRole


@dataclass(frozen=True, slots=True)
class EarlierSigner:
    """Somebody to whom transcripts of a session may be given back; `drafts` are those they sign."""

    signer_id: str
    name: str
    role: SlotRole
    drafts: int


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One return, for those concerned."""

    row: TranscriptReturn
    student: str
    mine: bool  # waits for this viewer's answer


@dataclass(frozen=True, slots=True)
class LeftSigner:
    """Slots that a departed teacher was to sign in one class, for the head to take over."""

    signer_id: str
    name: str
    role: SlotRole
    class_id: UUID
    slots: tuple[tuple[UUID, str], ...]


def earlier_signers(*, school_id: UUID, draft_ids: set[UUID], order: int) -> list[EarlierSigner]:
    """Return who signs before a slot of this order on any of these drafts, homeroom first."""
    slots = Slot.objects.filter(school_id=school_id, draft_id__in=draft_ids, order__lt=order)
    found: dict[str, EarlierSigner] = {}
    for slot in slots.order_by("-order", "signer_name", "draft_id"):
        in_place = slot.capacity == Capacity.IN_PLACE.value
        signer_id = slot.stand_in_id if in_place else slot.signer_id
        known = found.get(signer_id)
        drafts = 1 if known is None else known.drafts + 1
        role = SlotRole(slot.role) if known is None else known.role
        found[signer_id] = EarlierSigner(signer_id, slot.signer_name, role, drafts)
    return list(found.values())


def returns_for(*, viewer: Viewer, at: datetime, most: int = 100) -> list[ReturnLine]:
    """Return what was given back to the viewer or by them, open first, newest first."""
    person = None if viewer.person_id is None else person_by_id(person_id=viewer.person_id)
    if person is None:
        return []
    found: list[tuple[TranscriptReturn, bool]] = []
    for school_id in sorted(viewer.units()):
        rows = TranscriptReturn.objects.filter(school_id=school_id)
        newest = list(rows.order_by("-returned_at", "id")[:most])
        left = _left(newest, at) if viewer.has("principal", school_id) else set()
        for row in newest:
            mine = row.signer_id == person.citizen_id or row.signer_id in left
            if mine or row.returned_by == person.pk:
                found.append((row, mine and row.state == "open"))
    names = names_of_enrolments(enrolment_ids={row.enrolment_id for row, _ in found})
    lines = [ReturnLine(row, names[row.enrolment_id], waits) for row, waits in found]
    return sorted(lines, key=lambda line: not line.mine)


def departed_signers(*, school_id: UUID, at: datetime) -> list[LeftSigner]:
    """Return teachers who left before signing, by class, with their slots."""
    slots = (
        Slot.objects.filter(
            school_id=school_id,
            role__in=(SlotRole.SUBJECT_TEACHER.value, SlotRole.HOMEROOM_TEACHER.value),
            capacity="",
            draft__school_id=school_id,
            draft__state="signing",
        )
        .exclude(state="signed")
        .select_related("draft")
        .order_by("signer_name", "draft_id", "key")
    )
    left: dict[tuple[str, str], bool] = {}
    found: dict[tuple[str, str, UUID], list[Slot]] = {}
    for slot in slots:
        who = (slot.signer_id, slot.role)
        if who not in left:
            left[who] = has_left(slot=slot, at=at)
        if left[who]:
            found.setdefault((*who, slot.draft.class_id), []).append(slot)
    return [
        LeftSigner(
            signer_id,
            own[0].signer_name,
            SlotRole(role),
            class_id,
            tuple((slot.draft_id, slot.key) for slot in own),
        )
        for (signer_id, role, class_id), own in found.items()
    ]


def _left(rows: Iterable[TranscriptReturn], at: datetime) -> set[str]:
    """Return which of those to whom something was given back have left the school."""
    found = set()
    for row in {row.signer_id: row for row in rows if row.state == "open"}.values():
        slot = Slot.objects.filter(
            school_id=row.school_id, draft_id=row.draft_id, key=row.slot_key
        ).first()
        if slot is not None and has_left(slot=slot, at=at):
            found.add(row.signer_id)
    return found


def draft_of_session_page(*, school_id: UUID, draft_id: UUID) -> Draft | None:
    """Find the draft of a page."""
    return Draft.objects.filter(school_id=school_id, id=draft_id).first()
