"""A citizen's folder with an issued transcript and the trust file, and two ways to run `hocba`."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hocba.cli import main
from hocba.core.registry.bundle import write_bundle
from hocba.core.registry.entry import EntryKind
from hocba.core.signing.trust import dump_trust
from tests.core.verification.issued import city, issued

SOURCE = Path(__file__).parents[2] / "src"
AT = "2025-06-10T00:00:00+07:00"
NO_DJANGO_NO_NETWORK = """
import socket
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("django", "psycopg", "structlog"):
            raise ImportError("forbidden here: " + name)

def connect(*_):
    raise OSError("no network here")

sys.meta_path.insert(0, Refusing())
class Cut(socket.socket):
    connect = connect_ex = sendto = connect
socket.socket = Cut
socket.getaddrinfo = connect
"""


@dataclass(frozen=True)
class Answered:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The printed summary."""
        return json.loads(self.out)

    @property
    def file(self) -> Any:
        """The one file of the printed summary."""
        (file,) = self.json["files"]
        return file


Run = Callable[..., Answered]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundle, XML, recalled bundle, one byte changed, trust files; nobody writes here later."""
    place = tmp_path_factory.mktemp("hồ sơ")
    good = write_bundle(issued().bundle)
    recalled = city().bundle(issued().document, EntryKind.ISSUED, EntryKind.RECALLED)
    (place / "lan.hocba.json").write_bytes(good)
    (place / "lan.xml").write_bytes(issued().document)
    (place / "thu-hoi.hocba.json").write_bytes(write_bundle(recalled))
    (place / "sua.hocba.json").write_bytes(good.replace(b"7f0c", b"7f0d").replace(b"A", b"B", 1))
    (place / "trust.json").write_bytes(dump_trust(city().trust))
    (place / "trust-khac.json").write_bytes(dump_trust(city("other").trust))
    return place


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `hocba verify …` through `main` inside the folder, with its trust file and instant."""
    monkeypatch.chdir(folder)

    def go(*arguments: str | Path, trust: str = "trust.json", at: str = AT) -> Answered:
        line = ["verify", *map(str, arguments), "--trust", trust, *(["--at", at] if at else [])]
        code = main(line)
        captured = capsys.readouterr()
        return Answered(code, captured.out, captured.err)

    return go


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which Python finds no Django and reaches no network."""
    place = tmp_path_factory.mktemp("guard")
    (place / "sitecustomize.py").write_text(NO_DJANGO_NO_NETWORK)
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": f"{place}{os.pathsep}{SOURCE}", "LC_ALL": "C", "COLUMNS": "80"}


@pytest.fixture
def command(folder: Path, guarded: dict[str, str]) -> Callable[..., Answered]:
    """Run the installed `hocba` as a process of its own in that environment."""
    hocba = Path(sys.executable).with_name("hocba")

    def go(*arguments: str | bytes, **environment: str) -> Answered:
        done = subprocess.run(
            [str(hocba), *arguments],
            cwd=folder,
            env={**guarded, **environment},
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Answered(done.returncode, done.stdout.decode(), done.stderr.decode())

    return go
