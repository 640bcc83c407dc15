"""Cases of missing and doubtful citizen ids: opened by findings, closed by a fitting number."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.identity import citizen_id_problem
from hocba.apps.roster.models import ClassGroup, IdentityCase, Student
from hocba.core.errors import HocbaError

OFFICE = ("it_officer", "clerk", "principal")


def keep_identity_cases(
    *, class_group: ClassGroup, told: Mapping[str, str], actor: UUID | None, at: datetime
) -> None:
    """Open a case for every student of the class without a fitting number, close what is mended.

    `told` has, by student code, what a list said and nobody could take. The homeroom teacher owns a
    new case, the office while there is none. Runs inside the caller's transaction.
    """
    school_id = class_group.school_id
    seated = Student.objects.filter(
        enrolments__class_group=class_group, enrolments__left_date__isnull=True
    )
    students = {student.pk: student for student in seated}
    open_cases = {
        case.student_id: case
        for case in IdentityCase.objects.filter(
            school_id=school_id, student_id__in=list(students), closed_at__isnull=True
        )
    }
    opened: list[IdentityCase] = []
    changed: list[str] = []
    for student in students.values():
        case = open_cases.get(student.pk)
        number = told.get(student.student_code, "") or (case.told if case else "")
        problem = _problem(student, number)
        if problem and case is None:
            opened.append(
                IdentityCase(
                    school_id=school_id,
                    id=uuid7(at=at),
                    student_id=student.pk,
                    problem=problem,
                    told="" if student.citizen_id else number,
                    owner_id=class_group.homeroom_teacher_id,
                    opened_at=at,
                )
            )
        elif case is not None and (not problem or (case.problem, case.told) != (problem, number)):
            case.problem, case.told = problem or case.problem, number
            case.closed_at = None if problem else at
            case.save(update_fields=["problem", "told", "closed_at"])
            changed.append(str(case.id))
    IdentityCase.objects.bulk_create(opened)
    if opened or changed:
        record_event(
            school_id=school_id,
            school_year=class_group.school_year,
            action="roster.identity_cases_kept",
            object_type="identity_cases",
            object_id=str(class_group.pk),
            before=None,
            after={"opened": [str(case.id) for case in opened], "changed": changed},
            actor=actor,
            at=at,
        )


def _problem(student: Student, told: str) -> str:
    problem = citizen_id_problem(
        student.citizen_id or "", birth_date=student.birth_date, gender=student.gender
    )
    if problem == "missing" and told:
        fits = citizen_id_problem(told, birth_date=student.birth_date, gender=student.gender)
        return "form" if fits == "form" else "taken"
    return problem


@transaction.atomic
def give_identity_cases(
    *,
    school_id: UUID,
    case_ids: Collection[UUID],
    owner_id: UUID | None,
    actor: UUID,
    at: datetime,
) -> int:
    """Say who has to mend these cases (None: the office) and return how many changed hands.

    Raises:
        HocbaError: "access.denied", "setup.owner_elsewhere" (no role in this school today).
    """
    require_role(viewer_of(person_id=actor, at=at), *OFFICE, unit_id=school_id)
    if owner_id is not None and school_id not in viewer_of(person_id=owner_id, at=at).units():
        raise HocbaError("setup.owner_elsewhere")
    cases = IdentityCase.objects.filter(
        school_id=school_id, id__in=list(case_ids), closed_at__isnull=True
    ).exclude(owner_id=owner_id)
    if owner_id is None:
        cases = IdentityCase.objects.filter(
            school_id=school_id,
            id__in=list(case_ids),
            closed_at__isnull=True,
            owner_id__isnull=False,
        )
    moved = [str(key) for key in cases.values_list("id", flat=True)]
    if moved:
        cases.update(owner_id=owner_id)
        record_event(
            school_id=school_id,
            school_year=school_year_of(at),
            action="roster.identity_cases_given",
            object_type="identity_cases",
            object_id=moved[0],
            before=None,
            after={"cases": moved, "owner_id": owner_id},
            actor=actor,
            at=at,
        )
    return len(moved)
