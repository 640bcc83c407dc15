"""Who tries the addresses, and what stands in them: one's own, and what is somebody else's.

The city of the demo (its people, its class 9A1) with a second class of other teachers, the year
before, and a school under another authority.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from hocba.apps.accounts.actions import create_person, grant_role
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import person_by_username
from hocba.apps.gradebook.models import ImportRun
from hocba.apps.ledger.models import IssuedTranscript
from hocba.apps.roster.actions import accept_class, create_unit
from hocba.apps.roster.models import ClassGroup, Enrolment, TeachingAssignment, Unit
from hocba.apps.roster.queries import unit_by_code, unit_by_id
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from hocba.web.demo.city import AUTHORITY, PASSWORD, City
from tests.apps.issuing.recalls import Case

SINCE = date(2024, 8, 1)
ROLES = {
    "subject_teacher": "gv01",
    "homeroom_teacher": "gvcn",
    "subject_head": "totruong",
    "principal": "hieutruong",
    "deputy_principal": "phohieutruong",
    "clerk": "vanthu",
    "it_officer": "cntt",
    "authority_officer": "phuong",
    "department_officer": "so",
    "operator": "quantri",
}
# How far a role reaches at an address that lets it in.
REACH = {
    "subject_teacher": "subject",
    "homeroom_teacher": "class",
    "subject_head": "group",
    "principal": "school",
    "deputy_principal": "school",
    "clerk": "school",
    "it_officer": "school",
    "authority_officer": "school",
    "department_officer": "city",
    "operator": "city",
}
WITHIN = {
    "subject": frozenset({"own"}),
    "group": frozenset({"own", "other_class"}),
    "class": frozenset({"own", "other_subject"}),
    "school": frozenset({"own", "other_subject", "other_class", "other_year"}),
    "city": frozenset({"own", "other_subject", "other_class", "other_year", "other_school"}),
}
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Worlds:
    """Values for the parts of an address, by world; a world leaves out what it does not have."""

    people: Mapping[str, Person]
    values: Mapping[str, Values]

    def of(self, part: str) -> dict[str, Any]:
        """Return a part's value in every world that has it."""
        return {name: values[part] for name, values in self.values.items() if part in values}


def build_worlds(city: City, class_id: UUID) -> Worlds:
    """Add to the city what belongs to others, and look up what belongs to its people."""
    school = unit_by_id(unit_id=city.school_id)
    authority = unit_by_code(code=AUTHORITY)
    assert school is not None
    assert authority is not None
    people = {role: _person(username, role, school) for role, username in ROLES.items()}
    stranger = _person("nguoila", "subject_teacher", school)
    head = people["subject_head"]  # of the subject, since they teach it in another class
    other = _unit("authority", "01-KHAC", authority.parent_id)
    elsewhere = _unit("school", "01009999", other.pk)
    own = ClassGroup.objects.get(pk=class_id)
    subject = _subject_of(people["subject_teacher"], class_id)
    enrolment = Enrolment.objects.filter(class_group=own).order_by("list_number")[0]
    run = ImportRun.objects.filter(school_id=school.pk).first()
    issued = IssuedTranscript.objects.filter(enrolment_id=enrolment.pk).first()
    request = Case(city, class_id).ask() if issued else None
    mine = {
        "school_id": school.pk,
        "class_id": class_id,
        "subject_key": subject,
        "enrolment_id": enrolment.pk,
        "term": "hk1",
        "school_year": own.school_year,
        "run_id": run.id if run else uuid4(),
        **({"lookup_uuid": issued.lookup_uuid} if issued else {}),
        **({"request_id": request} if request else {}),
    }
    return Worlds(
        people=people,
        values={
            "own": mine,
            "other_subject": mine | {"subject_key": _other_subject(subject, class_id)},
            "other_class": mine | _class(school, own.school_year, "9A9", head, subject),
            "other_year": mine | _class(school, "2023-2024", "8A9", stranger),
            "other_school": mine
            | {"school_id": elsewhere.pk}
            | _class(elsewhere, own.school_year, "9A1", stranger),
        },
    )


def _person(username: str, role: str, school: Unit) -> Person:
    known = person_by_username(username=username)
    return known if known is not None else new_person(username, role, school)


def new_person(username: str, role: str, unit: Unit) -> Person:
    """Open an account with one role."""
    now = timezone.now()
    number = f"00117{sum(map(ord, username)):07}"
    person = create_person(
        username=username,
        full_name=f"Nguyễn {username}",
        citizen_id=number,
        password=PASSWORD,
        actor=None,
        at=now,
    )
    grant_role(
        person_id=person.pk, role=role, unit_id=unit.pk, valid_from=SINCE, actor=None, at=now
    )
    return person


def _unit(kind: str, code: str, parent_id: UUID | None) -> Unit:
    return create_unit(
        kind=kind,
        code=code,
        name=f"Đơn vị {code}",
        parent_id=parent_id,
        school_level="THCS" if kind == "school" else "",
        valid_from=SINCE,
        actor=None,
        at=datetime(2024, 8, 1, tzinfo=UTC),
    )


def _class(
    school: Unit, school_year: str, name: str, teacher: Person, subject: str = "toan"
) -> Values:
    student = StudentEntry(
        list_number=1,
        student_code=f"{school.code}{school_year[:4]}{name}",
        full_name="Bùi Gia Bảo",
        birth_date=date(2010, 3, 1),
        gender="Nam",
    )
    made = accept_class(
        school_id=school.pk,
        school_year=school_year,
        grade=int(name[0]),
        name=name,
        students=[student],
        assignments=[AssignmentEntry(subject_key=subject, periods=140, teacher_id=teacher.pk)],
        homeroom_teacher_id=None,
        actor=None,
        at=timezone.now(),
    )
    return {"class_id": made.pk, "enrolment_id": made.enrolments.get().pk}


def _other_subject(subject: str, class_id: UUID) -> str:
    rows = TeachingAssignment.objects.filter(class_group_id=class_id).exclude(subject_key=subject)
    return rows.order_by("subject_key")[0].subject_key


def _subject_of(person: Person, class_id: UUID) -> str:
    return TeachingAssignment.objects.get(class_group_id=class_id, teacher=person).subject_key
