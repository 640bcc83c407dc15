"""The restore drill, on both databases: real transcripts, a real loss, a clean machine."""

import io
import json
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pyrage
import pytest

from tests.faults.conftest import Make
from tests.faults.installation import Installation
from tests.faults.places import ROOT

pytestmark = pytest.mark.slow


class Drill:
    """An installation with six real transcripts and some others, its backups, the keys to them."""

    def __init__(self, installation: Installation, make: Make) -> None:
        self.here, self.make = installation, make
        self.target, self.keys = installation.folder / "sao-luu", installation.folder / "key.txt"
        identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
        self.keys.write_text(f"# giữ ở nơi khác\n{identity}\n")
        self.other = installation.folder / "other.txt"
        self.other.write_text(f"{other}\n")
        self.recipients = ("--to", str(identity.to_public()), "--to", str(other.to_public()))
        self.checkpoint = installation.folder / "checkpoint.txt"

    def back_up(self, expect: int = 0) -> str:
        return self.here.manage("backup", str(self.target), *self.recipients, expect=expect)

    def restore(
        self, there: Installation, *more: str, expect: int = 0, keys: Path | None = None
    ) -> str:
        identity = ("--identity", str(keys or self.keys))
        return there.manage("restore", str(self.target), *identity, *more, expect=expect)

    def empty(self) -> Installation:
        """A machine with nothing on it."""
        vendor = self.here.database_url.partition(":")[0]
        there = self.make(vendor, like="nothing")
        assert not any(there.data.iterdir())
        return there

    def blobs(self, installation: Installation) -> list[Path]:
        return sorted(path for path in (installation.data / "blobs").rglob("*") if path.is_file())


@pytest.fixture
def drill(make_installation: Make) -> Drill:
    return Drill(make_installation("sqlite", like="issued"), make_installation)


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_the_drill(vendor: str, make_installation: Make) -> None:
    """Backed up, lost, restored on a clean machine, verified by a program that trusts nobody."""
    drill = Drill(make_installation(vendor, like="issued"), make_installation)
    published = ("--checkpoint", str(drill.checkpoint))
    said = drill.back_up()
    assert "không kèm khóa bí mật" in said
    assert "Bản sao lưu nguyên vẹn" in drill.restore(drill.here, "--check-only", keys=drill.other)
    there = drill.empty()
    assert "Sẵn sàng" in drill.restore(there, *published)
    assert [one.name for one in drill.blobs(there)] == [one.name for one in drill.blobs(drill.here)]
    with drill.here.host() as host, there.host() as restored:
        before, after = host.run("inspect"), restored.run("inspect")
        assert after == before
        assert restored.run("consistent") == 1
        bundles = restored.run("write_bundles", folder=str(there.folder))
        assert restored.run("issue_numbers", first=9, last=10, batch=1, told="/dev/null") == 0
    done = subprocess.run(
        [sys.executable, "-m", "hocba.cli", "verify", "--json", "--trust"]
        + [str(there.data / "trust.json"), *bundles],
        env=there.environment(),
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert len(bundles) == len(json.loads(done.stdout)["files"]) == 6
    assert not (there.data / "log-key.pem").exists(), "private keys stay where they are"
    assert "đã có dữ liệu" in drill.restore(there, expect=1)


def test_what_is_missing_or_altered_is_named(drill: Drill) -> None:
    # Documents that a row names: versions from before a later signature are kept, but not needed.
    with drill.here.host() as host:
        issued = host.run("inspect")["documents"]
    gone, bad, *_ = (path for path in drill.blobs(drill.here) if path.name in issued)
    gone.unlink()
    bad.write_bytes(bad.read_bytes()[:-1])
    said = drill.here.manage("check_store", "--stop-issuing", expect=1)
    assert f"blob.missing {gone.name}" in said
    assert f"blob.corrupt {bad.name}" in said
    assert "đang tạm dừng" in drill.here.manage("stop_issuing")
    said = drill.back_up(expect=1)
    assert f"thiếu tệp lưu trữ: {gone.name}" in said
    assert f"bị sửa hoặc hỏng: {bad.name}" in said
    there = drill.empty()
    said = drill.restore(there, "--checkpoint", str(drill.checkpoint), expect=1)
    assert gone.name in said
    assert bad.name in said
    assert "Chưa sẵn sàng" in said
    assert "đang tạm dừng" in there.manage("stop_issuing"), "nothing is issued until reconciled"


def test_a_damaged_backup_is_told_and_the_rest_is_had(drill: Drill) -> None:
    drill.back_up()
    (pack,) = (drill.target / "packs").glob("*.age")
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    said = drill.restore(drill.here, "--check-only", expect=1)
    assert "backup.part_altered" in said
    lost = {one.name for one in drill.blobs(drill.here) if one.name in said}
    there = drill.empty()
    said = drill.restore(there, expect=1)
    restored = {one.name for one in drill.blobs(there)}
    assert restored, "what stands before the damage is had"
    assert restored.isdisjoint(lost)
    assert all(name in said for name in lost)
    assert "không mở được" in drill.restore(
        drill.here, "--check-only", expect=1, keys=_stranger(drill)
    )


def _stranger(drill: Drill) -> Path:
    path = drill.here.folder / "stranger.txt"
    path.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    return path


def test_an_older_backup_than_what_is_published_is_not_ready(make_installation: Make) -> None:
    drill = Drill(make_installation("sqlite", like="sealed"), make_installation)
    drill.back_up()
    city = json.loads((drill.here.folder / "city.json").read_text())
    with drill.here.host() as host:
        host.run("issue_class", **city)
        newer = drill.here.folder / "newer.txt"
        newer.write_text(host.run("publish"))
    there = drill.empty()
    said = drill.restore(there, "--checkpoint", str(newer), expect=1)
    assert "log.behind_published" in said
    with there.host() as host:
        order = {"first": 600, "last": 601, "batch": 1, "told": "/dev/null"}
        assert host.start("issue_numbers", **order).wait().refused == "ledger.issuing_stopped"
        host.run("resume_issuing")
        (there.data / "log").mkdir(exist_ok=True)
        shutil.copy(newer, there.data / "log" / "checkpoint")
        outcome = host.start("issue_numbers", **order).wait()
        assert outcome.refused == "log.behind_published"
    # The newer backup holds only what is new.
    said = drill.back_up()
    assert "gói: 2, mới 1" in said
    assert "Sẵn sàng" in drill.restore(drill.empty(), "--checkpoint", str(newer))


def test_backup_and_restore_are_killed_and_go_on(drill: Drill) -> None:
    for delay in (0.9, 1.3, 1.7, 2.2):
        _killed(drill.here, delay, "backup", str(drill.target), *drill.recipients)
        whole = {path.parent.name for path in drill.target.glob("backups/*/manifest.json")}
        said = drill.restore(drill.here, "--check-only", expect=0 if whole else 1)
        assert ("nguyên vẹn" in said) is bool(whole), said
    drill.back_up()
    assert not [*drill.target.rglob("*.part"), *drill.here.data.glob(".backup-*")]
    there = drill.empty()
    for delay in (1.0, 1.6, 2.2):
        _killed(there, delay, "restore", str(drill.target), "--identity", str(drill.keys))
    finished = (there.data / "trust.json").exists() and not (there.data / "restoring").exists()
    drill.restore(there, expect=1 if finished else 0)
    with there.host() as host, drill.here.host() as before:
        assert host.run("inspect")["places"] == before.run("inspect")["places"]


def _killed(installation: Installation, delay: float, *arguments: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "hocba.web", *arguments],
        env=installation.environment(),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_pack_opens_with_age_and_tar_alone(drill: Drill) -> None:
    drill.back_up()
    (pack,) = (drill.target / "packs").glob("*.age")
    identity = pyrage.x25519.Identity.from_str(drill.other.read_text().strip())
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(pack.read_bytes(), [identity]))) as archive:
        names = archive.getnames()
    assert {f"blobs/{path.name}" for path in drill.blobs(drill.here)} <= set(names)
