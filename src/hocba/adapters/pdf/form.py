"""From a transcript and its verdicts to the words and figures that stand on the form.

Decides what is printed, never how it looks: places, sizes and the form's own wording are the
template's. Nothing is computed anew; results are those of the signed document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import segno

from hocba.adapters.pdf.cleaning import printable, visible
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import Capacity, Indication, SignatureVerdict, SlotRole
from hocba.core.transcript.canonical import row_id
from hocba.core.transcript.model import Signatory, StudyStep, SubjectRow, Transcript, YearSummary

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LEVELS: Mapping[str, str] = {"THCS": "Trung học cơ sở", "THPT": "Trung học phổ thông"}
_REMARK = 10_000
_PARTICULAR = 300
_NAME = 120
_RUNNING = 60  # in the header and footer of each page
_FIGURE = 8
PREVIEW = "Bản xem trước: chưa đủ chữ ký số hợp lệ, không có giá trị sử dụng"

_STATES: Mapping[Indication, tuple[str, str]] = {
    Indication.TOTAL_PASSED: ("signed", "Đã ký số"),
    Indication.INDETERMINATE: ("unknown", "Chữ ký số chưa kiểm tra được"),
    Indication.TOTAL_FAILED: ("failed", "Chữ ký số không hợp lệ"),
}


@dataclass(frozen=True, slots=True)
class Rendition:
    """One PDF to be made: the document, what was found about its signatures, where to check it.

    `request` says who asked for this copy and why, and is printed at the foot of each page;
    `notice` stands in red on top of each, say that the transcript was recalled. `document` (the
    signed XML) and `bundle` (its proof) travel inside the PDF as attached files. `to_be_sealed`
    keeps the place free where the school's seal will stand. `claim` is the text of the QR code that
    is checked without network; without one the code leads to the address.
    """

    transcript: Transcript
    signatures: Sequence[SignatureVerdict]
    verify_url: str
    request: str = ""
    notice: str = ""
    document: bytes = b""
    bundle: bytes = b""
    to_be_sealed: bool = False
    claim: str = ""


def form_values(item: Rendition) -> dict[str, object]:
    """Return all that the template prints, as JSON values.

    Raises:
        HocbaError: "pdf.no_form" when the school level has no official form here.
    """
    transcript = item.transcript
    if transcript.school_level not in LEVELS:
        raise HocbaError("pdf.no_form", school_level=transcript.school_level)
    signed = _Signed.of(item.signatures)
    teachers = {
        row.key: _signature(signed.by_row.get(row_id(row.key)), row.teacher.full_name)
        for row in transcript.subjects
    }
    signers = _signers(transcript, signed)
    marked = [*teachers.values(), *signers.values()]
    complete = all(one["state"] == "signed" for one in marked)
    return {
        "level": LEVELS[transcript.school_level],
        "level_code": transcript.school_level,
        "regulation": printable(transcript.regulation, limit=_PARTICULAR),
        "notice": visible(item.notice or ("" if complete else PREVIEW), limit=_NAME),
        "year": printable(transcript.school_year, limit=_RUNNING),
        "class_name": printable(transcript.class_name, limit=_RUNNING),
        "running_name": visible(transcript.student.full_name, limit=_RUNNING),
        "running_school": visible(transcript.school.name, limit=_RUNNING),
        "code": visible(transcript.lookup_uuid, limit=_RUNNING),
        "replaces": visible(transcript.replaces_uuid, limit=_RUNNING),
        "url": visible(item.verify_url, limit=_PARTICULAR),
        "request": visible(item.request, limit=_NAME),
        "qr": _qr(item.verify_url),
        "claim": _qr(item.claim) if item.claim else "",
        "school": _school(transcript),
        "student": _student(transcript),
        "steps": [_step(step) for step in transcript.study_steps],
        "subjects": [_subject(row, teachers[row.key]) for row in transcript.subjects],
        "summary": _summary(transcript.summary),
        "principal": _head(transcript, signed),
        "homeroom": _person(transcript.homeroom_teacher),
        "place_date": _place_date(transcript),
        "signers": signers,
        "to_be_sealed": item.to_be_sealed,
    }


def attached(item: Rendition) -> dict[str, str]:
    """Return what travels inside the PDF, as text: the document, and its proof when there is one.

    Raises:
        HocbaError: "pdf.attachment" for bytes that are not UTF-8, which no transcript is.
    """
    files = {"document": item.document, "bundle": item.bundle}
    try:
        return {name: data.decode("utf-8") for name, data in files.items() if data}
    except UnicodeDecodeError as error:
        raise HocbaError("pdf.attachment") from error


def document_date(item: Rendition) -> datetime:
    """Return the instant a rendition bears: of the last signature, or of the document's making."""
    times = [one.signing_time for one in item.signatures if one.signing_time is not None]
    return max(times, default=item.transcript.created_at)


@dataclass(frozen=True, slots=True)
class _Signed:
    """Verdicts found by what they sign."""

    by_role: Mapping[SlotRole, SignatureVerdict]
    by_row: Mapping[str, SignatureVerdict]

    @classmethod
    def of(cls, signatures: Sequence[SignatureVerdict]) -> "_Signed":
        by_role: dict[SlotRole, SignatureVerdict] = {}
        by_row: dict[str, SignatureVerdict] = {}
        for one in signatures:
            if one.role is SlotRole.SUBJECT_TEACHER:
                by_row.update(dict.fromkeys(one.targets, one))
            elif one.role is not None:
                by_role.setdefault(one.role, one)
        return cls(by_role, by_row)


def _signature(verdict: SignatureVerdict | None, expected: str) -> dict[str, str]:
    """Say who signed and when; the signer's name only where it is not the expected one."""
    name = printable(expected, limit=_NAME)
    if verdict is None:
        return {"state": "unsigned", "words": "Chưa ký số", "time": "", "name": name}
    state, words = _STATES[verdict.indication]
    by_right = {Capacity.IN_PLACE: " (ký thay)", Capacity.DELEGATED: " (ký theo ủy quyền)"}
    return {
        "state": state,
        "words": words + by_right.get(verdict.capacity, ""),
        "time": "" if verdict.signing_time is None else moment(verdict.signing_time),
        "name": printable(verdict.signer_name, limit=_NAME) or name,
    }


def _signers(transcript: Transcript, signed: _Signed) -> dict[str, dict[str, str]]:
    expected = {
        "homeroom": (SlotRole.HOMEROOM_TEACHER, transcript.homeroom_teacher.full_name),
        "principal": (SlotRole.PRINCIPAL, transcript.principal.full_name),
        "seal": (SlotRole.SEAL, transcript.school.name),
    }
    return {
        key: _signature(signed.by_role.get(role), name) for key, (role, name) in expected.items()
    }


def _subject(row: SubjectRow, signature: dict[str, str]) -> dict[str, object]:
    return {
        "name": printable(row.name, limit=_NAME),
        "first": _figure(row.first),
        "second": _figure(row.second),
        "year": _figure(row.year),
        "reassessed": _figure(row.reassessed),
        "remark": printable(row.remark, limit=_REMARK),
        "teacher": printable(row.teacher.full_name, limit=_NAME),
        "signature": signature,
    }


def _summary(summary: YearSummary) -> dict[str, object]:
    words = {
        name: printable(getattr(summary, name), limit=_PARTICULAR)
        for name in YearSummary.__slots__
        if isinstance(getattr(summary, name), str)
    }
    return {
        **words,
        "homeroom_remark": printable(summary.homeroom_remark, limit=_REMARK),
        "absences_excused": summary.absences_excused,
        "absences_unexcused": summary.absences_unexcused,
        "completes_level": summary.completes_level,
    }


def _school(transcript: Transcript) -> dict[str, str]:
    school = transcript.school
    return {
        "department": printable(school.department_name, limit=_NAME),
        "name": printable(school.name, limit=_NAME),
        "code": printable(school.code, limit=_NAME),
        "ward": printable(school.ward, limit=_NAME),
        "district": printable(school.district, limit=_NAME),
        "province": printable(school.province, limit=_NAME),
    }


def _student(transcript: Transcript) -> dict[str, str]:
    student = transcript.student
    names = [
        "full_name",
        "citizen_id",
        "student_code",
        "gender",
        "birth_place",
        "ethnicity",
        "nationality",
        "address",
        "home_town",
        "father_name",
        "mother_name",
        "guardian_name",
        "priority_group",
    ]
    number = student.register_number.removesuffix(f"/{transcript.school_level}")
    return {
        **{name: printable(getattr(student, name), limit=_PARTICULAR) for name in names},
        "birth_date": day(student.birth_date),
        "register_number": printable(number, limit=_RUNNING),
        "cover_name": printable(student.full_name, limit=_NAME),
    }


def _step(step: StudyStep) -> dict[str, str]:
    return {
        "year": printable(step.school_year, limit=_NAME),
        "class_name": printable(step.class_name, limit=_NAME),
        "school": printable(step.school_name, limit=_PARTICULAR),
        "arrival": "" if step.arrival_date is None else day(step.arrival_date),
    }


def _person(person: Signatory) -> dict[str, object]:
    deputy = person.title.casefold().startswith("phó ")
    return {"name": printable(person.full_name, limit=_NAME), "deputy": deputy}


def _head(transcript: Transcript, signed: "_Signed") -> dict[str, object]:
    """Return the head, or the deputy who signed for the head by delegation ("KT.")."""
    verdict = signed.by_role.get(SlotRole.PRINCIPAL)
    if verdict is None or verdict.capacity is not Capacity.DELEGATED:
        return _person(transcript.principal)
    return {"name": printable(verdict.signer_name, limit=_NAME), "deputy": True}


def _place_date(transcript: Transcript) -> str:
    place = printable(transcript.issue_place, limit=_NAME)
    issued = transcript.issue_date
    # NĐ 30/2020 Phụ lục I: a day below 10 and the months 1 and 2 take a zero in front.
    month = f"{issued.month:02}" if issued.month <= 2 else str(issued.month)
    return f"{place}, ngày {issued.day:02} tháng {month} năm {issued.year}"


def _figure(value: str) -> str:
    return printable(value, limit=_FIGURE).replace(".", ",")


def day(value: date) -> str:
    """Write a date as dd/MM/yyyy."""
    return f"{value.day:02}/{value.month:02}/{value.year:04}"


def moment(value: datetime) -> str:
    """Write an instant as dd/MM/yyyy HH:mm of Viet Nam."""
    local = value.astimezone(HANOI)
    return f"{day(local)} {local.hour:02}:{local.minute:02}"


def _qr(text: str) -> str:
    """The symbol without its quiet zone, which the template leaves free around it."""
    picture = BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(picture, kind="svg", border=0, light="#fff")
    return picture.getvalue().decode("utf-8")
