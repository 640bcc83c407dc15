"""Saving cells of the grid: each with the version its writer saw, all under one request key."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command

from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.actions import lock_students
from hocba.apps.gradebook.models import Mark, Remark, SavedRequest
from hocba.apps.gradebook.sweeps import forget_saved_requests
from hocba.apps.roster.models import ClassGroup
from hocba.core.errors import HocbaError
from tests.apps.gradebook.sheets import marks, pupils, save

REGULAR = ("HK1", "regular", 1)


def test_a_typed_mark_is_tenths_with_its_person(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, second, _ = pupils(class_9a1)
    answer = save(
        class_9a1,
        subject_teacher,
        [(first, "regular-1", "8.5", 0), (second, "final", "10", 0)],
        at=at,
    )
    assert [(one["value"], one["version"]) for one in answer["saved"]] == [("8,5", 1), ("10,0", 1)]
    assert marks(class_9a1) == {
        (first, *REGULAR): (85, 1),
        (second, "HK1", "final", 1): (100, 1),
    }
    row = Mark.objects.filter(school_id=class_9a1.school_id).first()
    assert row is not None
    assert (row.written_by, row.written_at, row.origin_file) == (subject_teacher.pk, at, "")
    event = AuditEvent.objects.get(school_id=class_9a1.school_id, action="gradebook.cells_written")
    assert event.actor_id == subject_teacher.pk
    assert event.after["cells"][0] == [str(first), "regular-1", "8,5", 1]


def test_a_cell_changed_meanwhile_is_a_conflict_and_the_others_are_saved(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, second, _ = pupils(class_9a1)
    save(class_9a1, subject_teacher, [(first, "regular-1", "7", 0)], at=at)
    answer = save(
        class_9a1,
        subject_teacher,
        [(first, "regular-1", "9", 0), (second, "regular-1", "6", 0)],
        at=at + timedelta(minutes=1),
    )
    (conflict,) = answer["conflicts"]
    assert (conflict["theirs"], conflict["yours"], conflict["version"]) == ("7,0", "9,0", 1)
    assert conflict["who"] == subject_teacher.full_name
    assert [one["row"] for one in answer["saved"]] == [str(second)]
    assert marks(class_9a1)[first, *REGULAR] == (70, 1)
    again = save(class_9a1, subject_teacher, [(first, "regular-1", "9", 1)], at=at)
    assert again["saved"][0]["version"] == 2


def test_the_value_that_stands_is_no_conflict(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, *_ = pupils(class_9a1)
    save(class_9a1, subject_teacher, [(first, "regular-1", "7", 0)], at=at)
    answer = save(class_9a1, subject_teacher, [(first, "regular-1", "7,0", 0)], at=at)
    assert (answer["saved"][0]["version"], answer["conflicts"]) == (1, [])
    assert Mark.objects.filter(school_id=class_9a1.school_id).count() == 1


def test_the_same_request_gives_the_same_answer_and_another_body_is_refused(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, *_ = pupils(class_9a1)
    key = uuid4()
    cells = [(first, "regular-1", "7", 0)]
    one = save(class_9a1, subject_teacher, cells, at=at, request_id=key)
    late = at + timedelta(hours=1)
    save(class_9a1, subject_teacher, [(first, "regular-1", "8", 1)], at=late)
    assert save(class_9a1, subject_teacher, cells, at=late, request_id=key) == one
    assert marks(class_9a1)[first, *REGULAR] == (80, 2)
    with pytest.raises(HocbaError, match=r"gradebook\.request_reused"):
        save(class_9a1, subject_teacher, [(first, "final", "7", 0)], at=late, request_id=key)
    assert SavedRequest.objects.filter(school_id=class_9a1.school_id).count() == 2


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("regular-1", "85", "mark.scale"),
        ("regular-1", "11", "mark.scale"),
        ("regular-1", "8,55", "mark.precision"),
        ("regular-1", "Đ", "mark.form"),
        ("regular-1", "tám", "mark.words"),
        ("regular-5", "8", "marks.regular_surplus"),
        ("remark", "x" * 1001, "cell.too_long"),
        ("remark", "Chăm\x07chỉ", "cell.characters"),
    ],
)
def test_what_cannot_be_written_is_refused_alone(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime, column: str, text: str, code: str
) -> None:
    first, second, _ = pupils(class_9a1)
    cells = [(first, column, text, 0), (second, "final", "5", 0)]
    answer = save(class_9a1, subject_teacher, cells, at=at)
    assert [one["code"] for one in answer["refused"]] == [code]
    assert [one["row"] for one in answer["saved"]] == [str(second)]


def test_a_locked_student_is_refused_and_the_others_are_saved(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, second, _ = pupils(class_9a1)
    place = {"school_id": class_9a1.school_id, "school_year": "2024-2025", "cause": "composed"}
    lock_students(**place, enrolment_ids=[first], actor=subject_teacher.pk, at=at)
    answer = save(
        class_9a1, subject_teacher, [(first, "final", "5", 0), (second, "final", "5", 0)], at=at
    )
    assert [one["code"] for one in answer["refused"]] == ["gradebook.student_locked"]
    assert set(marks(class_9a1)) == {(second, "HK1", "final", 1)}


def test_a_withdrawn_mark_is_a_version_and_a_surplus_one_can_be_taken_away(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, *_ = pupils(class_9a1)
    save(class_9a1, subject_teacher, [(first, "regular-1", "0", 0)], at=at)
    answer = save(class_9a1, subject_teacher, [(first, "regular-1", "", 1)], at=at)
    assert answer["saved"][0]["version"] == 2
    assert marks(class_9a1)[first, *REGULAR] == (None, 2)


def test_a_remark_is_tidied_and_stands_for_the_year(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, *_ = pupils(class_9a1)
    save(class_9a1, subject_teacher, [(first, "remark", " Chăm  chỉ.\n", 0)], at=at, term="HK2")
    row = Remark.objects.get(school_id=class_9a1.school_id)
    assert (row.text, row.subject_key, row.version) == ("Chăm chỉ.", "toan", 1)


@pytest.mark.parametrize(
    ("column", "known"), [("regular-0", True), ("average", True), ("final", False)]
)
def test_a_cell_of_another_sheet_is_refused_whole(
    class_9a1: ClassGroup,
    subject_teacher: Person,
    at: datetime,
    stranger_id: UUID,
    column: str,
    known: bool,
) -> None:
    row = pupils(class_9a1)[0] if known else stranger_id
    with pytest.raises(HocbaError, match=r"gradebook\.cell_unknown"):
        save(class_9a1, subject_teacher, [(row, column, "5", 0)], at=at)


def test_nobody_but_the_assigned_teacher_enters(
    class_9a1: ClassGroup,
    at: datetime,
    principal: Person,
    clerk: Person,
    it_officer: Person,
    homeroom_teacher: Person,
    department_officer: Person,
    make_person: Callable[..., Person],
) -> None:
    first, *_ = pupils(class_9a1)
    stranger = make_person("gv.khac")
    for person in (principal, clerk, it_officer, homeroom_teacher, department_officer, stranger):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            save(class_9a1, person, [(first, "final", "5", 0)], at=at)
    assert not Mark.objects.filter(school_id=class_9a1.school_id).exists()


def test_old_answers_are_forgotten_and_the_marks_stay(
    class_9a1: ClassGroup, subject_teacher: Person, at: datetime
) -> None:
    first, *_ = pupils(class_9a1)
    key = uuid4()
    save(class_9a1, subject_teacher, [(first, "final", "5", 0)], at=at, request_id=key)
    late = at + timedelta(days=61)
    save(class_9a1, subject_teacher, [(first, "final", "6", 1)], at=late)
    call_command("forget_saves", stdout=StringIO())  # today is long after both
    assert not SavedRequest.objects.filter(school_id=class_9a1.school_id).exists()
    assert marks(class_9a1)[first, "HK1", "final", 1] == (60, 2)
    again = save(class_9a1, subject_teacher, [(first, "final", "7", 2)], at=late)
    assert again["saved"][0]["version"] == 3
    assert forget_saved_requests(actor=None, at=late + timedelta(days=59)) == 0
