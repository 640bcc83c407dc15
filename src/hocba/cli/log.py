"""`hocba log`: hold a public log to its word, from its files alone; without Django.

    hocba log check   FOLDER|URL --trust TRUST [--json]
    hocba log monitor FOLDER|URL --trust TRUST --state FILE [--json] [--seconds 20]
    hocba log prove   FOLDER|URL --trust TRUST --index N [--out FILE.tlog-proof]
    hocba log verify  FILE.tlog-proof --trust TRUST [--leaf FILE] [--json]

`check` recomputes every entry, tile, root and signature, and follows each transcript's life.
`monitor`, run from time to time, remembers the last checkpoint in FILE and demands that the log has
only grown since: it reads what is new, counts it by day, school and kind, and keeps both notes in
FILE.evidence.json when the log contradicts itself. `prove` writes a proof that anybody can check;
`verify` checks one (the entry is the proof's own extra data, or the file of --leaf).

Exit code: 0 all well (also: nothing new); 1 the log is not honest, or an entry is odd; 2 it cannot
be reached, or the command itself is wrong. A clock that went backwards fails `monitor`, which tells
it once, and is only told by `check`.

--json of `check` and `monitor` prints {"place", "passed", "origin", "size", "root", "witnesses",
"new_entries", "difference": {"code", "path", "index", "sentence"} | null, "odd": [{"index", "code",
"sentence"}], "states": {state: number}, "counts": [{"day", "school", "kind", "count"}]}; of
`verify` {"file", "passed", "index", "origin", "size", "witnesses", "entry": the leaf as text}.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from hocba.adapters.durable import write_durably
from hocba.adapters.log_sources import log_source
from hocba.adapters.wording.logs import difference_sentence
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.registry.checkpoint import Checkpoint
from hocba.core.registry.log_files import (
    CHECKPOINT,
    LogReport,
    LogTrust,
    LogVisit,
    check_log,
    totals,
    visit_log,
)
from hocba.core.registry.tiles import WIDTH, TiledTree, entries_in
from hocba.core.registry.tlog_proof import (
    MAX_BYTES,
    TlogProof,
    check_tlog_proof,
    read_tlog_proof,
    write_tlog_proof,
)
from hocba.core.registry.witness import open_cosigned
from hocba.core.signing.keys import ed25519_verify
from hocba.core.signing.trust import load_trust

STATE_FORMAT = "hocba-log-visit/1"
_MOST_TRUST_BYTES = 64 * 1024 * 1024
_TIME = "log.time_backwards"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands and what each takes."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, words in (
        ("check", "tính lại toàn bộ nhật ký từ các tệp của nó"),
        ("monitor", "so nhật ký với lần xem trước, đọc phần mới"),
        ("prove", "lập bằng chứng .tlog-proof của một mục"),
        ("verify", "kiểm tra một tệp .tlog-proof"),
    ):
        one = verbs.add_parser(name, help=words)
        one.add_argument("place", metavar="TỆP" if name == "verify" else "THƯ_MỤC|URL")
        one.add_argument("--trust", type=Path, required=True, help="tệp danh sách tin cậy")
        one.add_argument("--seconds", type=float, default=20.0, help="chờ mỗi tệp nhiều nhất")
        if name != "prove":
            one.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
        if name == "monitor":
            one.add_argument("--state", type=Path, required=True, help="tệp ghi lần xem trước")
        if name == "prove":
            one.add_argument("--index", type=int, required=True)
            one.add_argument("--out", type=Path)
        if name == "verify":
            one.add_argument("--leaf", type=Path, help="tệp chứa mục, thay cho mục kèm trong tệp")


def run(options: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    verbs: dict[str, Callable[[argparse.Namespace, LogTrust], int]] = {
        "check": _check,
        "monitor": _monitor,
        "prove": _prove,
        "verify": _verify,
    }
    try:
        return verbs[options.verb](options, _trust(options.trust))
    except HocbaError as refusal:
        _complain(f"{options.place}: {refusal_sentence(refusal)}")
    except OSError as error:
        _complain(f"{options.place}: {error}")
    return 2


def _complain(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(text)


def _trust(path: Path) -> LogTrust:
    trust = load_trust(bounded_bytes(path, limit=_MOST_TRUST_BYTES))
    return LogTrust(trust.log_keys, trust.witnesses, trust.witness_quorum, ed25519_verify)


def _check(options: argparse.Namespace, trust: LogTrust) -> int:
    read = log_source(options.place, seconds=options.seconds).read
    report = check_log(read=read, trust=trust)
    report.new_entries = report.counts.total()
    passed = report.difference is None and all(one.code == _TIME for one in report.odd)
    _print(options, report, passed=passed)
    return 0 if passed else 1


def _monitor(options: argparse.Namespace, trust: LogTrust) -> int:
    before = _remembered(options.state, trust)
    read = log_source(options.place, seconds=options.seconds).read
    report = visit_log(read=read, trust=trust, before=before)
    if report.difference is None and report.head is not None:
        _remember(options.state, LogVisit(report.head, report.note, report.latest_at))
    elif report.note:
        notes = {"seen": before.note if before else "", "now": report.note}
        _write(options.state.with_name(f"{options.state.name}.evidence.json"), notes)
    passed = report.difference is None and not report.odd
    _print(options, report, passed=passed)
    return 0 if passed else 1


def _remembered(path: Path, trust: LogTrust) -> LogVisit | None:
    """What the last visit left; the note is verified anew, so that nobody plants another head."""
    if not path.exists():
        return None
    try:
        values = json.loads(bounded_bytes(path, limit=MAX_BYTES))
        opened = open_cosigned(
            note=values["note"], keys=trust.keys, witnesses=(), verify=trust.verify
        )
        latest = values["latest_at"]
        if values["format"] != STATE_FORMAT or opened is None:
            raise HocbaError("log.state_unreadable")
        at = datetime.fromisoformat(latest) if latest else None
        return LogVisit(opened.checkpoint, values["note"], at)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HocbaError("log.state_unreadable") from error


def _remember(path: Path, visit: LogVisit) -> None:
    latest = visit.latest_at.isoformat() if visit.latest_at else None
    _write(path, {"format": STATE_FORMAT, "note": visit.note, "latest_at": latest})


def _write(path: Path, values: dict[str, Any]) -> None:
    text = json.dumps(values, ensure_ascii=False, indent=1) + "\n"
    write_durably(path, text.encode("utf-8"), below=path.parent)


def _print(options: argparse.Namespace, report: LogReport, *, passed: bool) -> None:
    head = report.head or Checkpoint("", 0, b"")
    found = report.difference
    summary = {
        "place": options.place,
        "passed": passed,
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "witnesses": list(report.witnesses),
        "new_entries": report.new_entries,
        "difference": found
        and {
            "code": found.code,
            "path": found.path,
            "index": found.index,
            "sentence": difference_sentence(found.code),
        },
        "odd": [
            {"index": one.index, "code": one.code, "sentence": difference_sentence(one.code)}
            for one in report.odd
        ],
        "states": dict(sorted(report.states.items())),
        "counts": totals(report.counts),
    }
    if options.json:
        sys.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
        return
    out = Console(highlight=False, soft_wrap=True, markup=False)
    sign = "✓" if passed else "✗"
    out.print(f"{sign} {head.origin}: {head.size} mục, {report.new_entries} mục vừa đọc")
    out.print(f"    {len(report.witnesses)} nhân chứng: {', '.join(report.witnesses) or '—'}")
    if found is not None:
        place = found.path if found.index is None else f"{found.path}, mục {found.index}"
        out.print(f"    {place}: {difference_sentence(found.code)}")
    for one in report.odd:
        out.print(f"    mục {one.index}: {difference_sentence(one.code)}")
    for row in totals(report.counts):
        out.print(f"    {row['day']} {row['school'] or '—'} {row['kind']}: {row['count']}")


def _prove(options: argparse.Namespace, trust: LogTrust) -> int:
    read = log_source(options.place, seconds=options.seconds).read
    note = read(CHECKPOINT).decode("utf-8", errors="replace")
    opened = open_cosigned(
        note=note, keys=trust.keys, witnesses=trust.witnesses, verify=trust.verify
    )
    if opened is None:
        _complain(f"{options.place}: {difference_sentence('log.checkpoint')}")
        return 1
    tree = TiledTree(opened.checkpoint.size, lambda tile: read(tile.path))
    if not 0 <= options.index < tree.size:
        raise HocbaError("log.no_such_entry")
    tile = tree.tile_at(0, options.index // WIDTH)
    leaf = entries_in(read(tile.entries_path))[options.index % WIDTH]
    proof = TlogProof(options.index, tuple(tree.inclusion(options.index)), note, leaf)
    if (
        check_tlog_proof(
            proof=proof,
            leaf=leaf,
            keys=trust.keys,
            witnesses=trust.witnesses,
            verify=trust.verify,
        )
        is None
    ):
        _complain(f"{options.place}: {difference_sentence('log.tile')}")
        return 1
    text = write_tlog_proof(proof)
    if options.out is None:
        sys.stdout.write(text)
    else:
        options.out.write_text(text, encoding="utf-8")
    return 0


def _verify(options: argparse.Namespace, trust: LogTrust) -> int:
    data = bounded_bytes(Path(options.place), limit=MAX_BYTES)
    proof = read_tlog_proof(data.decode("utf-8", errors="replace"))
    leaf = bounded_bytes(options.leaf, limit=MAX_BYTES) if options.leaf else proof.extra
    opened = check_tlog_proof(
        proof=replace(proof, extra=b""),
        leaf=leaf,
        keys=trust.keys,
        witnesses=trust.witnesses,
        verify=trust.verify,
    )
    names = [one.name for one in opened.cosignatures] if opened else []
    passed = opened is not None and len(names) >= trust.quorum
    entry = leaf.decode("utf-8", errors="replace")
    if options.json:
        summary = {
            "file": options.place,
            "passed": passed,
            "index": proof.index,
            "origin": opened.checkpoint.origin if opened else "",
            "size": opened.checkpoint.size if opened else 0,
            "witnesses": names,
            "entry": entry,
        }
        sys.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    else:
        out = Console(highlight=False, soft_wrap=True, markup=False)
        words = f"mục {proof.index}, {len(names)} nhân chứng" if opened else "không chứng minh được"
        out.print(f"{'✓' if passed else '✗'} {options.place}: {words}")
        if opened:
            out.print(f"    {entry}")
    return 0 if passed else 1
