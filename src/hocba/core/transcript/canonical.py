"""A transcript as bytes and back: one value, one sequence of bytes.

The writer is deterministic (fixed order, two spaces a level, "\\n", NFC); the reader takes signed
and unsigned documents. Signed bytes are never written again: signing inserts into them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields as dataclass_fields
from functools import cache
from operator import attrgetter
from typing import Any

from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.transcript import fields as table
from hocba.core.transcript.fields import SIGNATURE_AREA as SIGNATURE_AREA
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
from hocba.core.transcript.values import VIETNAM as VIETNAM
from hocba.core.transcript.values import absent_value, read_value, write_value

DATA_ID, GENERAL_ID, SUMMARY_ID = "data", "thongtinhocba", "tongket"
_ROW_ID = re.compile(r"mon-[a-z0-9]+(-[a-z0-9]+)*")


def row_id(key: str) -> str:
    """Return the Id of a subject's row, which its teacher signs."""
    return f"mon-{key.replace('_', '-')}"


def to_xml(transcript: Transcript) -> bytes:
    """Write the unsigned document: UTF-8, NFC, the signature area empty.

    Raises:
        HocbaError: "transcript.control_character", "transcript.value" naming the element.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<{table.DOCUMENT}>",
        f'  <{table.DATA} Id="{DATA_ID}">',
    ]
    lines += _block(table.GENERAL_BLOCK, transcript, table.GENERAL, "    ", GENERAL_ID)
    lines.append(f"    <{table.STUDY_STEPS_BLOCK}>")
    for step in transcript.study_steps:
        lines += _block(table.STUDY_STEP_BLOCK, step, table.STUDY_STEP, "      ")
    lines += [f"    </{table.STUDY_STEPS_BLOCK}>", f"    <{table.SUBJECTS_BLOCK}>"]
    for row in transcript.subjects:
        identifier = row_id(row.key)
        if not _ROW_ID.fullmatch(identifier):
            raise HocbaError("transcript.value", element=table.SUBJECT_BLOCK)
        lines += _block(table.SUBJECT_BLOCK, row, table.SUBJECT_ROW, "      ", identifier)
    lines.append(f"    </{table.SUBJECTS_BLOCK}>")
    lines += _block(table.SUMMARY_BLOCK, transcript.summary, table.SUMMARY, "    ", SUMMARY_ID)
    lines += [
        f"  </{table.DATA}>",
        f"  <{SIGNATURE_AREA}>",
        f"  </{SIGNATURE_AREA}>",
        f"</{table.DOCUMENT}>",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def from_xml(document: bytes) -> Transcript:
    """Read a signed or unsigned document.

    Raises:
        HocbaError: those of `parse` and of `read_transcript`.
    """
    return read_transcript(parse(document))


def read_transcript(root: etree._Element) -> Transcript:
    """Read the data area of a parsed document.

    Raises:
        HocbaError: "transcript.shape", "transcript.element_missing", "transcript.value",
            "transcript.not_nfc", "transcript.control_character", each naming the element.
    """
    data = _data(root)
    general = _values(_only(data, table.GENERAL_BLOCK), table.GENERAL)
    summary = _values(_only(data, table.SUMMARY_BLOCK), table.SUMMARY)
    return Transcript(
        **_own(general),
        school=_make(SchoolInfo, general, "school"),
        student=_make(StudentInfo, general, "student"),
        principal=_make(Signatory, general, "principal"),
        homeroom_teacher=_make(Signatory, general, "homeroom_teacher"),
        study_steps=tuple(
            StudyStep(**_values(step, table.STUDY_STEP)) for step in _study_steps(data)
        ),
        subjects=tuple(_subject_row(row) for row in _subject_rows(data)),
        summary=YearSummary(
            **summary,
            absences_excused=general["summary.absences_excused"],
            absences_unexcused=general["summary.absences_unexcused"],
        ),
    )


def field_problems(root: etree._Element) -> Iterator[tuple[HocbaError, str]]:
    """Yield every refusal that reading would meet, each with the subject of its row or "".

    Raises:
        HocbaError: "transcript.shape" when a whole block is missing or doubled.
    """
    data = _data(root)
    blocks = [
        ("", _only(data, table.GENERAL_BLOCK), table.GENERAL),
        *(("", step, table.STUDY_STEP) for step in _study_steps(data)),
        *(
            (row.findtext("TEN_MON_HOC") or row.get("Id") or "", row, table.SUBJECT_ROW)
            for row in _subject_rows(data)
        ),
        ("", _only(data, table.SUMMARY_BLOCK), table.SUMMARY),
    ]
    for subject, block, rows in blocks:
        children = _children(block)
        for field in rows:
            try:
                _field_value(children, field)
            except HocbaError as refusal:
                yield refusal, subject


def _block(
    name: str, value: object, rows: Iterable[Field], indent: str, identifier: str = ""
) -> list[str]:
    attribute = f' Id="{identifier}"' if identifier else ""
    lines = [f"{indent}<{name}{attribute}>"]
    for field in rows:
        text = write_value(_getter(field.path)(value), field)
        if text:
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            lines.append(f"{indent}  <{field.element}>{text}</{field.element}>")
    lines.append(f"{indent}</{name}>")
    return lines


def follow(value: object, path: str) -> Any:
    """Return what lies at a dotted path of a model value."""
    return _getter(path)(value)


@cache
def _getter(path: str) -> Callable[[object], Any]:
    return attrgetter(path)


def _data(root: etree._Element) -> etree._Element:
    if root.tag != table.DOCUMENT:
        raise HocbaError("transcript.shape", element=table.DOCUMENT)
    return _only(root, table.DATA)


def _study_steps(data: etree._Element) -> list[etree._Element]:
    return _only(data, table.STUDY_STEPS_BLOCK).findall(table.STUDY_STEP_BLOCK)


def _subject_rows(data: etree._Element) -> list[etree._Element]:
    return _only(data, table.SUBJECTS_BLOCK).findall(table.SUBJECT_BLOCK)


def _only(parent: etree._Element, name: str) -> etree._Element:
    found = parent.findall(name)
    if len(found) != 1:
        raise HocbaError("transcript.shape", element=name)
    return found[0]


def _values(element: etree._Element, rows: Iterable[Field]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    children = _children(element)
    for field in rows:
        value = _field_value(children, field)
        if values.setdefault(field.path, value) != value:
            raise HocbaError("transcript.value", element=field.element, field=field.label)
    return values


def _children(element: etree._Element) -> Mapping[str, list[etree._Element]]:
    """Return the children by name: asking the tree for each field costs more than one walk."""
    found: dict[str, list[etree._Element]] = {}
    for child in element:
        found.setdefault(child.tag, []).append(child)
    return found


def _field_value(children: Mapping[str, list[etree._Element]], field: Field) -> Any:
    found = children.get(field.element, ())
    if len(found) > 1 or (found and len(found[0])):
        raise HocbaError("transcript.shape", element=field.element, field=field.label)
    if found:
        return read_value(found[0].text or "", field)
    if field.required:
        raise HocbaError("transcript.element_missing", element=field.element, field=field.label)
    return absent_value(field)


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in values.items() if "." not in path}


def _make(kind: type[Any], values: Mapping[str, Any], prefix: str) -> Any:
    return kind(
        **{
            field.name: values[f"{prefix}.{field.name}"]
            for field in dataclass_fields(kind)
            if f"{prefix}.{field.name}" in values
        }
    )


def _subject_row(element: etree._Element) -> SubjectRow:
    values = _values(element, table.SUBJECT_ROW)
    identifier = element.get("Id") or ""
    if not _ROW_ID.fullmatch(identifier):
        raise HocbaError("transcript.shape", element=table.SUBJECT_BLOCK)
    return SubjectRow(
        key=identifier.removeprefix("mon-").replace("-", "_"),
        teacher=_make(Signatory, values, "teacher"),
        **_own(values),
    )
