"""Two at once: real threads with connections of their own, on a database that both can reach."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connections

from hocba.core.errors import HocbaError

Act = Callable[[], object]


@pytest.fixture
def database_of_files(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """On SQLite move to a copy of the tests' database in a file, as one school has it."""
    if connections["default"].vendor != "sqlite":
        yield
        return
    memory, settings = connections["default"], connections.settings["default"]
    memory.ensure_connection()
    with sqlite3.connect(tmp_path / "race.sqlite3") as copy:
        memory.connection.backup(copy)
    copy.close()
    name, settings["NAME"] = settings["NAME"], str(tmp_path / "race.sqlite3")
    connections["default"] = connections.create_connection("default")
    yield
    connections["default"].close()
    settings["NAME"] = name
    connections["default"] = memory


def at_once(*acts: Act) -> list[str]:
    """Start all acts together and return what became of each: "done", or the refusal's code."""
    outcomes: list[str] = [""] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int) -> None:
        start.wait(timeout=20)
        try:
            acts[number]()
            outcomes[number] = "done"
        except HocbaError as refusal:
            outcomes[number] = refusal.code
        except OperationalError as error:
            outcomes[number] = f"bug: {error}"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
