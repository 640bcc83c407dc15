"""Class lists: accepted whole, again and again, without losing anybody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest

from hocba.apps.accounts.models import Person
from hocba.apps.audit.queries import events_of
from hocba.apps.roster import queries
from hocba.apps.roster.actions import record_leaver
from hocba.apps.roster.models import ClassGroup, Student, Unit
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from hocba.core.errors import HocbaError

pytestmark = pytest.mark.django_db
Accept = Callable[..., ClassGroup]


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def trail(class_group: ClassGroup) -> list[str]:
    found = events_of(
        school_id=class_group.school_id, object_type="class_group", object_id=str(class_group.pk)
    )
    return [event.action for event in found]


def test_a_list_becomes_a_class(class_9a1: ClassGroup, school: Unit) -> None:
    found = queries.class_by_name(school_id=school.pk, school_year="2024-2025", name="9A1")
    assert found == class_9a1
    roll = queries.roll_of_class(class_id=class_9a1.pk)
    assert [(one.list_number, one.full_name) for one in roll][1] == (2, "Nguyễn Thị Ánh Dương")
    assert [row.periods for row in queries.assignments_of_class(class_id=class_9a1.pk)] == [140] * 2


def test_the_same_list_again_changes_nothing(accept_9a1: Accept) -> None:
    first = accept_9a1()
    before = queries.roll_of_class(class_id=first.pk)
    assert accept_9a1().pk == first.pk
    assert queries.roll_of_class(class_id=first.pk) == before
    assert trail(first) == ["roster.class_created"]


def test_numbers_may_be_swapped(accept_9a1: Accept, student_entries: list[StudentEntry]) -> None:
    accept_9a1()
    one, two, three = student_entries
    swapped = [replace(one, list_number=2), replace(two, list_number=1), three]
    class_group = accept_9a1(students=swapped)
    roll = queries.roll_of_class(class_id=class_group.pk)
    assert [student.full_name for student in roll] == [
        two.full_name,
        one.full_name,
        three.full_name,
    ]
    assert trail(class_group) == ["roster.class_created", "roster.class_changed"]


def test_who_is_no_longer_listed_stays_with_the_number(
    accept_9a1: Accept, student_entries: list[StudentEntry]
) -> None:
    accept_9a1()
    class_group = accept_9a1(students=student_entries[:2])
    assert len(queries.roll_of_class(class_id=class_group.pk)) == 3
    newcomer = replace(
        student_entries[2], student_code="010007019999", citizen_id="", full_name="Lê Mới"
    )
    with refused("roster.list_number_twice"):
        accept_9a1(students=[newcomer])


def test_a_corrected_name_is_taken_over_and_told(
    accept_9a1: Accept, student_entries: list[StudentEntry]
) -> None:
    class_group = accept_9a1()
    corrected = replace(student_entries[0], full_name="Bùi Gia  Bảo An", ethnicity="")
    accept_9a1(students=[corrected])
    student = Student.objects.get(student_code=corrected.student_code)
    assert (student.full_name, student.ethnicity) == ("Bùi Gia Bảo An", "Kinh")
    (_created, changed) = events_of(
        school_id=class_group.school_id, object_type="class_group", object_id=str(class_group.pk)
    )
    told = {"full_name": ["Bùi Gia Bảo", "Bùi Gia Bảo An"]}
    assert changed.after == {"particulars": {str(student.pk): told}}


def test_a_student_sits_in_one_class_at_a_time(
    accept_9a1: Accept, other_school: Unit, student_entries: list[StudentEntry], at: datetime
) -> None:
    class_group = accept_9a1()
    moving = student_entries[:1]
    there = {"school_id": other_school.pk, "students": moving, "assignments": []}
    with refused("roster.student_elsewhere"):
        accept_9a1(**there)
    leaver = queries.roll_of_class(class_id=class_group.pk)[0]
    record_leaver(enrolment_id=leaver.enrolment_id, left_date=date(2025, 1, 10), actor=None, at=at)
    accept_9a1(**there)
    assert len(queries.enrolments_of_student(student_id=leaver.student_id)) == 2
    assert accept_9a1().pk == class_group.pk  # the old list does not bring the leaver back


def test_one_personal_number_is_one_student(
    accept_9a1: Accept, student_entries: list[StudentEntry]
) -> None:
    accept_9a1()
    twin = replace(student_entries[0], student_code="010007018888", list_number=9)
    with refused("roster.citizen_id_taken"):
        accept_9a1(students=[twin])


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("student_code", "roster.student_twice"),
        ("list_number", "roster.list_number_twice"),
        ("citizen_id", "roster.citizen_id_taken"),
    ],
)
def test_a_list_that_repeats_itself_is_refused_whole(
    accept_9a1: Accept, student_entries: list[StudentEntry], field: str, code: str
) -> None:
    one, two, _three = student_entries
    with refused(code):
        accept_9a1(students=[one, replace(two, **{field: getattr(one, field)})])
    assert not Student.objects.exists()


def test_subjects_repeated_a_grade_changed_a_class_of_no_school(
    accept_9a1: Accept, subject_teacher: Person, authority: Unit
) -> None:
    entry = AssignmentEntry(subject_key="toan", periods=140, teacher_id=subject_teacher.pk)
    with refused("roster.subject_twice"):
        accept_9a1(assignments=[entry, entry])
    with refused("roster.not_a_school"):
        accept_9a1(school_id=authority.pk)
    accept_9a1()
    with refused("roster.class_has_other_grade"):
        accept_9a1(grade=8)


def test_a_new_teacher_takes_over(
    accept_9a1: Accept, homeroom_teacher: Person, subject_teacher: Person
) -> None:
    class_group = accept_9a1()
    entry = AssignmentEntry(subject_key="toan", periods=140, teacher_id=homeroom_teacher.pk)
    accept_9a1(assignments=[entry], homeroom_teacher_id=subject_teacher.pk)
    rows = queries.assignments_of_class(class_id=class_group.pk)
    assert {row.teacher_id for row in rows} == {homeroom_teacher.pk}
    found = queries.class_by_id(class_id=class_group.pk)
    assert found is not None
    assert found.homeroom_teacher_id == subject_teacher.pk


def test_the_day_of_leaving_follows_the_day_of_joining(
    accept_9a1: Accept, student_entries: list[StudentEntry], at: datetime
) -> None:
    joined = replace(student_entries[0], joined_date=date(2024, 9, 5))
    class_group = accept_9a1(students=[joined])
    enrolment_id: UUID = queries.roll_of_class(class_id=class_group.pk)[0].enrolment_id
    with refused("roster.leaves_before_joining"):
        record_leaver(enrolment_id=enrolment_id, left_date=date(2024, 9, 4), actor=None, at=at)
