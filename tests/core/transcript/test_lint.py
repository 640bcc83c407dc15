"""Each rule has a document that breaks it; good documents have no findings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hocba.core.assessment.findings import Severity
from hocba.core.transcript.canonical import parse, to_xml
from hocba.core.transcript.lint import lint, schema_valid
from hocba.core.transcript.model import Signatory, StudyStep, Transcript

OTHER_TEACHER = Signatory("Người Khác", "001186000100", "Giáo viên bộ môn")
STUDENT_AS_TEACHER = Signatory("Đặng Thị Thuỳ Dương", "001310000123", "Giáo viên bộ môn")


def codes(document: bytes) -> list[str]:
    """The codes of a lint, without the room's name."""
    return [finding.code.removeprefix("transcript.") for finding in lint(document)]


def test_good_documents_have_no_findings(document: bytes, signed: bytes) -> None:
    assert lint(document) == lint(signed) == ()
    assert schema_valid(parse(document))
    assert schema_valid(parse(signed))


def test_years_of_other_outcomes_are_good_too(
    built: Callable[..., Transcript], judged_year: Callable[..., Any]
) -> None:
    for year in (judged_year(30), judged_year(62), judged_year(80, absences_excused=60)):
        assert lint(to_xml(built(year=year))) == ()


def student(**changes: Any) -> Callable[[Transcript], Transcript]:
    """Change particulars of the student."""
    return lambda one: replace(one, student=replace(one.student, **changes))


def maths(**changes: Any) -> Callable[[Transcript], Transcript]:
    """Change the row of Toán."""
    return lambda one: replace(
        one, subjects=(replace(one.subjects[0], **changes), *one.subjects[1:])
    )


def summary(**changes: Any) -> Callable[[Transcript], Transcript]:
    """Change the summary."""
    return lambda one: replace(one, summary=replace(one.summary, **changes))


def whole(**changes: Any) -> Callable[[Transcript], Transcript]:
    """Change fields of the transcript itself."""
    return lambda one: replace(one, **changes)


def last_row(**changes: Any) -> Callable[[Transcript], Transcript]:
    """Change the last row, a subject judged by remarks."""
    return lambda one: replace(
        one, subjects=(*one.subjects[:-1], replace(one.subjects[-1], **changes))
    )


def step(*years: str, arrival: date | None = None) -> Callable[[Transcript], Transcript]:
    """Put other study steps."""
    steps = tuple(StudyStep(year, "9A1", "Trường THCS Trần Phú", arrival) for year in years)
    return whole(study_steps=steps)


SPOILED: list[tuple[Callable[[Transcript], Transcript], str, str]] = [
    (student(citizen_id=""), "element_missing", "số định danh cá nhân của học sinh"),
    (student(citizen_id="00131000012"), "citizen_id", "Đặng Thị Thuỳ Dương: 00131000012"),
    (student(citizen_id="٠01310000123"), "citizen_id", "Đặng Thị Thuỳ Dương: ٠01310000123"),
    (student(birth_date=date(2020, 1, 1)), "birth_date", "01/01/2020"),
    (student(address=" Hà Nội"), "untidy_text", "chỗ ở hiện nay"),
    (student(gender="nữ"), "schema", "GIOI_TINH, dòng 19"),
    (whole(principal=Signatory("A", "1", "Hiệu trưởng")), "citizen_id", "A: 1"),
    (whole(homeroom_teacher=Signatory("B", "x", "GVCN")), "citizen_id", "B: x"),
    (maths(teacher=Signatory("C", "2", "GVBM")), "citizen_id", "C: 2"),
    (maths(teacher=Signatory("C", "", "GVBM")), "element_missing", "Toán: số định danh giáo viên"),
    (maths(teacher=Signatory("", "2", "GVBM")), "element_missing", "Toán: họ và tên giáo viên"),
    (last_row(teacher=OTHER_TEACHER), "citizen_id_shared", "Người Khác"),
    (maths(teacher=STUDENT_AS_TEACHER), "citizen_id_shared", "Đặng Thị Thuỳ Dương"),
    (whole(lookup_uuid="7F0C1D1E-5A53-4B6E-9D0A-0E6F5D1C2B3A"), "lookup_code", "7F0C1D1E-"),
    (whole(lookup_uuid="7f0c1d1e-5a53-1b6e-9d0a-0e6f5d1c2b3a"), "lookup_code", "7f0c1d1e-"),
    (whole(replaces_uuid="7f0c1d1e-5a53-4b6e-9d0a-0e6f5d1c2b3a"), "lookup_code", "7f0c1d1e-"),
    (whole(replaces_uuid="cũ"), "lookup_code", "cũ"),
    (whole(school_year="2024-2026"), "school_year", "2024-2026"),
    (whole(school_year="2024"), "school_year", "2024"),
    (step("2023-2024"), "study_steps", "2023-2024"),
    (step("2024-2025", "2023-2024", "2024-2025"), "study_steps", "2024-2025, 2023-2024"),
    (step(), "study_steps", ""),
    (step("2024-2025", arrival=date(2030, 1, 1)), "arrival_date", "01/01/2030"),
    (whole(grade=10), "grade", "10"),
    (whole(school_level="TH"), "grade", "9"),
    (whole(subjects=()), "subjects_missing", ""),
    (maths(name="Tin học"), "subject_twice", "Tin học"),
    (maths(first="10.5"), "mark", "Toán: 10.5"),
    (maths(first="7"), "mark", "Toán: 7"),
    (maths(first="7,5"), "mark", "Toán: 7,5"),
    (maths(year="7.25"), "mark", "Toán: 7.25"),
    (maths(reassessed="Tốt"), "mark", "Toán: Tốt"),
    (maths(first="Đ"), "value_form", "Toán: Đ"),
    (last_row(first="8.0"), "value_form", "Hoạt động trải nghiệm, hướng nghiệp: 8.0"),
    (last_row(second="CĐ"), "remark_year", "Hoạt động trải nghiệm, hướng nghiệp: Đ"),
    (maths(year=""), "subject_incomplete", "Toán"),
    (maths(second=""), "subject_incomplete", "Toán"),
    (summary(conduct_year=""), "summary_incomplete", "kết quả rèn luyện cả năm"),
    (summary(learning_first=""), "summary_incomplete", "kết quả học tập học kì I"),
    (summary(homeroom_remark=""), "summary_incomplete", "nhận xét của giáo viên chủ nhiệm"),
    (summary(completes_level=None), "completion", "9"),
    (summary(completes_level=False), "completion", "9"),
    (summary(promotion="retained"), "completion", "9"),
    (whole(grade=8), "completion", "8"),
    (summary(learning_year="tốt"), "schema", "KET_QUA_HOC_TAP_CA_NAM"),
    (summary(absences_excused=-1), "schema", "TONG_SO_BUOI_NGHI_CO_PHEP"),
    (summary(homeroom_remark="a" * 2001), "schema", "NHAN_XET_GVCN"),
    (whole(issue_date=date(2024, 5, 1)), "issue_date", "01/05/2024"),
    (whole(issue_date=date(2025, 5, 1)), "issue_before_creation", "01/05/2025"),
]


@pytest.mark.parametrize(("spoil", "code", "found"), SPOILED)
def test_each_rule_finds_its_document(
    transcript: Transcript, spoil: Callable[[Transcript], Transcript], code: str, found: str
) -> None:
    findings = lint(to_xml(spoil(transcript)))
    assert any(
        finding.code == f"transcript.{code}" and finding.found.startswith(found)
        for finding in findings
    ), findings
    assert all(finding.severity is Severity.BLOCK for finding in findings)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("Hà Nội</NOI", "Ha\u0300 Nội</NOI", "not_nfc"),
        ('Id="mon-tin-hoc"', 'Id="mon-toan"', "duplicate_id"),
        ('Id="sig-CBQL"', 'Id="data"', "duplicate_id"),
        ("<DAN_TOC>", "<TON_GIAO>Không</TON_GIAO><DAN_TOC>", "schema"),
        ("<NOI_SINH>Hà Nội</NOI_SINH>\n", "lạc<NOI_SINH>Hà Nội</NOI_SINH>\n", "schema"),
        ('Id="tongket"', 'Id="tong"', "schema"),
        ("<SignedInfo><a/></SignedInfo>", "", "schema"),
        ("AAAA", "không phải base64", "schema"),
        ("ky-CBQL", "ky-ai-do", "schema"),
        ("<HOC_BA>", "<!-- x --><HOC_BA>", "comment"),
        ("DANH_SACH_THONG_TIN_KY", "DANH_SACH", "schema"),
        ("BANG_DIEM", "BANG", "shape"),
        ("<DUOC_LEN_LOP>DUOC_LEN_LOP<", "<DUOC_LEN_LOP>RỒI<", "value"),
    ],
)
def test_spoiled_bytes_are_found(signed: bytes, old: str, new: str, code: str) -> None:
    assert old.encode() in signed
    assert codes(signed.replace(old.encode(), new.encode())) == [code]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n", b"\r\n"),
        (b"  <D", b"<D"),
        (b"Kinh", b"<![CDATA[Kinh]]>"),
        (b"</HOC_BA>\n", b"</HOC_BA>"),
    ],
)
def test_an_unsigned_document_is_exactly_as_written(
    document: bytes, old: bytes, new: bytes
) -> None:
    assert codes(document.replace(old, new)) == ["not_canonical"]


def test_all_that_is_missing_is_named_at_once(transcript: Transcript) -> None:
    findings = lint(to_xml(student(citizen_id="", birth_place="", address="")(transcript)))
    assert [one.found for one in findings] == [
        "số định danh cá nhân của học sinh",
        "nơi sinh",
        "chỗ ở hiện nay",
    ]


def test_a_finding_says_whose_document_it_is(transcript: Transcript) -> None:
    finding = lint(to_xml(maths(year="")(transcript)))[0]
    assert (finding.student_code, finding.student_name) == ("0123456789", "Đặng Thị Thuỳ Dương")


def test_the_day_of_issue_may_be_the_day_of_creation(transcript: Transcript) -> None:
    same = transcript.created_at.date()
    assert lint(to_xml(replace(transcript, issue_date=same))) == ()
    assert codes(to_xml(replace(transcript, issue_date=same - timedelta(days=1))))
