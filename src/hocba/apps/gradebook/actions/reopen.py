"""Mở khóa: asking for, deciding on and ending a reopening. Each act holds the school alone.

A request is repeated without effect, and so is a decision. Before khóa sổ the principal's word
opens; after it the principal endorses and an officer of a unit above grants. Which of the two it is
is found when the principal decides, for the book may have been locked since the request.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.models import Lock, Reopening
from hocba.apps.gradebook.reopenings import WAITING, advance
from hocba.apps.gradebook.window_rights import can_end, deciding_unit, writes_part
from hocba.apps.gradebook.windows import (
    Scope,
    WindowState,
    require_fit,
    require_reason,
    scope_of,
    standing_state,
    windows_of,
)
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.holding import hold_school
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import class_by_id, sitting_in
from hocba.core.errors import HocbaError

HOURS = (4, 24, 48, 72)


def ask_reopening(
    *,
    class_id: UUID,
    subject_key: str,
    term: str,
    column_group: str,
    students: Collection[UUID],
    reason: str,
    hours: int,
    actor: UUID,
    at: datetime,
) -> Reopening:
    """Ask that a closed part of one class's book be opened for some hours; no student: the class.

    Raises:
        HocbaError: "access.denied", "gradebook.reason_length", "gradebook.scope_unfit",
            "gradebook.reopening_needless", "gradebook.reopening_waiting",
            "gradebook.reopening_signed" when the transcripts of all of them are in signing or
            issued: that goes by recall.
    """
    class_group = class_by_id(class_id=class_id)
    viewer = viewer_of(person_id=actor, at=at)
    if class_group is None or not writes_part(
        viewer, class_group=class_group, subject_key=subject_key, column_group=column_group
    ):
        raise HocbaError("access.denied")
    require_reason(reason)
    scope = Scope(term, class_group.grade, subject_key, column_group)
    require_fit(scope)
    if hours not in HOURS or (column_group in ("regular", "midterm", "final") and not term):
        raise HocbaError("gradebook.scope_unfit")
    with transaction.atomic():
        hold_school(school_id=class_group.school_id, alone=True)
        return _ask(class_group, scope, sorted(map(str, students)), reason, hours, actor, at)


def _ask(
    class_group: ClassGroup,
    scope: Scope,
    students: list[str],
    reason: str,
    hours: int,
    actor: UUID,
    at: datetime,
) -> Reopening:
    part: dict[str, Any] = {
        "school_id": class_group.school_id,
        "school_year": class_group.school_year,
        "class_id": class_group.pk,
        "subject_key": scope.subject_key,
        "term": scope.term,
        "column_group": scope.column_group,
    }
    content = {"students": students, "reason": reason.strip(), "hours": hours}
    waiting = Reopening.objects.filter(**part, state__in=WAITING).first()
    if waiting is not None:
        same = all(getattr(waiting, name) == value for name, value in content.items())
        if waiting.asked_by == actor and same:
            return waiting
        raise HocbaError("gradebook.reopening_waiting")
    windows = windows_of(school_id=class_group.school_id, school_year=class_group.school_year)
    if standing_state(windows, cell=scope, at=at) is WindowState.OPEN:
        raise HocbaError("gradebook.reopening_needless")
    _require_some_unsigned(class_group, students)
    row = Reopening.objects.create(
        **part,
        **content,
        id=uuid7(at=at),
        class_name=class_group.name,
        grade=class_group.grade,
        asked_by=actor,
        asked_at=at,
    )
    shown = {name: part[name] for name in ("subject_key", "term", "column_group")}
    _record(row, "asked", None, row.state, reason, actor, at, **shown, students=students)
    return row


def _require_some_unsigned(class_group: ClassGroup, students: Collection[str]) -> None:
    """Refuse where a reopening could change nothing: every student asked for is locked."""
    sitting = {str(one) for one in sitting_in(class_ids=[class_group.pk])[class_group.pk]}
    if set(students) - sitting:
        raise HocbaError("gradebook.cell_unknown")
    wanted = set(students) or sitting
    locked = Lock.objects.filter(
        school_id=class_group.school_id,
        school_year=class_group.school_year,
        enrolment_id__in=wanted,
        lifted_at__isnull=True,
    ).count()
    if wanted and locked == len(wanted):
        raise HocbaError("gradebook.reopening_signed", students=locked)


def approve_reopening(*, school_id: UUID, reopening_id: UUID, actor: UUID, at: datetime) -> str:
    """Say yes for one's unit and return the state after it; repeating it changes nothing.

    Raises:
        HocbaError: "access.denied", "gradebook.own_request", "gradebook.own_marks",
            "gradebook.reopening_state".
    """
    with transaction.atomic():
        row = _held(school_id, reopening_id)
        if actor in (row.endorsed_by, row.granted_by):
            return row.state
        unit = deciding_unit(viewer_of(person_id=actor, at=at), reopening=row)
        if unit is None:
            _refuse_stranger(row)
        if row.state == "requested" and _locked_now(row, at):
            return _move(row, "endorse", {"endorsed_by": actor, "endorsed_at": at}, actor, at)
        values = {
            "granted_by": actor,
            "granted_at": at,
            "granted_unit": unit,
            "after_lock": row.state == "endorsed",
            "expires_at": at + timedelta(hours=row.hours),
        }
        return _move(row, "grant", values, actor, at)


def refuse_reopening(
    *, school_id: UUID, reopening_id: UUID, reason: str, actor: UUID, at: datetime
) -> str:
    """Say no with a reason, which who asked will read.

    Raises:
        HocbaError: "access.denied", "gradebook.reason_length", "gradebook.own_request",
            "gradebook.own_marks", "gradebook.reopening_state".
    """
    require_reason(reason)
    with transaction.atomic():
        row = _held(school_id, reopening_id)
        if row.state == "refused" and row.ended_by == actor:
            return row.state
        if deciding_unit(viewer_of(person_id=actor, at=at), reopening=row) is None:
            _refuse_stranger(row)
        return _end(row, "refuse", reason, actor, at)


def withdraw_reopening(*, school_id: UUID, reopening_id: UUID, actor: UUID, at: datetime) -> str:
    """Take one's own request back before it is open.

    Raises:
        HocbaError: "access.denied", "gradebook.reopening_state".
    """
    with transaction.atomic():
        row = _held(school_id, reopening_id)
        if row.asked_by != actor:
            raise HocbaError("access.denied")
        return row.state if row.state == "withdrawn" else _end(row, "withdraw", "", actor, at)


def close_reopening(*, school_id: UUID, reopening_id: UUID, actor: UUID, at: datetime) -> str:
    """Close an open one before its time.

    Raises:
        HocbaError: "access.denied", "gradebook.reopening_state".
    """
    with transaction.atomic():
        row = _held(school_id, reopening_id)
        if not can_end(viewer_of(person_id=actor, at=at), reopening=row):
            raise HocbaError("access.denied")
        return row.state if row.state == "closed" else _end(row, "close", "", actor, at)


def _held(school_id: UUID, reopening_id: UUID) -> Reopening:
    hold_school(school_id=school_id, alone=True)
    row = Reopening.objects.filter(school_id=school_id, id=reopening_id).first()
    if row is None:
        raise HocbaError("access.denied")
    return row


def _refuse_stranger(row: Reopening) -> None:
    raise HocbaError("access.denied" if row.state in WAITING else "gradebook.reopening_state")


def _locked_now(row: Reopening, at: datetime) -> bool:
    windows = windows_of(school_id=row.school_id, school_year=row.school_year)
    return standing_state(windows, cell=scope_of(row), at=at) is WindowState.LOCKED


def _end(row: Reopening, event: str, reason: str, actor: UUID, at: datetime) -> str:
    values = {"ended_by": actor, "ended_at": at, "ended_reason": reason.strip()}
    return _move(row, event, values, actor, at, reason=reason)


def _move(
    row: Reopening,
    event: str,
    values: dict[str, Any],
    actor: UUID,
    at: datetime,
    *,
    reason: str = "",
) -> str:
    before, after = row.state, advance(state=row.state, event=event)
    Reopening.objects.filter(
        school_id=row.school_id, school_year=row.school_year, id=row.id
    ).update(state=after, **values)
    told = {name: values[name] for name in ("granted_unit", "expires_at") if name in values}
    _record(row, _PAST[event], before, after, reason, actor, at, **told)
    return after


_PAST = {
    "endorse": "endorsed",
    "grant": "granted",
    "refuse": "refused",
    "withdraw": "withdrawn",
    "close": "closed",
}


def _record(
    row: Reopening,
    act: str,
    before: str | None,
    after: str,
    reason: str,
    actor: UUID,
    at: datetime,
    **more: Any,
) -> None:
    record_event(
        school_id=row.school_id,
        school_year=row.school_year,
        action=f"gradebook.reopening_{act}",
        object_type="reopening",
        object_id=str(row.id),
        before=None if before is None else {"state": before},
        after={"state": after, "class": str(row.class_id), **more},
        reason=reason.strip(),
        actor=actor,
        at=at,
    )
