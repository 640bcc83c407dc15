"""The whole list of a class in one act, and who leaves it.

The steps below `accept_class` return what they changed, for its audit event, and do nothing when
nothing differs.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.actions.identity import keep_identity_cases
from hocba.apps.roster.models import ClassGroup, Enrolment, Student, TeachingAssignment, Unit
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from hocba.core.errors import HocbaError

Changes = dict[str, Any]

_NUMBERS_ASIDE = 10_000
_PARTICULARS = (
    "citizen_id",
    "full_name",
    "birth_date",
    "gender",
    "ethnicity",
    "nationality",
    "birth_place",
    "home_town",
    "address",
    "father_name",
    "mother_name",
    "guardian_name",
    "priority_group",
    "register_number",
)


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
    trail. A doubtful citizen id opens a case. Refuses: roster.not_a_school,
    roster.class_has_other_grade, roster.student_elsewhere, roster.citizen_id_taken,
    roster.list_number_twice, roster.student_twice, roster.subject_twice,
    roster.assignment_confirmed (the principal named somebody else). The row is locked per
    school, so two lists of one class wait their turn.
    """
    _refuse_repetitions(students, assignments)
    class_group, created = _locked_class(
        school_id=school_id, school_year=school_year, grade=grade, name=name, at=at
    )
    changes = _accept_students(class_group, students, at=at)
    changes |= _accept_assignments(class_group, assignments, principal=None, at=at)
    changes |= _accept_homeroom(class_group, homeroom_teacher_id, principal=None, at=at)
    told = {one.student_code: one.citizen_id_told for one in students if one.citizen_id_told}
    keep_identity_cases(class_group=class_group, told=told, actor=actor, at=at)
    if created or changes:
        action = "roster.class_created" if created else "roster.class_changed"
        record_event(
            school_id=school_id,
            school_year=school_year,
            action=action,
            object_type="class_group",
            object_id=str(class_group.pk),
            before=None,
            after=changes,
            actor=actor,
            at=at,
        )
    return class_group


@transaction.atomic
def assign_class(
    *,
    class_id: UUID,
    assignments: Sequence[AssignmentEntry],
    homeroom_teacher_id: UUID | None,
    actor: UUID,
    at: datetime,
) -> None:
    """Assign teaching and, when one is named, the homeroom teacher: the principal's own act.

    From here on only the principal changes these. Refuses: roster.subject_twice.
    """
    _refuse_repetitions((), assignments)
    class_group = ClassGroup.objects.select_for_update(of=("self",)).get(pk=class_id)
    changes = _accept_assignments(class_group, assignments, principal=actor, at=at)
    if homeroom_teacher_id is not None:
        changes |= _accept_homeroom(class_group, homeroom_teacher_id, principal=actor, at=at)
    record_event(
        school_id=class_group.school_id,
        school_year=class_group.school_year,
        action="roster.staff_assigned",
        object_type="class_group",
        object_id=str(class_group.pk),
        before=None,
        after=changes | {"subjects": [entry.subject_key for entry in assignments]},
        actor=actor,
        at=at,
    )


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
    record_event(
        school_id=row.class_group.school_id,
        school_year=row.class_group.school_year,
        action="roster.student_left",
        object_type="enrolment",
        object_id=str(row.pk),
        before=before,
        after={"left_date": left_date},
        reason=reason,
        actor=actor,
        at=at,
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


def _locked_class(
    *, school_id: UUID, school_year: str, grade: int, name: str, at: datetime
) -> tuple[ClassGroup, bool]:
    """Find or enter the class while holding its school's row; tells whether it is new."""
    school = Unit.objects.select_for_update(no_key=True).filter(pk=school_id, kind="school").first()
    if school is None:
        raise HocbaError("roster.not_a_school")
    class_group, created = ClassGroup.objects.get_or_create(
        school=school,
        school_year=school_year,
        name=name,
        defaults={"id": uuid7(at=at), "grade": grade},
    )
    if class_group.grade != grade:
        raise HocbaError("roster.class_has_other_grade", grade=class_group.grade)
    return class_group, created


def _accept_students(
    class_group: ClassGroup, entries: Sequence[StudentEntry], *, at: datetime
) -> Changes:
    """Enter new students, take over changed particulars, seat everybody under their number."""
    codes = [entry.student_code for entry in entries]
    known = {one.student_code: one for one in Student.objects.filter(student_code__in=codes)}
    _refuse_taken_citizen_ids(entries)
    _refuse_students_elsewhere(class_group, entries)
    changed: Changes = {}
    for entry in entries:
        student = known.get(entry.student_code)
        if student is None:
            student = Student(id=uuid7(at=at), student_code=entry.student_code)
            _take_over(student, entry)
            student.save(force_insert=True)
            known[entry.student_code] = student
        elif differing := _take_over(student, entry):
            student.save(update_fields=list(differing))
            changed[str(student.pk)] = differing
    result: Changes = {"particulars": changed} if changed else {}
    return result | _seat(class_group, entries, known, at=at)


def _accept_assignments(
    class_group: ClassGroup,
    entries: Sequence[AssignmentEntry],
    *,
    principal: UUID | None,
    at: datetime,
) -> Changes:
    """Bring the subjects and their teachers to what the list says; none is removed."""
    rows = {row.subject_key: row for row in class_group.assignments.all()}
    changed: Changes = {}
    for entry in entries:
        row = rows.get(entry.subject_key)
        told = {"periods": entry.periods, "teacher_id": entry.teacher_id}
        stood = {"periods": row.periods, "teacher_id": row.teacher_id} if row else None
        if row is None:
            row = TeachingAssignment(
                id=uuid7(at=at), class_group=class_group, subject_key=entry.subject_key
            )
        elif principal is None and row.confirmed_at and row.teacher_id != entry.teacher_id:
            raise HocbaError("roster.assignment_confirmed", subject=entry.subject_key)
        if stood != told:
            changed[entry.subject_key] = [_text(stood) if stood else None, _text(told)]
        elif principal is None or row.confirmed_at:
            continue
        row.periods, row.teacher_id = entry.periods, entry.teacher_id
        if principal is not None:
            row.confirmed_by, row.confirmed_at = principal, at
        row.save(force_insert=stood is None)
    return {"assignments": changed} if changed else {}


def _accept_homeroom(
    class_group: ClassGroup, teacher_id: UUID | None, *, principal: UUID | None, at: datetime
) -> Changes:
    """Name the homeroom teacher; a list that knows none unseats nobody the principal named."""
    stood = class_group.homeroom_teacher_id
    confirmed = class_group.homeroom_confirmed_at is not None
    if principal is None and (stood == teacher_id or (confirmed and teacher_id is None)):
        return {}
    if principal is None and confirmed:
        raise HocbaError("roster.assignment_confirmed", subject="")
    class_group.homeroom_teacher_id = teacher_id
    if principal is not None:
        class_group.homeroom_confirmed_by, class_group.homeroom_confirmed_at = principal, at
    class_group.save(
        update_fields=["homeroom_teacher", "homeroom_confirmed_by", "homeroom_confirmed_at"]
    )
    return {"homeroom_teacher_id": [stood, teacher_id]} if stood != teacher_id else {}


def _take_over(student: Student, entry: StudentEntry) -> Changes:
    """Copy what the entry tells and the row lacks or has otherwise; returns [before, after]."""
    differing: Changes = {}
    for name in _PARTICULARS:
        told, stood = getattr(entry, name), getattr(student, name)
        if isinstance(told, str):
            told = " ".join(normalize("NFC", told).split())
        if told and told != stood:
            setattr(student, name, told)
            differing[name] = [None if stood is None else str(stood), str(told)]
    return differing


def _refuse_taken_citizen_ids(entries: Sequence[StudentEntry]) -> None:
    code_of = {entry.citizen_id: entry for entry in entries if entry.citizen_id}
    for other in Student.objects.filter(citizen_id__in=list(code_of)):
        entry = code_of[other.citizen_id or ""]
        if entry.student_code != other.student_code:
            raise HocbaError("roster.citizen_id_taken", list_number=entry.list_number)


def _refuse_students_elsewhere(class_group: ClassGroup, entries: Sequence[StudentEntry]) -> None:
    """One student sits in one class at a time: who comes must have left the other."""
    numbers = {one.student_code: one.list_number for one in entries if one.left_date is None}
    for gone in class_group.enrolments.select_related("student").filter(left_date__isnull=False):
        numbers.pop(gone.student.student_code, None)
    seated = Enrolment.objects.select_related("student").filter(
        ~Q(class_group=class_group),
        student__student_code__in=list(numbers),
        class_group__school_year=class_group.school_year,
        left_date__isnull=True,
    )
    for row in seated[:1]:
        number = numbers[row.student.student_code]
        raise HocbaError("roster.student_elsewhere", list_number=number)


def _seat(
    class_group: ClassGroup,
    entries: Sequence[StudentEntry],
    students: dict[str, Student],
    *,
    at: datetime,
) -> Changes:
    rows = {row.student_id: row for row in class_group.enrolments.all()}
    told = {students[entry.student_code].pk: entry for entry in entries}
    _refuse_taken_numbers(rows, told)
    moved = [
        pk for pk, entry in told.items() if pk in rows and rows[pk].list_number != entry.list_number
    ]
    # Two students may swap their numbers, and each is unique at every moment: step aside first.
    class_group.enrolments.filter(student_id__in=moved).update(
        list_number=F("list_number") + _NUMBERS_ASIDE
    )
    seated: Changes = {}
    for pk, entry in told.items():
        row = rows.get(pk) or Enrolment(id=uuid7(at=at), class_group=class_group, student_id=pk)
        left = entry.left_date or row.left_date
        joined = entry.joined_date or row.joined_date
        wanted = (entry.list_number, joined, left)
        if pk in rows and (row.list_number, row.joined_date, row.left_date) == wanted:
            continue
        row.list_number, row.joined_date, row.left_date = wanted
        row.save(force_insert=pk not in rows)
        seated[str(row.pk)] = [str(pk), entry.list_number, str(joined or ""), str(left or "")]
    return {"enrolments": seated} if seated else {}


def _refuse_taken_numbers(rows: dict[UUID, Enrolment], told: dict[UUID, StudentEntry]) -> None:
    """A number of somebody who is not on this list stays theirs."""
    kept = {row.list_number for pk, row in rows.items() if pk not in told}
    for entry in told.values():
        if entry.list_number in kept:
            raise HocbaError("roster.list_number_twice", list_number=entry.list_number)


def _text(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
