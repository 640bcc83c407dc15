"""F15: two teachers, or a teacher and an Excel import, on one sheet: no update is lost."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hocba.apps.accounts.models import Person
from hocba.apps.gradebook.actions import accept_workbook, lock_students
from hocba.apps.gradebook.models import Mark
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import assignments_of_class, class_by_id, roll_of_class
from hocba.core.errors import HocbaError
from hocba.web.demo.city import City
from tests.apps.city import WORKBOOK
from tests.apps.gradebook.sheets import marks, pupils, save
from tests.apps.gradebook.test_workbook import hand_in

COLUMNS = ("regular-1", "midterm")
EDITS = st.lists(
    st.tuples(
        st.integers(0, 1),  # who
        st.sampled_from(["load", "type", "mine", "theirs"]),
        st.integers(0, 1),  # which pupil
        st.integers(0, 1),  # which column
        st.integers(0, 100),
    ),
    max_size=25,
)


class Editor:
    """Somebody with a page open: what they see, and the conflicts they have not decided."""

    def __init__(self, class_group: ClassGroup, person: Person, at: datetime) -> None:
        self.class_group, self.person, self.at = class_group, person, at
        self.told: list[tuple[tuple[UUID, str], str, int]] = []  # what the server said is saved
        self.load()

    def load(self) -> None:
        self.seen = {
            (pupil, kind if kind != "regular" else f"regular-{ordinal}"): version
            for (pupil, _, kind, ordinal), (_, version) in marks(self.class_group).items()
        }
        self.open: dict[tuple[UUID, str], dict[str, Any]] = {}

    def type(self, cell: tuple[UUID, str], text: str) -> None:
        seen = self.open[cell]["version"] if cell in self.open else self.seen.get(cell, 0)
        answer = save(self.class_group, self.person, [(*cell, text, seen)], at=self.at)
        self.open.pop(cell, None)
        for one in answer["saved"]:
            self.seen[cell] = one["version"]
            self.told.append((cell, one["value"], one["version"]))
        for one in answer["conflicts"]:
            assert (one["yours"], one["theirs"]) != ("", "")
            self.open[cell] = one

    def decide(self, cell: tuple[UUID, str], choice: str) -> None:
        if cell in self.open and choice == "mine":
            self.type(cell, self.open[cell]["yours"])
        elif cell in self.open:
            self.seen[cell] = self.open.pop(cell)["version"]


@pytest.mark.django_db(transaction=False)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=EDITS)
def test_a_random_sequence_of_two_editors_loses_no_update(
    steps: list[tuple[int, str, int, int, int]],
    class_9a1: ClassGroup,
    subject_teacher: Person,
    at: datetime,
) -> None:
    """Every acknowledged value is in the history under its version, and each version had been
    seen by whoever wrote the next one: nothing was overwritten unseen."""
    from django.db import transaction

    with transaction.atomic():
        place = transaction.savepoint()
        people = [Editor(class_9a1, subject_teacher, at) for _ in range(2)]
        rows = pupils(class_9a1)
        for who, act, pupil, column, tenths in steps:
            cell = (rows[pupil], COLUMNS[column])
            if act == "load":
                people[who].load()
            elif act == "type":
                people[who].type(cell, f"{tenths // 10},{tenths % 10}")
            else:
                people[who].decide(cell, act)
        history = {
            (row.enrolment_id, row.kind, row.version): row.tenths
            for row in Mark.objects.filter(school_id=class_9a1.school_id)
        }
        for editor in people:
            for (enrolment, key), value, version in editor.told:
                tenths_there = history[enrolment, key.partition("-")[0], version]
                assert value == f"{tenths_there // 10},{tenths_there % 10}"
        transaction.savepoint_rollback(place)


def teacher_of(class_id: UUID) -> tuple[ClassGroup, Person]:
    class_group = class_by_id(class_id=class_id)
    assert class_group is not None
    rows = assignments_of_class(class_id=class_id)
    return class_group, next(row.teacher for row in rows if row.subject_key == "toan")


def test_a_class_workbook_never_overwrites_what_was_typed_after_it_was_handed_in(
    city: City, walk: Callable[[str], UUID]
) -> None:
    class_group, teacher = teacher_of(walk("accepted"))
    book = openpyxl.load_workbook(WORKBOOK)
    book["Toán"]["D8"], book["Toán"]["J8"], book["Toán"]["R8"] = 9, 7.8, 7.3
    out = io.BytesIO()
    book.save(out)
    run_id, before = hand_in(city, out.getvalue())
    first = roll_of_class(class_id=class_group.pk)[0].enrolment_id
    later = timezone.now() + timedelta(seconds=1)
    save(class_group, teacher, [(first, "regular-1", "9,5", 1)], at=later)
    accept = {"school_id": city.school_id, "run_id": run_id, "actor": city.it_officer_id}
    with pytest.raises(HocbaError, match=r"gradebook\.cells_newer"):
        accept_workbook(**accept, at=later)
    assert marks(class_group)[first, "HK1", "regular", 1] == (95, 2)
    again, after = hand_in(city, out.getvalue())  # both values are shown, and now it is a choice
    told = [one for one in after.findings if one.code == "workbook.cell_typed"]
    assert [(one.found, one.expected, one.place.cell) for one in told] == [("9,0", "9,5", "D8")]
    assert (again, [one for one in before.findings if one.code == "workbook.cell_typed"]) == (
        run_id,
        [],
    )


def test_a_locked_book_refuses_both(city: City, walk: Callable[[str], UUID]) -> None:
    class_group, teacher = teacher_of(walk("accepted"))
    ids = [one.enrolment_id for one in roll_of_class(class_id=class_group.pk)]
    lock_students(
        school_id=city.school_id,
        school_year=class_group.school_year,
        enrolment_ids=ids,
        cause="test",
        actor=city.it_officer_id,
        at=timezone.now(),
    )
    before = marks(class_group)
    answer = save(class_group, teacher, [(ids[0], "regular-1", "1", 1)], at=timezone.now())
    assert [one["code"] for one in answer["refused"]] == ["gradebook.student_locked"]
    book = openpyxl.load_workbook(WORKBOOK)
    book["Toán"]["S8"] = "Khác."
    out = io.BytesIO()
    book.save(out)
    run_id, _ = hand_in(city, out.getvalue())
    with pytest.raises(HocbaError, match=r"gradebook\.locked"):
        accept_workbook(
            school_id=city.school_id, run_id=run_id, actor=city.it_officer_id, at=timezone.now()
        )
    assert marks(class_group) == before
