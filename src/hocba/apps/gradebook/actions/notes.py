"""What those who look leave behind: a note on a signal, and that somebody from above has read."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hocba.apps.accounts.permissions import OVERSIGHT_ROLES
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.models import SignalNote
from hocba.apps.gradebook.signals import found_signals
from hocba.apps.gradebook.window_rights import can_keep_windows, require_see_signals
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.permissions import can_oversee, units_above
from hocba.core.errors import HocbaError

MIN_NOTE, MAX_NOTE = 5, 500


def note_signal(
    *,
    school_id: UUID,
    school_year: str,
    month: date,
    signal_key: str,
    note: str,
    actor: UUID,
    at: datetime,
) -> None:
    """Keep what one has found out about a signal, once a person; repeating it changes nothing.

    Raises:
        HocbaError: "access.denied", "gradebook.note_length", "gradebook.signal_gone".
    """
    viewer = viewer_of(person_id=actor, at=at)
    require_see_signals(viewer, school_id=school_id)
    if not MIN_NOTE <= len(note.strip()) <= MAX_NOTE:
        raise HocbaError("gradebook.note_length", least=MIN_NOTE, most=MAX_NOTE)
    found = found_signals(school_id=school_id, school_year=school_year, month=month)
    code = next((code for key, code, *_rest in found if key == signal_key), None)
    if code is None:
        raise HocbaError("gradebook.signal_gone")
    unit = school_id
    if not can_keep_windows(viewer, school_id=school_id):
        mine = viewer.units(*OVERSIGHT_ROLES)
        unit = next(one for one in units_above(unit_id=school_id) if one in mine)
    known = SignalNote.objects.filter(
        school_id=school_id, school_year=school_year, signal_key=signal_key, noted_by=actor
    )
    if known.exists():
        return
    try:
        with transaction.atomic():
            row = SignalNote.objects.create(
                school_id=school_id,
                school_year=school_year,
                id=uuid7(at=at),
                signal_key=signal_key,
                code=code,
                note=note.strip(),
                noted_by=actor,
                noted_unit=unit,
                noted_at=at,
            )
            record_event(
                school_id=school_id,
                school_year=school_year,
                action="gradebook.signal_noted",
                object_type="signal",
                object_id=signal_key,
                before=None,
                after={"id": str(row.id), "code": code, "unit": str(unit)},
                reason=note.strip(),
                actor=actor,
                at=at,
            )
    except IntegrityError:
        return  # the same person, a moment ago


def note_reading(
    *,
    school_id: UUID,
    school_year: str,
    object_type: str,
    object_id: str,
    actor: UUID,
    at: datetime,
) -> None:
    """Write down that somebody above the school has read its marks; within it nothing is noted."""
    if not can_oversee(viewer_of(person_id=actor, at=at), school_id=school_id):
        return
    with transaction.atomic():
        record_event(
            school_id=school_id,
            school_year=school_year,
            action="gradebook.read_from_above",
            object_type=object_type,
            object_id=object_id,
            before=None,
            after=None,
            actor=actor,
            at=at,
        )
