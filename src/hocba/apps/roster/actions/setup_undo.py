"""Taking an import back, change by change, the last one first; one that cannot be undone stops all.

A change is undone only while its object still is what the import made of it and nobody has built
on it: marks on an enrolment, a sign-in of a new person, another class list on a student.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from hocba.apps.accounts.actions import deactivate_person, end_role
from hocba.apps.accounts.directory import people_by_ids
from hocba.apps.accounts.models import RoleAssignment
from hocba.apps.audit.actions import record_event
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.dependents import built_upon
from hocba.apps.roster.models import (
    ClassGroup,
    ElectiveChoice,
    Enrolment,
    IdentityCase,
    SetupChange,
    SetupImport,
    Student,
    TeachingAssignment,
)
from hocba.apps.roster.setup.values import Act
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class _Undoing:
    """One import being taken back; `stood_upon` are enrolments that somebody has built on."""

    run: SetupImport
    reason: str
    actor: UUID
    at: datetime
    stood_upon: frozenset[UUID]


def undo_changes(*, run: SetupImport, reason: str, actor: UUID, at: datetime) -> int:
    """Undo all changes of an import inside the caller's transaction; return how many.

    Raises:
        HocbaError: "setup.undo_built_on", "setup.undo_changed", with sheet and cell of the row.
    """
    found = SetupChange.objects.filter(school_id=run.school_id, import_id=run.id)
    changes = list(found.order_by("-ordinal"))
    enrolments = _enrolments_of(changes)
    stood = frozenset(built_upon(run.school_id, enrolments))
    undoing = _Undoing(run, reason, actor, at, stood)
    for change in changes:
        _UNDO[Act(change.act)](undoing, change)
        record_event(
            school_id=run.school_id,
            school_year=run.school_year,
            action="roster.setup_change_undone",
            object_type=change.act,
            object_id=change.object_id,
            before=change.after,
            after=change.before,
            reason=reason,
            actor=actor,
            at=at,
        )
    SetupChange.objects.filter(school_id=run.school_id, import_id=run.id).update(undone_at=at)
    return len(changes)


def _enrolments_of(changes: list[SetupChange]) -> set[UUID]:
    seats = {
        UUID(change.object_id)
        for change in changes
        if change.act in (Act.ENROLLED, Act.JOINED, Act.LEFT, Act.CHOICES)
    }
    classes = {UUID(one.object_id) for one in changes if one.act == Act.HOMEROOM}
    assigned = [UUID(one.object_id) for one in changes if one.act == Act.ASSIGNED]
    rows = Enrolment.objects.filter(
        Q(class_group__in=classes) | Q(class_group__assignments__in=assigned)
    )
    return seats | set(rows.values_list("pk", flat=True))


def _stop(code: str, change: SetupChange) -> HocbaError:
    return HocbaError(code, place=f"{change.sheet} {change.cell}".strip())


def _same(condition: bool, change: SetupChange) -> None:
    if not condition:
        raise _stop("setup.undo_changed", change)


def _free(condition: bool, change: SetupChange) -> None:
    if not condition:
        raise _stop("setup.undo_built_on", change)


def _class_added(_undoing: _Undoing, change: SetupChange) -> None:
    group = ClassGroup.objects.filter(pk=change.object_id).first()
    if group is None:
        raise _stop("setup.undo_changed", change)
    _free(not group.enrolments.exists() and not group.assignments.exists(), change)
    _free(group.homeroom_teacher_id is None, change)
    group.delete()


def _student_added(undoing: _Undoing, change: SetupChange) -> None:
    student = Student.objects.filter(pk=change.object_id).first()
    if student is None:
        raise _stop("setup.undo_changed", change)
    _free(not student.enrolments.exists(), change)
    IdentityCase.objects.filter(
        school_id=undoing.run.school_id, student_id=student.pk, closed_at__isnull=True
    ).update(closed_at=undoing.at)
    student.delete()


def _particulars(_undoing: _Undoing, change: SetupChange) -> None:
    student = Student.objects.get(pk=change.object_id)
    for name, before in change.before.items():
        _same(_plain(getattr(student, name)) == change.after[name], change)
        value: Any = date.fromisoformat(before) if name == "birth_date" else before
        setattr(student, name, None if name == "citizen_id" and not value else value)
    student.save(update_fields=list(change.before))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _enrolled(undoing: _Undoing, change: SetupChange) -> None:
    seat = _seat(change)
    for name in ("joined_date", "left_date"):
        _same(_plain(getattr(seat, name)) == (change.after.get(name) or ""), change)
    _free(seat.pk not in undoing.stood_upon, change)
    choices = ElectiveChoice.objects.filter(school_id=undoing.run.school_id, enrolment_id=seat.pk)
    _free(not choices.exists(), change)
    seat.delete()


def _seat(change: SetupChange) -> Enrolment:
    seat = Enrolment.objects.filter(pk=change.object_id).first()
    if seat is None:
        raise _stop("setup.undo_changed", change)
    return seat


def _seat_date(undoing: _Undoing, change: SetupChange) -> None:
    """A day of joining or leaving goes back; who left must not sit elsewhere by now."""
    seat = _seat(change)
    (name,) = change.before
    _same(_plain(getattr(seat, name)) == change.after[name], change)
    if name == "left_date":
        elsewhere = Enrolment.objects.filter(
            student_id=seat.student_id,
            class_group__school_year=undoing.run.school_year,
            left_date__isnull=True,
        )
        _free(not elsewhere.exclude(pk=seat.pk).exists(), change)
    before = change.before[name]
    setattr(seat, name, date.fromisoformat(before) if before else None)
    seat.save(update_fields=[name])


def _person_added(undoing: _Undoing, change: SetupChange) -> None:
    """The account closes: who has signed in, or teaches, is no longer merely a row of a file."""
    key = UUID(change.object_id)
    person = people_by_ids(person_ids=[key]).get(key)
    if person is None or not person.is_active:
        raise _stop("setup.undo_changed", change)
    teaches = TeachingAssignment.objects.filter(teacher_id=key).exists()
    leads = ClassGroup.objects.filter(homeroom_teacher_id=key).exists()
    _free(person.last_login is None and not teaches and not leads, change)
    deactivate_person(person_id=key, reason=undoing.reason, actor=undoing.actor, at=undoing.at)


def _person_reopened(undoing: _Undoing, change: SetupChange) -> None:
    _person_added(undoing, change)


def _role_granted(undoing: _Undoing, change: SetupChange) -> None:
    """The role ends yesterday, or on its first day: rows of roles are never removed."""
    role = RoleAssignment.objects.get(pk=change.object_id)
    _same(_plain(role.valid_to) == (change.after["valid_to"] or ""), change)
    year = Q(class_group__school_id=role.unit_id, class_group__school_year=undoing.run.school_year)
    if role.role == "subject_teacher":
        busy = TeachingAssignment.objects.filter(year, teacher_id=role.person_id).exists()
    else:
        busy = ClassGroup.objects.filter(
            school_id=role.unit_id,
            school_year=undoing.run.school_year,
            homeroom_teacher_id=role.person_id,
        ).exists()
    _free(not busy, change)
    today = undoing.at.astimezone(CITY_TIME).date()
    last_day = max(role.valid_from, today - timedelta(days=1))
    if role.valid_to is None or role.valid_to > last_day:
        end_role(
            assignment_id=role.pk,
            last_day=last_day,
            reason=undoing.reason,
            actor=undoing.actor,
            at=undoing.at,
        )


def _role_ended(_undoing: _Undoing, change: SetupChange) -> None:
    """An end of a role is a fact that others may rest on already; it is given anew by hand."""
    raise _stop("setup.undo_built_on", change)


def _assigned(undoing: _Undoing, change: SetupChange) -> None:
    row = TeachingAssignment.objects.filter(pk=change.object_id).first()
    if row is None:
        raise _stop("setup.undo_changed", change)
    _same((str(row.teacher_id), row.periods) == _assignment(change.after), change)
    _unbuilt_class(undoing, row.class_group_id, change)
    if not change.before:
        row.delete()
        return
    row.teacher_id, row.periods = UUID(change.before["teacher"]), change.before["periods"]
    if not change.before["confirmed"]:
        row.confirmed_by = row.confirmed_at = None
    row.save()


def _assignment(values: Mapping[str, Any]) -> tuple[str, int]:
    return values["teacher"], values["periods"]


def _homeroom(undoing: _Undoing, change: SetupChange) -> None:
    group = ClassGroup.objects.get(pk=change.object_id)
    _same(str(group.homeroom_teacher_id) == change.after["teacher"], change)
    _unbuilt_class(undoing, group.pk, change)
    before = change.before.get("teacher")
    group.homeroom_teacher_id = UUID(before) if before else None
    if not change.before.get("confirmed"):
        group.homeroom_confirmed_by = group.homeroom_confirmed_at = None
    group.save()


def _unbuilt_class(undoing: _Undoing, class_id: UUID, change: SetupChange) -> None:
    seats = Enrolment.objects.filter(class_group_id=class_id).values_list("pk", flat=True)
    _free(undoing.stood_upon.isdisjoint(seats), change)


def _choices(undoing: _Undoing, change: SetupChange) -> None:
    """What began with the import goes, what ended with it goes on."""
    enrolment, start = UUID(change.object_id), date.fromisoformat(change.after["from_date"])
    _free(enrolment not in undoing.stood_upon, change)
    of_seat = ElectiveChoice.objects.filter(school_id=undoing.run.school_id, enrolment_id=enrolment)
    for kind in ("elective", "topic"):
        standing = of_seat.filter(kind=kind, to_date__isnull=True)
        now = sorted(standing.values_list("subject_key", flat=True))
        _same(now == sorted(change.after.get(kind, ())), change)
    of_seat.filter(from_date=start, to_date__isnull=True).delete()
    of_seat.filter(to_date=start - timedelta(days=1)).update(to_date=None)


_UNDO: Mapping[Act, Callable[[_Undoing, SetupChange], None]] = {
    Act.CLASS_ADDED: _class_added,
    Act.STUDENT_ADDED: _student_added,
    Act.PARTICULARS: _particulars,
    Act.ENROLLED: _enrolled,
    Act.JOINED: _seat_date,
    Act.LEFT: _seat_date,
    Act.PERSON_ADDED: _person_added,
    Act.PERSON_REOPENED: _person_reopened,
    Act.ROLE_GRANTED: _role_granted,
    Act.ROLE_ENDED: _role_ended,
    Act.ASSIGNED: _assigned,
    Act.HOMEROOM: _homeroom,
    Act.CHOICES: _choices,
}
