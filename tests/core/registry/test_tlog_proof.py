"""`.tlog-proof` (C2SP tlog-proof): one spelling, bounded, and proof of nothing but its leaf."""

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.registry.tlog_proof import (
    MAX_BYTES,
    TlogProof,
    check_tlog_proof,
    read_tlog_proof,
    write_tlog_proof,
)
from tests.core.registry.witnessed import LOG, WITNESS, log_of, trusted

LOG_OF_600 = log_of(600)
PROOF = TlogProof(
    index=300,
    path=tuple(LOG_OF_600.tree(600).inclusion(300)),
    note=WITNESS.cosign(LOG_OF_600.note()),
    extra=LOG_OF_600.leaves[300],
)
TEXT = write_tlog_proof(PROOF)


def proves(proof: TlogProof, leaf: bytes) -> int | None:
    """How many witnesses stand behind a proof; None when nothing is proven."""
    trust = trusted(WITNESS)
    found = check_tlog_proof(
        proof=proof, leaf=leaf, keys=trust.keys, witnesses=trust.witnesses, verify=trust.verify
    )
    return None if found is None else len(found.cosignatures)


def test_the_file_is_as_the_specification_says() -> None:
    lines = TEXT.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1] == f"extra {b64encode(PROOF.extra).decode()}"
    assert lines[2] == "index 300"
    assert lines[3 : 3 + len(PROOF.path)] == [b64encode(node).decode() for node in PROOF.path]
    assert TEXT.endswith(f"\n\n{PROOF.note}")


def test_it_proves_its_leaf_alone() -> None:
    assert proves(read_tlog_proof(TEXT), PROOF.extra) == 1
    assert proves(PROOF, LOG_OF_600.leaves[301]) is None
    assert proves(TlogProof(301, PROOF.path, PROOF.note), PROOF.extra) is None
    assert (
        proves(TlogProof(300, PROOF.path, PROOF.note.replace(LOG.name, "x")), PROOF.extra) is None
    )


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        TlogProof,
        index=st.integers(0, 2**62),
        path=st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple),
        note=st.text(max_size=60),
        extra=st.binary(max_size=60),
    )
)
def test_what_was_written_is_read(proof: TlogProof) -> None:
    assert read_tlog_proof(write_tlog_proof(proof)) == proof


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("@v1", "@v2"),
        ("index 300", "index 0300"),
        ("index 300", "index -1"),
        ("index 300", "Index 300"),
        ("index 300", "index ٣"),
        ("extra ", "extra  "),
        ("extra ", "extra \nextra "),
        ("index 300\n", "index 300\nAAAA\n"),
        ("index 300\n", "index 300\n" + "A" * 43 + "B\n"),
        ("index 300\n", "index 300\r\n"),
        ("index 300\n", "index 300\n" + (b64encode(b"x" * 32).decode() + "\n") * 64),
    ],
)
def test_another_spelling_is_refused(before: str, after: str) -> None:
    assert before in TEXT
    with pytest.raises(HocbaError, match=r"tlog_proof\.unreadable"):
        read_tlog_proof(TEXT.replace(before, after, 1))


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(HocbaError, match=r"tlog_proof\.too_large"):
        read_tlog_proof(TEXT + "x" * MAX_BYTES)
    with pytest.raises(HocbaError, match=r"tlog_proof\.unreadable"):
        read_tlog_proof("")
