"""Workers that are killed and workers that meet, as real processes on a real database (F1, F14).

On SQLite in a file, or on a PostgreSQL database of their own where the suite runs on PostgreSQL.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from hocba.adapters.remote_signing.simulator import Simulator
from tests.apps.issuing.killed_worker import MYSIGN_POINTS, SMARTCA_POINTS
from tests.apps.issuing.remote import SENT, keys_in

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    url = os.environ.get("HOCBA_TEST_DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield f"sqlite:///{tmp_path / 'city.sqlite3'}"
        return
    name = f"hocba_killed_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def played(
    which: str, database: str, folder: Path
) -> tuple[dict[str, dict[str, Any]], dict[str, list[int]]]:
    """Play scenes; return what was found, and how many digests each request of an account had."""
    simulator = Simulator(holder=keys_in(folder / "demo-pki"), demo=True)
    url = simulator.start()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.apps.issuing.killed_worker", url, which],
            cwd=ROOT,
            env={
                **os.environ,
                "HOCBA_TESTING": "1",
                "HOCBA_TEST_DATABASE_URL": database,
                "HOCBA_DATA_DIR": str(folder),
                "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
    finally:
        simulator.stop()
    assert done.returncode == 0, done.stderr[-3000:]
    assert simulator.repeated == []
    rings: dict[str, list[int]] = {}
    for one in simulator.transactions.values():
        rings.setdefault(one.account, []).append(len(one.digests))
    return json.loads(done.stdout), rings


def test_a_killed_worker_loses_nothing_and_repeats_nothing(database: str, tmp_path: Path) -> None:
    found, rings = played("killed", database, tmp_path)
    cases = [f"smartca {one}" for one in SMARTCA_POINTS]
    cases += [f"mysign {one}" for one in MYSIGN_POINTS]
    for case in cases:
        seen = found[case]
        assert seen["exits"] == [-9, 0], case
        assert (seen["states"], seen["open"], seen["broken"]) == (["done"], 0, []), case
        assert seen["done"] == seen["signed"] == SENT, case
        # Viettel draws the name of a transaction itself: one that was never told is asked for anew.
        again = 2 if case == "mysign remote.sent" else 1
        assert len(rings[seen["account"]]) == again, case


def test_workers_that_meet_do_everything_once(database: str, tmp_path: Path) -> None:
    found, rings = played("meetings", database, tmp_path)
    for case, seen in found.items():
        assert not any(seen["exits"]), case
        assert (seen["open"], seen["broken"]) == (0, []), case
        assert seen["done"] == seen["signed"] == SENT, case
        assert seen["states"] == ["done"], case
        assert len(rings[seen["account"]]) == 1, case
