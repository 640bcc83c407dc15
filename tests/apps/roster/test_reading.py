"""Who sees which school and class: everybody their own, and nothing else."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.viewer import NOBODY, Viewer
from hocba.apps.roster import queries
from hocba.apps.roster.actions import create_unit, end_unit
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.permissions import can_oversee
from hocba.core.errors import HocbaError

pytestmark = pytest.mark.django_db
Look = Callable[[Person], Viewer]
Make = Callable[..., Person]


def denied() -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == "access.denied")


@pytest.mark.parametrize(
    "who",
    ["principal", "clerk", "it_officer", "subject_teacher", "homeroom_teacher"]
    + ["authority_officer", "department_officer"],
)
def test_who_has_business_with_the_class_reads_it(
    request: pytest.FixtureRequest, who: str, class_9a1: ClassGroup, viewer_for: Look
) -> None:
    viewer = viewer_for(request.getfixturevalue(who))
    assert len(queries.students_of_class(viewer=viewer, class_id=class_9a1.pk)) == 3
    school, year = class_9a1.school_id, class_9a1.school_year
    found = queries.classes_of_school(viewer=viewer, school_id=school, school_year=year)
    assert found == [class_9a1]


@pytest.mark.parametrize(
    "role", ["subject_teacher", "homeroom_teacher", "principal", "clerk", "it_officer"]
)
def test_the_other_school_reads_nothing(
    make_person: Make, role: str, other_school: Unit, class_9a1: ClassGroup, viewer_for: Look
) -> None:
    viewer = viewer_for(make_person("nguoi.la", (role, other_school)))
    with denied():
        queries.students_of_class(viewer=viewer, class_id=class_9a1.pk)
    with denied():
        queries.classes_of_school(
            viewer=viewer, school_id=class_9a1.school_id, school_year="2024-2025"
        )


def test_a_teacher_of_other_classes_an_operator_and_nobody_read_nothing(
    make_person: Make, school: Unit, operator: Person, class_9a1: ClassGroup, viewer_for: Look
) -> None:
    idle = make_person("gv.khac", ("subject_teacher", school), ("homeroom_teacher", school))
    for viewer in (viewer_for(idle), viewer_for(operator), NOBODY):
        with denied():
            queries.students_of_class(viewer=viewer, class_id=class_9a1.pk)


def test_an_officer_of_another_authority_reads_nothing(
    make_person: Make, department: Unit, class_9a1: ClassGroup, viewer_for: Look, at: datetime
) -> None:
    beside = create_unit(
        kind="authority",
        code="01-B",
        name="Phường khác",
        parent_id=department.pk,
        valid_from=date(2025, 7, 1),
        actor=None,
        at=at,
    )
    viewer = viewer_for(make_person("can.bo", ("authority_officer", beside)))
    with denied():
        queries.class_for(viewer=viewer, class_id=class_9a1.pk)


def test_unknown_and_forbidden_classes_answer_alike(principal: Person, viewer_for: Look) -> None:
    with denied():
        queries.class_for(viewer=viewer_for(principal), class_id=principal.pk)


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("clerk", "001210000001"),
        ("homeroom_teacher", "001210000001"),
        ("subject_teacher", "•••••••••001"),
        ("department_officer", "•••••••••001"),
    ],
)
def test_personal_numbers_are_masked_for_most(
    request: pytest.FixtureRequest, who: str, shown: str, class_9a1: ClassGroup, viewer_for: Look
) -> None:
    viewer = viewer_for(request.getfixturevalue(who))
    assert queries.students_of_class(viewer=viewer, class_id=class_9a1.pk)[0].citizen_id == shown


def test_teachers_find_their_work(
    class_9a1: ClassGroup,
    subject_teacher: Person,
    homeroom_teacher: Person,
    viewer_for: Look,
) -> None:
    year = class_9a1.school_year
    (duty,) = queries.teaching_duties(viewer=viewer_for(subject_teacher), school_year=year)
    assert (duty.class_name, duty.subject_key, duty.periods) == ("9A1", "toan", 140)
    mine = queries.homeroom_classes(viewer=viewer_for(homeroom_teacher), school_year=year)
    assert mine == [class_9a1]
    assert queries.homeroom_classes(viewer=NOBODY, school_year=year) == []
    assert queries.teaching_duties(viewer=NOBODY, school_year=year) == []


def test_the_tree_is_walked_both_ways(
    department: Unit, authority: Unit, school: Unit, other_school: Unit
) -> None:
    assert queries.department_of(unit_id=school.pk) == department
    assert queries.schools_below(unit_id=department.pk) == [school, other_school]
    assert queries.schools_below(unit_id=school.pk) == []


def test_units_have_one_code_and_end_after_they_began(school: Unit, at: datetime) -> None:
    with pytest.raises(HocbaError, match="unit_code_taken"):
        create_unit(
            kind="department", code=school.code, name="x", valid_from=at.date(), actor=None, at=at
        )
    with pytest.raises(HocbaError, match="unit_ends_before_start"):
        end_unit(unit_id=school.pk, last_day=date(1999, 1, 1), actor=None, at=at)
    assert end_unit(unit_id=school.pk, last_day=at.date(), actor=None, at=at).valid_to == at.date()


def test_a_school_without_level_or_parent_is_refused_by_the_database(
    db: None, at: datetime
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        create_unit(kind="school", code="9", name="x", valid_from=at.date(), actor=None, at=at)


def test_nobody_oversees_the_school_they_work_in(
    make_person: Make, authority: Unit, school: Unit, other_school: Unit, viewer_for: Look
) -> None:
    viewer = viewer_for(
        make_person("hai.noi", ("authority_officer", authority), ("subject_teacher", school))
    )
    assert can_oversee(viewer, school_id=other_school.pk)
    assert not can_oversee(viewer, school_id=school.pk)
