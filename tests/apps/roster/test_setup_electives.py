"""Elective combinations: as many as the programme says, dated, and who is taught what."""

from datetime import date
from typing import Any

import pytest

from hocba.apps.accounts.models import Person
from hocba.apps.gradebook.queries import TaughtSubject, gradebook_years
from hocba.apps.roster.actions import create_unit, undo_setup
from hocba.apps.roster.elective_queries import combinations
from hocba.apps.roster.models import ElectiveChoice, Enrolment, Unit
from hocba.core.assessment.subjects import catalogue
from tests.apps.roster.setup_files import YEAR, Desk, codes, student

pytestmark = pytest.mark.django_db
SCIENCE, TOPICS = "Vật lí; Hóa học; Sinh học; Tin học", "Toán; Vật lí; Hóa học"
ARTS, ARTS_TOPICS = "Địa lí; Vật lí; Hóa học; Tin học", "Ngữ văn; Địa lí; Hóa học"


@pytest.fixture
def upper(authority: Unit, desk: Desk, make_person: Any) -> Desk:
    """A THPT with one student in 10A1."""
    school = create_unit(
        kind="school",
        code="01000901",
        name="Trường THPT số 1",
        parent_id=authority.pk,
        school_level="THPT",
        valid_from=date(2000, 1, 1),
        actor=None,
        at=desk.at,
    )
    officer: Person = make_person("cntt.thpt", ("it_officer", school))
    upper = Desk(school, officer.pk, desk.at)
    upper.bring("hoc-sinh", [student(1, "Bùi Gia Bảo", class_name="10A1")])
    return upper


def choice(electives: str, topics: str, **more: Any) -> dict[str, Any]:
    row = student(1, "Bùi Gia Bảo", class_name="10A1")
    told = {"electives": electives, "topics": topics, **more}
    return {key: row[key] for key in ("class_name", "student_code", "full_name")} | told


def seat() -> Enrolment:
    return Enrolment.objects.get(class_group__name="10A1")


@pytest.mark.parametrize(
    ("electives", "topics", "code"),
    [
        ("Vật lí; Hóa học", TOPICS, "setup.electives_count"),
        ("Vật lí; Vật lí; Hóa học; Tin học", TOPICS, "setup.electives_count"),
        ("Toán; Vật lí; Hóa học; Tin học", "Toán; Vật lí; Hóa học", "setup.not_elective"),
        (SCIENCE, "Toán; Vật lí", "setup.topics_count"),
        (SCIENCE, "Toán; Vật lí; Địa lí", "setup.no_topics_there"),
        (SCIENCE, "Toán; Vật lí; Bay", "setup.subject_unknown"),
    ],
)
def test_a_combination_follows_the_programme(
    upper: Desk, electives: str, topics: str, code: str
) -> None:
    _, plan = upper.hand_in("mon-lua-chon", [choice(electives, topics)])
    assert code in codes(plan)
    assert plan.blocked


def test_a_student_is_taught_what_was_chosen(upper: Desk) -> None:
    upper.bring("mon-lua-chon", [choice(SCIENCE, TOPICS)])
    taught = [
        TaughtSubject(subject.key, subject.form, subject.periods_by_grade.get(10, 0))
        for subject in catalogue("THPT")
    ]
    years = gradebook_years(
        school_id=upper.school.pk,
        school_year=YEAR,
        school_level="THPT",
        grade=10,
        subjects=taught,
        enrolment_ids=[seat().pk],
    )
    subjects = {one.subject: one.has_topics for one in years[seat().pk].year.subjects}
    assert {"vat_li", "hoa_hoc", "sinh_hoc", "tin_hoc", "toan", "ngu_van"} <= set(subjects)
    assert "dia_li" not in subjects
    assert {key for key, topics in subjects.items() if topics} == {"toan", "vat_li", "hoa_hoc"}


def test_a_change_is_dated_and_can_be_taken_back(upper: Desk) -> None:
    upper.bring("mon-lua-chon", [choice(SCIENCE, TOPICS)])
    _, plan = upper.hand_in("mon-lua-chon", [choice(ARTS, ARTS_TOPICS)])
    assert codes(plan) == ["setup.electives_date"]
    run = upper.bring("mon-lua-chon", [choice(ARTS, ARTS_TOPICS, from_date=date(2026, 1, 19))])
    found = {
        day: combinations(school_id=upper.school.pk, enrolment_ids=[seat().pk], on=day)[seat().pk]
        for day in (date(2026, 1, 18), date(2026, 1, 19))
    }
    assert "sinh_hoc" in found[date(2026, 1, 18)].electives
    assert "dia_li" not in found[date(2026, 1, 18)].electives
    assert found[date(2026, 1, 19)].electives == {"dia_li", "vat_li", "hoa_hoc", "tin_hoc"}
    undo_setup(
        school_id=upper.school.pk,
        import_id=run.id,
        reason="Nhầm",
        actor=upper.actor,
        at=upper.at,
    )
    standing = ElectiveChoice.objects.filter(school_id=upper.school.pk, to_date__isnull=True)
    assert standing.count() == 7
    assert not standing.filter(subject_key="dia_li").exists()


def test_lower_secondary_has_no_electives(desk: Desk) -> None:
    with pytest.raises(Exception, match=r"setup\.kind_unknown"):
        desk.hand_in("mon-lua-chon", [choice(SCIENCE, TOPICS)])
