"""Reading khóa sổ for pages: a school's windows, where its book stands, which cells are closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.adapters.wording.windows import (
    EVENT_WORDS,
    SHORT_STATES,
    STATE_BADGES,
    STATE_WORDS,
    scope_words,
)
from hocba.apps.accounts.permissions import OVERSIGHT_ROLES, SCHOOL_ROLES
from hocba.apps.accounts.queries import names_of_people
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.audit.queries import events_of
from hocba.apps.gradebook.models import EntryWindow, Reopening
from hocba.apps.gradebook.reopenings import WAITING
from hocba.apps.gradebook.window_rights import (
    KEEPERS,
    READERS,
    require_keep_windows,
    require_see_windows,
)
from hocba.apps.gradebook.windows import (
    Scope,
    WindowState,
    scope_of,
    standing_state,
    state_of,
    windows_of,
)
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.queries import (
    classes_of_school,
    schools_below,
    sitting_in,
    unit_by_id,
)
from hocba.core.assessment.subjects import subject_names
from hocba.core.errors import HocbaError

PAGE = 50
PARTS: Sequence[tuple[str, str]] = (
    *((term, group) for term in ("HK1", "HK2") for group in ("regular", "midterm", "final")),
    ("HK1", "homeroom"),
    ("HK2", "homeroom"),
    ("", "homeroom"),
    ("", "remark"),
)


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window as a row of the list."""

    row: EntryWindow
    scope: str
    state: str
    badge: str
    who: str


@dataclass(frozen=True, slots=True)
class PartCell:
    """Where one part of one grade's book stands, and the subjects for which it is otherwise."""

    state: str
    word: str
    badge: str
    except_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BookPage:
    """A school's windows and, grade by grade, what they come to."""

    school: Unit
    lines: tuple[WindowLine, ...]
    grades: tuple[tuple[int, tuple[PartCell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One event in the life of a window or reopening."""

    at: datetime
    what: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class LockPreview:
    """What khóa sổ of a scope would do."""

    classes: int
    students: int
    open_windows: tuple[str, ...]
    ending: int
    waiting: int


def schools_of(*, viewer: Viewer) -> list[Unit]:
    """Return the schools whose book the viewer sees: their own, and those they watch."""
    mine = [unit_by_id(unit_id=one) for one in viewer.units(*READERS)]
    found = {one.pk: one for one in mine if one is not None and one.kind == "school"}
    found |= {one.pk: one for one in schools_watched(viewer=viewer)}
    return sorted(found.values(), key=lambda one: (one.name, one.code))


def schools_watched(*, viewer: Viewer) -> list[Unit]:
    """Return the schools whose signals the viewer sees: as their head, or from a unit above."""
    kept = [unit_by_id(unit_id=one) for one in viewer.units(*KEEPERS)]
    found = {one.pk: one for one in kept if one is not None and one.kind == "school"}
    worked_in = viewer.units(*SCHOOL_ROLES)
    for unit_id in viewer.units(*OVERSIGHT_ROLES):
        below = schools_below(unit_id=unit_id)
        found |= {one.pk: one for one in below if one.pk not in worked_in}
    return sorted(found.values(), key=lambda one: (one.name, one.code))


def book_page(*, viewer: Viewer, school_id: UUID, school_year: str, at: datetime) -> BookPage:
    """Return a school's windows, the widest first, and the standing of its book.

    Raises:
        HocbaError: "access.denied".
    """
    require_see_windows(viewer, school_id=school_id)
    school = unit_by_id(unit_id=school_id)
    if school is None:
        raise HocbaError("access.denied")
    windows = windows_of(school_id=school_id, school_year=school_year)
    windows.sort(key=lambda one: (_named(one), one.term, one.grade, one.subject_key))
    names = names_of_people(person_ids={one.changed_by for one in windows})
    classes = classes_of_school(viewer=viewer, school_id=school_id, school_year=school_year)
    grades = sorted({one.grade for one in classes})
    return BookPage(
        school,
        tuple(_line(one, names, at) for one in windows),
        tuple(
            (grade, tuple(_part(windows, grade, part, at) for part in PARTS)) for grade in grades
        ),
    )


def window_for(
    *, viewer: Viewer, school_id: UUID, window_id: UUID, at: datetime
) -> tuple[WindowLine, list[Act]]:
    """Return one window with everything that was done to it.

    Raises:
        HocbaError: "access.denied".
    """
    require_see_windows(viewer, school_id=school_id)
    row = EntryWindow.objects.filter(school_id=school_id, id=window_id).first()
    if row is None:
        raise HocbaError("access.denied")
    line = _line(row, names_of_people(person_ids=[row.changed_by]), at)
    return line, acts_on(school_id, "entry_window", window_id)


def lock_preview(
    *, viewer: Viewer, school_id: UUID, school_year: str, scope: Scope, at: datetime
) -> LockPreview:
    """Tell what khóa sổ of a scope would do.

    Raises:
        HocbaError: "access.denied".
    """
    require_keep_windows(viewer, school_id=school_id)
    classes = [
        one.pk
        for one in classes_of_school(viewer=viewer, school_id=school_id, school_year=school_year)
        if scope.grade in (0, one.grade)
    ]
    inside = [
        one
        for one in windows_of(school_id=school_id, school_year=school_year)
        if scope.covers(scope_of(one)) and state_of(one, at=at) is WindowState.OPEN
    ]
    living = [
        one
        for one in Reopening.objects.filter(
            school_id=school_id, school_year=school_year, state__in=("open", *WAITING)
        )
        if scope.covers(scope_of(one))
    ]
    return LockPreview(
        len(classes),
        sum(len(ids) for ids in sitting_in(class_ids=classes).values()),
        tuple(words_of(scope_of(one)) for one in inside if scope_of(one) != scope),
        sum(one.state == "open" and not one.after_lock for one in living),
        sum(one.state in WAITING for one in living),
    )


def closed_parts(
    *, class_group: ClassGroup, subject_key: str, homeroom: bool, at: datetime
) -> list[tuple[str, str, str]]:
    """Return what is closed of one subject or of the homeroom part: term, group, state."""
    windows = windows_of(school_id=class_group.school_id, school_year=class_group.school_year)
    found = []
    for term, group in PARTS:
        if (group == "homeroom") is not homeroom:
            continue
        cell = Scope(term, class_group.grade, subject_key, group)
        state = standing_state(windows, cell=cell, at=at)
        if state is not WindowState.OPEN:
            found.append((term, group, state.value))
    return found


def _named(window: EntryWindow) -> int:
    """How many fields of the scope are named: the widest windows come first."""
    scope = (window.term, window.grade, window.subject_key, window.column_group)
    return sum(value not in ("", 0) for value in scope)


def words_of(scope: Scope) -> str:
    """Name a scope as people do."""
    return scope_words(
        term=scope.term,
        grade=scope.grade,
        subject_key=scope.subject_key,
        column_group=scope.column_group,
    )


def _line(row: EntryWindow, names: Mapping[UUID, str], at: datetime) -> WindowLine:
    state = state_of(row, at=at).value
    who = names.get(row.changed_by, "")
    return WindowLine(row, words_of(scope_of(row)), STATE_WORDS[state], STATE_BADGES[state], who)


def _part(
    windows: Sequence[EntryWindow], grade: int, part: tuple[str, str], at: datetime
) -> PartCell:
    term, group = part
    named = {one.subject_key for one in windows if one.subject_key and group != "homeroom"}
    whole = standing_state(windows, cell=Scope(term, grade, "·", group), at=at)
    names = subject_names()
    otherwise = tuple(
        f"{names.get(key, key)}: {STATE_WORDS[state]}"
        for key in sorted(named)
        if (state := standing_state(windows, cell=Scope(term, grade, key, group), at=at)) != whole
    )
    return PartCell(whole.value, SHORT_STATES[whole], STATE_BADGES[whole], otherwise)


def acts_on(school_id: UUID, object_type: str, object_id: UUID) -> list[Act]:
    """Return everything that was done to a window or reopening, oldest first."""
    events = events_of(school_id=school_id, object_type=object_type, object_id=str(object_id))
    names = names_of_people(person_ids={one.actor_id for one in events})
    return [
        Act(
            one.at,
            EVENT_WORDS.get(one.action, one.action),
            "" if one.actor_id is None else names.get(one.actor_id, ""),
            one.reason,
        )
        for one in events
    ]
