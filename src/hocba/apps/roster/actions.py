"""Writes of the roster: units, and the whole list of a class in one act."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.class_lists import accept_assignments, accept_students, locked_class
from hocba.apps.roster.models import ClassGroup, Enrolment, Unit
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from hocba.core.errors import HocbaError


@transaction.atomic
def create_unit(
    *,
    kind: str,
    code: str,
    name: str,
    parent_id: UUID | None = None,
    school_level: str = "",
    ward: str = "",
    province: str = "",
    is_public: bool = True,
    valid_from: date,
    valid_to: date | None = None,
    unit_id: UUID | None = None,
    actor: UUID | None,
    at: datetime,
) -> Unit:
    """Enter a unit into the tree. Refuses: roster.unit_code_taken."""
    if Unit.objects.filter(code=code).exists():
        raise HocbaError("roster.unit_code_taken", code=code)
    unit = Unit.objects.create(
        id=unit_id or uuid7(at=at),
        kind=kind,
        code=code,
        name=name,
        parent_id=parent_id,
        school_level=school_level,
        ward=ward,
        province=province,
        is_public=is_public,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    after = {"kind": kind, "code": code, "name": name, "parent_id": parent_id}
    _record(unit.pk, school_year_of(at), "roster.unit_created", unit, None, after, actor, at)
    return unit


@transaction.atomic
def end_unit(*, unit_id: UUID, last_day: date, actor: UUID | None, at: datetime) -> Unit:
    """Let a unit end on a day. Refuses: roster.unit_ends_before_start."""
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    if last_day < unit.valid_from:
        raise HocbaError("roster.unit_ends_before_start")
    before = {"valid_to": unit.valid_to}
    unit.valid_to = last_day
    unit.save(update_fields=["valid_to"])
    after = {"valid_to": last_day}
    _record(unit.pk, school_year_of(at), "roster.unit_ended", unit, before, after, actor, at)
    return unit


@transaction.atomic
def accept_class(
    *,
    school_id: UUID,
    school_year: str,
    grade: int,
    name: str,
    students: Sequence[StudentEntry],
    assignments: Sequence[AssignmentEntry],
    homeroom_teacher_id: UUID | None,
    actor: UUID | None,
    at: datetime,
) -> ClassGroup:
    """Bring a class to what its list says; the same list again changes nothing.

    Students who are on record and not on the list stay (a leaver never disappears; see
    `record_leaver`). Particulars that differ are taken from the list, each change in the audit
    trail. Refuses: roster.not_a_school, roster.class_has_other_grade, roster.student_elsewhere,
    roster.citizen_id_taken, roster.list_number_twice, roster.student_twice,
    roster.subject_twice. The row is locked per school, so two lists of one class wait their turn.
    """
    _refuse_repetitions(students, assignments)
    class_group, created = locked_class(
        school_id=school_id, school_year=school_year, grade=grade, name=name, at=at
    )
    changes = accept_students(class_group, students, at=at)
    changes |= accept_assignments(class_group, assignments, at=at)
    if class_group.homeroom_teacher_id != homeroom_teacher_id:
        changes["homeroom_teacher_id"] = [class_group.homeroom_teacher_id, homeroom_teacher_id]
        class_group.homeroom_teacher_id = homeroom_teacher_id
        class_group.save(update_fields=["homeroom_teacher"])
    if created or changes:
        action = "roster.class_created" if created else "roster.class_changed"
        _record(school_id, school_year, action, class_group, None, changes, actor, at)
    return class_group


@transaction.atomic
def record_leaver(
    *, enrolment_id: UUID, left_date: date, reason: str = "", actor: UUID | None, at: datetime
) -> Enrolment:
    """Note that a student left a class; the line and its number stay.

    Refuses: roster.leaves_before_joining.
    """
    row = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment_id)
    if row.joined_date is not None and left_date < row.joined_date:
        raise HocbaError("roster.leaves_before_joining")
    if row.left_date == left_date:
        return row
    before, row.left_date = {"left_date": row.left_date}, left_date
    row.save(update_fields=["left_date"])
    home = row.class_group
    after = {"left_date": left_date}
    _record(
        home.school_id,
        home.school_year,
        "roster.student_left",
        row,
        before,
        after,
        actor,
        at,
        reason,
    )
    return row


def _refuse_repetitions(
    students: Sequence[StudentEntry], assignments: Sequence[AssignmentEntry]
) -> None:
    for code, values in (
        ("roster.student_twice", [entry.student_code for entry in students]),
        ("roster.list_number_twice", [entry.list_number for entry in students]),
        ("roster.citizen_id_taken", [entry.citizen_id for entry in students if entry.citizen_id]),
        ("roster.subject_twice", [entry.subject_key for entry in assignments]),
    ):
        if len(values) != len(set(values)):
            raise HocbaError(code)


def _record(
    school_id: UUID,
    school_year: str,
    action: str,
    row: Unit | ClassGroup | Enrolment,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    actor: UUID | None,
    at: datetime,
    reason: str = "",
) -> None:
    record_event(
        school_id=school_id,
        school_year=school_year,
        action=action,
        object_type=row._meta.model_name or "",
        object_id=str(row.pk),
        before=before,
        after=after,
        reason=reason,
        actor=actor,
        at=at,
    )
