"""The public word for every fate of an honest transcript, and what it rests on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from hocba.core.registry.bundle import write_bundle
from hocba.core.registry.entry import EntryKind
from hocba.core.signing.trust import TrustStore, dump_trust, load_trust
from hocba.core.signing.verdict import Indication
from hocba.core.verification import (
    Answer,
    PublicVerdict,
    Question,
    VerdictWord,
    verify_bundle,
    verify_file,
)
from tests.core.verification.issued import IDENTITY, ISSUED_AT, NOW, ORIGIN, city, issued

ISSUED, RECALLED, REPLACED = EntryKind.ISSUED, EntryKind.RECALLED, EntryKind.REPLACED
NOBODY = TrustStore((), (), (), (), ())


def verdict_of(*kinds: EntryKind, trust: TrustStore | None = None) -> PublicVerdict:
    bundle = city().bundle(issued().document, *kinds)
    return verify_bundle(bundle=bundle, trust=trust or city().trust, at=NOW)


def codes(question: Question) -> list[str]:
    return [reason.code for reason in question.reasons]


def test_an_issued_transcript_is_valid() -> None:
    verdict = verdict_of()
    assert verdict.word is VerdictWord.VALID
    assert verdict.unaltered == verdict.in_force == verdict.rightly_signed
    assert verdict.in_force == Question(Answer.PASSED)
    assert verdict.transcript == issued().transcript
    assert verdict.document_sha256 == sha256(issued().document).hexdigest()
    assert verdict.checked_at == NOW


def test_a_valid_verdict_says_where_the_log_holds_it() -> None:
    position = verdict_of().log_position
    assert position is not None
    assert (position.index, position.tree_size, position.origin) == (5, 7, ORIGIN)
    assert position.entry_at == ISSUED_AT


def test_a_valid_verdict_names_every_signer() -> None:
    verdict = verdict_of()
    slots = ["GVBM-1", "GVBM-2", "GVCN", "CBQL", "KY_PHAT_HANH"]
    assert [one.slot for one in verdict.signatures] == slots
    assert {one.indication for one in verdict.signatures} == {Indication.TOTAL_PASSED}
    assert verdict.signatures[3].signer_id == IDENTITY.principal.citizen_id
    assert verdict.signatures[4].signer_name == IDENTITY.school.name


def test_the_file_and_the_value_get_the_same_verdict() -> None:
    data = write_bundle(issued().bundle)
    assert verify_file(data=data, trust=city().trust, at=NOW) == verdict_of()


def test_a_kept_trust_file_is_as_good_as_the_list() -> None:
    kept = load_trust(dump_trust(city().trust))
    assert kept == city().trust
    assert verdict_of(trust=kept).word is VerdictWord.VALID


@pytest.mark.parametrize(
    ("kinds", "word", "code"),
    [
        ((ISSUED, RECALLED), VerdictWord.RECALLED, "log.recalled"),
        ((ISSUED, RECALLED, REPLACED), VerdictWord.REPLACED, "log.replaced"),
    ],
)
def test_what_the_school_took_back_is_no_longer_in_force(
    kinds: tuple[EntryKind, ...], word: VerdictWord, code: str
) -> None:
    verdict = verdict_of(*kinds)
    assert verdict.word is word
    assert verdict.in_force.answer is Answer.FAILED
    assert codes(verdict.in_force) == [code]
    assert verdict.unaltered.answer is verdict.rightly_signed.answer is Answer.PASSED
    assert verdict.log_position is not None


def test_xml_alone_cannot_tell_whether_it_is_in_force() -> None:
    verdict = verify_file(data=issued().document, trust=city().trust, at=NOW)
    assert verdict.word is VerdictWord.UNCHECKED
    assert verdict.unaltered.answer is verdict.rightly_signed.answer is Answer.PASSED
    assert verdict.in_force.answer is Answer.INDETERMINATE
    assert codes(verdict.in_force) == ["log.no_proof"]


@pytest.mark.parametrize("lost", [{"checkpoint_note": ""}, {"entries": ()}])
def test_before_the_log_is_published_nothing_is_concluded(lost: dict[str, object]) -> None:
    bundle = replace(issued().bundle, **lost)  # type: ignore[arg-type]
    verdict = verify_bundle(bundle=bundle, trust=city().trust, at=NOW)
    assert verdict.word is VerdictWord.UNCHECKED
    assert verdict.in_force.answer is Answer.INDETERMINATE
    assert codes(verdict.in_force) == ["log.not_published"]
    assert verdict.log_position is None


def test_who_trusts_nobody_can_conclude_nothing() -> None:
    verdict = verdict_of(trust=replace(NOBODY, seals=city().trust.seals))
    assert verdict.word is VerdictWord.UNCHECKED
    assert verdict.unaltered.answer is Answer.PASSED
    assert verdict.rightly_signed.answer is Answer.INDETERMINATE
    assert set(codes(verdict.rightly_signed)) == {"certificate.no_path"}


def test_without_revocation_lists_the_signers_stay_unsure() -> None:
    verdict = verdict_of(trust=replace(city().trust, crls=()))
    assert verdict.word is VerdictWord.UNCHECKED
    assert verdict.rightly_signed.answer is Answer.INDETERMINATE
    assert set(codes(verdict.rightly_signed)) == {"certificate.status_unknown"}


def test_another_logs_key_proves_nothing_here() -> None:
    verdict = verdict_of(trust=replace(city().trust, log_keys=city("other").trust.log_keys))
    assert verdict.word is VerdictWord.UNCHECKED
    assert codes(verdict.in_force) == ["log.checkpoint"]


@pytest.mark.parametrize(
    "seals",
    [
        (),
        (replace(city().trust.seals[0], school_code="01009402"),),
        (replace(city().trust.seals[0], certificate_sha256="00" * 32),),
        (replace(city().trust.seals[0], valid_from=datetime(2025, 6, 1, tzinfo=UTC)),),
        (replace(city().trust.seals[0], valid_to=datetime(2025, 5, 1, tzinfo=UTC)),),
    ],
    ids=["none", "another school", "another seal", "approved later", "withdrawn before"],
)
def test_a_seal_not_approved_that_day_is_not_the_schools(seals: tuple[object, ...]) -> None:
    verdict = verdict_of(trust=replace(city().trust, seals=seals))  # type: ignore[arg-type]
    assert verdict.word is VerdictWord.NOT_OF_SCHOOL
    assert codes(verdict.rightly_signed) == ["seal.not_approved"]
    assert verdict.unaltered.answer is Answer.PASSED


def test_a_later_withdrawn_seal_leaves_what_it_sealed() -> None:
    seal = replace(city().trust.seals[0], valid_to=NOW - timedelta(days=1))
    assert verdict_of(trust=replace(city().trust, seals=(seal,))).word is VerdictWord.VALID


def test_in_twenty_years_it_is_still_valid() -> None:
    later = datetime(2045, 6, 1, tzinfo=UTC)
    verdict = verify_bundle(bundle=issued().bundle, trust=city().trust, at=later)
    assert verdict.word is VerdictWord.VALID


def test_signatures_of_the_future_are_refused() -> None:
    before = datetime(2025, 5, 29, tzinfo=UTC)
    verdict = verify_bundle(bundle=issued().bundle, trust=city().trust, at=before)
    assert verdict.word is VerdictWord.NOT_OF_SCHOOL
    assert set(codes(verdict.rightly_signed)) == {"signature.future"}
