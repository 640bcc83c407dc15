"""Algorithms are good until a day; a signature proven to be older stays good."""

from datetime import UTC, datetime, timedelta

import pytest

from hocba.core.signing import profile
from hocba.core.signing.algorithm_policy import algorithm_rule, algorithm_rules, check_algorithm
from hocba.core.signing.verdict import DocumentVerdict, Indication
from hocba.core.signing.verify import verify_document
from hocba.core.signing.xmldsig import ALGORITHMS
from tests.core.signing.test_timestamps import evidence
from tests.core.verification.issued import NOW, city, issued
from tests.pki import pki
from tests.pki.signing import signed

LAST_DAY = datetime(2030, 12, 31, 23, 59, tzinfo=UTC)
AFTER = datetime(2031, 1, 1, tzinfo=UTC)
FAR = datetime(2045, 6, 1, tzinfo=UTC)


def judged(document: bytes, at: datetime, exists_by: datetime | None = None) -> DocumentVerdict:
    return verify_document(document=document, trust=city().trust, at=at, exists_by=exists_by)


@pytest.mark.parametrize(
    ("algorithm", "bits", "at", "code"),
    [
        (profile.RSA_SHA256, 2048, LAST_DAY, ""),
        (profile.RSA_SHA256, 2048, AFTER, "algorithm.outdated"),
        (profile.RSA_SHA256, 3071, AFTER, "algorithm.outdated"),
        (profile.RSA_SHA256, 3072, FAR, ""),
        (profile.PSS_SHA256, 2048, LAST_DAY, ""),
        (profile.PSS_SHA256, 2048, AFTER, "algorithm.outdated"),
        (profile.PSS_SHA256, 4096, FAR, ""),
        (profile.ECDSA_SHA256, 256, FAR, ""),
        (profile.ECDSA_SHA256, 224, LAST_DAY, "algorithm.not_accepted"),
        (profile.RSA_SHA256, 2047, LAST_DAY, "algorithm.not_accepted"),
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", 4096, LAST_DAY, "algorithm.not_accepted"),
    ],
)
def test_each_algorithm_has_its_last_day(
    algorithm: str, bits: int, at: datetime, code: str
) -> None:
    problem, _ = check_algorithm(algorithm=algorithm, key_bits=bits, exists_by=at)
    assert (problem.code if problem else "") == code


def test_the_older_padding_is_accepted_with_a_remark() -> None:
    seal = judged(issued().document, LAST_DAY).signatures[-1]
    assert (seal.indication, seal.remarks) == (
        Indication.TOTAL_PASSED,
        ("algorithm.pkcs1_v15",),
    )


def test_what_the_engine_reads_and_what_the_policy_names_are_the_same() -> None:
    assert {rule.algorithm for rule in algorithm_rules()} == set(ALGORITHMS)
    assert all(algorithm_rule(algorithm=one, key_bits=8192) for one in ALGORITHMS)


def test_without_proof_of_its_age_an_old_signature_cannot_be_told_from_a_forged_one() -> None:
    verdict = judged(issued().document, FAR)
    assert verdict.indication is Indication.INDETERMINATE
    assert {(one.code, one.sub_indication) for one in verdict.reasons} == {
        ("algorithm.outdated", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
    }


def test_whoever_held_the_bytes_in_time_proves_their_age() -> None:
    document = issued().document
    assert judged(document, FAR, LAST_DAY).indication is Indication.TOTAL_PASSED
    assert judged(document, FAR, AFTER).indication is Indication.INDETERMINATE


def test_the_stamps_of_principal_and_seal_prove_the_age_of_all() -> None:
    verdict = verify_document(
        document=signed(pki()), trust=pki().trust(), at=FAR, evidence=evidence()
    )
    assert verdict.indication is Indication.TOTAL_PASSED


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
