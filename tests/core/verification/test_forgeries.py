"""Forgers at work: every change to document or proof costs the word "hợp lệ"; nothing crashes."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import Bundle, read_bundle, write_bundle
from hocba.core.registry.entry import EntryKind
from hocba.core.verification import Answer, PublicVerdict, VerdictWord, verify_bundle, verify_file
from tests.core.verification.issued import (
    IDENTITY,
    NOW,
    SIGNED_AT,
    city,
    compose,
    issued,
    with_other_mark,
)

OTHER_CODE = "0a0c1d1e-5a53-4b6e-9d0a-0e6f5d1c2b3a"
NOT_OF_SCHOOL, UNCHECKED = VerdictWord.NOT_OF_SCHOOL, VerdictWord.UNCHECKED


def judged(bundle: Bundle) -> PublicVerdict:
    return verify_bundle(bundle=bundle, trust=city().trust, at=NOW)


def judged_file(data: bytes) -> PublicVerdict:
    return verify_file(data=data, trust=city().trust, at=NOW)


def all_codes(verdict: PublicVerdict) -> set[str]:
    questions = (verdict.unaltered, verdict.in_force, verdict.rightly_signed)
    return {reason.code for question in questions for reason in question.reasons}


@cache
def bundle_file() -> bytes:
    return write_bundle(issued().bundle)


@cache
def another_transcript() -> bytes:
    return city().sign(replace(compose(), lookup_uuid=OTHER_CODE))


def swapped(before: bytes, after: bytes) -> bytes:
    document = issued().document
    assert before in document
    return document.replace(before, after, 1)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b"9.3", b"9.8", "signature.digest_mismatch"),
        (
            "Đặng Thị Thuỳ Dương".encode(),
            "Đặng Thị Thuỳ Dung".encode(),
            "signature.digest_mismatch",
        ),
        (b"</HOC_BA>", b" </HOC_BA>", "document.layout"),
        (b'URI="#data"', b'URI="#mon-toan"', "signature.not_our_profile"),
        (b"rsa-sha256", b"rsa-sha1", "algorithm.not_accepted"),
        (b"ky-GVBM-2", b"ky-GVBM-9", "slot.stranger"),
        (b"</HOC_BA", b"<!-- x --></HOC_BA", "transcript.comment"),
        (b"<?xml version", b"<!DOCTYPE a><?xml version", "transcript.doctype"),
    ],
)
def test_an_altered_document_is_not_the_schools(before: bytes, after: bytes, code: str) -> None:
    document = swapped(before, after)
    for verdict in (judged_file(document), judged(city().bundle(document))):
        assert verdict.word is NOT_OF_SCHOOL
        assert verdict.unaltered.answer is Answer.FAILED
        assert code in all_codes(verdict)


def test_a_forger_with_keys_of_his_own_is_not_trusted() -> None:
    """All slots filled, names right, even the log's proof: only the keys are the forger's."""
    forger = city("forger")
    document = forger.sign(with_other_mark(compose()))
    verdict = judged(forger.bundle(document))
    assert verdict.word is NOT_OF_SCHOOL
    assert all_codes(verdict) == {"certificate.no_path", "seal.not_approved", "log.checkpoint"}
    own_trust = verify_bundle(bundle=forger.bundle(document), trust=forger.trust, at=NOW)
    assert own_trust.word is VerdictWord.VALID


def test_a_transcript_without_its_seal_is_not_issued() -> None:
    verdict = judged(city().bundle(city().sign(compose(), skip="KY_PHAT_HANH")))
    assert verdict.word is NOT_OF_SCHOOL
    assert "slot.missing" in all_codes(verdict)


def test_an_unsigned_transcript_is_nobodys() -> None:
    verdict = judged_file(city().sign(compose(), skip="GVBM-1"))
    assert verdict.word is NOT_OF_SCHOOL
    assert verdict.transcript == compose()


def test_signed_again_but_never_issued_is_not_concluded() -> None:
    """The school's own second signing is not the document that the log speaks of."""
    again = city().sign(compose(), at=SIGNED_AT.replace(hour=5))
    verdict = judged(replace(issued().bundle, document=again))
    assert verdict.word is UNCHECKED
    assert all_codes(verdict) == {"log.other_document"}


def _other_log() -> Bundle:
    return replace(issued().bundle, checkpoint_note=city().note([b"mot muc", b"hai muc"]))


def _entry_changed(**changes: object) -> Callable[[], Bundle]:
    def change() -> Bundle:
        bundle = issued().bundle
        entry = replace(bundle.entries[0], **changes)  # type: ignore[arg-type]
        return replace(bundle, entries=(entry,))

    return change


def _proof_of_another() -> Bundle:
    other = city().bundle(another_transcript(), lookup_uuid=OTHER_CODE)
    return replace(other, document=issued().document)


def _code_of_another() -> Bundle:
    return city().bundle(issued().document, lookup_uuid=OTHER_CODE)


def _digest_of_another() -> Bundle:
    return city().bundle(issued().document, about=another_transcript())


def _recalled_only() -> Bundle:
    return city().bundle(issued().document, EntryKind.RECALLED)


def _two_stories() -> Bundle:
    other = city().bundle(another_transcript()).entries[0]
    return replace(issued().bundle, entries=(issued().bundle.entries[0], other))


@pytest.mark.parametrize(
    ("forged", "code"),
    [
        (_other_log, "log.inclusion"),
        (_entry_changed(index=4), "log.inclusion"),
        (_entry_changed(index=-1), "log.inclusion"),
        (_entry_changed(proof=()), "log.inclusion"),
        (_entry_changed(salt=b"mot hat muoi kha"), "log.other_document"),
        (_entry_changed(leaf=b"mot muc khac"), "registry.entry_unreadable"),
        (_proof_of_another, "log.other_document"),
        (_code_of_another, "log.other_document"),
        (_digest_of_another, "log.other_document"),
        (_recalled_only, "registry.wrong_step"),
        (_two_stories, "registry.other_document"),
    ],
)
def test_a_false_proof_never_makes_it_valid(forged: Callable[[], Bundle], code: str) -> None:
    verdict = judged(forged())
    assert verdict.word is UNCHECKED
    assert verdict.in_force.answer is Answer.FAILED
    assert all_codes(verdict) == {code}
    assert verdict.log_position is None


@pytest.mark.parametrize("lines", [0, 1])
def test_the_signed_head_cannot_be_edited(lines: int) -> None:
    parts = issued().bundle.checkpoint_note.split("\n")
    parts[lines] += "1"
    verdict = judged(replace(issued().bundle, checkpoint_note="\n".join(parts)))
    assert all_codes(verdict) == {"log.checkpoint"}
    assert verdict.word is UNCHECKED


def test_the_certificates_beside_are_those_inside() -> None:
    stranger = city("forger").signers[IDENTITY.school.code].certificate
    bundle = replace(issued().bundle, certificates=(*issued().bundle.certificates, stranger))
    verdict = judged(bundle)
    assert verdict.word is NOT_OF_SCHOOL
    assert all_codes(verdict) == {"bundle.certificates"}


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"{}", b"<", b"<a/>", b"PK\x03\x04", b"%PDF-1.7", b"\xff\xfe<\x00", b"[" * 100_000],
)
def test_a_file_of_another_kind_is_not_the_schools(data: bytes) -> None:
    verdict = judged_file(data)
    assert verdict.word is NOT_OF_SCHOOL
    assert verdict.transcript is None
    assert verdict.unaltered.reasons


@given(st.binary(max_size=200), st.sampled_from([b"", b"{", b"<", b'<?xml version="1.0"?>']))
@settings(max_examples=80, deadline=None)
def test_random_bytes_get_a_verdict(data: bytes, start: bytes) -> None:
    assert judged_file(start + data).word is NOT_OF_SCHOOL


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_no_byte_of_a_document_can_change(data: st.DataObject) -> None:
    document = issued().document
    place = data.draw(st.integers(0, len(document) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != document[place]))
    verdict = judged_file(document[:place] + bytes([byte]) + document[place + 1 :])
    assert verdict.word is NOT_OF_SCHOOL


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_no_byte_of_a_bundle_can_change(data: st.DataObject) -> None:
    good = bundle_file()
    # Half of the time beside the document, whose bytes are most of the file.
    start = data.draw(st.sampled_from([0, good.index(b'"entries"')]))
    place = data.draw(st.integers(start, len(good) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != good[place]))
    verdict = judged_file(good[:place] + bytes([byte]) + good[place + 1 :])
    assert verdict.word in (NOT_OF_SCHOOL, UNCHECKED)


@given(st.integers(0, 60_000))
@settings(max_examples=40, deadline=None)
@example(0)
def test_a_file_cut_short_is_not_the_schools(length: int) -> None:
    for whole in (issued().document, bundle_file()):
        assert judged_file(whole[: min(length, len(whole) - 1)]).word is NOT_OF_SCHOOL


def test_a_bundle_of_the_future_is_not_read() -> None:
    future = bundle_file().replace(b"hocba-bundle/1", b"hocba-bundle/2", 1)
    with pytest.raises(HocbaError, check=lambda error: error.code == "bundle.unreadable"):
        read_bundle(future)
    assert all_codes(judged_file(future)) == {"bundle.unreadable"}
