"""A transcript as bytes and back: one value, one sequence of bytes.

The writer is deterministic (fixed order, two spaces a level, "\\n", NFC); the reader takes signed
and unsigned documents. Signed bytes are never written again: signing inserts into them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields as dataclass_fields
from datetime import date, datetime, timedelta, timezone
from typing import Any
from unicodedata import category, normalize
from xml.sax.saxutils import escape

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.transcript import fields as table
from hocba.core.transcript.fields import Field
from hocba.core.transcript.model import (
    SchoolInfo,
    Signatory,
    StudentInfo,
    StudyStep,
    SubjectRow,
    Transcript,
    YearSummary,
)
from hocba.core.transcript.parser import parse as parse

VIETNAM = timezone(timedelta(hours=7))
DATA_ID, GENERAL_ID, SUMMARY_ID = "data", "thongtinhocba", "tongket"
SIGNATURE_AREA = "DANH_SACH_THONG_TIN_KY"
_FLAGS = {True: "1", False: "0"}


def row_id(key: str) -> str:
    """Return the Id of a subject's row, which its teacher signs."""
    return f"mon-{key.replace('_', '-')}"


def to_xml(transcript: Transcript) -> bytes:
    """Write the unsigned document: UTF-8, NFC, the signature area empty.

    Raises:
        HocbaError: "transcript.control_character" naming the element.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<HOC_BA>",
        f'  <DU_LIEU_HOC_BA Id="{DATA_ID}">',
    ]
    lines += _block("THONG_TIN_CHUNG", transcript, table.GENERAL, "    ", GENERAL_ID)
    lines.append("    <QUA_TRINH_HOC_TAP>")
    for step in transcript.study_steps:
        lines += _block("QUA_TRINH", step, table.STUDY_STEP, "      ")
    lines += ["    </QUA_TRINH_HOC_TAP>", "    <BANG_DIEM>"]
    for row in transcript.subjects:
        lines += _block("DIEM_TONG_KET", row, table.SUBJECT_ROW, "      ", row_id(row.key))
    lines.append("    </BANG_DIEM>")
    lines += _block("TONG_KET", transcript.summary, table.SUMMARY, "    ", SUMMARY_ID)
    lines += ["  </DU_LIEU_HOC_BA>", f"  <{SIGNATURE_AREA}>", f"  </{SIGNATURE_AREA}>", "</HOC_BA>"]
    return ("\n".join(lines) + "\n").encode("utf-8")


def from_xml(document: bytes) -> Transcript:
    """Read a signed or unsigned document.

    Raises:
        HocbaError: those of `parse`, "transcript.element_missing", "transcript.value" and
            "transcript.shape", each naming the element.
    """
    root = parse(document)
    data = root.find("DU_LIEU_HOC_BA") if root.tag == "HOC_BA" else None
    if data is None:
        raise HocbaError("transcript.shape", element="DU_LIEU_HOC_BA")
    general = _values(_only(data, "THONG_TIN_CHUNG"), table.GENERAL)
    steps = _only(data, "QUA_TRINH_HOC_TAP").findall("QUA_TRINH")
    rows = _only(data, "BANG_DIEM").findall("DIEM_TONG_KET")
    summary = _values(_only(data, "TONG_KET"), table.SUMMARY)
    return Transcript(
        **_own(general),
        school=_make(SchoolInfo, general, "school"),
        student=_make(StudentInfo, general, "student"),
        principal=_make(Signatory, general, "principal"),
        homeroom_teacher=_make(Signatory, general, "homeroom_teacher"),
        study_steps=tuple(StudyStep(**_values(step, table.STUDY_STEP)) for step in steps),
        subjects=tuple(_subject_row(row) for row in rows),
        summary=YearSummary(
            **summary,
            absences_excused=general["summary.absences_excused"],
            absences_unexcused=general["summary.absences_unexcused"],
        ),
    )


def _block(
    name: str, value: object, rows: Iterable[Field], indent: str, identifier: str = ""
) -> list[str]:
    attribute = f' Id="{identifier}"' if identifier else ""
    lines = [f"{indent}<{name}{attribute}>"]
    for field in rows:
        text = _text(_follow(value, field.path), field)
        if text:
            lines.append(f"{indent}  <{field.element}>{escape(text)}</{field.element}>")
    lines.append(f"{indent}</{name}>")
    return lines


def _follow(value: object, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _text(value: Any, field: Field) -> str:
    if value is None:
        return ""
    if field.kind == "date":
        return f"{value:%d/%m/}{value.year:04}"
    if field.kind == "instant":
        return str(value.astimezone(VIETNAM).replace(microsecond=0).isoformat())
    if field.kind == "flag":
        return _FLAGS[value]
    if field.kind == "int":
        return str(int(value))
    text = normalize("NFC", {**table.FORM_WORDS, **table.PROMOTION_WORDS}.get(value, value))
    if any(category(char) in ("Cc", "Cs", "Co", "Cn") for char in text):
        raise HocbaError("transcript.control_character", element=field.element)
    return text


def _only(parent: etree._Element, name: str) -> etree._Element:
    found = parent.findall(name)
    if len(found) != 1:
        raise HocbaError("transcript.shape", element=name)
    return found[0]


def _values(element: etree._Element, rows: Iterable[Field]) -> dict[str, Any]:
    values = {}
    for field in rows:
        found = element.findall(field.element)
        if len(found) > 1 or (found and len(found[0])):
            raise HocbaError("transcript.shape", element=field.element)
        if not found and field.required:
            raise HocbaError("transcript.element_missing", element=field.element)
        values[field.path] = _value((found[0].text or "") if found else "", field)
    return values


def _value(text: str, field: Field) -> Any:
    if not text:
        return None if field.kind != "text" else ""
    try:
        if field.kind == "date":
            day, month, year = text.split("/")
            return date(int(year), int(month), int(day))
        if field.kind == "instant":
            return datetime.fromisoformat(text)
        if field.kind == "int":
            return int(text)
        if field.kind == "flag":
            return {word: flag for flag, word in _FLAGS.items()}[text]
    except (ValueError, KeyError):
        raise HocbaError("transcript.value", element=field.element) from None
    if field.path in ("form", "promotion"):
        words = table.FORM_WORDS if field.path == "form" else table.PROMOTION_WORDS
        return _unworded(words, text, field)
    return text


def _unworded(words: Mapping[str, str], text: str, field: Field) -> str:
    for value, word in words.items():
        if word == text:
            return value
    raise HocbaError("transcript.value", element=field.element)


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in values.items() if "." not in path}


def _make(kind: type[Any], values: Mapping[str, Any], prefix: str) -> Any:
    names = {field.name for field in dataclass_fields(kind)}
    return kind(
        **{name: values[f"{prefix}.{name}"] for name in names if f"{prefix}.{name}" in values}
    )


def _subject_row(element: etree._Element) -> SubjectRow:
    values = _values(element, table.SUBJECT_ROW)
    identifier = element.get("Id") or ""
    if not identifier.startswith("mon-"):
        raise HocbaError("transcript.shape", element="DIEM_TONG_KET")
    return SubjectRow(
        key=identifier.removeprefix("mon-").replace("-", "_"),
        teacher=_make(Signatory, values, "teacher"),
        **_own(values),
    )
