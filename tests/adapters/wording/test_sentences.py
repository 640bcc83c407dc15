"""The sentences themselves: good Vietnamese in shape, filled from real refusals and findings."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from unicodedata import is_normalized

import pytest

from hocba.adapters.wording import as_it_is, findings, refusals, verdicts
from hocba.adapters.wording.findings import finding_sentence
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.verdicts import (
    answer_word,
    reason_sentence,
    role_name,
    signature_word,
    verdict_sentence,
    verdict_word,
)
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.regulation import regulation_for
from hocba.core.assessment.subjects import catalogue, subject_by_key
from hocba.core.errors import HocbaError
from hocba.core.registry.bundle import read_bundle
from hocba.core.registry.entry import EntryKind, decode
from hocba.core.registry.lifecycle import TranscriptState, advance
from hocba.core.signing.plan import plan_for
from hocba.core.signing.trust import load_trust
from hocba.core.signing.verdict import Reason, SlotRole
from hocba.core.transcript.lint import lint
from hocba.core.transcript.model import Transcript
from hocba.core.transcript.parser import parse
from hocba.core.transcript.rules import check_transcript
from hocba.core.verification import Answer, VerdictWord
from tests.core.transcript.conftest import build

ALL = {**refusals.SENTENCES, **findings.SENTENCES, **verdicts.REASONS}
TEXTS = sorted(
    {*ALL.values(), *verdicts.msgids(), findings.WITH_TITLE, findings.WITH_OTHER_HEADERS}
)


class Anything(dict[str, str]):
    """Something to put at every placeholder."""

    def __missing__(self, key: str) -> str:
        """The placeholder's own name."""
        return f"‹{key}›"


@pytest.mark.parametrize("text", TEXTS)
def test_a_sentence_is_tidy_vietnamese(text: str) -> None:
    filled = text % Anything()
    assert is_normalized("NFC", text)
    assert " " not in text or not text.isascii()
    assert filled == " ".join(filled.split())
    assert "%" not in filled
    assert filled[0].isupper() or filled[0] in "“‹"


@pytest.mark.parametrize("code", sorted(ALL))
def test_a_sentence_ends_as_one(code: str) -> None:
    assert ALL[code].endswith((".", "?", ")s"))
    assert ".." not in ALL[code].replace("…", "")


def refusals_of_life() -> Iterator[tuple[str, Callable[[], object]]]:
    """Requests that the core really refuses, with the code expected."""
    yield "transcript.doctype", lambda: parse(b"<!DOCTYPE a><a/>")
    yield "transcript.not_xml", lambda: parse(b"<a>")
    yield "transcript.too_deep", lambda: parse(b"<a>" * 65 + b"</a>" * 65)
    yield "transcript.duplicate_id", lambda: parse(b'<a Id="x"><b Id="x"/></a>')
    yield "transcript.attribute_too_long", lambda: parse(b'<a b="' + b"x" * 10_000 + b'"/>')
    many = b" ".join(b'b%d=""' % number for number in range(17))
    yield "transcript.too_many_attributes", lambda: parse(b"<a " + many + b"/>")
    yield "transcript.teacher_missing", lambda: build(teachers={})
    yield "bundle.unreadable", lambda: read_bundle(b"{}")
    yield "registry.entry_unreadable", lambda: decode(b"{}")
    in_force, issued = TranscriptState.IN_FORCE, EntryKind.ISSUED
    yield "registry.wrong_step", lambda: advance(state=in_force, event=issued)
    yield "trust.unreadable", lambda: load_trust(b"{}")
    yield "signing.no_plan", lambda: plan_for(school_level="TH", school_year="2024-2025")
    yield "assessment.level_unknown", lambda: catalogue("TH")
    yield "assessment.subject_unknown", lambda: subject_by_key("phep_thuat")  # type: ignore[arg-type]
    yield (
        "assessment.no_regulation",
        lambda: regulation_for(school_level="TH", grade=1, school_year="2024-2025"),
    )


@pytest.mark.parametrize(("code", "request_"), list(refusals_of_life()))
def test_a_real_refusal_is_said_in_full(code: str, request_: Callable[[], object]) -> None:
    with pytest.raises(HocbaError) as caught:
        request_()
    assert caught.value.code == code
    said = refusal_sentence(caught.value)
    assert said == refusals.SENTENCES[code] % Anything(
        {name: str(value) for name, value in caught.value.params.items()}
    )
    assert "‹" not in said


def test_a_missing_teacher_is_said_with_the_subject() -> None:
    with pytest.raises(HocbaError) as caught:
        build(teachers={})
    assert str(caught.value.params["subject"]) in refusal_sentence(caught.value)


def spoiled(**changes: Any) -> list[Finding]:
    return list(check_transcript(replace(build(), **changes)))


def other_student(**changes: Any) -> list[Finding]:
    return spoiled(student=replace(build().student, **changes))


def other_row(**changes: Any) -> list[Finding]:
    rows = build().subjects
    return spoiled(subjects=(replace(rows[0], **changes), *rows[1:]))


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (lambda: spoiled(subjects=()), "subjects_missing", "không có môn nào"),
        (lambda: spoiled(grade=5), "grade", "Không có khối 5 ở cấp THCS."),
        (lambda: spoiled(study_steps=()), "study_steps", "năm 2024-2025"),
        (lambda: spoiled(lookup_uuid="abc"), "lookup_code", "“abc”"),
        (lambda: spoiled(issue_date=date(2025, 5, 1)), "issue_before_creation", "01/05/2025"),
        (
            lambda: other_student(citizen_id="12"),
            "citizen_id",
            "12 chữ số (Đặng Thị Thuỳ Dương: 12)",
        ),
        (lambda: other_student(address=" Hà Nội"), "untidy_text", "Thừa dấu cách"),
        (
            lambda: other_student(citizen_id=build().principal.citizen_id),
            "citizen_id_shared",
            "ghi cùng một số định danh",
        ),
        (lambda: other_student(birth_date=date(2024, 1, 1)), "arrival_date", "phải sau ngày sinh"),
        (lambda: other_row(year="mười"), "mark", "mười” không phải điểm"),
    ],
)
def test_a_transcripts_fault_is_said_in_full(
    spoil: Callable[[], list[Finding]], code: str, words: str
) -> None:
    said = [finding_sentence(one) for one in spoil() if one.code == f"transcript.{code}"]
    assert said
    assert words in said[0]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"<!DOCTYPE a><a/>", "Tệp có khai báo DTD, không được phép."),
        (b"\xff", "Tệp không ở bảng mã UTF-8."),
        (b"<HOC_BA/>", "Tệp không đúng khuôn dạng học bạ. (DU_LIEU_HOC_BA)"),
    ],
)
def test_what_reading_refuses_is_a_finding_in_the_same_words(document: bytes, words: str) -> None:
    assert words in [finding_sentence(one) for one in lint(document)]


def test_a_reason_of_reading_is_worded_as_the_refusal() -> None:
    reason = Reason("transcript.not_utf8", "FORMAT_FAILURE")
    assert reason_sentence(reason) == refusals.SENTENCES["transcript.not_utf8"]


def test_a_reason_shows_its_detail() -> None:
    said = reason_sentence(Reason("slot.missing", "FORMAT_FAILURE", "CBQL"))
    assert said == "Thiếu chữ ký. (CBQL)"


def test_a_reason_leaves_out_what_a_refusal_would_have_shown() -> None:
    said = reason_sentence(Reason("transcript.teacher_missing"))
    assert "%" not in said


def test_headers_not_understood_are_told_with_the_missing_one() -> None:
    missing = Finding(
        "workbook.header_missing", Severity.BLOCK, found="Điểm giữa kỳ", expected="ĐĐGgk"
    )
    assert "Tiêu đề chưa hiểu trên trang: Điểm giữa kỳ." in finding_sentence(missing)
    assert "chưa hiểu" not in finding_sentence(replace(missing, found=""))


def test_an_unknown_subject_is_told_with_the_sheets_title() -> None:
    unknown = Finding("workbook.subject_unknown", Severity.BLOCK, found="T", expected="Toán")
    assert finding_sentence(unknown).endswith("Tiêu đề trang nói môn Toán.")
    assert "Tiêu đề trang" not in finding_sentence(replace(unknown, expected=""))


def test_an_unknown_code_is_still_an_answer() -> None:
    assert "chua.co" in refusal_sentence(HocbaError("chua.co", so=1))
    assert "ô B7" in finding_sentence(Finding("chua.co", Severity.WARN, found="ô B7"))
    assert reason_sentence(Reason("chua.co")) == "chua.co"


def test_the_reader_gets_the_translation() -> None:
    asked: list[str] = []

    def english(text: str) -> str:
        asked.append(text)
        return "Too large: %(megabytes)s MB."

    said = refusal_sentence(HocbaError("request.too_large", megabytes=5), gettext=english)
    assert said == "Too large: 5 MB."
    assert asked == [refusals.SENTENCES["request.too_large"]]
    assert as_it_is("Học bạ") == "Học bạ"


def test_no_two_verdicts_or_answers_sound_alike() -> None:
    assert len({verdict_word(word) for word in VerdictWord}) == len(VerdictWord)
    assert len({verdict_sentence(word) for word in VerdictWord}) == len(VerdictWord)
    assert len({answer_word(answer) for answer in Answer}) == len(Answer)
    assert len({signature_word(answer) for answer in Answer}) == len(Answer)
    assert len({role_name(role) for role in (*SlotRole, None)}) == len(SlotRole) + 1


def test_the_good_transcript_gives_nothing_to_say() -> None:
    good: Transcript = build()
    assert list(check_transcript(good)) == []
