"""`hocba log` on a log that is really served on loopback, and lies in every way it could."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hocba.cli import main
from hocba.core.registry.tiles import Tile
from hocba.core.signing.trust import dump_trust
from tests.cli.conftest import Answered
from tests.core.registry.witnessed import AT, LOG, SECOND, WITNESS, MemoryLog, entry
from tests.core.verification.issued import city

Cli = Callable[..., Answered]
LEAVES = [entry(number) for number in range(300)]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A plain web server over the log's folder, and its address."""
    (tmp_path / "log").mkdir()
    handler = partial(_Quiet, directory=str(tmp_path / "log"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def put(tmp_path: Path) -> Callable[[MemoryLog], None]:
    """Let the server hand out a log."""

    def go(log: MemoryLog) -> None:
        for path, data in log.files.items():
            file = tmp_path / "log" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    return go


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run `hocba log VERB PLACE …` with the trust file of the log."""
    trusted = replace(city().trust, log_keys=(LOG.log_vkey,))
    (tmp_path / "trust.json").write_bytes(dump_trust(trusted))
    one = replace(trusted, witnesses=(WITNESS.witness_vkey, SECOND.witness_vkey), witness_quorum=1)
    (tmp_path / "trust-nhan-chung.json").write_bytes(dump_trust(one))

    def go(verb: str, place: object, *more: str, trust: str = "trust.json") -> Answered:
        code = main(["log", verb, str(place), "--trust", str(tmp_path / trust), *more])
        captured = capsys.readouterr()
        return Answered(code, captured.out, captured.err)

    return go


def grown(*sizes: int) -> MemoryLog:
    log, last = MemoryLog(), 0
    for size in sizes:
        log.grow(*LEAVES[last:size])
        last = size
    return log


def test_a_folder_and_an_address_are_checked_alike(
    cli: Cli, web: str, put: Callable[[MemoryLog], None], tmp_path: Path
) -> None:
    put(grown(100, 300))
    for place in (web, tmp_path / "log"):
        done = cli("check", place, "--json")
        assert (done.code, done.json["size"], done.json["new_entries"]) == (0, 300, 300)
        assert done.json["states"] == {"in_force": 300}
    assert "✓ nhat-ky.hocba.vn: 300 mục" in cli("check", web).out


def test_a_tampered_tile_is_named(
    cli: Cli, web: str, put: Callable[[MemoryLog], None], tmp_path: Path
) -> None:
    put(grown(300))
    path = Tile(0, 0, 256).path
    data = bytearray((tmp_path / "log" / path).read_bytes())
    data[64] ^= 1
    (tmp_path / "log" / path).write_bytes(bytes(data))
    done = cli("check", web, "--json")
    told = done.json["difference"]
    assert (done.code, told["code"], told["path"], told["index"]) == (1, "log.tile", path, 2)
    assert told["sentence"] in cli("check", web).out
    (tmp_path / "log" / path).unlink()
    assert cli("check", web, "--json").json["difference"]["code"] == "log.tile_missing"


def test_a_monitor_follows_an_honest_log(
    cli: Cli, web: str, put: Callable[[MemoryLog], None], tmp_path: Path
) -> None:
    state = ("--state", str(tmp_path / "lan-truoc.json"), "--json")
    log = grown(40)
    put(log)
    first = cli("monitor", web, *state)
    assert (first.code, first.json["new_entries"]) == (0, 40)
    assert first.json["counts"][0] == {
        "day": "2025-06-01",
        "school": "01000",
        "kind": "issued",
        "count": 8,
    }
    again = cli("monitor", web, *state)
    assert (again.code, again.json["new_entries"], again.json["counts"]) == (0, 0, [])
    put(log.grow(*LEAVES[40:300]))
    (tmp_path / "log" / Tile(0, 0, 40).path).unlink()  # old partial tiles may go (C2SP)
    more = cli("monitor", web, *state)
    assert (more.code, more.json["new_entries"], more.json["size"]) == (0, 260, 300)
    put(log.grow(entry(301, at=AT - timedelta(days=1))))
    back = cli("monitor", web, *state)
    assert (back.code, [one["code"] for one in back.json["odd"]]) == (1, ["log.time_backwards"])
    assert cli("monitor", web, *state).code == 0


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (grown(30), "log.rolled_back"),
        (MemoryLog().grow(*LEAVES[1:41]), "log.two_heads"),
        (MemoryLog().grow(*LEAVES[1:300]), "log.forked"),
    ],
)
def test_a_monitor_catches_a_log_that_takes_back_its_word(
    cli: Cli,
    web: str,
    put: Callable[[MemoryLog], None],
    tmp_path: Path,
    lie: MemoryLog,
    code: str,
) -> None:
    state = tmp_path / "lan-truoc.json"
    put(grown(40))
    assert cli("monitor", web, "--state", str(state)).code == 0
    seen = state.read_bytes()
    put(lie)
    done = cli("monitor", web, "--state", str(state), "--json")
    assert (done.code, done.json["passed"], done.json["difference"]["code"]) == (1, False, code)
    assert state.read_bytes() == seen
    evidence = json.loads((tmp_path / "lan-truoc.json.evidence.json").read_text("utf-8"))
    assert evidence == {"seen": grown(40).note(), "now": lie.note()}


def test_who_cannot_be_reached_is_no_liar(
    cli: Cli, put: Callable[[MemoryLog], None], tmp_path: Path
) -> None:
    (tmp_path / "log").mkdir()
    put(grown(3))
    state = tmp_path / "lan-truoc.json"
    assert cli("monitor", "http://127.0.0.1:9", "--state", str(state)).code == 2
    assert not state.exists()
    assert cli("check", tmp_path / "log", trust="khong-co.json").code == 2
    state.write_text('{"format": "hocba-log-visit/1"}')
    done = cli("monitor", tmp_path / "log", "--state", str(state))
    assert (done.code, "lần xem trước" in done.err) == (2, True)


def test_witnesses_are_told_and_demanded(
    cli: Cli, web: str, put: Callable[[MemoryLog], None]
) -> None:
    log = grown(3)
    put(log)
    alone = cli("check", web, "--json", trust="trust-nhan-chung.json")
    assert (alone.code, alone.json["difference"]["code"]) == (1, "log.witnesses")
    log.files["checkpoint"] = WITNESS.cosign(log.note()).encode()
    put(log)
    seen = cli("check", web, "--json", trust="trust-nhan-chung.json")
    assert (seen.code, seen.json["witnesses"]) == (0, [WITNESS.name])


def test_an_entry_is_proven_from_the_tiles(
    cli: Cli, web: str, put: Callable[[MemoryLog], None], tmp_path: Path
) -> None:
    put(grown(300))
    file = tmp_path / "muc.tlog-proof"
    assert cli("prove", web, "--index", "271", "--out", str(file)).code == 0
    done = cli("verify", file, "--json")
    assert (done.code, done.json["index"], done.json["size"]) == (0, 271, 300)
    assert done.json["entry"].encode() == LEAVES[271]
    leaf = tmp_path / "leaf"
    leaf.write_bytes(LEAVES[270])
    assert cli("verify", file, "--leaf", str(leaf)).code == 1
    assert cli("verify", file, trust="trust-nhan-chung.json").code == 1
    assert cli("prove", web, "--index", "300").code == 2
    file.write_text("xin chào", encoding="utf-8")
    assert cli("verify", file).code == 2
