"""kill -9 in a mass recall and in a print request (F30, F26): each version once, nothing half."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.conftest import Make
from tests.faults.installation import Host

pytestmark = pytest.mark.slow
STUDENTS = 6


def kill_again_and_again(host: Host, job: str, *, stride: int, **order: Any) -> int:
    """Do a job, killed after ever more of its effects, until it is through; return the kills.

    Each run goes on where the last one died, so the kills fall between other steps every time.
    """
    kills = 0
    while True:
        hours = {"hours": kills} if job == "print_class" else {}
        outcome = host.start(job, kill_at=1 + stride * kills, **order, **hours).wait()
        if not outcome.killed:
            assert "value" in outcome.told, outcome.told
            return kills
        kills += 1


@pytest.mark.parametrize("vendor", ["postgresql"])
def test_a_mass_recall_is_cut_again_and_again(vendor: str, make_installation: Make) -> None:
    installation = make_installation(vendor, like="issued")
    city = json.loads((installation.folder / "city.json").read_text())
    which = {"mass_id": str(uuid4()), "school_id": city["school_id"]}
    with installation.host() as host:
        assert kill_again_and_again(host, "recall_all", stride=12, **which) > 2
        assert host.run("recall_all", **which) == {}
        found = host.run("inspect_recall", **which)
    assert found["indices"] == list(range(found["head"])) == list(range(2 * STUDENTS))
    assert (found["twice"], found["problems"]) == ([], 0)
    assert found["recalled"] == len(set(found["replacements"])) == len(found["replacements"])
    assert found["progress"] == {"executed": STUDENTS}
    names = ("asked", "executed", "composed")
    assert {name: found[name] for name in names} == dict.fromkeys(names, STUDENTS)
    assert found["approved"] == 2 * STUDENTS


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_a_print_request_is_cut_again_and_again(vendor: str, make_installation: Make) -> None:
    installation = make_installation(vendor, like="issued")
    city = json.loads((installation.folder / "city.json").read_text())
    which = {"job_id": str(uuid4()), "school_id": city["school_id"]}
    with installation.host() as host:
        order = which | {"class_id": city["class_id"]}
        assert kill_again_and_again(host, "print_class", stride=6, **order) > 1
        found = host.run("inspect_print", **which)
    assert found["items"] == {"done": STUDENTS}
    assert found["events"] == {
        "issuing.print_asked": 1,
        "issuing.print_item_made": STUDENTS,
        "issuing.print_finished": 1,
    }
