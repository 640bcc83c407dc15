"""Algorithms retire on a day; a signature proven to be older stays good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hocba.core.signing import profile
from hocba.core.signing.algorithms import published_retirements, remarks_on
from hocba.core.signing.retirement import RetiredAlgorithm, retired
from hocba.core.signing.verdict import DocumentVerdict, Indication
from hocba.core.signing.verify import verify_document
from tests.core.signing.test_timestamps import evidence
from tests.core.verification.issued import NOW, city, issued
from tests.pki import pki
from tests.pki.signing import signed

LAST_DAY = datetime(2030, 12, 31, 16, 59, tzinfo=UTC)  # before midnight in Vietnam
AFTER = datetime(2030, 12, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "bits", "at", "told"),
    [
        ("rsa", 2048, LAST_DAY, ""),
        ("rsa", 2048, AFTER, "rsa-2048"),
        ("rsa", 3072, AFTER, ""),
        ("ecdsa", 256, AFTER, ""),
        ("sha256", 0, AFTER, ""),
    ],
)
def test_the_published_policy_ends_short_rsa_keys(
    name: str, bits: int, at: datetime, told: str
) -> None:
    assert retired(used=frozenset({(name, bits)}), by=published_retirements(), at=at) == told


def test_the_older_padding_is_accepted_with_a_remark() -> None:
    seal = judged(issued().document, LAST_DAY).signatures[-1]
    assert (seal.indication, seal.remarks) == (
        Indication.TOTAL_PASSED,
        ("algorithm.pkcs1_v15",),
    )
    assert remarks_on(profile.PSS_SHA256) == remarks_on(profile.ECDSA_SHA256) == ()


def judged(
    document: bytes, at: datetime, *, archived_at: datetime | None = None
) -> DocumentVerdict:
    trust = replace(city().trust, retired=published_retirements())
    return verify_document(document=document, trust=trust, at=at, archived_at=archived_at)


def test_without_proof_of_its_age_an_old_signature_cannot_be_told_from_a_forged_one() -> None:
    assert judged(issued().document, LAST_DAY).indication is Indication.TOTAL_PASSED
    verdict = judged(issued().document, AFTER)
    assert verdict.indication is Indication.INDETERMINATE
    assert {(one.code, one.sub_indication) for one in verdict.reasons} == {
        ("algorithm.retired", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
    }


def test_an_archive_from_before_proves_the_age() -> None:
    document = issued().document
    assert judged(document, AFTER, archived_at=LAST_DAY).indication is Indication.TOTAL_PASSED
    assert judged(document, AFTER, archived_at=AFTER).indication is Indication.INDETERMINATE


def test_a_stamp_proves_the_age_of_all_that_it_covers() -> None:
    """Short keys retire between signing and verdict."""
    document = signed(pki())
    rule = RetiredAlgorithm("rsa", 2049, NOW - timedelta(hours=1))
    trust = replace(pki().trust(), retired=(rule,))
    verdict = verify_document(document=document, trust=trust, at=NOW, evidence=evidence())
    told = {one.slot: [reason.code for reason in one.reasons] for one in verdict.signatures}
    # What is left open are the two stamps themselves, which nothing covers in turn.
    assert told["GVBM-1"] == told["GVBM-2"] == told["GVCN"] == []
    assert told["CBQL"] == told["KY_PHAT_HANH"] == ["algorithm.retired"]


@pytest.mark.parametrize(
    ("stamped_late", "indication", "codes"),
    [
        (timedelta(), Indication.TOTAL_PASSED, []),
        (timedelta(days=7), Indication.INDETERMINATE, ["certificate.revoked_before_proof"]),
    ],
)
def test_a_key_revoked_before_its_signature_is_proven_leaves_it_open(
    stamped_late: timedelta, indication: Indication, codes: list[str]
) -> None:
    """The homeroom teacher states a day before the revocation; what proves it is a later stamp."""
    label = "homeroom-revoked-after"
    document = signed(pki(), holders={"GVCN": label}, late=stamped_late)
    verdict = verify_document(
        document=document, trust=pki().trust(), at=NOW, evidence=evidence(label)
    )
    (homeroom,) = [one for one in verdict.signatures if one.slot == "GVCN"]
    assert (homeroom.indication, [one.code for one in homeroom.reasons]) == (indication, codes)
