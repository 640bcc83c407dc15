"""Doing what a plan says, through the roster's and the accounts' own actions.

Each change becomes a row of `SetupChange` with the object it touched, so that it can be undone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hocba.adapters.spreadsheets.roster_layouts import RosterKind
from hocba.apps.accounts.actions import create_person, end_role, grant_role, reactivate_person
from hocba.apps.accounts.queries import person_by_citizen_id
from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.actions.classes import accept_class, assign_class, record_leaver
from hocba.apps.roster.models import (
    ClassGroup,
    ElectiveChoice,
    Enrolment,
    SetupChange,
    SetupImport,
    Student,
    TeachingAssignment,
)
from hocba.apps.roster.setup.values import Act, Plan, PlannedRow, Step
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from hocba.core.errors import HocbaError

_SEATING = {Act.STUDENT_ADDED, Act.PARTICULARS, Act.ENROLLED, Act.JOINED}
_DATES = ("birth_date", "joined_date", "left_date")


@dataclass(slots=True)
class _Doing:
    """One import being done: who, when, and the changes so far in their order."""

    run: SetupImport
    actor: UUID
    at: datetime
    changes: list[SetupChange] = field(default_factory=list)

    def did(self, row: PlannedRow, step: Step, object_id: object) -> None:
        """Keep one change."""
        self.changes.append(
            SetupChange(
                school_id=self.run.school_id,
                id=uuid7(at=self.at),
                import_id=self.run.id,
                ordinal=len(self.changes),
                sheet=row.place.sheet,
                cell=row.place.cell,
                about=row.about[:300],
                act=step.act.value,
                object_id=str(object_id),
                key=dict(step.key),
                before=dict(step.before),
                after=dict(step.after),
            )
        )


def apply_plan(*, run: SetupImport, plan: Plan, actor: UUID, at: datetime) -> int:
    """Do every step of a plan inside the caller's transaction and return how many there were."""
    doing = _Doing(run, actor, at)
    _APPLY[RosterKind(run.kind)](doing, plan)
    SetupChange.objects.bulk_create(doing.changes)
    record_event(
        school_id=run.school_id,
        school_year=run.school_year,
        action="roster.setup_written",
        object_type="setup_import",
        object_id=str(run.id),
        before=None,
        after={"plan_sha256": plan.digest, "changes": len(doing.changes)},
        actor=actor,
        at=at,
    )
    return len(doing.changes)


def _steps(plan: Plan, *acts: Act) -> Iterator[tuple[PlannedRow, Step]]:
    for row in plan.rows:
        for step in row.steps:
            if step.act in acts:
                yield row, step


def _classes(doing: _Doing, plan: Plan) -> None:
    for row, step in _steps(plan, Act.CLASS_ADDED):
        group = _accept(doing, step.key["class"], step.after["grade"], ())
        doing.did(row, step, group.pk)


def _accept(doing: _Doing, name: str, grade: int, entries: Sequence[StudentEntry]) -> ClassGroup:
    known = ClassGroup.objects.filter(
        school_id=doing.run.school_id, school_year=doing.run.school_year, name=name
    ).first()
    return accept_class(
        school_id=doing.run.school_id,
        school_year=doing.run.school_year,
        grade=known.grade if known else grade,
        name=name,
        students=entries,
        assignments=(),
        homeroom_teacher_id=known.homeroom_teacher_id if known else None,
        actor=doing.actor,
        at=doing.at,
    )


def _students(doing: _Doing, plan: Plan) -> None:
    """Classes first, then who goes, then who is there or comes: nobody sits in two classes."""
    _classes(doing, plan)
    for row, step in _steps(plan, Act.LEFT):
        enrolment = UUID(step.key["enrolment"])
        record_leaver(
            enrolment_id=enrolment,
            left_date=date.fromisoformat(step.after["left_date"]),
            actor=doing.actor,
            at=doing.at,
        )
        doing.did(row, step, enrolment)
    rows: dict[str, list[PlannedRow]] = defaultdict(list)
    for row in plan.rows:
        seating = next((step for step in row.steps if step.act in _SEATING), None)
        if seating is not None:
            rows[seating.key["class"]].append(row)
    # Rows of who leaves this class come before rows of who joins another one.
    order = sorted(rows, key=lambda name: not any(_goes(row) for row in rows[name]))
    for name in order:
        _seat(doing, name, rows[name])


def _goes(row: PlannedRow) -> bool:
    return any(step.after.get("left_date") for step in row.steps)


def _seat(doing: _Doing, name: str, rows: Sequence[PlannedRow]) -> None:
    codes = {_code(row) for row in rows}
    students = {one.student_code: one for one in Student.objects.filter(student_code__in=codes)}
    here = Enrolment.objects.filter(
        class_group__school_id=doing.run.school_id,
        class_group__school_year=doing.run.school_year,
        class_group__name=name,
        student__student_code__in=codes,
    )
    seats = {seat.student_id: seat for seat in here}
    entries = []
    for row in rows:
        student = students.get(_code(row))
        entries.append(_entry(row, student, seats.get(student.pk) if student else None))
    group = _accept(doing, name, 0, entries)
    seated = {
        seat.student.student_code: seat
        for seat in Enrolment.objects.select_related("student").filter(
            class_group=group, student__student_code__in=codes
        )
    }
    for row in rows:
        seat = seated[_code(row)]
        for step in row.steps:
            if step.act in (Act.STUDENT_ADDED, Act.PARTICULARS):
                doing.did(row, step, seat.student_id)
            elif step.act in (Act.ENROLLED, Act.JOINED):
                doing.did(row, step, seat.pk)


def _code(row: PlannedRow) -> str:
    return str(next(step.key["student"] for step in row.steps if step.act in _SEATING))


def _entry(row: PlannedRow, student: Student | None, seat: Enrolment | None) -> StudentEntry:
    """Return the whole line as the class list takes it: what stands, with the row's changes."""
    values: dict[str, Any] = {}
    if student is not None:
        names = StudentEntry.__dataclass_fields__
        values = {name: getattr(student, name) for name in names if hasattr(student, name)}
        values["citizen_id"] = student.citizen_id or ""
    if seat is not None:
        values |= {"list_number": seat.list_number, "joined_date": seat.joined_date}
    for step in row.steps:
        if step.act in _SEATING:
            values |= step.after
    for name in _DATES:
        if isinstance(values.get(name), str):
            values[name] = date.fromisoformat(values[name])
    return StudentEntry(**{"student_code": _code(row)} | values)


def _staff(doing: _Doing, plan: Plan) -> None:
    common: dict[str, Any] = {"actor": doing.actor, "at": doing.at}
    for row in plan.rows:
        for step in row.steps:
            number = step.key["citizen_id"]
            if step.act is Act.PERSON_ADDED:
                person = create_person(
                    username=step.after["username"],
                    full_name=step.after["full_name"],
                    citizen_id=number,
                    **common,
                )
                doing.did(row, step, person.pk)
                continue
            found = person_by_citizen_id(citizen_id=number)
            if found is None:
                raise HocbaError("setup.changed_since_preview")
            if step.act is Act.PERSON_REOPENED:
                reason = f"Nhập danh sách nhân sự năm học {doing.run.school_year}"
                reactivate_person(person_id=found.pk, reason=reason, **common)
                doing.did(row, step, found.pk)
            elif step.act is Act.ROLE_GRANTED:
                role = grant_role(
                    person_id=found.pk,
                    role=step.key["role"],
                    unit_id=doing.run.school_id,
                    valid_from=date.fromisoformat(step.after["valid_from"]),
                    valid_to=_day(step.after["valid_to"]),
                    **common,
                )
                doing.did(row, step, role.pk)
            else:
                ended = UUID(step.key["assignment"])
                last_day = date.fromisoformat(step.after["valid_to"])
                end_role(assignment_id=ended, last_day=last_day, **common)
                doing.did(row, step, ended)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _assignments(doing: _Doing, plan: Plan) -> None:
    by_class: dict[str, list[tuple[PlannedRow, Step]]] = defaultdict(list)
    for row, step in _steps(plan, Act.ASSIGNED, Act.HOMEROOM):
        by_class[step.key["class"]].append((row, step))
    for name, steps in by_class.items():
        group = ClassGroup.objects.get(
            school_id=doing.run.school_id, school_year=doing.run.school_year, name=name
        )
        leads = [step for _, step in steps if step.act is Act.HOMEROOM]
        assign_class(
            class_id=group.pk,
            assignments=[
                AssignmentEntry(
                    subject_key=step.key["subject"],
                    periods=step.after["periods"],
                    teacher_id=UUID(step.after["teacher"]),
                )
                for _, step in steps
                if step.act is Act.ASSIGNED
            ],
            homeroom_teacher_id=UUID(leads[0].after["teacher"]) if leads else None,
            actor=doing.actor,
            at=doing.at,
        )
        rows = TeachingAssignment.objects.filter(class_group=group)
        keys = dict(rows.values_list("subject_key", "pk"))
        for row, step in steps:
            is_homeroom = step.act is Act.HOMEROOM
            doing.did(row, step, group.pk if is_homeroom else keys[step.key["subject"]])


def _electives(doing: _Doing, plan: Plan) -> None:
    """The old combination ends the day before the new one begins; what is in both goes on."""
    new: list[ElectiveChoice] = []
    for row, step in _steps(plan, Act.CHOICES):
        enrolment = UUID(step.key["enrolment"])
        start = date.fromisoformat(step.after["from_date"])
        for kind in ("elective", "topic"):
            before, after = set(step.before.get(kind, ())), set(step.after.get(kind, ()))
            standing = ElectiveChoice.objects.filter(
                school_id=doing.run.school_id,
                enrolment_id=enrolment,
                kind=kind,
                to_date__isnull=True,
                subject_key__in=before - after,
            )
            standing.update(to_date=start - timedelta(days=1))
            new += [
                ElectiveChoice(
                    school_id=doing.run.school_id,
                    id=uuid7(at=doing.at),
                    school_year=doing.run.school_year,
                    enrolment_id=enrolment,
                    kind=kind,
                    subject_key=key,
                    from_date=start,
                )
                for key in sorted(after - before)
            ]
        doing.did(row, step, enrolment)
    ElectiveChoice.objects.bulk_create(new)


_APPLY: Mapping[RosterKind, Callable[[_Doing, Plan], None]] = {
    RosterKind.CLASSES: _classes,
    RosterKind.STUDENTS: _students,
    RosterKind.STAFF: _staff,
    RosterKind.ASSIGNMENTS: _assignments,
    RosterKind.ELECTIVES: _electives,
}
