"""Faults that must end in a refusal: a full disk, a wrong clock, a stop, no audit; then go on."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.conftest import Make, write_log_key
from tests.faults.installation import Host, Installation
from tests.faults.test_killed import check_exactly_once

pytestmark = pytest.mark.slow


@pytest.fixture
def here(make_installation: Make) -> Installation:
    return make_installation("sqlite")


def issue(host: Host, here: Installation, first: int, last: int) -> str:
    """Issue; return the refusal's code, "" when it was done."""
    order = {"first": first, "last": last, "batch": 1, "told": str(here.told)}
    outcome = host.start("issue_numbers", **order).wait()
    assert outcome.refused or outcome.value == 0
    return outcome.refused


@pytest.fixture
def small_disk(here: Installation) -> Iterator[Path]:
    """Blobs lie on a disk of a few pages."""
    place = here.data / "blobs"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "blobs", str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_refuses_and_goes_on_when_there_is_space(
    here: Installation, small_disk: Path
) -> None:
    with here.host() as host:
        assert issue(host, here, 0, 2) == ""
        (small_disk / "filler").write_bytes(bytes(64 * 1024))
        assert issue(host, here, 2, 40) == "storage.full"
        kept = len(here.acknowledged())
        assert issue(host, here, kept, 40) == "storage.full", "persistent: refused again, no entry"
        found = host.run("inspect")
        assert found["indices"] == list(range(kept)), "no entry without bytes"
        assert found["unkept"] == []
        assert found["half_files"] == 0
        (small_disk / "filler").unlink()
        subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
        assert issue(host, here, kept, 40) == ""
        check_exactly_once(host, here, range(40))


def test_a_clock_set_back_is_refused_and_order_comes_from_the_index(here: Installation) -> None:
    with here.host() as host:
        assert issue(host, here, 0, 3) == ""
    with here.host("faketime", "-f", "-30s") as host:
        assert issue(host, here, 3, 4) == "", "half a minute is within what clocks do"
    with here.host("faketime", "-f", "-1h") as host:
        assert issue(host, here, 4, 5) == "ledger.clock_behind"
        assert issue(host, here, 0, 1) == "", "what was issued is told again all the same"
    with here.host() as host:
        assert issue(host, here, 4, 5) == ""
        places = sorted(map(tuple, here.acknowledged()))
        assert places == [(0, 0), (0, 0), (1, 1), (2, 2), (3, 3), (4, 4)]
        check_exactly_once(host, here, range(5))


def test_the_stop_switch_stops_issuing_alone(here: Installation) -> None:
    with here.host() as host:
        assert issue(host, here, 0, 2) == ""
        here.manage("stop_issuing", "--reason", "  ", expect=1)
        said = here.manage("stop_issuing", "--reason", "đang xét một lỗi tính điểm")
        assert "đang tạm dừng: đang xét một lỗi tính điểm" in said
        assert issue(host, here, 2, 3) == "ledger.issuing_stopped"
        host.run("publish")
        assert host.run("inspect")["head"] == 2
        assert "Đã cho phát hành lại" in here.manage("stop_issuing", "--resume")
        assert "không bị dừng" in here.manage("stop_issuing", "--resume")
        assert issue(host, here, 2, 3) == ""
        check_exactly_once(host, here, range(3))
    database = sqlite3.connect(here.data / "hocba.sqlite3")
    events = database.execute(
        "SELECT action, reason FROM audit_auditevent WHERE action LIKE 'ledger.issuing_%'"
    ).fetchall()
    assert sorted(events) == [
        ("ledger.issuing_resumed", ""),
        ("ledger.issuing_stopped", "đang xét một lỗi tính điểm"),
    ]


def test_without_its_audit_row_nothing_is_written(here: Installation) -> None:
    with here.host() as host:
        assert issue(host, here, 0, 1) == ""
        before = host.run("inspect")
        database = sqlite3.connect(here.data / "hocba.sqlite3")
        database.execute(
            "CREATE TRIGGER sink_down BEFORE INSERT ON audit_auditevent "
            "BEGIN SELECT RAISE(ABORT, 'sink down'); END"
        )
        order = {"first": 1, "last": 2, "batch": 1, "told": str(here.told)}
        trust = (here.data / "trust.json").read_bytes()
        write_log_key(here.data)
        for job, arguments in (
            ("issue_numbers", order),
            ("publish", {}),
            ("stop_issuing", {"reason": "thử"}),
            ("new_trust_list", {}),
        ):
            assert "sink down" in host.start(job, **arguments).wait().told["failed"], job
        assert host.run("inspect") == before
        assert (here.data / "trust.json").read_bytes() == trust
        assert "bình thường" in here.manage("stop_issuing")
        database.execute("DROP TRIGGER sink_down")
        database.close()
        assert issue(host, here, 1, 2) == ""


def test_the_checkpoint_key_is_rotated(here: Installation) -> None:
    """Checkpoints of the old key stay good, and the log goes on under the new one."""
    with here.host() as host:
        for first in (0, 3):
            assert issue(host, here, first, first + 2) == ""
            host.run("publish")
        write_log_key(here.data)
        assert host.run("new_trust_list") == 2
        assert issue(host, here, 2, 3) == ""
        host.run("publish")
        assert host.run("consistent") == 3


def test_a_database_older_than_its_files_issues_nothing(here: Installation) -> None:
    """F20: what outsiders saw is not given away a second time."""
    with here.host() as host:
        assert issue(host, here, 0, 2) == ""
        host.run("publish")
    old = here.folder / "old.sqlite3"
    with (
        closing(sqlite3.connect(here.data / "hocba.sqlite3")) as database,
        closing(sqlite3.connect(old)) as copy,
    ):
        database.backup(copy)
    with here.host() as host:
        assert issue(host, here, 2, 5) == ""
        note = host.run("publish")
    (here.data / "log" / "checkpoint").write_text(note)
    for path in here.data.glob("hocba.sqlite3*"):
        path.unlink()
    shutil.copy(old, here.data / "hocba.sqlite3")
    said = here.manage("check_store", expect=1)
    assert "log.behind_published" in said
    with here.host() as host:
        assert issue(host, here, 7, 8) == "log.behind_published"
