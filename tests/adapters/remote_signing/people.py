"""A simulated service with one teacher's key, and the three clients that speak to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from hocba.adapters.fetching import Fetcher
from hocba.adapters.remote_signing.csc import CscClient
from hocba.adapters.remote_signing.exchange import Door
from hocba.adapters.remote_signing.mysign import MySignClient
from hocba.adapters.remote_signing.simulator import Simulator
from hocba.adapters.remote_signing.smartca import SmartCaClient
from hocba.adapters.software_signer import SoftwareSigner
from hocba.adapters.software_signer.demo_pki import DemoPerson, build_demo_pki
from hocba.core.signing.ports import RemoteSigner
from hocba.core.signing.remote import RemoteDocument

ACCOUNT, OTHER = "001180000001", "001180000002"
KINDS = ("csc", "smartca", "mysign")
DIGESTS = tuple(sha256(bytes([number])).digest() for number in range(4))
DOCUMENTS = tuple(RemoteDocument(one, f"Học bạ {place}") for place, one in enumerate(DIGESTS))


@cache
def key_of(account: str) -> SoftwareSigner:
    """The key of an account; nobody else has one."""
    if account not in (ACCOUNT, OTHER):
        raise LookupError(account)
    return SoftwareSigner.load(_pki() / f"{account}.p12", "demo", demo=True)


@cache
def _pki() -> Path:
    start = datetime(2024, 8, 1, tzinfo=UTC)
    people = [DemoPerson("Nguyễn Lan", one, "Trường mẫu") for one in (ACCOUNT, OTHER)]
    folder = Path(mkdtemp(prefix="hocba-remote-")) / "pki"
    build_demo_pki(
        folder=folder,
        people=people,
        schools=[],
        not_before=start,
        not_after=start + timedelta(days=3000),
    )
    return folder


@contextmanager
def serving(**more: object) -> Iterator[tuple[Simulator, str]]:
    """A service that runs while the block does."""
    simulator = Simulator(holder=key_of, demo=True, **more)  # type: ignore[arg-type]
    url = simulator.start()
    try:
        yield simulator, url
    finally:
        simulator.stop()


def client(kind: str, url: str, *, secret: str = "bi-mat", seconds: float = 2.0) -> RemoteSigner:
    """A client of the service."""
    door = Door(url, Fetcher(frozenset({url.removeprefix("http://")}), seconds=seconds))
    if kind == "csc":
        return CscClient(door=door, client_id="hocba", client_secret=secret)
    if kind == "smartca":
        return SmartCaClient(door=door, sp_id="hocba", sp_password=secret)
    return MySignClient(door=door, client_id="hocba", client_secret=secret, profile_id="p")
