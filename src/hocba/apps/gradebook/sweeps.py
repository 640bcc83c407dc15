"""Unfinished work of the gradebook: reopenings whose time is over are written down as ended.

Nothing waits for this: the door for writing asks the time itself.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.models import Reopening
from hocba.apps.gradebook.reopenings import advance
from hocba.apps.roster.queries import all_schools


def end_expired_reopenings(*, actor: UUID | None, at: datetime) -> int:
    """Write down, school by school, the end of what ran out of time; return how many."""
    return sum(_end_of_school(school.pk, actor, at) for school in all_schools())


def _end_of_school(school_id: UUID, actor: UUID | None, at: datetime) -> int:
    ended = 0
    for row in Reopening.objects.filter(school_id=school_id, state="open", expires_at__lte=at):
        after = advance(state=row.state, event="expire")
        with transaction.atomic():
            moved = Reopening.objects.filter(
                school_id=school_id, school_year=row.school_year, id=row.id, state="open"
            ).update(state=after, ended_by=actor, ended_at=row.expires_at)
            if moved:
                record_event(
                    school_id=school_id,
                    school_year=row.school_year,
                    action="gradebook.reopening_expired",
                    object_type="reopening",
                    object_id=str(row.id),
                    before={"state": row.state},
                    after={"state": after, "expires_at": row.expires_at},
                    actor=actor,
                    at=at,
                )
        ended += moved
    return ended
