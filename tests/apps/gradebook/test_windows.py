"""Khóa sổ: which window decides, who sets it, what is refused where, who lets it open again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.apps.gradebook.actions import lock_book, set_window
from hocba.apps.gradebook.models import EntryWindow, Mark
from hocba.apps.gradebook.windows import Scope, WindowState, standing_state
from hocba.apps.roster.models import ClassGroup
from hocba.core.errors import HocbaError
from tests.apps.gradebook.sheets import pupils, save

NOW = datetime(2025, 5, 26, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FINAL_9 = Scope("HK1", 9, "toan", "final")
OPEN = {"closes_at": NOW + DAY}
CLOSED = {"closes_at": NOW - DAY}
LOCKED = {"locked_at": NOW - DAY}
REASON = "Kết thúc học kì I"


def window(scope: Scope, **days: Any) -> EntryWindow:
    return EntryWindow(
        term=scope.term,
        grade=scope.grade,
        subject_key=scope.subject_key,
        column_group=scope.column_group,
        **days,
    )


@pytest.mark.parametrize(
    ("windows", "state"),
    [
        ([], "open"),
        ([(Scope(), CLOSED)], "closed"),
        ([(Scope(), {"opens_at": NOW + DAY})], "not_yet"),
        ([(Scope(grade=8), CLOSED)], "open"),
        ([(Scope("HK2"), LOCKED)], "open"),
        # narrower beats wider, in both directions
        ([(Scope(), CLOSED), (Scope(grade=9), OPEN)], "open"),
        ([(Scope(), OPEN), (Scope(subject_key="toan"), CLOSED)], "closed"),
        ([(Scope(grade=9), CLOSED), (Scope("HK1", 9), OPEN), (Scope(), CLOSED)], "open"),
        # neither lies in the other: both must be open
        ([(Scope(grade=9), CLOSED), (Scope(subject_key="toan"), OPEN)], "closed"),
        ([(Scope(grade=9), OPEN), (Scope(subject_key="toan"), OPEN)], "open"),
        # khóa sổ beats whatever is narrower
        ([(Scope("HK1"), LOCKED), (FINAL_9, OPEN)], "locked"),
    ],
)
def test_the_narrowest_window_decides_and_a_locked_book_beats_all(
    windows: list[tuple[Scope, dict[str, datetime]]], state: str
) -> None:
    rows = [window(scope, **days) for scope, days in windows]
    assert standing_state(rows, cell=FINAL_9, at=NOW) == WindowState(state)


def test_a_window_is_open_from_its_first_instant_until_just_before_its_last() -> None:
    rows = [window(Scope(), opens_at=NOW, closes_at=NOW + DAY)]
    for at, state in (
        (NOW - timedelta(seconds=1), "not_yet"),
        (NOW, "open"),
        (NOW + DAY - timedelta(microseconds=1), "open"),
        (NOW + DAY, "closed"),
    ):
        assert standing_state(rows, cell=FINAL_9, at=at) == state


def test_windows_of_one_term_leave_what_is_of_the_year_open() -> None:
    rows = [window(Scope("HK1"), **CLOSED)]
    assert standing_state(rows, cell=Scope("", 9, "toan", "remark"), at=NOW) == "open"


@pytest.fixture
def close(class_9a1: ClassGroup, principal: Person, at: datetime) -> Callable[..., UUID]:
    """Close a scope by its days: `close(Scope("HK1"))`."""

    def go(scope: Scope, **more: Any) -> UUID:
        values: dict[str, Any] = {
            "school_id": class_9a1.school_id,
            "school_year": class_9a1.school_year,
            "scope": scope,
            "opens_at": None,
            "closes_at": at - DAY,
            "reason": REASON,
            "seen": 0,
            "actor": principal.pk,
            "at": at,
        }
        return set_window(**(values | more))

    return go


@pytest.fixture
def lock(class_9a1: ClassGroup, principal: Person, at: datetime) -> Callable[[Scope], UUID]:
    """Khóa sổ."""

    def go(scope: Scope) -> UUID:
        return lock_book(
            school_id=class_9a1.school_id,
            school_year=class_9a1.school_year,
            scope=scope,
            reason=REASON,
            actor=principal.pk,
            at=at,
        )

    return go


def test_a_closed_column_is_refused_in_the_grid_and_the_open_ones_are_saved(
    class_9a1: ClassGroup, subject_teacher: Person, close: Callable[..., UUID], at: datetime
) -> None:
    close(Scope("HK1", column_group="midterm"))
    first, *_ = pupils(class_9a1)
    answer = save(
        class_9a1, subject_teacher, [(first, "midterm", "8", 0), (first, "final", "9", 0)], at=at
    )
    (refused,) = answer["refused"]
    assert (refused["column"], refused["code"]) == ("midterm", "gradebook.closed")
    assert refused["params"]["where"] == "Điểm giữa kì, Toán, khối 9, học kì I"
    assert [row.kind for row in Mark.objects.filter(school_id=class_9a1.school_id)] == ["final"]


def test_the_other_term_and_what_stands_already_are_no_change(
    class_9a1: ClassGroup, subject_teacher: Person, close: Callable[..., UUID], at: datetime
) -> None:
    first, *_ = pupils(class_9a1)
    save(class_9a1, subject_teacher, [(first, "final", "9", 0)], at=at)
    close(Scope("HK1"))
    same = save(class_9a1, subject_teacher, [(first, "final", "9,0", 1)], at=at)
    other = save(class_9a1, subject_teacher, [(first, "final", "9", 0)], at=at, term="HK2")
    assert (same["refused"], other["refused"]) == ([], [])


def test_two_heads_who_change_one_window_notice_each_other(
    close: Callable[..., UUID], class_9a1: ClassGroup, at: datetime
) -> None:
    window_id = close(Scope(grade=9))
    close(Scope(grade=9), closes_at=at + DAY, seen=1)
    with pytest.raises(HocbaError, match=r"gradebook\.window_changed"):
        close(Scope(grade=9), closes_at=at + 2 * DAY, seen=1)
    row = EntryWindow.objects.get(school_id=class_9a1.school_id)
    assert (row.id, row.version, row.closes_at) == (window_id, 2, at + DAY)


def test_setting_and_locking_twice_does_nothing_twice(
    close: Callable[..., UUID], lock: Callable[[Scope], UUID], class_9a1: ClassGroup
) -> None:
    for _ in range(2):
        close(Scope(grade=9))
        close(Scope(grade=9))
        lock(Scope("HK1", 9))
    events = AuditEvent.objects.filter(school_id=class_9a1.school_id, object_type="entry_window")
    assert sorted(events.values_list("action", "reason")) == [
        ("gradebook.book_locked", REASON),
        ("gradebook.window_set", REASON),
    ]


def test_days_of_a_locked_book_stand(
    close: Callable[..., UUID], lock: Callable[[Scope], UUID], at: datetime
) -> None:
    lock(Scope("HK1", 9))
    with pytest.raises(HocbaError, match=r"gradebook\.window_locked"):
        close(Scope("HK1", 9), closes_at=at + DAY, seen=1)


def test_a_deputy_sets_windows_and_nobody_else_beside_the_principal(
    close: Callable[..., UUID],
    make_person: Callable[..., Person],
    school: Any,
    it_officer: Person,
    clerk: Person,
    subject_teacher: Person,
    homeroom_teacher: Person,
    authority_officer: Person,
) -> None:
    close(Scope(grade=9), actor=make_person("pho", ("deputy_principal", school)).pk)
    for person in (it_officer, clerk, subject_teacher, homeroom_teacher, authority_officer):
        with pytest.raises(HocbaError, match=r"access\.denied"):
            close(Scope(grade=8), actor=person.pk)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": "hết"}, "gradebook.reason_length"),
        ({"scope": Scope("HK1", column_group="remark")}, "gradebook.scope_unfit"),
        ({"scope": Scope(subject_key="toan", column_group="homeroom")}, "gradebook.scope_unfit"),
        ({"opens_at": NOW + DAY, "closes_at": NOW}, "gradebook.window_dates"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(
    close: Callable[..., UUID], more: dict[str, Any], code: str
) -> None:
    with pytest.raises(HocbaError, match=code.replace(".", r"\.")):
        close(**{"scope": Scope(grade=9), **more})
