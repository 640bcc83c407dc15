"""F16: khóa sổ and mở khóa racing with a save come in one serial order, and the loser is told."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from hocba.apps.accounts.models import Person
from hocba.apps.gradebook.actions import (
    approve_reopening,
    ask_reopening,
    close_reopening,
    entry,
    lock_book,
    reopen,
    set_window,
    windows,
)
from hocba.apps.gradebook.models import Mark, Reopening
from hocba.apps.gradebook.windows import Scope
from hocba.apps.roster.models import ClassGroup
from tests.apps.gradebook.sheets import pupils, save
from tests.apps.races import at_once, database_of_files

__all__ = ["database_of_files"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REASON = "Đã tổng kết học kì I"


class Gate:
    """A place in an act where it waits, inside its transaction, until the test lets it go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self._reached, self._open = threading.Event(), threading.Event()
        plain: Callable[..., Any] = getattr(module, name)

        def passing(*args: Any, **more: Any) -> Any:
            result = plain(*args, **more)
            if not self._reached.is_set():
                self._reached.set()
                assert self._open.wait(timeout=20)
            return result

        monkeypatch.setattr(module, name, passing)

    def wait(self) -> None:
        assert self._reached.wait(timeout=20)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def group(database_of_files: None, class_9a1: ClassGroup) -> ClassGroup:
    """9A1, committed where threads see it."""
    return class_9a1


def run(pool: ThreadPoolExecutor, act: Callable[[], Any]) -> Future[Any]:
    def alone() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return pool.submit(alone)


def locking(group: ClassGroup, principal: Person, at: datetime) -> Callable[[], object]:
    return lambda: lock_book(
        school_id=group.school_id,
        school_year=group.school_year,
        scope=Scope("HK1", 9),
        reason=REASON,
        actor=principal.pk,
        at=at,
    )


def typing(group: ClassGroup, teacher: Person, at: datetime) -> Callable[[], list[str]]:
    first = pupils(group)[0]

    def act() -> list[str]:
        answer = save(group, teacher, [(first, "final", "8", 0)], at=at)
        return [one["code"] for one in answer["refused"]]

    return act


def still_waits(future: Future[Any]) -> bool:
    try:
        future.result(timeout=0.5)
    except NotYetError:
        return True
    return False


def marks_of(group: ClassGroup) -> int:
    return Mark.objects.filter(school_id=group.school_id).count()


def test_a_lock_waits_for_the_save_that_is_under_way(
    group: ClassGroup,
    subject_teacher: Person,
    principal: Person,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(monkeypatch, entry, "refuse_closed")
    with ThreadPoolExecutor(2) as pool:
        saving = run(pool, typing(group, subject_teacher, at))
        gate.wait()
        locked = run(pool, locking(group, principal, at))
        assert still_waits(locked), "told “đã khóa sổ” while a mark is still being written"
        gate.open()
        assert saving.result(timeout=30) == []
        locked.result(timeout=30)
    assert marks_of(group) == 1


def test_a_save_that_comes_during_the_lock_is_refused(
    group: ClassGroup,
    subject_teacher: Person,
    principal: Person,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(monkeypatch, windows, "record_event")
    with ThreadPoolExecutor(2) as pool:
        locked = run(pool, locking(group, principal, at))
        gate.wait()
        saving = run(pool, typing(group, subject_teacher, at))
        assert still_waits(saving)
        gate.open()
        locked.result(timeout=30)
        assert saving.result(timeout=30) == ["gradebook.closed"]
    assert marks_of(group) == 0


def test_a_save_that_comes_while_a_reopening_closes_is_refused(
    group: ClassGroup,
    subject_teacher: Person,
    principal: Person,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = reopened(group, subject_teacher, principal, at)
    gate = Gate(monkeypatch, reopen, "record_event")
    with ThreadPoolExecutor(2) as pool:
        closed = run(
            pool,
            lambda: close_reopening(
                school_id=row.school_id, reopening_id=row.id, actor=principal.pk, at=at
            ),
        )
        gate.wait()
        saving = run(pool, typing(group, subject_teacher, at))
        assert still_waits(saving)
        gate.open()
        closed.result(timeout=30)
        assert saving.result(timeout=30) == ["gradebook.closed"]
    assert marks_of(group) == 0


def test_two_requests_and_two_heads_at_once_have_one_effect(
    group: ClassGroup, subject_teacher: Person, principal: Person, at: datetime
) -> None:
    close(group, principal, at)
    assert at_once(*[lambda: ask(group, subject_teacher, at)] * 2) == ["done", "done"]
    (row,) = Reopening.objects.filter(school_id=group.school_id)
    changes = [lambda days=days: close(group, principal, at, days=days, seen=1) for days in (1, 2)]
    assert sorted(at_once(*changes)) == ["done", "gradebook.window_changed"]
    assert row.state == "requested"


def close(
    group: ClassGroup, principal: Person, at: datetime, *, days: int = -1, seen: int = 0
) -> None:
    set_window(
        school_id=group.school_id,
        school_year=group.school_year,
        scope=Scope("HK1"),
        opens_at=None,
        closes_at=at + timedelta(days=days),
        reason=REASON,
        seen=seen,
        actor=principal.pk,
        at=at,
    )


def ask(group: ClassGroup, teacher: Person, at: datetime) -> Reopening:
    return ask_reopening(
        class_id=group.pk,
        subject_key="toan",
        term="HK1",
        column_group="final",
        students=[],
        reason="Chép nhầm điểm",
        hours=24,
        actor=teacher.pk,
        at=at,
    )


def reopened(group: ClassGroup, teacher: Person, principal: Person, at: datetime) -> Reopening:
    close(group, principal, at)
    row = ask(group, teacher, at)
    approve_reopening(school_id=row.school_id, reopening_id=row.id, actor=principal.pk, at=at)
    return row
