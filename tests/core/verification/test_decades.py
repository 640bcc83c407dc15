"""Twenty years later: all certificates have expired; the bundle and the trust file are left."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from hocba.adapters.revocation import RevocationSource
from hocba.core.registry.bundle import Bundle, read_bundle, write_bundle
from hocba.core.signing.archive_files import write_proof
from hocba.core.signing.retirement import RetiredAlgorithm
from hocba.core.signing.trust import TrustStore, dump_trust, load_trust
from hocba.core.verification import (
    Answer,
    PublicVerdict,
    VerdictWord,
    evidence_of,
    verify_file,
)
from tests.core.signing.archived import OWN, REHASHED, ROOTS, Year, made, rehashed, renewed
from tests.core.verification.issued import NOW, city
from tests.pki import pki
from tests.pki.signing import signed

IN_2045 = datetime(2045, 6, 1, tzinfo=UTC)
IN_2040 = datetime(2040, 1, 1, tzinfo=UTC)
LABELS = ("principal", "seal", "teacher-1", "teacher-2", "homeroom", "tsa")
DAY = timedelta(days=1)


@cache
def bundle() -> Bundle:
    """What the school hands out today, with all that authorities say today."""
    document = signed(pki())
    pki().reset()
    pki().now = NOW
    evidence = RevocationSource(pki().fetcher()).evidence(
        certificates=[pki().certificate(one) for one in LABELS], trust=pki().trust(), at=NOW
    )
    plain = city().bundle(document)
    return replace(
        plain,
        certificates=(),
        crls=evidence.crls,
        ocsps=evidence.ocsps,
        issuers=evidence.certificates,
    )


def trust(**changed: object) -> TrustStore:
    """The trust file of 2045: the anchors, the log and the seals are left, no issuers, no lists."""
    kept = replace(pki().trust(anchors=ROOTS), intermediates=(), log_keys=city().trust.log_keys)
    return load_trust(dump_trust(replace(kept, **changed)))  # type: ignore[arg-type]


def judged(file: Bundle, *, at: datetime = IN_2045, **changed: object) -> PublicVerdict:
    return verify_file(data=write_bundle(file), trust=trust(**changed), at=at)


def test_a_bundle_of_today_is_valid_in_2045() -> None:
    verdict = judged(bundle())
    assert verdict.rightly_signed.reasons == ()
    assert verdict.word is VerdictWord.VALID
    assert all(one.certificate_not_after < IN_2045 for one in verdict.signatures)  # type: ignore[operator]


@pytest.mark.parametrize(
    "without",
    [
        lambda file: replace(file, issuers=()),
        lambda file: replace(file, ocsps=()),
        lambda file: replace(file, crls=()),
    ],
)
def test_without_its_evidence_it_stays_open(without: Callable[[Bundle], Bundle]) -> None:
    verdict = judged(without(bundle()))
    assert verdict.word is VerdictWord.UNCHECKED
    assert verdict.rightly_signed.answer is Answer.INDETERMINATE
    assert verdict.rightly_signed.reasons


def test_the_format_rises_only_with_what_it_holds() -> None:
    file = bundle()
    for form, one in (
        (3, file),
        (2, replace(file, issuers=())),
        (1, replace(file, issuers=(), crls=(), ocsps=())),
        (3, replace(file, issuers=(), crls=(), ocsps=(), archive=b"{}")),
    ):
        data = write_bundle(one)
        assert b'"format": "hocba-bundle/%d"' % form in data
        assert read_bundle(data) == one


@cache
def year() -> Year:
    """The document in an archive of four, renewed in 2029, its hash in 2036."""
    documents = [b"a", b"b", b"c", bundle().document]
    assert documents[OWN] == bundle().document
    return rehashed(renewed(made(documents, evidence_of(bundle()))))


def archived() -> Bundle:
    return replace(bundle(), archive=write_proof(year().proof))


WEAK = RetiredAlgorithm("rsa", 2560, datetime(2031, 1, 1, tzinfo=UTC))


def test_without_an_archive_a_retired_algorithm_leaves_it_open() -> None:
    before = judged(bundle(), at=WEAK.since - DAY, retired=(WEAK,))
    assert before.word is VerdictWord.VALID
    verdict = judged(bundle(), retired=(WEAK,))
    assert verdict.word is VerdictWord.UNCHECKED
    assert {one.code for one in verdict.rightly_signed.reasons} == {"algorithm.retired"}


def test_the_archive_carries_it_over_a_retired_algorithm() -> None:
    """Short keys retire after the new tree was stamped by a clock with a longer one."""
    weak = RetiredAlgorithm("rsa", 2560, REHASHED + DAY)
    alone = judged(bundle(), at=REHASHED + 2 * DAY, retired=(weak,))
    assert alone.word is VerdictWord.UNCHECKED
    verdict = judged(archived(), at=IN_2040, retired=(weak,))
    assert verdict.rightly_signed.reasons == ()
    assert verdict.word is VerdictWord.VALID


def test_an_archive_made_too_late_does_not_help() -> None:
    early = RetiredAlgorithm("rsa", 2560, datetime(2025, 6, 20, tzinfo=UTC))
    verdict = judged(archived(), at=IN_2040, retired=(early,))
    assert verdict.word is VerdictWord.UNCHECKED
    assert "algorithm.retired" in {one.code for one in verdict.rightly_signed.reasons}


def test_a_proof_that_does_not_fit_is_a_mark_of_tampering() -> None:
    neighbour = replace(year(), places=(year().places[OWN - 1],) * 4)
    forged = replace(bundle(), archive=write_proof(neighbour.proof))
    verdict = judged(forged, at=IN_2040)
    assert verdict.word is VerdictWord.NOT_OF_SCHOOL
    assert [one.code for one in verdict.unaltered.reasons] == ["archive.other_item"]


def test_an_archive_older_than_its_signatures_is_refused() -> None:
    documents = [b"a", b"b", b"c", bundle().document]
    early = made(documents, evidence_of(bundle()), at=datetime(2025, 5, 1, tzinfo=UTC))
    verdict = judged(replace(bundle(), archive=write_proof(early.proof)), at=NOW + DAY)
    assert "archive.time_order" in {one.code for one in verdict.unaltered.reasons}
    assert verdict.word is VerdictWord.NOT_OF_SCHOOL


def test_an_overdue_archive_takes_nothing_away() -> None:
    """Nothing needed it: the bundle is as good as without it."""
    verdict = judged(archived())
    assert verdict.archive is not None
    assert [one.code for one in verdict.archive.reasons] == ["archive.overdue"]
    assert verdict.word is VerdictWord.VALID
