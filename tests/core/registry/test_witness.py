"""Witnesses: what they answer, and how many of them a reader sees (C2SP tlog-witness)."""

from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.registry.checkpoint import (
    COSIGNATURE,
    Checkpoint,
    add_signature,
    open_checkpoint,
    public_key_of,
    read_note,
    sign_checkpoint,
    signed_by,
    vkey,
)
from hocba.core.registry.witness import (
    AddCheckpoint,
    WitnessAnswer,
    decide,
    open_cosigned,
    read_add_checkpoint,
    witness_problem,
    write_add_checkpoint,
)
from hocba.core.signing.keys import ed25519_verify
from tests.core.registry.witnessed import (
    AT,
    LOG,
    ORIGIN,
    SECOND,
    WITNESS,
    Key,
    MemoryLog,
    log_of,
)

LOG_KEYS = (LOG.log_vkey,)
BIG = log_of(300)
# The note and the key of the specification (C2SP signed-note, "Example").
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ON"
    "ncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def opened(note: str, *witnesses: Key) -> list[str] | None:
    """Names of the witnesses in a note; None when it does not open."""
    found = open_cosigned(
        note=note,
        keys=LOG_KEYS,
        witnesses=[one.witness_vkey for one in witnesses],
        verify=ed25519_verify,
    )
    return None if found is None else [one.name for one in found.cosignatures]


def asked(
    request: AddCheckpoint, known: Checkpoint | None, keys: tuple[str, ...] | None = LOG_KEYS
) -> WitnessAnswer:
    return decide(request=request, keys=keys, known=known, verify=ed25519_verify)


def growth(old: int, new: int) -> AddCheckpoint:
    """The log's request from one size to another; proofs come from tiles of that size."""
    small = MemoryLog().grow(*BIG.leaves[:new])
    proof = tuple(small.tree(new).consistency(old)) if old else ()
    return AddCheckpoint(old, proof, small.note())


def test_the_note_of_the_specification_is_read() -> None:
    note = read_note(SPEC_NOTE)
    assert note is not None
    good, bad = signed_by(note=note, keys=(SPEC_KEY,), verify=ed25519_verify)
    assert ([one.name for one in good], bad) == (["example.com/foo"], ())


def test_the_key_of_a_public_witness_is_read() -> None:
    """From the tests of transparency-dev/formats; its log-key twin is another kind."""
    key = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    assert public_key_of(key) is None
    read = public_key_of(key, kind=COSIGNATURE)
    assert read is not None
    assert vkey(*read, kind=COSIGNATURE) == key


def test_each_known_witness_is_told_once() -> None:
    note = SECOND.cosign(WITNESS.cosign(WITNESS.cosign(BIG.note())))
    assert opened(note, WITNESS, SECOND) == [WITNESS.name, SECOND.name]
    assert opened(note, SECOND) == [SECOND.name]
    assert opened(note) == []


def test_the_time_of_a_cosignature_is_signed() -> None:
    found = open_cosigned(
        note=WITNESS.cosign(BIG.note()),
        keys=LOG_KEYS,
        witnesses=[WITNESS.witness_vkey],
        verify=ed25519_verify,
    )
    assert found is not None
    assert found.cosignatures[0].at == AT
    line = found.cosignatures[0].line
    wire = read_note(WITNESS.cosign(BIG.note())).signatures[1].value  # type: ignore[union-attr]
    assert wire[:8] == int(AT.timestamp()).to_bytes(8)
    later = replace(
        read_note(WITNESS.cosign(BIG.note())).signatures[1],  # type: ignore[union-attr]
        value=(int(AT.timestamp()) + 1).to_bytes(8) + wire[8:],
    )
    assert opened(f"{BIG.note()}{later.line}\n", WITNESS) is None
    assert opened(f"{BIG.note()}{line}\n", WITNESS) == [WITNESS.name]


def test_a_line_that_claims_a_known_witness_spoils_the_note() -> None:
    other = MemoryLog().grow(b"x")
    stolen = WITNESS.cosign(other.note()).split("\n")[-2]
    assert opened(f"{BIG.note()}{stolen}\n", WITNESS) is None
    assert opened(f"{BIG.note()}{stolen}\n", SECOND) == []


def test_a_cosignature_is_not_a_signature_of_the_log() -> None:
    unsigned = BIG.note().partition("\n\n")[0] + "\n\n"
    assert opened(LOG.cosign(unsigned), LOG) is None
    assert public_key_of(LOG.witness_vkey) is None


def test_two_keys_sign_while_one_takes_over() -> None:
    new = Key(ORIGIN, "the key of next year")
    note = add_signature(
        note=BIG.note(), key_name=ORIGIN, public_key=new.public, sign=new.private.sign
    )
    for keys in (LOG_KEYS, (new.log_vkey,), (LOG.log_vkey, new.log_vkey)):
        assert open_checkpoint(note=note, keys=keys, verify=ed25519_verify) == BIG.head()


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (1, 2), (7, 7), (255, 257), (256, 300)])
def test_growth_is_cosigned(old: int, new: int) -> None:
    answer = asked(growth(old, new), BIG.head(old) if old else None)
    assert (answer.status, answer.checkpoint) == (200, BIG.head(new))


def with_root(size: int, root: bytes) -> str:
    return sign_checkpoint(
        checkpoint=Checkpoint(ORIGIN, size, root),
        key_name=ORIGIN,
        public_key=LOG.public,
        sign=LOG.private.sign,
    )


@pytest.mark.parametrize(
    ("request_", "known", "status"),
    [
        (growth(5, 9), BIG.head(7), 409),
        (growth(0, 9), BIG.head(7), 409),
        (growth(7, 9), None, 409),
        (replace(growth(5, 9), old_size=10), BIG.head(10), 400),
        (replace(growth(5, 9), proof=growth(5, 9).proof[1:]), BIG.head(5), 422),
        (replace(growth(5, 9), note=with_root(9, b"x" * 32)), BIG.head(5), 422),
        (AddCheckpoint(5, (), with_root(5, b"x" * 32)), BIG.head(5), 422),
        (AddCheckpoint(0, (b"x" * 32,), BIG.note(9)), None, 422),
        (AddCheckpoint(0, (), with_root(0, b"x" * 32)), None, 422),
        (AddCheckpoint(0, (), "xin chao\n\n— a YWFhYWFh\n"), None, 400),
    ],
)
def test_what_is_not_growth_is_not_cosigned(
    request_: AddCheckpoint, known: Checkpoint | None, status: int
) -> None:
    answer = asked(request_, known)
    assert (answer.status, answer.checkpoint) == (status, None)
    assert status != 409 or answer.known_size == (known.size if known else 0)


def test_only_a_known_log_and_its_key_are_answered() -> None:
    request = growth(0, 9)
    assert asked(request, None, None).status == 404
    assert asked(request, None, (Key(ORIGIN, "other").log_vkey,)).status == 403
    forged = replace(request, note=request.note + request.note.split("\n")[-2][:-8] + "AAAAAAA=\n")
    assert asked(forged, None).status == 403


def test_only_lines_of_the_log_are_kept() -> None:
    request = growth(0, 9)
    noisy = replace(request, note=SECOND.cosign(request.note))
    assert asked(noisy, None).note == request.note


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=120))
def test_no_request_makes_the_reader_fail(noise: bytes) -> None:
    for data in (noise, b"old 1\n" + noise, b"old 0\n\n" + noise):
        request = read_add_checkpoint(data)
        assert request is None or write_add_checkpoint(request) == data


@pytest.mark.parametrize(
    "head",
    ["old 01", "old -1", "old 1\nAAAA", "old", "size 1", "old 1 ", "old 1\n" + "AAAA\n" * 70],
)
def test_a_request_has_one_spelling(head: str) -> None:
    assert read_add_checkpoint(f"{head}\n\n{BIG.note(9)}".encode()) is None


def test_a_request_is_written_as_the_specification_says() -> None:
    request = growth(5, 9)
    lines = write_add_checkpoint(request).decode().split("\n")
    assert lines[0] == "old 5"
    assert lines[1 : len(request.proof) + 1] == [b64encode(n).decode() for n in request.proof]
    assert lines[len(request.proof) + 1 : len(request.proof) + 4] == ["", ORIGIN, "9"]
    assert read_add_checkpoint(write_add_checkpoint(request)) == request


@pytest.mark.parametrize(
    ("witnesses", "quorum", "bad"),
    [
        ([], 0, False),
        ([WITNESS.witness_vkey, SECOND.witness_vkey], 2, False),
        ([WITNESS.witness_vkey], 2, True),
        ([WITNESS.witness_vkey, Key("khac", "w1").witness_vkey], 1, True),
        ([WITNESS.log_vkey], 0, True),
        (["khong phai khoa"], 0, True),
    ],
)
def test_a_list_of_witnesses_must_be_usable(witnesses: list[str], quorum: int, bad: bool) -> None:
    assert witness_problem(witnesses=witnesses, quorum=quorum) is bad
