"""Laying a transcript out: values to printed words, then one run of the template."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import segno
import typst

from hocba.core.signing.verdict import Indication, SignatureVerdict, SlotRole
from hocba.core.transcript.canonical import row_id
from hocba.core.transcript.model import SubjectRow, Transcript

CITY_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
_LONGEST = 600
_PROMOTION = {
    "promoted": "Được lên lớp",
    "promoted_after_reassessment": "Được lên lớp sau khi đánh giá lại hoặc rèn luyện trong hè",
    "retained": "Không được lên lớp",
    "pending": "Chờ đánh giá lại môn học hoặc rèn luyện trong kì nghỉ hè",
}


def transcript_pdf(
    *, transcript: Transcript, signatures: Sequence[SignatureVerdict], verify_url: str
) -> bytes:
    """Return the PDF of one transcript.

    `signatures` are the verdicts on its slots: only a passed one prints as signed. `verify_url`
    goes into the QR code.
    """
    qr = BytesIO()
    segno.make(verify_url, error="m", micro=False).save(qr, kind="svg", border=1, scale=4)
    data = json.dumps(_data(transcript, signatures, verify_url), ensure_ascii=False)
    sources = {
        "main.typ": _template(),
        "transcript.json": data.encode("utf-8"),
        "qr.svg": qr.getvalue(),
    }
    pdf: bytes = typst.compile(sources, format="pdf", ignore_system_fonts=True)
    return pdf


@cache
def _template() -> bytes:
    return files(__package__).joinpath("transcript.typ").read_bytes()


def _data(
    transcript: Transcript, signatures: Sequence[SignatureVerdict], verify_url: str
) -> dict[str, Any]:
    student, school, summary = transcript.student, transcript.school, transcript.summary
    signed = _signed_times(signatures)
    site = urlsplit(verify_url)
    values: dict[str, Any] = {
        "title": f"Học bạ {transcript.school_year}",
        "department_name": school.department_name,
        "school_name": school.name,
        "ward": school.ward,
        "province": school.province,
        "student_name": student.full_name,
        "class_name": transcript.class_name,
        "school_year": transcript.school_year,
        "register_number": student.register_number,
        "lookup_uuid": transcript.lookup_uuid,
        "verify_site": f"{site.netloc}/xac-minh/",
        "profile": _profile(transcript),
        "issue_line": f"{transcript.issue_place}, {_long_date(transcript.issue_date)}",
        "principal_title": transcript.principal.title,
        "principal_name": transcript.principal.full_name,
        "homeroom_name": transcript.homeroom_teacher.full_name,
        "principal_signed": signed.get(SlotRole.PRINCIPAL, ""),
        "homeroom_signed": signed.get(SlotRole.HOMEROOM_TEACHER, ""),
        "seal_signed": signed.get(SlotRole.SEAL, "").replace("Đã ký số", "Trường đóng dấu số"),
        "steps": [
            [one.school_year, one.class_name, one.school_name, _short_date(one.arrival_date)]
            for one in transcript.study_steps
        ],
        "subjects": [_subject(row, signatures) for row in transcript.subjects],
        "absences": str(summary.absences_excused + summary.absences_unexcused),
        "conduct_after": summary.conduct_after_summer,
        "learning_after": summary.learning_after_reassessment,
        "homeroom_remark": summary.homeroom_remark,
        "summary": _summary(transcript),
    }
    for name in ("conduct_first", "conduct_second", "conduct_year"):
        values[name] = getattr(summary, name)
    for name in ("learning_first", "learning_second", "learning_year"):
        values[name] = getattr(summary, name)
    return {name: _printable(value) for name, value in values.items()}


def _profile(transcript: Transcript) -> list[list[tuple[str, str]]]:
    student = transcript.student
    return [
        [("1. Họ và tên", student.full_name), ("Giới tính", student.gender)],
        [
            ("2. Ngày, tháng, năm sinh", _short_date(student.birth_date)),
            ("Quốc tịch", student.nationality),
        ],
        [("3. Nơi sinh", student.birth_place), ("4. Dân tộc", student.ethnicity)],
        [
            ("Số định danh cá nhân", student.citizen_id),
            ("Mã học sinh", student.student_code),
        ],
        [("5. Đối tượng", student.priority_group or "không")],
        [("6. Chỗ ở hiện tại", student.address)],
        [("7. Họ và tên cha", student.father_name)],
        [("8. Họ và tên mẹ", student.mother_name)],
        [("9. Họ và tên người giám hộ", student.guardian_name)],
    ]


def _summary(transcript: Transcript) -> list[tuple[str, str]]:
    summary = transcript.summary
    completion = {None: "", True: "Hoàn thành", False: "Không hoàn thành"}
    lines = [("Kết luận", _PROMOTION[summary.promotion])]
    if summary.completes_level is not None:
        lines.append(("Chương trình trung học cơ sở", completion[summary.completes_level]))
    return [
        *lines,
        ("Chứng chỉ (nếu có)", summary.certificates or "không"),
        ("Kết quả tham gia các cuộc thi (nếu có)", summary.contests or "không"),
        (
            "Khen thưởng (nếu có)",
            "; ".join(text for text in (summary.award, summary.other_award) if text) or "không",
        ),
    ]


def _subject(row: SubjectRow, signatures: Sequence[SignatureVerdict]) -> dict[str, str]:
    times = [
        _instant(one.signing_time)
        for one in signatures
        if row_id(row.key) in one.targets and one.indication is Indication.TOTAL_PASSED
    ]
    return {
        "name": row.name,
        "first": row.first.replace(".", ","),
        "second": row.second.replace(".", ","),
        "year": row.year.replace(".", ","),
        "reassessed": row.reassessed.replace(".", ","),
        "remark": row.remark,
        "teacher": row.teacher.full_name,
        "signed": times[0] if times else "",
    }


def _signed_times(signatures: Sequence[SignatureVerdict]) -> Mapping[SlotRole, str]:
    return {
        one.role: f"Đã ký số: {one.signer_name}, {_instant(one.signing_time)}"
        for one in signatures
        if one.role is not None and one.indication is Indication.TOTAL_PASSED
    }


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(CITY_TIME):%d/%m/%Y %H:%M}"


def _short_date(day: date | None) -> str:
    return "" if day is None else f"{day:%d/%m/%Y}"


def _long_date(day: date) -> str:
    return f"ngày {day.day:02} tháng {day.month:02} năm {day.year}"


def _printable(value: Any) -> Any:
    """Drop control and direction characters; cut what no form could hold, visibly."""
    if isinstance(value, str):
        kept = "".join(
            " " if category(char) in ("Cc", "Cf", "Co", "Cs") else char for char in value
        )
        return kept if len(kept) <= _LONGEST else f"{kept[: _LONGEST - 1]}…"
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {name: _printable(item) for name, item in value.items()}
    return value
