"""Entry windows (đợt nhập) and khóa sổ: is this part of the gradebook open at this instant?

The order of the rules, stated here once:

1. Khóa sổ of any scope around the cell closes it, whatever narrower windows say.
2. Else the narrowest windows around it decide: one whose scope lies wholly inside another's beats
   that other (all schools' cells < a grade, a subject, a group of columns, a term < two of them …).
3. Where several remain, of which none lies inside another, all must be open.
4. Where no window is around it, it is open.

A closed cell opens again through a reopening alone, until that one's time is over, and never by the
hand of those who granted it. A student's own `Lock` is older and stronger: no reopening lifts it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hocba.adapters.wording.windows import STATE_WORDS, scope_words
from hocba.apps.gradebook.models import (
    EntryWindow,
    HomeroomRecord,
    Mark,
    Remark,
    Reopening,
    VersionedRow,
)
from hocba.apps.roster.queries import places_of_enrolments
from hocba.core.errors import HocbaError

MIN_REASON, MAX_REASON = 5, 300
NOT_CONTENT = {field.name for field in VersionedRow._meta.local_fields} | {"pk"}


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of one school's year; an empty field means all of it. A cell names every field.

    A remark and most of the homeroom record are of the whole year: their term is empty too, so
    that windows of one term do not close them.
    """

    term: str = ""
    grade: int = 0
    subject_key: str = ""
    column_group: str = ""

    def covers(self, other: "Scope") -> bool:
        """Whether everything in `other` is in this scope."""
        return all(
            mine in ("", 0) or mine == theirs
            for mine, theirs in (
                (self.term, other.term),
                (self.grade, other.grade),
                (self.subject_key, other.subject_key),
                (self.column_group, other.column_group),
            )
        )


class WindowState(StrEnum):
    """Đang mở, chưa mở, đã đóng, đã khóa sổ; `locked` is the only one that needs two people."""

    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    LOCKED = "locked"


def scope_of(row: EntryWindow | Reopening) -> Scope:
    """Return the scope of a stored window or reopening."""
    return Scope(row.term, row.grade, row.subject_key, row.column_group)


def state_of(window: EntryWindow, *, at: datetime) -> WindowState:
    """Return what one window says for its own scope."""
    if window.locked_at is not None and window.locked_at <= at:
        return WindowState.LOCKED
    if window.opens_at is not None and at < window.opens_at:
        return WindowState.NOT_YET
    if window.closes_at is not None and window.closes_at <= at:
        return WindowState.CLOSED
    return WindowState.OPEN


def standing_state(windows: Iterable[EntryWindow], *, cell: Scope, at: datetime) -> WindowState:
    """Apply the order of the rules to one cell."""
    around = [one for one in windows if scope_of(one).covers(cell)]
    states = [state_of(one, at=at) for one in around]
    if WindowState.LOCKED in states:
        return WindowState.LOCKED
    for one, state in zip(around, states, strict=True):
        mine = scope_of(one)
        beaten = any(mine != scope_of(other) and mine.covers(scope_of(other)) for other in around)
        if not beaten and state is not WindowState.OPEN:
            return state
    return WindowState.OPEN


def require_reason(reason: str) -> None:
    """Raise unless a reason says something and fits.

    Raises:
        HocbaError: "gradebook.reason_length".
    """
    if not MIN_REASON <= len(reason.strip()) <= MAX_REASON:
        raise HocbaError("gradebook.reason_length", least=MIN_REASON, most=MAX_REASON)


def require_fit(scope: Scope) -> None:
    """Raise for a scope that no cell can be in: remarks are of the year, homeroom has no subject.

    Raises:
        HocbaError: "gradebook.scope_unfit".
    """
    remark_of_a_term = scope.column_group == "remark" and scope.term
    if remark_of_a_term or (scope.column_group == "homeroom" and scope.subject_key):
        raise HocbaError("gradebook.scope_unfit")


def windows_of(*, school_id: UUID, school_year: str) -> list[EntryWindow]:
    """Return every window of a school's year; serves actions and other queries."""
    return list(EntryWindow.objects.filter(school_id=school_id, school_year=school_year))


def open_reopenings(
    *, school_id: UUID, school_year: str, class_ids: Iterable[UUID], at: datetime
) -> list[Reopening]:
    """Return the reopenings of these classes that are open at this instant."""
    return list(
        Reopening.objects.filter(
            school_id=school_id,
            school_year=school_year,
            class_id__in=list(class_ids),
            state="open",
            expires_at__gt=at,
        )
    )


def refuse_closed(changes: Sequence[tuple[VersionedRow, VersionedRow | None]]) -> None:
    """Refuse rows whose part of the book is closed; each comes with what stood before it.

    Called by the one door for writing, which holds the school. A row that a reopening lets through
    keeps that reopening's identifier as its `permit_id`.

    Raises:
        HocbaError: "gradebook.closed", "gradebook.own_grant".
    """
    if not changes:
        return
    first = changes[0][0]
    windows = windows_of(school_id=first.school_id, school_year=first.school_year)
    if not windows:
        return
    at = first.written_at
    places = places_of_enrolments(enrolment_ids={row.enrolment_id for row, _ in changes})
    closed: list[tuple[VersionedRow, Scope, WindowState]] = []
    for row, before in changes:
        for cell in _cells(row, before, grade=places[row.enrolment_id].grade):
            state = standing_state(windows, cell=cell, at=at)
            if state is not WindowState.OPEN:
                closed.append((row, cell, state))
    if not closed:
        return
    reopened = open_reopenings(
        school_id=first.school_id,
        school_year=first.school_year,
        class_ids={place.class_id for place in places.values()},
        at=at,
    )
    classes = {enrolment_id: place.class_id for enrolment_id, place in places.items()}
    _through(closed, reopened, classes)


def _through(
    closed: Sequence[tuple[VersionedRow, Scope, WindowState]],
    reopened: Sequence[Reopening],
    classes: Mapping[UUID, UUID],
) -> None:
    """Let the closed cells through that a reopening names; refuse when one is left."""
    left: list[tuple[Scope, WindowState]] = []
    for row, cell, state in closed:
        permit = next(
            (
                one
                for one in reopened
                if one.class_id == classes[row.enrolment_id]
                and permits(one, cell=cell, state=state, enrolment_id=row.enrolment_id)
            ),
            None,
        )
        if permit is None:
            left.append((cell, state))
        elif row.written_by in (permit.endorsed_by, permit.granted_by):
            raise HocbaError("gradebook.own_grant")
        else:
            row.permit_id = permit.id
    if left:
        cell, state = left[0]
        raise HocbaError(
            "gradebook.closed",
            cells=len(left),
            where=scope_words(
                term=cell.term,
                grade=cell.grade,
                subject_key=cell.subject_key,
                column_group=cell.column_group,
            ),
            state=STATE_WORDS[state],
        )


def permits(reopening: Reopening, *, cell: Scope, state: WindowState, enrolment_id: UUID) -> bool:
    """Whether a reopening of this class opens this student's cell.

    One that a single person granted ends with khóa sổ.
    """
    if state is WindowState.LOCKED and not reopening.after_lock:
        return False
    named = reopening.students
    return scope_of(reopening) == cell and (not named or str(enrolment_id) in named)


def _cells(row: VersionedRow, before: VersionedRow | None, *, grade: int) -> Iterator[Scope]:
    """Yield the parts of the book that a new version changes."""
    if isinstance(row, Mark):
        yield Scope(row.term, grade, row.subject_key, row.kind)
    elif isinstance(row, HomeroomRecord):
        yield from (Scope(term, grade, "", "homeroom") for term in _homeroom_terms(row, before))
    elif isinstance(row, Remark):
        yield Scope("", grade, row.subject_key, "remark")
    # The summer comes after khóa sổ of the year, and a proposal says only what is computed: both
    # are closed by the student's own lock alone.


def _homeroom_terms(row: HomeroomRecord, before: VersionedRow | None) -> set[str]:
    """Return the terms of the fields that change: `…_first`, `…_second`, else the year's."""
    terms = set()
    for field in (one.name for one in row._meta.concrete_fields):
        if field in NOT_CONTENT or getattr(row, field) == getattr(before, field, None):
            continue
        if before is None and getattr(row, field) in (None, ""):
            continue
        ending = field.rpartition("_")[2]
        terms.add({"first": "HK1", "second": "HK2"}.get(ending, ""))
    return terms
