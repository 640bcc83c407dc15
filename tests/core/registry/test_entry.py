"""A leaf of the public log: one spelling, nobody's name, nothing strange taken for it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.registry.entry import EntryKind, LogEntry, decode, encode
from hocba.core.registry.lookup_code import SALT_BYTES, lookup_digest

AT = datetime(2025, 5, 31, 2, 0, 5, tzinfo=UTC)
LOOKUP = "7f0c1d1e-5a53-4b6e-9d0a-0e6f5d1c2b3a"
SALT = bytes(range(SALT_BYTES))
ENTRY = LogEntry(EntryKind.ISSUED, b"\x11" * 32, b"\x22" * 32, 1, AT)
LEAF = encode(ENTRY)
DIGESTS = st.binary(min_size=32, max_size=32)
ENTRIES = st.builds(
    LogEntry,
    kind=st.sampled_from(EntryKind),
    lookup_digest=DIGESTS,
    document_sha256=DIGESTS,
    version=st.integers(1, 99),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2120, 1, 1)).map(  # noqa: DTZ001
        lambda at: at.replace(microsecond=0, tzinfo=UTC)
    ),
    replaces_digest=st.none() | DIGESTS,
    school_code=st.sampled_from(["", "01006501", 'Trường "x"']),
    decision_digest=st.none() | DIGESTS,
)


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def test_a_leaf_is_sorted_json_without_spaces() -> None:
    assert LEAF == (
        b'{"at":"2025-05-31T02:00:05Z","document":"' + b"22" * 32 + b'","format":"hocba-entry/1",'
        b'"kind":"issued","lookup":"' + b"11" * 32 + b'","version":1}'
    )


def test_school_decision_and_newer_kinds_are_told_in_the_second_format() -> None:
    decided = replace(
        ENTRY, kind=EntryKind.CIVIL_STATUS, school_code="01006501", decision_digest=b"\x44" * 32
    )
    assert encode(decided) == (
        b'{"at":"2025-05-31T02:00:05Z","decision":"' + b"44" * 32 + b'","document":"'
        b"" + b"22" * 32 + b'","format":"hocba-entry/2","kind":"civil_status","lookup":"'
        b"" + b"11" * 32 + b'","school":"01006501","version":1}'
    )
    for later in (EntryKind.COURT_SEALED, EntryKind.COURT_UNSEALED, EntryKind.CIVIL_STATUS):
        assert b"hocba-entry/2" in encode(replace(ENTRY, kind=later))


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"hocba-entry/2", b"hocba-entry/1"), (b'"01006501"', b'""'), (b'"01006501"', b"1006501")],
)
def test_the_second_format_has_one_spelling_too(before: bytes, after: bytes) -> None:
    leaf = encode(replace(ENTRY, school_code="01006501"))
    assert before in leaf
    with refused("registry.entry_unreadable"):
        decode(leaf.replace(before, after))


def test_a_leaf_tells_nothing_of_the_person() -> None:
    digest = lookup_digest(lookup_uuid=LOOKUP, salt=SALT)
    leaf = encode(LogEntry(EntryKind.REPLACED, digest, b"\x22" * 32, 2, AT, b"\x33" * 32))
    assert set(json.loads(leaf)) == {
        "at",
        "document",
        "format",
        "kind",
        "lookup",
        "replaces",
        "version",
    }
    assert LOOKUP.encode() not in leaf
    assert SALT.hex().encode() not in leaf


@given(ENTRIES)
@settings(max_examples=80, deadline=None)
def test_what_was_written_is_read(entry: LogEntry) -> None:
    assert decode(encode(entry)) == entry


def test_an_instant_has_one_spelling_in_every_time_zone() -> None:
    hanoi = AT.astimezone(timezone(timedelta(hours=7)))
    assert encode(LogEntry(EntryKind.ISSUED, b"\x11" * 32, b"\x22" * 32, 1, hanoi)) == LEAF


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"kind"', b' "kind"'),
        (b"}", b"}\n"),
        (b"1111", b"11 11"),
        (b"22" * 32, b"AA" * 32),
        (b"hocba-entry/1", b"hocba-entry/2"),
        (b'"issued"', b'"deleted"'),
        (b'"version":1', b'"version":1.0'),
        (b'"version":1', b'"version":"1"'),
        (b'"version":1', b'"version":Infinity'),
        (b'"version":1', b'"version":1,"name":"Lan"'),
        (b'"version":1', b'"version":1,"version":1'),
        (b"02:00:05Z", b"02:00:05+00:00"),
        (b"02:00:05Z", b"26:00:05Z"),
        (b',"version":1', b""),
        (LEAF, b""),
        (LEAF, b"[]"),
        (LEAF, b"null"),
        (LEAF, b"\xff\xfe"),
        (LEAF, b"[" * 100_000),
    ],
)
def test_any_other_spelling_is_refused(before: bytes, after: bytes) -> None:
    assert before in LEAF
    with refused("registry.entry_unreadable"):
        decode(LEAF.replace(before, after, 1))


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_no_leaf(data: bytes) -> None:
    with refused("registry.entry_unreadable"):
        decode(data)


def test_a_code_is_bound_with_its_salt() -> None:
    digest = lookup_digest(lookup_uuid=LOOKUP, salt=SALT)
    assert len(digest) == 32
    assert digest == lookup_digest(lookup_uuid=LOOKUP, salt=SALT)
    assert digest != lookup_digest(lookup_uuid=LOOKUP, salt=bytes(SALT_BYTES))


@pytest.mark.parametrize("place", [i for i, letter in enumerate(LOOKUP) if letter != "-"])
def test_one_mistyped_letter_is_another_code(place: int) -> None:
    letter = "0" if LOOKUP[place] != "0" else "1"
    typo = LOOKUP[:place] + letter + LOOKUP[place + 1 :]
    assert lookup_digest(lookup_uuid=typo, salt=SALT) != lookup_digest(
        lookup_uuid=LOOKUP, salt=SALT
    )
