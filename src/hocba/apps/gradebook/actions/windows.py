"""Setting entry windows and locking the book (khóa sổ): the principal's and the deputy's acts.

Whoever sets a window names the version they saw, so that two heads at once notice each other. Each
act holds the school alone: a save that is under way ends first, one that comes later is refused.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.models import EntryWindow, Reopening
from hocba.apps.gradebook.reopenings import advance
from hocba.apps.gradebook.window_rights import require_keep_windows
from hocba.apps.gradebook.windows import Scope, require_fit, require_reason, scope_of
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.holding import hold_school
from hocba.core.errors import HocbaError


def set_window(
    *,
    school_id: UUID,
    school_year: str,
    scope: Scope,
    opens_at: datetime | None,
    closes_at: datetime | None,
    reason: str,
    seen: int,
    actor: UUID,
    at: datetime,
) -> UUID:
    """Make the window of a scope, or change its days; `seen` is the version looked at (0: none).

    Repeating it changes nothing.

    Raises:
        HocbaError: "access.denied", "gradebook.reason_length", "gradebook.scope_unfit",
            "gradebook.window_dates", "gradebook.window_changed", "gradebook.window_locked".
    """
    require_keep_windows(viewer_of(person_id=actor, at=at), school_id=school_id)
    require_reason(reason)
    require_fit(scope)
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise HocbaError("gradebook.window_dates")
    with transaction.atomic():
        hold_school(school_id=school_id, alone=True)
        window = _window(school_id, school_year, scope)
        if window is not None and window.locked_at is not None:
            raise HocbaError("gradebook.window_locked")
        if window is not None and (window.opens_at, window.closes_at) == (opens_at, closes_at):
            return window.id
        if seen != (window.version if window else 0):
            raise HocbaError("gradebook.window_changed")
        action = "gradebook.window_changed" if window else "gradebook.window_set"
        return _write(
            window,
            _identity(school_id, school_year, scope),
            {"opens_at": opens_at, "closes_at": closes_at},
            action=action,
            reason=reason,
            actor=actor,
            at=at,
        )


def lock_book(
    *, school_id: UUID, school_year: str, scope: Scope, reason: str, actor: UUID, at: datetime
) -> UUID:
    """Khóa sổ: close a scope for good; from here on two people of different units reopen.

    Reopenings that one person granted inside the scope end. Repeating it changes nothing.

    Raises:
        HocbaError: "access.denied", "gradebook.reason_length", "gradebook.scope_unfit".
    """
    require_keep_windows(viewer_of(person_id=actor, at=at), school_id=school_id)
    require_reason(reason)
    require_fit(scope)
    with transaction.atomic():
        hold_school(school_id=school_id, alone=True)
        window = _window(school_id, school_year, scope)
        if window is not None and window.locked_at is not None:
            return window.id
        window_id = _write(
            window,
            _identity(school_id, school_year, scope),
            {"locked_at": at},
            action="gradebook.book_locked",
            reason=reason,
            actor=actor,
            at=at,
        )
        for one in _granted_by_one(school_id, school_year, scope):
            _end_by_lock(one, actor, at)
        return window_id


def _identity(school_id: UUID, school_year: str, scope: Scope) -> dict[str, Any]:
    return {
        "school_id": school_id,
        "school_year": school_year,
        "term": scope.term,
        "grade": scope.grade,
        "subject_key": scope.subject_key,
        "column_group": scope.column_group,
    }


def _window(school_id: UUID, school_year: str, scope: Scope) -> EntryWindow | None:
    return EntryWindow.objects.filter(**_identity(school_id, school_year, scope)).first()


def _write(
    window: EntryWindow | None,
    identity: dict[str, Any],
    values: dict[str, Any],
    *,
    action: str,
    reason: str,
    actor: UUID,
    at: datetime,
) -> UUID:
    stamped = {**values, "reason": reason.strip(), "changed_by": actor, "changed_at": at}
    if window is None:
        window_id = uuid7(at=at)
        EntryWindow.objects.create(**identity, **stamped, id=window_id, version=1)
    else:
        window_id = window.id
        EntryWindow.objects.filter(
            school_id=window.school_id, school_year=window.school_year, id=window_id
        ).update(**stamped, version=window.version + 1)
    shown = {name: identity[name] for name in ("term", "grade", "subject_key", "column_group")}
    record_event(
        school_id=identity["school_id"],
        school_year=identity["school_year"],
        action=action,
        object_type="entry_window",
        object_id=str(window_id),
        before=None if window is None else {name: getattr(window, name) for name in values},
        after={**shown, **values},
        reason=reason.strip(),
        actor=actor,
        at=at,
    )
    return window_id


def _granted_by_one(school_id: UUID, school_year: str, scope: Scope) -> list[Reopening]:
    rows = Reopening.objects.filter(
        school_id=school_id, school_year=school_year, state="open", after_lock=False
    )
    return [one for one in rows if scope.covers(scope_of(one))]


def _end_by_lock(reopening: Reopening, actor: UUID, at: datetime) -> None:
    after = advance(state=reopening.state, event="close")
    Reopening.objects.filter(
        school_id=reopening.school_id, school_year=reopening.school_year, id=reopening.id
    ).update(state=after, ended_by=actor, ended_at=at, ended_reason="Khóa sổ")
    record_event(
        school_id=reopening.school_id,
        school_year=reopening.school_year,
        action="gradebook.reopening_closed",
        object_type="reopening",
        object_id=str(reopening.id),
        before={"state": reopening.state},
        after={"state": after},
        reason="Khóa sổ",
        actor=actor,
        at=at,
    )
