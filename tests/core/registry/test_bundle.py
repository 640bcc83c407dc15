"""The bundle file: one spelling, bounded, and nothing else is taken for it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import (
    FORMAT,
    MAX_BYTES,
    Bundle,
    BundledEntry,
    is_bundle,
    read_bundle,
    write_bundle,
)
from hocba.core.registry.tlog_proof import read_tlog_proof

BUNDLE = Bundle(
    document=b"<HOC_BA_SO/>",
    entries=(BundledEntry(5, b'{"kind":"issued"}', b"s" * 16, (b"a" * 32, b"b" * 32)),),
    checkpoint_note="nhat-ky.hocba.vn\n6\nAAAA\n\n— nhat-ky.hocba.vn AAAA\n",
    certificates=(b"chung thu 1", b"chung thu 2"),
)
FILE = write_bundle(BUNDLE)
ENTRIES = st.builds(
    BundledEntry,
    index=st.integers(0, 2**40),
    leaf=st.binary(max_size=40),
    salt=st.binary(max_size=16),
    proof=st.lists(st.binary(max_size=32), max_size=4).map(tuple),
)
BUNDLES = st.builds(
    Bundle,
    document=st.binary(max_size=200),
    entries=st.lists(ENTRIES, max_size=4).map(tuple),
    checkpoint_note=st.text(max_size=60),
    certificates=st.lists(st.binary(max_size=40), max_size=3).map(tuple),
)


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The good file with one thing changed in its values, written as the writer would."""
    values = json.loads(FILE)
    change(values)
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode(errors="surrogatepass")


def test_a_bundle_file_is_plain_json_that_anyone_can_open() -> None:
    values = json.loads(FILE)
    assert list(values) == ["format", "document", "entries", "checkpoint", "certificates"]
    assert values["format"] == FORMAT == "hocba-bundle/1"
    assert values["checkpoint"] == BUNDLE.checkpoint_note


@given(BUNDLES)
@settings(max_examples=80, deadline=None)
def test_what_was_written_is_read_and_written_the_same(bundle: Bundle) -> None:
    data = write_bundle(bundle)
    assert read_bundle(data) == bundle
    assert write_bundle(read_bundle(data)) == data


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(format="hocba-bundle/2"),
        lambda v: v.update(format=None),
        lambda v: v.pop("format"),
        lambda v: v.pop("document"),
        lambda v: v.pop("certificates"),
        lambda v: v.update(note="một lời nhắn"),
        lambda v: v.update(document="không phải base64"),
        lambda v: v.update(document="PEhPQ19CQV9TTy8+\n"),
        lambda v: v.update(document=7),
        lambda v: v.update(checkpoint=None),
        lambda v: v.update(checkpoint="\ud800"),
        lambda v: v.update(certificates=""),
        lambda v: v.update(entries={"index": 5}),
        lambda v: v["entries"][0].update(index="5"),
        lambda v: v["entries"][0].update(index=5.5),
        lambda v: v["entries"][0].update(index=True),
        lambda v: v["entries"][0].update(index=float("inf")),
        lambda v: v["entries"][0].pop("salt"),
        lambda v: v["entries"][0].update(extra=1),
        lambda v: v["entries"][0].update(proof="AAAA"),
        lambda v: v.update(entries=v["entries"] * 65),
        lambda v: v.update(certificates=["AAAA"] * 65),
        lambda v: v["entries"][0].update(proof=["AAAA"] * 65),
    ],
)
def test_a_file_of_another_shape_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    assert changed(lambda v: None) == FILE
    with refused("bundle.unreadable"):
        read_bundle(changed(change))


@pytest.mark.parametrize(
    "data",
    [
        FILE + b" ",
        b" " + FILE,
        FILE.replace(b"\n", b"\r\n"),
        json.dumps(json.loads(FILE)).encode(),
        json.dumps(dict(reversed(json.loads(FILE).items())), indent=1).encode() + b"\n",
        FILE.decode().encode("utf-16"),
    ],
    ids=["space after", "space before", "windows lines", "one line", "other order", "utf-16"],
)
def test_the_same_values_spelled_otherwise_are_refused(data: bytes) -> None:
    with refused("bundle.unreadable"):
        read_bundle(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"[]", b"{}", b'"x"', b"[" * 200_000, b'{"a":' * 200_000, b"\xff{"],
    ids=["empty", "cut", "null", "list", "object", "text", "deep list", "deep object", "no utf-8"],
)
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with refused("bundle.unreadable"):
        read_bundle(data)


def test_a_huge_file_is_refused_before_it_is_decoded() -> None:
    with refused("bundle.too_large"):
        read_bundle(b"\xff" * (MAX_BYTES + 1))
    with refused("bundle.unreadable"):
        read_bundle(b"\xff" * MAX_BYTES)


@given(st.integers(0, len(FILE) - 1), st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_one_byte_changed_is_another_bundle_or_none(place: int, byte: int) -> None:
    data = FILE[:place] + bytes([byte]) + FILE[place + 1 :]
    if data == FILE:
        return
    try:
        found = read_bundle(data)
    except HocbaError:
        return
    assert found != BUNDLE
    assert write_bundle(found) == data


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_no_bundle(data: bytes) -> None:
    with refused("bundle.unreadable"):
        read_bundle(data)


@pytest.mark.parametrize(
    ("data", "looks_so"),
    [(FILE, True), (b"\n {", True), (b"<?xml?>", False), (b"", False), (b" " * 300 + b"{", False)],
)
def test_a_bundle_is_told_from_xml_by_its_first_letter(data: bytes, looks_so: bool) -> None:
    assert is_bundle(data) is looks_so


PROVEN = replace(
    BUNDLE,
    entries=tuple(
        BundledEntry(index, b'{"kind":"issued"}', b"s" * 16, (b"a" * 32, b"b" * 32))
        for index in (5, 9)
    ),
    tlog_proofs=True,
)


def test_each_entry_carries_its_tlog_proof() -> None:
    data = write_bundle(PROVEN)
    values = json.loads(data)
    assert list(values) == [
        "format",
        "document",
        "entries",
        "certificates",
        "crls",
        "ocsps",
        "issuers",
        "archive",
    ]
    assert values["format"] == "hocba-bundle/4"
    assert [list(one) for one in values["entries"]] == [["salt", "tlog_proof"]] * 2
    proof = read_tlog_proof(values["entries"][1]["tlog_proof"])
    assert (proof.index, proof.extra, proof.note) == (
        9,
        PROVEN.entries[1].leaf,
        PROVEN.checkpoint_note,
    )
    assert read_bundle(data) == PROVEN


def test_without_an_entry_there_is_nothing_to_prove() -> None:
    none = replace(PROVEN, entries=(), checkpoint_note="")
    assert json.loads(write_bundle(none))["format"] == FORMAT


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(entries=[]),
        lambda v: v.update(checkpoint=BUNDLE.checkpoint_note),
        lambda v: v["entries"][0].update(index=5),
        lambda v: v["entries"][0].update(tlog_proof=5),
        lambda v: v["entries"][0].update(tlog_proof=v["entries"][0]["tlog_proof"] + "x"),
        lambda v: v["entries"][0].update(
            tlog_proof=v["entries"][0]["tlog_proof"].replace("index 5", "index 05")
        ),
        lambda v: v.update(format="hocba-bundle/3"),
        lambda v: v.update(format="hocba-bundle/5"),
        lambda v: v.update(entries=v["entries"] * 40),
    ],
)
def test_another_spelling_of_the_proofs_is_refused(
    change: Callable[[dict[str, Any]], object],
) -> None:
    values = json.loads(write_bundle(PROVEN))
    change(values)
    with refused("bundle.unreadable"):
        read_bundle((json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode())
