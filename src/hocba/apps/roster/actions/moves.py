"""One student leaves a class or moves to another one of the school, on a day, for a reason."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.actions.classes import record_leaver
from hocba.apps.roster.models import ClassGroup, Enrolment, Unit
from hocba.core.errors import HocbaError

KEEPERS = ("it_officer", "clerk")


@transaction.atomic
def leave_class(
    *, enrolment_id: UUID, left_date: date, reason: str, actor: UUID, at: datetime
) -> Enrolment:
    """Note on the class list that a student left: the line and all numbers stay.

    Raises:
        HocbaError: "access.denied", "setup.reason_missing", "roster.leaves_before_joining",
            "roster.already_left".
    """
    seat = _seat(enrolment_id, actor, at)
    if not reason.strip():
        raise HocbaError("setup.reason_missing")
    return record_leaver(
        enrolment_id=seat.pk, left_date=left_date, reason=reason.strip(), actor=actor, at=at
    )


@transaction.atomic
def move_to_class(
    *,
    enrolment_id: UUID,
    class_id: UUID,
    joined_date: date,
    reason: str,
    actor: UUID,
    at: datetime,
) -> Enrolment:
    """Close one enrolment and open another in the same school and year, at the end of its list.

    Raises:
        HocbaError: "access.denied", "setup.reason_missing", "roster.already_left",
            "roster.leaves_before_joining", "roster.was_there" (a seat is never opened twice).
    """
    seat = _seat(enrolment_id, actor, at)
    group = seat.class_group
    target = ClassGroup.objects.filter(
        pk=class_id, school_id=group.school_id, school_year=group.school_year
    ).first()
    if target is None or target.pk == group.pk:
        raise HocbaError("access.denied")
    if not reason.strip():
        raise HocbaError("setup.reason_missing")
    if target.enrolments.filter(student_id=seat.student_id).exists():
        raise HocbaError("roster.was_there")
    record_leaver(
        enrolment_id=seat.pk, left_date=joined_date, reason=reason.strip(), actor=actor, at=at
    )
    highest = target.enrolments.aggregate(highest=Max("list_number"))["highest"] or 0
    new = Enrolment.objects.create(
        id=uuid7(at=at),
        class_group=target,
        student_id=seat.student_id,
        list_number=highest + 1,
        joined_date=joined_date,
    )
    record_event(
        school_id=group.school_id,
        school_year=group.school_year,
        action="roster.student_moved",
        object_type="enrolment",
        object_id=str(new.pk),
        before={"class": group.name, "enrolment": str(seat.pk)},
        after={"class": target.name, "list_number": new.list_number, "joined_date": joined_date},
        reason=reason.strip(),
        actor=actor,
        at=at,
    )
    return new


def _seat(enrolment_id: UUID, actor: UUID, at: datetime) -> Enrolment:
    """Find a seat that is still taken, holding its school's row."""
    seat = Enrolment.objects.select_related("class_group").filter(pk=enrolment_id).first()
    if seat is None:
        raise HocbaError("access.denied")
    school_id = seat.class_group.school_id
    require_role(viewer_of(person_id=actor, at=at), *KEEPERS, unit_id=school_id)
    Unit.objects.select_for_update(no_key=True).get(pk=school_id)
    seat.refresh_from_db(fields=["left_date"])
    if seat.left_date is not None:
        raise HocbaError("roster.already_left")
    return seat
