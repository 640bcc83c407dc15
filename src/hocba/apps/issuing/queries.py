"""Reading issuing: what waits for whom, and how far a class has come."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.issuing.models import (
    ENDED,
    SETTLED,
    Draft,
    RemoteItem,
    RemoteSession,
    SessionItem,
    Slot,
)
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import Capacity

IN_PLACE = Capacity.IN_PLACE.value

PROGRESS_ROLES = ("clerk", "principal", "deputy_principal", "it_officer", "homeroom_teacher")


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """How far the transcripts of one class have come."""

    class_id: UUID
    drafts: int
    states: dict[str, int]
    slots: int
    signed: int


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft in a class list: state, and its slots as (role, signer, signed at)."""

    draft_id: UUID
    enrolment_id: UUID
    lookup_uuid: UUID
    state: str
    slots: tuple[tuple[str, str, datetime | None], ...]


@dataclass(frozen=True, slots=True)
class WhyRefused:
    """Why some slots of a remote session were not signed: code, sentence, how many."""

    code: str
    sentence: str
    slots: int


@dataclass(frozen=True, slots=True)
class RemoteSessionLine:
    """How far one remote signing session is.

    `reason` is what holds the whole session up, or ended it; "" while all is well.
    """

    session_id: UUID
    provider: str
    mode: str
    state: str
    began_at: datetime
    ended_at: datetime | None
    done: int
    waiting: int
    refused: tuple[WhyRefused, ...]
    reason: str
    reason_sentence: str


def slots_asked_of(*, school_id: UUID, signer_id: str, role: str = "") -> QuerySet[Slot]:
    """Slots that a signer is to fill: the own ones, and those taken over from who left.

    `role` leaves the slots of one role only: a deputy signs the head's slots as head, not those of
    the head as a teacher.
    """
    mine = Q(signer_id=signer_id) & ~Q(capacity=IN_PLACE)
    taken_over = Q(stand_in_id=signer_id, capacity=IN_PLACE)
    slots = Slot.objects.filter(mine | taken_over, school_id=school_id)
    return slots.filter(role=role) if role else slots


def waiting_slots(
    *, school_id: UUID, signer_id: str, class_id: UUID | None = None, role: str = ""
) -> list[tuple[UUID, str]]:
    """Return (draft id, slot key) pairs whose turn has come for this signer, oldest draft first.

    `signer_id` is a citizen id, or the school's code for the seal. A slot's turn comes when every
    slot of a lower order on its draft is signed, and stamped where the plan wants a stamp.
    """
    earlier = Slot.objects.filter(
        school_id=school_id, draft_id=OuterRef("draft_id"), order__lt=OuterRef("order")
    ).exclude(SETTLED)
    slots = (
        slots_asked_of(school_id=school_id, signer_id=signer_id, role=role)
        .filter(draft__state="signing")
        .exclude(state="signed")
        .filter(~Exists(earlier))
        .order_by("draft_id", "key")
    )
    if class_id is not None:
        slots = slots.filter(draft__class_id=class_id)
    return list(slots.values_list("draft_id", "key"))


def waiting_by_class(*, school_id: UUID, signer_id: str, role: str = "") -> dict[UUID, int]:
    """Return how many slots wait for this signer now, by class."""
    waiting = waiting_slots(school_id=school_id, signer_id=signer_id, role=role)
    classes = dict(
        Draft.objects.filter(
            school_id=school_id, id__in={draft_id for draft_id, _ in waiting}
        ).values_list("id", "class_id")
    )
    return dict(Counter(classes[draft_id] for draft_id, _ in waiting))


def pages_to_open(*, school_id: UUID, session_id: UUID) -> list[UUID]:
    """Return the drafts of a session that must still be opened before anything is signed."""
    items = SessionItem.objects.filter(
        school_id=school_id, session_id=session_id, must_open=True, opened_at__isnull=True
    )
    living = items.filter(draft__school_id=school_id, draft__state="signing")
    return list(dict.fromkeys(living.order_by("draft_id").values_list("draft_id", flat=True)))


def class_progress(*, viewer: Viewer, school_id: UUID) -> list[ClassProgress]:
    """Return the progress of every class that has drafts.

    Raises:
        HocbaError: "access.denied".
    """
    require_role(viewer, *PROGRESS_ROLES, unit_id=school_id)
    states: dict[UUID, Counter[str]] = {}
    living = Draft.objects.filter(school_id=school_id).exclude(state__in=ENDED)
    for class_id, state in living.values_list("class_id", "state"):
        states.setdefault(class_id, Counter())[state] += 1
    slots: Counter[UUID] = Counter()
    signed: Counter[UUID] = Counter()
    rows = Slot.objects.filter(school_id=school_id).exclude(draft__state__in=ENDED)
    for class_id, state in rows.values_list("draft__class_id", "state"):
        slots[class_id] += 1
        signed[class_id] += state == "signed"
    return [
        ClassProgress(
            class_id, sum(counts.values()), dict(counts), slots[class_id], signed[class_id]
        )
        for class_id, counts in states.items()
    ]


def drafts_of_class(*, viewer: Viewer, school_id: UUID, class_id: UUID) -> list[DraftLine]:
    """Return the living drafts of a class with their slots.

    Raises:
        HocbaError: "access.denied".
    """
    require_role(
        viewer,
        *PROGRESS_ROLES,
        "subject_teacher",
        unit_id=school_id,
    )
    drafts = Draft.objects.filter(school_id=school_id, class_id=class_id).exclude(state="withdrawn")
    slots: dict[UUID, list[Slot]] = {}
    for slot in Slot.objects.filter(
        school_id=school_id, draft__school_id=school_id, draft__class_id=class_id
    ).order_by("order", "key"):
        slots.setdefault(slot.draft_id, []).append(slot)
    return [
        DraftLine(
            draft_id=draft.id,
            enrolment_id=draft.enrolment_id,
            lookup_uuid=draft.lookup_uuid,
            state=draft.state,
            slots=tuple(
                (slot.role, slot.signer_name, slot.signed_at) for slot in slots.get(draft.id, [])
            ),
        )
        for draft in drafts.order_by("id")
    ]


def remote_sessions(
    *, viewer: Viewer, school_id: UUID, session_id: UUID | None = None, most: int = 20
) -> list[RemoteSessionLine]:
    """Return the viewer's own remote signing sessions in a school, newest first."""
    if viewer.person_id is None:
        return []
    mine = RemoteSession.objects.filter(school_id=school_id, person_id=viewer.person_id)
    if session_id is not None:
        mine = mine.filter(id=session_id)
    sessions = list(mine.order_by("-began_at", "-id")[:most])
    counts: dict[UUID, Counter[tuple[str, str]]] = {}
    items = RemoteItem.objects.filter(
        school_id=school_id, session_id__in=[one.id for one in sessions]
    )
    for owner, state, reason in items.values_list("session_id", "state", "reason"):
        counts.setdefault(owner, Counter())[state, reason] += 1
    return [_remote_line(one, counts.get(one.id, Counter())) for one in sessions]


def _remote_line(session: RemoteSession, counts: Counter[tuple[str, str]]) -> RemoteSessionLine:
    return RemoteSessionLine(
        session_id=session.id,
        provider=session.provider,
        mode=session.mode,
        state=session.state,
        began_at=session.began_at,
        ended_at=session.ended_at,
        done=counts["signed", ""],
        waiting=counts["waiting", ""],
        refused=tuple(
            WhyRefused(code, refusal_sentence(HocbaError(code)), number)
            for (state, code), number in sorted(counts.items())
            if state == "refused"
        ),
        reason=session.reason,
        reason_sentence=refusal_sentence(HocbaError(session.reason)) if session.reason else "",
    )


def blobs_named(*, school_id: UUID) -> list[str]:
    """Return the digest of every blob that a school's drafts and stamps need."""
    drafts = Draft.objects.filter(school_id=school_id).values_list("document_sha256", flat=True)
    stamps = Slot.objects.filter(school_id=school_id).exclude(stamp_authority_sha256="")
    clocks = stamps.values_list("stamp_authority_sha256", flat=True).distinct()
    return [*drafts, *clocks]


def class_of_version(*, school_id: UUID, lookup_uuid: UUID) -> UUID | None:
    """Find the class for which a version was composed."""
    found = Draft.objects.filter(school_id=school_id, lookup_uuid=lookup_uuid)
    return found.values_list("class_id", flat=True).first()


def replacement_of(*, school_id: UUID, request_id: UUID) -> Draft | None:
    """Find the living draft that replaces a recalled version by this request."""
    found = Draft.objects.filter(school_id=school_id, request_id=request_id)
    return found.exclude(state__in=ENDED).first()
