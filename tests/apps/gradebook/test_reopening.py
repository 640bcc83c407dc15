"""Mở khóa: who asks, who decides, what opens, for whom and until when."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hocba.apps.accounts.actions import grant_role
from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.actions import (
    approve_reopening,
    ask_reopening,
    close_reopening,
    lock_book,
    lock_students,
    refuse_reopening,
    set_window,
    withdraw_reopening,
)
from hocba.apps.gradebook.models import Mark, Reopening
from hocba.apps.gradebook.reopenings import REOPENING, REOPENING_STATES
from hocba.apps.gradebook.sweeps import end_expired_reopenings
from hocba.apps.gradebook.windows import Scope
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.core.errors import HocbaError
from tests.apps.gradebook.sheets import pupils, save

DAY = timedelta(days=1)
REASON = "Chép nhầm điểm của hai em"


class Story:
    """9A1, mathematics, first term, finals: closed by its days or locked, then asked to open."""

    def __init__(self, group: ClassGroup, people: dict[str, Person], at: datetime) -> None:
        self.group, self.people, self.at = group, people, at

    def closed(self) -> None:
        set_window(**self._book(), opens_at=None, closes_at=self.at - DAY, reason=REASON, seen=0)

    def locked(self) -> None:
        lock_book(**self._book(), reason=REASON)

    def _book(self) -> dict[str, Any]:
        return {
            "school_id": self.group.school_id,
            "school_year": self.group.school_year,
            "scope": Scope("HK1"),
            "actor": self.people["principal"].pk,
            "at": self.at,
        }

    def ask(self, **more: Any) -> Reopening:
        values: dict[str, Any] = {
            "class_id": self.group.pk,
            "subject_key": "toan",
            "term": "HK1",
            "column_group": "final",
            "students": [],
            "reason": REASON,
            "hours": 24,
            "actor": self.people["teacher"].pk,
            "at": self.at,
        }
        return ask_reopening(**(values | more))

    def act(self, verb: Callable[..., str], who: str, row: Reopening, **more: Any) -> str:
        return verb(
            school_id=row.school_id,
            reopening_id=row.id,
            actor=self.people[who].pk,
            at=self.at,
            **more,
        )

    def enter(self, *cells: tuple[UUID, str], at: datetime | None = None) -> list[str]:
        """Type into the finals; return the refusals' codes."""
        edits = [(pupil, "final", text, self._version(pupil)) for pupil, text in cells]
        teacher = self.people["teacher"]
        answer = save(self.group, teacher, edits, at=at or self.at)
        return [one["code"] for one in answer["refused"]]

    def _version(self, pupil: UUID) -> int:
        return Mark.objects.filter(school_id=self.group.school_id, enrolment_id=pupil).count()


@pytest.fixture
def story(
    class_9a1: ClassGroup,
    subject_teacher: Person,
    homeroom_teacher: Person,
    principal: Person,
    it_officer: Person,
    clerk: Person,
    authority_officer: Person,
    department_officer: Person,
    at: datetime,
) -> Story:
    people = {
        "teacher": subject_teacher,
        "homeroom": homeroom_teacher,
        "principal": principal,
        "it": it_officer,
        "clerk": clerk,
        "authority": authority_officer,
        "department": department_officer,
    }
    return Story(class_9a1, people, at)


def test_before_the_lock_the_principal_alone_opens_and_time_closes(story: Story) -> None:
    story.closed()
    first, *_ = pupils(story.group)
    row = story.ask()
    assert story.enter((first, "8")) == ["gradebook.closed"]
    assert story.act(approve_reopening, "principal", row) == "open"
    assert story.enter((first, "8")) == []
    (mark,) = Mark.objects.filter(school_id=row.school_id)
    assert mark.permit_id == row.id
    assert story.enter((first, "9"), at=story.at + DAY) == ["gradebook.closed"]


def test_after_the_lock_two_people_of_different_units_open(story: Story) -> None:
    story.locked()
    first, *_ = pupils(story.group)
    row = story.ask()
    assert story.act(approve_reopening, "principal", row) == "endorsed"
    assert story.act(approve_reopening, "principal", row) == "endorsed"
    assert story.enter((first, "8")) == ["gradebook.closed"]
    assert story.act(approve_reopening, "authority", row) == "open"
    assert story.enter((first, "8")) == []
    row.refresh_from_db()
    authority = story.people["authority"].pk
    assert (row.granted_by, row.after_lock) == (authority, True)
    assert row.granted_unit != row.school_id


@pytest.mark.parametrize("who", ["teacher", "homeroom", "it", "clerk", "authority", "department"])
def test_nobody_but_the_principal_decides_first(story: Story, who: str) -> None:
    story.locked()
    row = story.ask()
    with pytest.raises(HocbaError, match=r"access\.denied"):
        story.act(approve_reopening, who, row)
    with pytest.raises(HocbaError, match=r"access\.denied"):
        story.act(refuse_reopening, who, row, reason=REASON)


@pytest.mark.parametrize("who", ["teacher", "homeroom", "it", "clerk"])
def test_the_second_word_is_of_a_unit_above(story: Story, who: str) -> None:
    story.locked()
    row = story.ask()
    story.act(approve_reopening, "principal", row)
    with pytest.raises(HocbaError, match=r"access\.denied"):
        story.act(approve_reopening, who, row)


def test_a_principal_who_teaches_the_part_does_not_open_it(story: Story, school: Unit) -> None:
    teacher = story.people["teacher"]
    story.closed()
    give(teacher, "principal", school, story.at)
    with pytest.raises(HocbaError, match=r"gradebook\.own_request"):
        story.act(approve_reopening, "teacher", story.ask())


def test_a_head_does_not_open_what_they_would_write(story: Story, school: Unit) -> None:
    story.closed()
    row = story.ask()
    Reopening.objects.filter(school_id=row.school_id).update(asked_by=story.people["homeroom"].pk)
    give(story.people["teacher"], "deputy_principal", school, story.at)
    with pytest.raises(HocbaError, match=r"gradebook\.own_marks"):
        story.act(approve_reopening, "teacher", row)


def test_who_granted_does_not_write_through_it(story: Story) -> None:
    story.closed()
    row = story.ask()
    story.act(approve_reopening, "principal", row)
    Reopening.objects.filter(school_id=row.school_id).update(
        asked_by=story.people["homeroom"].pk, granted_by=story.people["teacher"].pk
    )
    first, *_ = pupils(story.group)
    assert story.enter((first, "8")) == ["gradebook.own_grant"]


def test_only_the_students_and_columns_asked_for_open(story: Story) -> None:
    story.closed()
    first, second, _ = pupils(story.group)
    story.act(approve_reopening, "principal", story.ask(students=[first]))
    assert story.enter((first, "8")) == []
    assert story.enter((second, "8")) == ["gradebook.closed"]
    answer = save(story.group, story.people["teacher"], [(first, "midterm", "8", 0)], at=story.at)
    assert answer["refused"][0]["code"] == "gradebook.closed"


def test_asking_twice_is_one_request_and_another_waits(story: Story) -> None:
    story.closed()
    assert story.ask().id == story.ask().id
    with pytest.raises(HocbaError, match=r"gradebook\.reopening_waiting"):
        story.ask(hours=72)
    assert Reopening.objects.filter(school_id=story.group.school_id).count() == 1


def test_who_does_not_teach_it_does_not_ask(story: Story) -> None:
    story.closed()
    for who in ("homeroom", "principal", "it", "clerk", "authority"):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            story.ask(actor=story.people[who].pk)


def test_an_open_part_is_not_asked_for(story: Story) -> None:
    with pytest.raises(HocbaError, match=r"gradebook\.reopening_needless"):
        story.ask()


def test_students_in_signing_go_by_recall_whoever_opens_the_book(story: Story) -> None:
    story.closed()
    first, second, _ = pupils(story.group)
    lock_students(
        school_id=story.group.school_id,
        school_year=story.group.school_year,
        enrolment_ids=[first],
        cause="composed",
        actor=story.people["clerk"].pk,
        at=story.at,
    )
    with pytest.raises(HocbaError, match=r"gradebook\.reopening_signed"):
        story.ask(students=[first])
    story.act(approve_reopening, "principal", story.ask())
    assert story.enter((first, "8"), (second, "7")) == ["gradebook.student_locked"]


def test_a_lock_ends_what_one_person_opened(story: Story) -> None:
    story.closed()
    row = story.ask()
    story.act(approve_reopening, "principal", row)
    story.locked()
    first, *_ = pupils(story.group)
    assert story.enter((first, "8")) == ["gradebook.closed"]
    row.refresh_from_db()
    assert (row.state, row.ended_reason) == ("closed", "Khóa sổ")


def test_a_refusal_has_its_reason_and_every_step_is_audited(story: Story) -> None:
    story.locked()
    row = story.ask()
    story.act(approve_reopening, "principal", row)
    with pytest.raises(HocbaError, match=r"gradebook\.reason_length"):
        story.act(refuse_reopening, "authority", row, reason="")
    for _ in range(2):
        story.act(refuse_reopening, "authority", row, reason="Thiếu biên bản")
    with pytest.raises(HocbaError, match=r"gradebook\.reopening_state"):
        story.act(approve_reopening, "department", row)
    events = AuditEvent.objects.filter(school_id=row.school_id, object_type="reopening")
    assert list(events.order_by("id").values_list("action", "reason")) == [
        ("gradebook.reopening_asked", REASON),
        ("gradebook.reopening_endorsed", ""),
        ("gradebook.reopening_refused", "Thiếu biên bản"),
    ]


def test_it_is_withdrawn_or_closed_early_by_who_asked(story: Story) -> None:
    story.closed()
    row = story.ask()
    with pytest.raises(HocbaError, match=r"access\.denied"):
        story.act(withdraw_reopening, "principal", row)
    assert story.act(withdraw_reopening, "teacher", row) == "withdrawn"
    row = story.ask()
    story.act(approve_reopening, "principal", row)
    with pytest.raises(HocbaError, match=r"access\.denied"):
        story.act(close_reopening, "it", row)
    for _ in range(2):
        assert story.act(close_reopening, "teacher", row) == "closed"
    assert story.enter((pupils(story.group)[0], "8")) == ["gradebook.closed"]


def test_the_sweep_writes_an_end_down_once(story: Story) -> None:
    story.closed()
    row = story.ask()
    story.act(approve_reopening, "principal", row)
    later = story.at + timedelta(hours=25)
    assert [end_expired_reopenings(actor=None, at=at) for at in (story.at, later, later)] == [
        0,
        1,
        0,
    ]
    row.refresh_from_db()
    assert (row.state, row.ended_at) == ("expired", story.at + DAY)


def test_every_state_is_in_the_table_and_ends() -> None:
    assert {*REOPENING.values(), "requested"} == set(REOPENING_STATES)
    assert {state for state, _ in REOPENING} == {"requested", "endorsed", "open"}


def give(person: Person, role: str, unit: Unit, at: datetime) -> None:
    grant_role(
        person_id=person.pk,
        role=role,
        unit_id=unit.pk,
        valid_from=date(2024, 8, 1),
        actor=None,
        at=at,
    )
