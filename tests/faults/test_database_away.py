"""F3: PostgreSQL restarted under load, fast and the hard way; F14: the same request at once."""

import json

import pytest

from tests.faults.conftest import Make
from tests.faults.installation import Installation
from tests.faults.postgres import Cluster
from tests.faults.test_killed import check_exactly_once, lookup

pytestmark = pytest.mark.slow
EACH = 150


def test_the_database_restarts_while_two_workers_issue(
    make_installation: Make, cluster: Cluster
) -> None:
    """Workers see their connection break, get a new one by themselves, and send again."""
    installation = make_installation("postgresql")
    told = str(installation.told)
    with installation.host() as host:
        orders = ({"first": 0, "last": EACH}, {"first": EACH, "last": 2 * EACH})
        more = {"batch": 1, "told": told, "again": 0.2}
        workers = [host.start("issue_numbers", **order, **more) for order in orders]
        for mode, after in (("immediate", 20), ("fast", 90)):
            while len(installation.acknowledged()) < after:
                pass
            cluster.stop(mode)
            before = installation.acknowledged()
            cluster.start()
            assert {number for number, _ in before} <= set(range(2 * EACH))
        away = [worker.wait().value for worker in workers]
        assert sum(away) >= 2, "the restarts were felt"
        check_exactly_once(host, installation, range(2 * EACH))


def test_the_same_request_at_once_has_one_effect_and_one_answer(
    installation: Installation,
) -> None:
    with installation.host() as host:
        order = {"first": 0, "last": 30, "batch": 3, "told": str(installation.told)}
        pair = [host.start("issue_numbers", **order) for _ in range(3)]
        assert [one.wait().value for one in pair] == [0, 0, 0]
        assert len(installation.acknowledged()) == 90
        check_exactly_once(host, installation, range(30))
        other = host.start("issue_numbers", **order | {"text": "khác"}).wait()
        assert other.refused == "ledger.lookup_code_used"


def test_a_class_issued_twice_at_once_and_killed_at_every_step(make_installation: Make) -> None:
    """Real transcripts: cut everywhere before the commit, then by two clerks at the same time."""
    installation = make_installation("sqlite", like="sealed")
    city = json.loads((installation.folder / "city.json").read_text())
    with installation.host() as host:
        point = 0
        while host.start("issue_class", kill_at=point, **city).wait().killed:
            found = host.run("inspect")
            whole = found["head"] == 6
            assert found["head"] in (0, 6)
            assert found["draft_states"] == {"issued" if whole else "sealed": 6}
            assert len(found["events"]) == len(found["draft_events"]) == found["head"]
            point += 7 if not whole else 1
            if whole:
                break
        pair = [host.start("issue_class", **city) for _ in range(2)]
        for one in pair:
            assert one.wait().value in ([], [0, 1, 2, 3, 4, 5])
        host.run("publish")
        found = host.run("inspect")
        assert found["indices"] == [0, 1, 2, 3, 4, 5]
        assert set(found["draft_events"].values()) == set(found["events"].values()) == {1}
        assert found["unkept"] == []
    assert lookup(0) not in found["places"]
