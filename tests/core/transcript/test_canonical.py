"""One value, one sequence of bytes: golden file, round trips, strict reading."""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hocba.core.errors import HocbaError
from hocba.core.transcript import fields as table
from hocba.core.transcript.canonical import from_xml, to_xml
from hocba.core.transcript.letters import is_writable, tidied, tidy
from hocba.core.transcript.model import Transcript

GOLDEN = Path(__file__).parents[2] / "vectors" / "transcript" / "thcs-lop-9-hoan-thanh.xml"
VIETNAMESE = "aăâeêioôơuưyđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĐẤỆỘỮ"
# What breaks naive writers: markup, quotes, spaces, decomposed marks, letters beyond the BMP.
ODD = " \t\n\r<>&\"']]>\u00a0\u200b\u0300\u0301\u0302\u0309\u0323\u031b\u0338𝔳𠀀🎓\ufeff"
WORDS = st.text(st.one_of(st.sampled_from(VIETNAMESE + ODD), st.characters()), max_size=40)


def test_the_golden_document_is_written_byte_for_byte(document: bytes) -> None:
    assert document == GOLDEN.read_bytes()


def test_reading_and_writing_again_gives_the_same(transcript: Transcript, document: bytes) -> None:
    assert from_xml(document) == transcript
    assert to_xml(from_xml(document)) == document


def test_a_signed_document_reads_as_the_same_transcript(
    transcript: Transcript, signed: bytes
) -> None:
    assert from_xml(signed) == transcript


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS, is_nfd=st.booleans())
def test_any_text_is_kept_or_refused(
    built: Callable[..., Transcript], words: str, is_nfd: bool
) -> None:
    entered = normalize("NFD", f"Em{words}") if is_nfd else f"Em{words}"
    if not is_writable(tidy(entered)):
        with pytest.raises(HocbaError):
            tidied(entered)
        return
    transcript = built(remarks={"toan": entered}, homeroom_remark=entered)
    document = to_xml(transcript)
    assert from_xml(document) == transcript
    assert to_xml(from_xml(document)) == document
    assert is_normalized("NFC", document.decode())


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=20))
def test_whatever_is_written_can_be_read(transcript: Transcript, words: str) -> None:
    spoiled = replace(transcript, summary=replace(transcript.summary, award=words))
    if not is_writable(normalize("NFC", words)):
        with pytest.raises(HocbaError):
            to_xml(spoiled)
        return
    document = to_xml(spoiled)
    assert from_xml(document).summary.award == normalize("NFC", words)
    assert to_xml(from_xml(document)) == document


@pytest.mark.parametrize("word", ["scored", "remark", "promoted", "pending", "DIEM_SO"])
def test_our_own_code_words_may_be_said_in_text(transcript: Transcript, word: str) -> None:
    spoken = replace(transcript, summary=replace(transcript.summary, homeroom_remark=word))
    assert from_xml(to_xml(spoken)) == spoken


def _paths(value: Any, prefix: str = "") -> set[str]:
    found = set()
    for field in fields(value):
        inner, path = getattr(value, field.name), f"{prefix}{field.name}"
        if is_dataclass(inner):
            found |= _paths(inner, f"{path}.")
        elif isinstance(inner, tuple):
            found |= _paths(inner[0], f"{path}.")
        else:
            found.add(path)
    return found


def test_every_field_of_the_model_has_its_element(transcript: Transcript) -> None:
    bound = {field.path for field in table.GENERAL}
    bound |= {f"study_steps.{field.path}" for field in table.STUDY_STEP}
    bound |= {f"subjects.{field.path}" for field in table.SUBJECT_ROW}
    bound |= {f"summary.{field.path}" for field in table.SUMMARY}
    # The key is the row's Id.
    assert _paths(transcript) == bound | {"subjects.key"}


def _replaced(document: bytes, element: str, text: str) -> bytes:
    pattern = rf"<{element}>[^<]*</{element}>".encode()
    new = f"<{element}>{text}</{element}>".encode()
    changed, count = re.subn(pattern, lambda _: new, document, count=1)
    assert count == 1
    return changed


@pytest.mark.parametrize(
    ("element", "text", "code"),
    [
        ("NGAY_SINH", "2/9/2010", "transcript.value"),
        ("NGAY_SINH", "31/02/2010", "transcript.value"),
        ("NGAY_SINH", "٠٢/09/2010", "transcript.value"),
        ("NGAY_TAO_HOC_BA", "2025-05-30T08:15:00", "transcript.value"),
        ("NGAY_TAO_HOC_BA", "2025-05-30T01:15:00Z", "transcript.value"),
        ("NGAY_TAO_HOC_BA", "0001-01-01T00:00:00+14:00", "transcript.value"),
        ("MA_KHOI", "09", "transcript.value"),
        ("MA_KHOI", "", "transcript.value"),
        ("HO_VA_TEN", "", "transcript.value"),
        ("DUOC_LEN_LOP", "promoted", "transcript.value"),
        ("DA_HOAN_THANH_CHUONG_TRINH_CAP_HOC", "true", "transcript.value"),
        ("NOI_SINH", "Ha\u0300 No\u0302\u0323i", "transcript.not_nfc"),
        ("NOI_SINH", "Ha&#x300; Nội", "transcript.not_nfc"),
        ("NOI_SINH", "&#x338;", "transcript.control_character"),
        ("NOI_SINH", "Hà\u202eNội", "transcript.control_character"),
        ("NOI_SINH", "Hà\ue000Nội", "transcript.control_character"),
        ("NOI_SINH", "Hà <b>Nội</b>", "transcript.shape"),
    ],
)
def test_reading_forgives_nothing(document: bytes, element: str, text: str, code: str) -> None:
    if element == "NOI_SINH" and "<b>" in text:
        changed = document.replace("<NOI_SINH>Hà Nội".encode(), f"<NOI_SINH>{text}".encode())
    else:
        changed = _replaced(document, element, text)
    with pytest.raises(HocbaError) as refusal:
        from_xml(changed)
    assert (refusal.value.code, refusal.value.params["element"]) == (code, element)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"HOC_BA", b"HOC_BE", "transcript.shape"),
        (b"BANG_DIEM>", b"BANG>", "transcript.shape"),
        (b'Id="mon-toan"', b'Id="Toan"', "transcript.shape"),
        (b"</TEN_LOP>\n      <NAM_HOC>2024", b"</TEN_LOP><NAM_HOC>2023", "transcript.value"),
        (b"<MA_HOC_SINH>0123456789</MA_HOC_SINH>", b"", "transcript.element_missing"),
        (b"<DAN_TOC>", b"<DAN_TOC>A</DAN_TOC><DAN_TOC>", "transcript.shape"),
    ],
)
def test_other_shapes_are_refused(document: bytes, old: bytes, new: bytes, code: str) -> None:
    assert old in document
    with pytest.raises(HocbaError) as refusal:
        from_xml(document.replace(old, new))
    assert refusal.value.code == code


def test_writing_refuses_a_key_that_is_no_id(transcript: Transcript) -> None:
    row = replace(transcript.subjects[0], key='x" onload="')
    with pytest.raises(HocbaError) as refusal:
        to_xml(replace(transcript, subjects=(row,)))
    assert refusal.value.code == "transcript.value"


def test_writing_refuses_a_word_it_does_not_know(transcript: Transcript) -> None:
    with pytest.raises(HocbaError) as refusal:
        to_xml(replace(transcript, summary=replace(transcript.summary, promotion="maybe")))
    assert refusal.value.params["element"] == "DUOC_LEN_LOP"


def test_an_instant_needs_a_zone(transcript: Transcript) -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_xml(replace(transcript, created_at=datetime(2025, 5, 30)))  # noqa: DTZ001


def test_what_is_not_known_is_left_out(transcript: Transcript, document: bytes) -> None:
    assert b"HO_VA_TEN_CHA" not in document
    assert b"/>" not in document
    old = replace(transcript.student, birth_date=date(999, 1, 2))
    assert b"<NGAY_SINH>02/01/0999<" in to_xml(replace(transcript, student=old))
