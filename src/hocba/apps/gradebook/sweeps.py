"""What the gradebook does by itself: ended reopenings are written down, old saves forgotten.

Nothing waits for this: the door for writing asks the time itself, and no browser sends a save
again after weeks.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.models import Reopening, SavedRequest
from hocba.apps.gradebook.reopenings import advance
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.queries import all_schools

SENT_AGAIN_WITHIN = timedelta(days=60)  # a draft may lie in a browser over the holidays


def end_expired_reopenings(*, actor: UUID | None, at: datetime) -> int:
    """Write down, school by school, the end of what ran out of time; return how many."""
    return sum(_end_of_school(school.pk, actor, at) for school in all_schools())


def forget_saved_requests(*, actor: UUID | None, at: datetime) -> int:
    """Forget, school by school, the answers to saves that nobody will send again; how many."""
    return sum(_forget_in_school(school.pk, actor, at) for school in all_schools())


def _forget_in_school(school_id: UUID, actor: UUID | None, at: datetime) -> int:
    old = SavedRequest.objects.filter(school_id=school_id, saved_at__lt=at - SENT_AGAIN_WITHIN)
    with transaction.atomic():
        forgotten, _ = old.delete()
        if forgotten:
            record_event(
                school_id=school_id,
                school_year=school_year_of(at),
                action="gradebook.saves_forgotten",
                object_type="saved_request",
                object_id=str(school_id),
                before=None,
                after={"forgotten": forgotten},
                actor=actor,
                at=at,
            )
    return forgotten


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
