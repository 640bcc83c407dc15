"""A signing session, read: what was shown, what became of each item, what is still to be opened.

Nothing of it is kept in the browser: a reload, another machine or another day shows the same.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.apps.issuing.models import (
    REMOTE_OPEN,
    RemoteItem,
    RemoteSession,
    SessionItem,
    SigningSession,
    Slot,
)
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import SlotRole


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One item: `state` is "waiting", "sent" (to a phone), "signed" or "ended" (given back)."""

    draft_id: UUID
    slot_key: str
    enrolment_id: UUID
    class_id: UUID
    role: SlotRole
    state: str
    refusal: str
    must_open: bool
    opened: bool
    why: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...]
    signals: tuple[str, ...]

    @property
    def to_open(self) -> bool:
        """Whether signing waits for this page to be opened."""
        return self.must_open and not self.opened and self.state != "ended"


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session with its lines; `shown` is the record as it was kept."""

    session: SigningSession
    shown: dict[str, Any]
    lines: tuple[SessionLine, ...]
    remote_id: UUID | None  # the open remote session over some of its items

    def count(self, *states: str) -> int:
        """Count lines by state."""
        return sum(line.state in states for line in self.lines)

    @property
    def to_open(self) -> int:
        """How many transcripts are still to be opened before signing."""
        return len({line.draft_id for line in self.lines if line.to_open})


def session_of(*, viewer: Viewer, school_id: UUID, session_id: UUID) -> SigningSession:
    """Return the viewer's own session.

    Raises:
        HocbaError: "access.denied", also when there is none.
    """
    if viewer.person_id is None or school_id not in viewer.units():
        raise HocbaError("access.denied")
    session = SigningSession.objects.filter(
        school_id=school_id, id=session_id, person_id=viewer.person_id
    ).first()
    if session is None:
        raise HocbaError("access.denied")
    return session


def session_view(*, session: SigningSession) -> SessionView:
    """Return a session as it stands now; four queries whatever its size."""
    shown = json.loads(session.shown)
    pages = {(page["draft"], page["slot"]): page for page in shown["pages"]}
    items = SessionItem.objects.filter(
        school_id=session.school_id, session_id=session.id, draft__school_id=session.school_id
    ).select_related("draft")
    rows = list(items.order_by("draft_id", "slot_key"))
    drafts = {row.draft_id for row in rows}
    slots = {
        (slot.draft_id, slot.key): slot
        for slot in Slot.objects.filter(school_id=session.school_id, draft_id__in=drafts)
    }
    sent = _sent(session, drafts)
    lines = tuple(
        _line(row, slots[row.draft_id, row.slot_key], pages[str(row.draft_id), row.slot_key], sent)
        for row in rows
    )
    open_remote = _open_remote(session, sent)
    return SessionView(session, shown, lines, open_remote)


def my_sessions(
    *, viewer: Viewer, school_id: UUID, most: int = 5
) -> list[tuple[SigningSession, int, int]]:
    """Return the viewer's newest unfinished sessions: how many items each has, how many signed.

    A session whose every item is signed, given back or signed elsewhere is finished.
    """
    if viewer.person_id is None:
        return []
    sessions = SigningSession.objects.filter(school_id=school_id, person_id=viewer.person_id)
    newest = {one.id: one for one in sessions.defer("shown").order_by("-opened_at")[:most]}
    items = SessionItem.objects.filter(
        school_id=school_id,
        session_id__in=newest,
        draft__school_id=school_id,
        draft__state="signing",
    )
    pairs = list(items.values_list("session_id", "draft_id", "slot_key"))
    states = {
        (draft_id, key): state
        for draft_id, key, state in Slot.objects.filter(
            school_id=school_id, draft_id__in={draft_id for _, draft_id, _ in pairs}
        ).values_list("draft_id", "key", "state")
    }
    all_items, signed = Counter[UUID](), Counter[UUID]()
    for session_id, draft_id, key in pairs:
        all_items[session_id] += 1
        signed[session_id] += states[draft_id, key] == "signed"
    left = {key: set[tuple[UUID, str]]() for key in newest}
    for session_id, draft_id, key in pairs:
        if states[draft_id, key] != "signed":
            left[session_id].add((draft_id, key))
    found, seen = [], set[tuple[UUID, str]]()
    for session_id, session in newest.items():  # what a newer session shows is signed there
        if left[session_id] - seen:
            found.append((session, all_items[session_id], signed[session_id]))
        seen |= left[session_id]
    return found


def _line(
    row: SessionItem, slot: Slot, page: dict[str, Any], sent: dict[tuple[UUID, str], UUID]
) -> SessionLine:
    if slot.state == "signed":
        state = "signed"
    elif row.draft.state != "signing":
        state = "ended"
    else:
        state = "sent" if (row.draft_id, row.slot_key) in sent else "waiting"
    return SessionLine(
        draft_id=row.draft_id,
        slot_key=row.slot_key,
        enrolment_id=row.draft.enrolment_id,
        class_id=row.draft.class_id,
        role=SlotRole(slot.role),
        state=state,
        refusal="" if state == "signed" else row.refusal,
        must_open=row.must_open,
        opened=row.opened_at is not None,
        why=tuple(page["must_open"]),
        changes=tuple((label, before, after) for label, before, after in page["changes"]),
        signals=tuple(page["signals"]),
    )


def _sent(session: SigningSession, drafts: Iterable[UUID]) -> dict[tuple[UUID, str], UUID]:
    """Return which slots wait for a phone, each with its remote session."""
    rows = RemoteItem.objects.filter(
        school_id=session.school_id, draft_id__in=set(drafts), state="waiting"
    )
    return {
        (draft_id, key): remote_id
        for draft_id, key, remote_id in rows.values_list("draft_id", "slot_key", "session_id")
    }


def _open_remote(session: SigningSession, sent: dict[tuple[UUID, str], UUID]) -> UUID | None:
    if not sent:
        return None
    mine = RemoteSession.objects.filter(
        school_id=session.school_id,
        id__in=set(sent.values()),
        person_id=session.person_id,
        state__in=REMOTE_OPEN,
    )
    return mine.order_by("began_at").values_list("id", flat=True).first()
