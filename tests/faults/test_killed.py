"""kill -9 between each pair of steps: issued exactly once, nothing acknowledged lost."""

from itertools import count
from typing import Any
from uuid import uuid5

import pytest

from tests.faults.installation import Host, Installation, Running
from tests.faults.jobs import SCHOOL

pytestmark = pytest.mark.slow
TRANSCRIPTS = {"sqlite": 250, "postgresql": 1000}
BATCH = 5


def lookup(number: int) -> str:
    return str(uuid5(SCHOOL, f"lookup {number}"))


def check_exactly_once(host: Host, installation: Installation, numbers: range) -> dict[str, Any]:
    """Acknowledged ⊆ present, at the place that was told; no gap, no double, bytes for all."""
    host.run("publish")
    host.run("consistent")
    found: dict[str, Any] = host.run("inspect")
    assert found["indices"] == list(range(len(numbers)))
    assert found["head"] == found["issued"] == len(numbers)
    assert set(found["places"]) == {lookup(number) for number in numbers}
    assert found["leaves_hold"]
    assert found["unkept"] == []
    assert set(found["events"].values()) == {1}, "one audit event each"
    assert len(found["events"]) == len(numbers)
    told = installation.acknowledged()
    assert {number for number, _ in told} == set(numbers)
    assert all(found["places"][lookup(number)] == place for number, place in told)
    return found


def effects_of(host: Host, job: str, **arguments: Any) -> list[str]:
    """What a job does to the outside, in order; by a run that is not killed."""
    outcome = host.start(job, watched=True, **arguments).wait()
    assert outcome.told.get("value") is not None or "failed" not in outcome.told, outcome.told
    return outcome.effects


def test_issuing_is_cut_at_every_step(installation: Installation) -> None:
    told = str(installation.told)
    with installation.host() as host:
        kept = effects_of(host, "issue_numbers", first=0, last=1, batch=1, told=told)
        for step in ("fsync", "replace", "UPDATE ledger_loghead", "INSERT ledger_logentry"):
            assert step in kept
        assert "INSERT audit_auditevent" in kept
        assert kept[-2:] == ["COMMIT", "afterwards"]
        for point in count():
            first = point + 1  # a new document each time, so that its file is new as well
            order = {"first": first, "last": first + 1, "batch": 1, "told": told}
            killed = host.start("issue_numbers", kill_at=point, **order).wait().killed
            host.run("issue_numbers", **order)
            if not killed:
                break
        assert point > 15
        check_exactly_once(host, installation, range(first + 1))


def test_publishing_is_cut_at_every_step(installation: Installation) -> None:
    with installation.host() as host:
        told = str(installation.told)
        for point in count():
            first = 3 * point
            order = {"first": first, "last": first + 3, "batch": 3, "told": told}
            host.run("issue_numbers", **order)
            if not host.start("publish", kill_at=point).wait().killed:
                break
            host.run("publish")
        assert point > 10
        check_exactly_once(host, installation, range(first + 3))


def test_a_thousand_transcripts_while_two_workers_and_two_sweeps_are_killed(
    installation: Installation,
) -> None:
    """Each worker is killed at every step in turn, started again, and sends its batch again."""
    total = TRANSCRIPTS[installation.database_url.partition(":")[0]]
    told, half = str(installation.told), total // 2
    with installation.host() as host:
        workers = [_Worker(host, told, 0, half), _Worker(host, told, half, total)]
        sweeps = [_Sweep(host, 3), _Sweep(host, 11)]
        while not all(worker.done for worker in workers):
            for one in (*workers, *sweeps):
                one.go_on()
        for sweep in sweeps:
            sweep.running.wait()
        assert sum(worker.kills for worker in workers) >= 30
        assert sum(sweep.kills for sweep in sweeps) >= 10
        check_exactly_once(host, installation, range(total))


class _Worker:
    """Issues its half; killed at a later step each time, at last left in peace."""

    def __init__(self, host: Host, told: str, first: int, last: int) -> None:
        self.host, self.told, self.first, self.last = host, told, first, last
        self.kills, self.point, self.done = 0, first % 3, False
        self._start()

    def _start(self) -> None:
        last = min(self.last, self.first + (5 if self.point < 90 else 100))
        self.next = last
        kill_at = self.point if self.point < 90 else None
        order = {"first": self.first, "last": last, "batch": BATCH, "told": self.told}
        self.running = self.host.start("issue_numbers", kill_at=kill_at, **order)

    def go_on(self) -> None:
        if self.done:
            return
        outcome = self.running.wait()
        self.point += 3
        if outcome.killed:
            self.kills += 1
        else:
            assert "value" in outcome.told, outcome.told
            self.first = self.next
        self.done = self.first >= self.last
        if not self.done:
            self._start()


class _Sweep:
    """Publishes again and again, killed after some effects; one of two at once."""

    def __init__(self, host: Host, kill_at: int) -> None:
        self.host, self.kill_at, self.kills = host, kill_at, 0
        self.running: Running = host.start("publish", kill_at=kill_at, rounds=2)

    def go_on(self) -> None:
        outcome = self.running.wait()
        self.kills += outcome.killed
        self.kill_at = (self.kill_at + 5) % 28
        self.running = self.host.start("publish", kill_at=self.kill_at, rounds=2)
