"""The archive of a year: three generations of stamps, and every way in which a proof may lie."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.signing.archive import ArchiveProof, ArchiveStamp, statement, with_stamp
from hocba.core.signing.archive_check import ArchiveVerdict, check_archive
from hocba.core.signing.archive_files import (
    proof_before,
    read_archive,
    read_proof,
    write_archive,
    write_proof,
)
from hocba.core.signing.retirement import RetiredAlgorithm
from hocba.core.signing.trust import Evidence
from hocba.core.signing.verdict import Indication
from tests.core.signing.archived import (
    LATER,
    MADE,
    OWN,
    REHASHED,
    RENEWED,
    ROOTS,
    Year,
    clock,
    made,
    renewed,
    three_generations,
)
from tests.pki import pki

PASSED, UNSURE, FAILED = (
    Indication.TOTAL_PASSED,
    Indication.INDETERMINATE,
    Indication.TOTAL_FAILED,
)
FEW = [b"mot", b"hai", b"ba", b"bon"]


def judged(
    year: Year,
    *,
    proof: bytes | None = None,
    at: datetime = LATER,
    retired: tuple[RetiredAlgorithm, ...] = (),
    **changed: Any,
) -> ArchiveVerdict:
    """The verdict on the own document's proof."""
    values = {"document": year.documents[OWN], "evidence": year.evidence, **changed}
    return check_archive(
        proof=write_proof(year.proof) if proof is None else proof,
        trust=replace(pki().trust(anchors=ROOTS), retired=retired),
        at=at,
        **values,
    )


def codes(verdict: ArchiveVerdict) -> tuple[Indication, set[str]]:
    return verdict.indication, {one.code for one in verdict.reasons}


def test_three_generations_prove_the_time_of_the_first() -> None:
    verdict = judged(three_generations())
    assert (verdict.indication, verdict.reasons) == (PASSED, ())
    assert (verdict.archived_at, verdict.renewed_at) == (MADE, REHASHED)
    assert verdict.renew_before == datetime(2044, 6, 1, tzinfo=UTC)


def test_a_retired_hash_does_not_matter_once_it_was_renewed() -> None:
    day = REHASHED + timedelta(days=1)
    rules = (RetiredAlgorithm("sha256", 0, day), RetiredAlgorithm("rsa", 3072, day))
    hashes = judged(three_generations(), retired=rules[:1])
    # The authorities sign with SHA-256 still: their newest stamp stands on it.
    assert codes(hashes) == (UNSURE, {"algorithm.retired"})
    assert judged(three_generations(), at=day - timedelta(hours=1), retired=rules).archived_at


def test_short_keys_may_retire_after_a_longer_one_stamped() -> None:
    rule = RetiredAlgorithm("rsa", 2560, REHASHED + timedelta(days=1))
    assert judged(three_generations(), retired=(rule,)).indication is PASSED
    early = RetiredAlgorithm("rsa", 2560, RENEWED)
    assert codes(judged(three_generations(), retired=(early,))) == (UNSURE, {"algorithm.retired"})


def test_a_hash_retired_before_the_new_tree_is_too_late() -> None:
    rule = RetiredAlgorithm("sha256", 0, REHASHED - timedelta(days=1))
    assert codes(judged(three_generations(), retired=(rule,))) == (UNSURE, {"algorithm.retired"})


def test_renewed_after_the_clock_expired_proves_nothing() -> None:
    late = renewed(made(FEW, Evidence()), at=datetime(2031, 1, 1, tzinfo=UTC))
    assert codes(judged(late)) == (UNSURE, {"archive.renewed_late", "archive.overdue"})


def test_an_archive_that_nobody_renewed_is_overdue() -> None:
    year = made(FEW, Evidence())
    assert judged(year, at=RENEWED).indication is PASSED
    assert codes(judged(year, at=LATER)) == (UNSURE, {"archive.overdue"})


def test_renewed_without_asking_of_the_old_clock_stays_open() -> None:
    year = renewed(made(FEW, Evidence()), asked=False)
    assert codes(judged(year, at=RENEWED)) == (UNSURE, {"archive.authority"})


def test_a_clock_that_nobody_trusts_proves_nothing() -> None:
    year = three_generations()
    verdict = check_archive(
        proof=write_proof(year.proof),
        document=year.documents[OWN],
        evidence=year.evidence,
        trust=pki().trust(anchors=("other-root",)),
        at=LATER,
    )
    assert codes(verdict) == (UNSURE, {"archive.authority"})


def test_a_stamp_older_than_the_one_it_renews_is_not_taken() -> None:
    year = made(FEW, Evidence())
    with pytest.raises(HocbaError, match=r"archive\.stamp_earlier"):
        renewed(year, at=MADE - timedelta(days=1), tsa="tsa-until-2030")
    with pytest.raises(HocbaError, match=r"timestamp\.other_data"):
        with_stamp(year.archive, clock("tsa", RENEWED).stamp(b"\x07" * 32))


def test_stamps_out_of_order_are_refused() -> None:
    """Whoever writes the file by hand, past `with_stamp`."""
    year = made(FEW, Evidence(), tsa="tsa", at=RENEWED)
    tree = year.archive.trees[0]
    token = clock("tsa", MADE).stamp(sha256(statement(year.archive)).digest())
    backwards = replace(tree, stamps=(*tree.stamps, ArchiveStamp(token)))
    proof = ArchiveProof(replace(year.archive, trees=(backwards,)), year.places[OWN])
    assert codes(judged(year, proof=write_proof(proof))) == (FAILED, {"archive.time_order"})


def test_a_stamp_from_the_future_is_refused() -> None:
    assert codes(judged(three_generations(), at=RENEWED)) == (FAILED, {"archive.future"})


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512", "sha3-256"])
def test_every_hash_makes_an_archive(algorithm: str) -> None:
    year = made(FEW, Evidence(), algorithm=algorithm, tsa="tsa")
    assert judged(year).archived_at == MADE
    assert read_archive(write_archive(year.archive)) == year.archive


def test_other_documents_and_other_evidence_are_not_in_it() -> None:
    year = three_generations()
    assert year.documents[OWN] not in year.documents[:OWN]
    less = replace(year.evidence, certificates=year.evidence.certificates[:1])
    for changed in ({"document": b"hoc ba 30"}, {"evidence": less}, {"evidence": Evidence()}):
        assert codes(judged(year, **changed)) == (FAILED, {"archive.other_item"})


def test_the_proof_of_a_neighbour_is_not_ones_own() -> None:
    year = three_generations()
    other = ArchiveProof(year.archive, year.places[OWN + 1])
    assert codes(judged(year, proof=write_proof(other))) == (FAILED, {"archive.other_item"})


def test_a_new_tree_holds_what_was_proven_before() -> None:
    """The same documents, an older past put in front of the newer tree."""
    year = three_generations()
    other = renewed(made(year.documents, year.evidence, at=MADE - timedelta(days=9)))
    trees = (other.archive.trees[0], year.archive.trees[1])
    spliced = ArchiveProof(replace(year.archive, trees=trees), year.places[OWN])
    verdict = judged(year, proof=write_proof(spliced))
    assert codes(verdict) == (FAILED, {"archive.other_item"})
    assert proof_before(year.proof, 0) == b""


@cache
def good() -> bytes:
    return write_proof(three_generations().proof)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_every_altered_byte_of_a_proof_is_refused(data: st.DataObject) -> None:
    """But for the unsigned dress of the last token, no other file passes."""
    place = data.draw(st.integers(0, len(good()) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda one: one != good()[place]))
    bent = good()[:place] + bytes([value]) + good()[place + 1 :]
    verdict = judged(three_generations(), proof=bent)
    if verdict.indication is PASSED:
        read, honest = read_proof(bent), read_proof(good())
        *older, newest = read.archive.trees
        assert replace(newest, stamps=()) == replace(honest.archive.trees[-1], stamps=())
        assert (older, read.places) == ([*honest.archive.trees[:-1]], honest.places)
        assert (verdict.archived_at, verdict.renewed_at) == (MADE, REHASHED)


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_junk_is_a_verdict_and_no_exception(junk: bytes) -> None:
    assert codes(judged(three_generations(), proof=junk)) == (FAILED, {"archive.unreadable"})


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(format="hocba-archive-proof/2"),
        lambda v: v.update(note=""),
        lambda v: v.update(name="../x"),
        lambda v: v.update(name="a\nb"),
        lambda v: v.update(trees=[]),
        lambda v: v["trees"][0].update(hash="md5"),
        lambda v: v["trees"][0].update(size="7"),
        lambda v: v["trees"][0].update(size=0),
        lambda v: v["trees"][0].update(size=2**80),
        lambda v: v["trees"][0].update(stamps=[]),
        lambda v: v["trees"][0].update(root="00"),
        lambda v: v["places"].pop(),
        lambda v: v["places"][0].update(path=["00" * 32] * 40),
        lambda v: v["places"][0].update(index=-1),
        lambda v: v["places"][0].update(index=1e400),
    ],
)
def test_only_one_spelling_is_read(change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads(good())
    change(values)
    data = (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()
    assert codes(judged(three_generations(), proof=data))[0] is FAILED
