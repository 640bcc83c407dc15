"""Installations for the fault tests, on SQLite and on a PostgreSQL of the tests' own."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hocba.core.registry.checkpoint import vkey
from hocba.core.signing.keys import ed25519_public_key
from hocba.core.signing.trust import TrustStore, dump_trust
from tests.faults.installation import Installation
from tests.faults.postgres import PROGRAMS, Cluster

Make = Callable[..., Installation]
MEMORY = Path("/dev/shm")
PROGRAMS_FIRST = {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
ORIGIN = "hoc-ba-so.example/nhat-ky"
_numbers = count()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for these tests alone."""
    made = Cluster()
    made.start()
    yield made
    made.throw_away()


class Templates:
    """Installations that others are copies of, each made once: "empty" tables, "sealed", "issued".

    The latter two went the demo's road with real signatures; one test PKI is drawn for all.
    """

    def __init__(self, folder: Path, cluster: Callable[[], Cluster]) -> None:
        self.folder, self.cluster = folder, cluster
        self.done: dict[tuple[str, str], Installation] = {}

    def __call__(self, vendor: str, like: str) -> Installation:
        if (vendor, like) not in self.done:
            self.done[vendor, like] = self._made(vendor, like)
        return self.done[vendor, like]

    def copy(self, vendor: str, like: str, folder: Path) -> Installation:
        origin = self(vendor, like)
        shutil.copytree(origin.folder, folder)
        return Installation(folder, self._url(vendor, folder, like), PROGRAMS_FIRST)

    def _url(self, vendor: str, folder: Path, like: str) -> str:
        if vendor == "sqlite":
            return f"sqlite:///{folder / 'data' / 'hocba.sqlite3'}"
        template = self.done[vendor, like].database_url.rpartition("/")[2] if like else "template0"
        return self.cluster().create(f"copy_{os.getpid()}_{next(_numbers)}", template)

    def _made(self, vendor: str, like: str) -> Installation:
        folder = self.folder / f"{vendor}-{like}"
        if like == "empty":
            (folder / "data").mkdir(parents=True)
            made = Installation(folder, self._url(vendor, folder, ""), PROGRAMS_FIRST)
            made.manage("migrate", "--verbosity=0")
            return made
        if like == "sealed":
            made = self.copy(vendor, "empty", folder)
            for (_, other), there in self.done.items():
                if other == "sealed":
                    shutil.copytree(there.data / "demo-pki", made.data / "demo-pki")
                    break
            with made.host() as host:
                (folder / "city.json").write_text(json.dumps(host.run("build")))
            return made
        made = self.copy(vendor, "sealed", folder)
        with made.host() as host:
            host.run("issue_class", **json.loads((folder / "city.json").read_text()))
            (folder / "checkpoint.txt").write_text(host.run("publish"))
        return made


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest) -> Iterator[Templates]:
    """What installations are copied from."""
    with _in_memory() as folder:
        yield Templates(folder, lambda: request.getfixturevalue("cluster"))


def write_log_key(folder: Path) -> str:
    """Draw a key for the log; return its vkey."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "log-key.pem").write_bytes(pem)
    return vkey(ORIGIN, ed25519_public_key(pem))


@contextmanager
def _in_memory() -> Iterator[Path]:
    """A folder in memory where there is one: a killed process needs no disk, and disks are slow."""
    place = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hocba-faults-", dir=place) as folder:
        yield Path(folder)


@pytest.fixture
def make_installation(templates: Templates) -> Iterator[Make]:
    """Make an installation: a clean machine, or one like a template with a log key of its own."""
    with _in_memory() as memory:

        def make(vendor: str, *, like: str = "empty") -> Installation:
            folder = memory / f"installation-{next(_numbers)}"
            if like == "nothing":
                (folder / "data").mkdir(parents=True)
                return Installation(folder, templates._url(vendor, folder, ""), PROGRAMS_FIRST)
            made = templates.copy(vendor, like, folder)
            if like == "empty":
                keys = (write_log_key(made.data),)
                trusted = TrustStore(anchors=(), intermediates=(), crls=(), seals=(), log_keys=keys)
                (made.data / "trust.json").write_bytes(dump_trust(trusted))
            return made

        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, make_installation: Make) -> Installation:
    """An empty installation on either database."""
    return make_installation(request.param)
