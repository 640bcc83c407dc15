"""A real publishing process is killed with SIGKILL at every step; two publish at once (F1, F14)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("cutting.py")
SOURCE = Path(__file__).parents[3] / "src"
STEPS = 7

Told = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the process works."""
    return tmp_path_factory.mktemp("cutting")


@pytest.fixture(scope="module")
def told(folder: Path) -> Told:
    """What the process saw."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOCBA_")}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)],
        env={**kept, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.slow
def test_killed_at_any_step_the_next_run_makes_it_whole(told: Told, folder: Path) -> None:
    assert len(told["kill"]) == STEPS
    for number, one in enumerate(told["kill"], start=1):
        assert one["code"] == -9, one
        assert one["entries"] == 40 * number
        assert one["differences"] == []
        assert one["file_is_newest"]
        assert one["checkpoints"] == one["events"] == number, one
    # The file never told of a checkpoint before its row stood.
    sizes = [int(one["before"].split("\n")[1]) if one["before"] else 0 for one in told["kill"]]
    assert sizes == [0, 40, 80, 120, 200, 200, 240]
    assert list((folder / "log").rglob(".new-half"))  # what a cut left is in nobody's way


@pytest.mark.slow
def test_two_sweeps_at_once_publish_one_checkpoint(told: Told) -> None:
    assert len(told["race"]) == 4
    for number, one in enumerate(told["race"], start=STEPS + 1):
        assert one["codes"] == [0, 0], one
        assert one["checkpoints"] == one["events"] == number
        assert one["differences"] == []
        assert one["file_is_newest"]
