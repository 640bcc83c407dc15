"""An installation in a folder of its own, run by processes that can be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.faults.places import ROOT

_numbers = count()
KILLED = -9


@dataclass
class Outcome:
    """How a job ended: its value, or why not; `killed` before it could say anything."""

    killed: bool
    told: dict[str, Any]

    @property
    def value(self) -> Any:
        assert not self.killed, "the process was killed"
        assert "value" in self.told, self.told.get("trace") or self.told
        return self.told["value"]

    @property
    def refused(self) -> str:
        return str(self.told.get("refused", ""))

    @property
    def effects(self) -> list[str]:
        return list(self.told["effects"])


@dataclass
class Running:
    """A job that is under way."""

    host: "Host"
    pid: int
    result: Path

    def wait(self) -> Outcome:
        killed = self.host.order({"wait": self.pid}) == KILLED
        if killed:
            return Outcome(True, {})
        return Outcome(False, json.loads(self.result.read_text(encoding="utf-8")))


@dataclass
class Host:
    """The process that forks workers."""

    process: subprocess.Popen[str]
    folder: Path

    def order(self, order: dict[str, Any]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the host has died"
        return json.loads(line)

    def start(
        self, job: str, *, kill_at: int | None = None, watched: bool = False, **arguments: Any
    ) -> Running:
        result = self.folder / f"result-{next(_numbers)}.json"
        pid = self.order(
            {
                "job": job,
                "arguments": arguments,
                "kill_at": kill_at,
                "watched": watched or kill_at is not None,
                "result": str(result),
            }
        )
        return Running(self, pid, result)

    def run(self, job: str, **arguments: Any) -> Any:
        """Do a job that must succeed; return its value."""
        return self.start(job, **arguments).wait().value


@dataclass
class Installation:
    """Data folder and database; `told` is the ledger of acknowledgements, outside both."""

    folder: Path
    database_url: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def told(self) -> Path:
        return self.folder / "told.jsonl"

    def acknowledged(self) -> list[list[Any]]:
        if not self.told.exists():
            return []
        return [json.loads(line) for line in self.told.read_text().splitlines()]

    def environment(self) -> dict[str, str]:
        """The demo's settings: real keys of no legal value, no TLS."""
        inherited = {key: value for key, value in os.environ.items() if "HOCBA_" not in key}
        return {
            **inherited,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "hocba.web.settings",
            "HOCBA_DEMO": "1",
            "HOCBA_DATA_DIR": str(self.data),
            "HOCBA_DATABASE_URL": self.database_url,
            **self.more,
        }

    def manage(self, *arguments: str, expect: int = 0) -> str:
        """Run a command as an operator would; return all that it says."""
        done = subprocess.run(
            [sys.executable, "-m", "hocba.web", *arguments],
            env=self.environment(),
            cwd=ROOT,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == expect, done.stdout
        return done.stdout

    @contextmanager
    def host(self, *before: str, **more: str) -> Iterator[Host]:
        """Start the forking process; `before` is a command that runs it, such as faketime."""
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.faults.host"],
            env={**self.environment(), **more},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield Host(process, self.folder)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)
