"""Opening locked years again, for the students of transcripts that were given back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.models import Lock


def unlock_students(
    *,
    school_id: UUID,
    school_year: str,
    enrolment_ids: Iterable[UUID],
    reason: str,
    actor: UUID,
    at: datetime,
) -> int:
    """Lift the standing locks of these students' year and return how many there were.

    Runs inside the caller's transaction, which has decided that they may be opened.
    """
    wanted = sorted(set(enrolment_ids))
    lifted = Lock.objects.filter(
        school_id=school_id,
        school_year=school_year,
        enrolment_id__in=wanted,
        lifted_at__isnull=True,
    ).update(lifted_by=actor, lifted_at=at)
    if lifted:
        record_event(
            school_id=school_id,
            school_year=school_year,
            action="gradebook.unlocked",
            object_type="enrolments",
            object_id=str(wanted[0]),
            before={"locked": True},
            after={"locked": False, "enrolments": [str(one) for one in wanted]},
            reason=reason,
            actor=actor,
            at=at,
        )
    return lifted
