"""Two at once (F14, F16): approvers, executions, requests, the issue of the replacement.

Real threads with connections of their own. On SQLite the tests' database is a file, since threads
cannot share one in memory.
"""

import shutil
from collections import Counter
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from hocba.apps.issuing.actions import compose_replacement, execute_request, issue_sealed
from hocba.apps.ledger.actions import approve, refuse, withdraw
from hocba.apps.ledger.models import LifeRequest, LogEntry, LogHead, RequestStep
from hocba.web.demo import road
from hocba.web.demo.city import City, build_city
from tests.apps.city import WORKBOOK, quiet_report
from tests.apps.issuing.recalls import LOCKED_DAY, OPEN_DAY, Case, another_officer, issue_one, who
from tests.apps.races import Act, at_once, database_of_files

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["database_of_files"]


@pytest.fixture
def city(database_of_files: None, data_dir: Path, _pki_folder: Path) -> City:
    """The city, committed."""
    if (_pki_folder / "demo-pki").exists():
        shutil.copytree(_pki_folder / "demo-pki", data_dir / "demo-pki")
    return build_city(WORKBOOK, quiet_report())


@pytest.fixture
def raced(city: City) -> Case:
    """An issued transcript that threads can see."""
    return Case(city, issue_one(city))


def test_the_whole_life_under_races(raced: Case) -> None:
    """One story, each step raced: it costs one city."""
    request_id, city = _asked_at_once(raced)
    _approved_at_once(raced, request_id)
    _executed_at_once(raced, request_id)
    draft = compose_replacement(request_id=request_id, actor=city.clerk_id, at=LOCKED_DAY)
    road.sign(city, raced.class_id, quiet_report())
    _replaced_at_once(raced, request_id, draft)


def _asked_at_once(case: Case) -> tuple[UUID, City]:
    """Three tabs send one request, a fourth another: one request is made."""
    key = uuid4()
    one = partial(case.ask, request_id=key)
    outcomes = at_once(one, one, one, partial(case.ask, reason="Lí do của lần gửi khác hẳn."))
    assert LifeRequest.objects.count() == 1
    made = LifeRequest.objects.get()
    if made.id == key:
        assert Counter(outcomes) == {"done": 3, "recall.open_request": 1}
    else:
        assert Counter(outcomes) == {"recall.open_request": 3, "done": 1}
    return made.id, case.city


def _approved_at_once(case: Case, request_id: UUID) -> None:
    """Two officers of one unit approve together: one does, the other is told."""
    head = case.city.principal.id

    def give(person: UUID, step: str) -> Act:
        return partial(approve, request_id=request_id, step=step, actor=person, at=LOCKED_DAY)

    assert at_once(give(head, "principal"), give(head, "principal")) == ["done", "done"]
    other = another_officer("authority_officer", "01.TRUNG-LIET")
    outcomes = at_once(give(who("phuong"), "managing"), give(other, "managing"))
    assert Counter(outcomes) == {"done": 1, "recall.already_approved": 1}
    assert RequestStep.objects.filter(request_id=request_id).count() == 2


def _executed_at_once(case: Case, request_id: UUID) -> None:
    """Two clicks on execute and a withdrawal together: the log has one entry or none."""
    run = partial(execute_request, request_id=request_id, actor=case.city.clerk_id, at=LOCKED_DAY)
    outcomes = at_once(run, run)
    assert outcomes == ["done", "done"]
    assert LogEntry.objects.filter(kind="recalled").count() == 1
    assert LogHead.objects.get().size == LogEntry.objects.count() == 2


def _replaced_at_once(case: Case, request_id: UUID, draft: UUID) -> None:
    """Two clerks issue the replacement while somebody asks for another recall of the old one."""
    issue = partial(
        issue_sealed,
        school_id=case.city.school_id,
        class_id=case.class_id,
        actor=case.city.clerk_id,
        at=timezone.now(),
    )
    outcomes = at_once(issue, issue, case.ask)
    assert outcomes[2] in ("recall.not_in_force", "issuing.cell_unchanged")
    assert "done" in outcomes[:2]
    assert set(outcomes[:2]) <= {"done", "recall.wrong_state", "ledger.head_moved"}
    kinds = LogEntry.objects.order_by("index").values_list("kind", flat=True)
    assert list(kinds) == ["issued", "recalled", "issued", "replaced"]
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == [0, 1, 2, 3]
    assert LifeRequest.objects.get(id=request_id).state == "replaced"


def test_a_decision_has_one_winner(raced: Case) -> None:
    """Refuse against approve against withdraw; then execution against withdrawal."""
    request_id = raced.ask(at=OPEN_DAY)
    head, why = raced.city.principal.id, "Cần xem lại bài kiểm tra trước đã."
    acts: dict[str, Act] = {
        "approved": lambda: approve(
            request_id=request_id, step="principal", actor=head, at=OPEN_DAY
        ),
        "refused": lambda: refuse(request_id=request_id, reason=why, actor=head, at=OPEN_DAY),
        "withdrawn": lambda: withdraw(
            request_id=request_id, reason=why, actor=raced.teacher, at=OPEN_DAY
        ),
    }
    outcomes = dict(zip(acts, at_once(*acts.values()), strict=True))
    assert set(outcomes.values()) <= {"done", "recall.wrong_state"}
    row = LifeRequest.objects.get(id=request_id)
    assert outcomes[row.state] == "done"
    assert row.state in ("refused", "withdrawn")  # an approval alone ends nothing
    trail = list(row.steps.order_by("number").values_list("number", flat=True))
    assert trail == list(range(1, len(trail) + 1))
    assert _end_of(raced) in ({"executed"}, {"withdrawn"})


def _end_of(case: Case) -> set[str]:
    request_id = case.ask(at=OPEN_DAY)
    approve(request_id=request_id, step="principal", actor=case.city.principal.id, at=OPEN_DAY)
    outcomes = at_once(
        lambda: execute_request(request_id=request_id, actor=case.city.clerk_id, at=OPEN_DAY),
        lambda: withdraw(
            request_id=request_id, reason="Không cần nữa rồi.", actor=case.teacher, at=OPEN_DAY
        ),
    )
    assert Counter(outcomes) == {"done": 1, "recall.wrong_state": 1}
    recalled = LogEntry.objects.filter(kind="recalled").count()
    state = LifeRequest.objects.get(id=request_id).state
    assert recalled == (1 if state == "executed" else 0)
    return {state}
