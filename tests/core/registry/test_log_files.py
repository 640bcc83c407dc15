"""A log judged from its files: every byte counts, and what was seen once must stay."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hocba.adapters.wording.logs import difference_sentence
from hocba.core.registry.entry import EntryKind
from hocba.core.registry.log_files import LogReport, LogVisit, check_log, totals, visit_log
from hocba.core.registry.tiles import Tile, entry_bundle
from tests.core.registry.witnessed import AT, SECOND, WITNESS, MemoryLog, entry, log_of, trusted

LONG = log_of(66_000, lambda n: b"%d" % n)  # two full tiles of level 1, one tile of level 2
SHORT = log_of(600)


def copy(log: MemoryLog = SHORT) -> MemoryLog:
    return replace(log, leaves=list(log.leaves), files=dict(log.files))


def found(report: LogReport) -> tuple[str, str, int | None]:
    assert report.difference is not None
    return report.difference.code, report.difference.path, report.difference.index


def seen(log: MemoryLog, size: int | None = None) -> LogVisit:
    return LogVisit(log.head(size), log.note(size), None)


def visited(log: MemoryLog, before: LogVisit | None) -> LogReport:
    return visit_log(read=log.read, trust=trusted(), before=before)


def test_a_good_log_passes_and_is_counted() -> None:
    report = check_log(read=SHORT.read, trust=trusted())
    assert (report.difference, report.odd, report.head) == (None, [], SHORT.head())
    assert report.states == {"in_force": 600}
    rows = totals(report.counts)
    assert sum(int(row["count"]) for row in rows) == 600
    assert rows[0] == {"day": "2025-06-01", "school": "01000", "kind": "issued", "count": 8}


@pytest.mark.slow
def test_a_long_log_is_checked_on_every_level() -> None:
    assert check_log(read=LONG.read, trust=trusted()).difference is None
    for tile, first in ((Tile(1, 0, 256), 256 * 7), (Tile(2, 0, 1), 0), (Tile(1, 1, 1), 65536)):
        log = copy(LONG)
        data = bytearray(log.files[tile.path])
        data[32 * 7 if tile.width > 1 else 0] ^= 1
        log.files[tile.path] = bytes(data)
        expected = ("log.tile", tile.path, first)
        assert found(check_log(read=log.read, trust=trusted())) == expected


@pytest.mark.parametrize("path", sorted(SHORT.files))
def test_every_file_counts(path: str) -> None:
    """A missing, a shortened and an altered file are each named."""
    for data in (None, SHORT.files[path][:-1], SHORT.files[path][:-40] + SHORT.files[path][-39:]):
        log = copy()
        log.files.pop(path)
        if data is not None:
            log.files[path] = data
        code, place, _ = found(check_log(read=log.read, trust=trusted()))
        assert place in (path, path.replace("entries", "0"))
        assert difference_sentence(code) != code


def test_an_altered_entry_is_named_by_its_number() -> None:
    log = copy()
    log.files[Tile(0, 1, 256).entries_path] = entry_bundle(
        [*log.leaves[256:300], entry(9999), *log.leaves[301:512]]
    )
    assert found(check_log(read=log.read, trust=trusted()))[2] == 300


def test_a_tree_that_agrees_with_itself_must_still_be_the_signed_one() -> None:
    log = copy()
    other = log_of(600, lambda n: entry(n + 1))
    log.files = {**other.files, "checkpoint": log.files["checkpoint"]}
    assert found(check_log(read=log.read, trust=trusted()))[0] == "log.root"


def test_a_stranger_cannot_sign_and_witnesses_must_be_enough() -> None:
    strange = replace(trusted(), keys=(WITNESS.log_vkey,))
    assert found(check_log(read=SHORT.read, trust=strange))[0] == "log.checkpoint"
    log = copy()
    log.files["checkpoint"] = WITNESS.cosign(log.note()).encode()
    enough = check_log(read=log.read, trust=trusted(WITNESS, SECOND, quorum=1))
    assert (enough.difference, enough.witnesses) == (None, (WITNESS.name,))
    short = check_log(read=log.read, trust=trusted(WITNESS, SECOND, quorum=2))
    assert found(short)[0] == "log.witnesses"


def test_lives_that_do_not_follow_are_odd() -> None:
    log = log_of(3).grow(
        entry(0, EntryKind.RECALLED, at=AT + timedelta(days=1)),
        entry(1, EntryKind.REPLACED, at=AT + timedelta(days=1)),
        entry(7, EntryKind.RECALLED, at=AT + timedelta(days=1)),
        entry(2, at=AT + timedelta(days=1)),
        b"chang hieu gi",
        entry(8, at=AT),
    )
    report = check_log(read=log.read, trust=trusted())
    assert report.difference is None
    assert [(one.index, one.code) for one in report.odd] == [
        (4, "registry.wrong_step"),
        (5, "registry.wrong_step"),
        (6, "registry.wrong_step"),
        (7, "registry.entry_unreadable"),
        (8, "log.time_backwards"),
    ]
    assert report.states == {"recalled": 1, "in_force": 3}


@pytest.mark.parametrize(("old", "new"), [(0, 1), (1, 2), (255, 256), (256, 600), (300, 599)])
def test_growth_is_followed(old: int, new: int) -> None:
    log = MemoryLog().grow(*SHORT.leaves[:old]) if old else MemoryLog()
    before = seen(log) if old else None
    report = visited(log.grow(*SHORT.leaves[old:new]), before)
    assert (report.difference, report.new_entries) == (None, new - old)
    assert report.counts.total() == new - old


def test_nothing_new_reads_nothing_more() -> None:
    log = copy()
    before = seen(log)
    log.files = {"checkpoint": log.files["checkpoint"]}
    report = visited(log, before)
    assert (report.difference, report.new_entries) == (None, 0)


def forked() -> MemoryLog:
    """The same log with another entry 10: every file fits, and nothing of it is what was seen."""
    return MemoryLog().grow(*SHORT.leaves[:10], entry(5000), *SHORT.leaves[11:600])


@pytest.mark.parametrize(
    ("log", "before", "code"),
    [
        (log_of(500), seen(SHORT), "log.rolled_back"),
        (forked(), seen(SHORT), "log.two_heads"),
        (forked(), seen(SHORT, 400), "log.forked"),
        (forked(), seen(SHORT, 256), "log.forked"),
        (
            replace(SHORT),
            replace(seen(SHORT), head=replace(SHORT.head(), origin="x")),
            "log.other_log",
        ),
    ],
)
def test_a_log_that_takes_back_its_word_is_caught(
    log: MemoryLog, before: LogVisit, code: str
) -> None:
    assert found(visited(log, before))[0] == code
    assert difference_sentence(code) != code


@pytest.mark.parametrize(
    "path",
    [Tile(0, 2, 88).entries_path, Tile(0, 2, 88).path, Tile(1, 0, 2).path],
)
def test_a_tampered_file_is_caught_by_the_visit(path: str) -> None:
    log = copy()
    data = bytearray(log.files[path])
    data[-1] ^= 1
    log.files[path] = bytes(data)
    assert visited(log, seen(SHORT, 550)).difference is not None


def test_time_that_goes_back_across_visits_is_told() -> None:
    log = log_of(5)
    before = replace(seen(log), latest_at=AT + timedelta(hours=4))
    report = visited(log.grow(entry(9, at=AT), entry(10)), before)
    assert [(one.index, one.code) for one in report.odd] == [(5, "log.time_backwards")]
    assert report.latest_at == AT + timedelta(hours=10)
