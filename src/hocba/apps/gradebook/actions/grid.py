"""Saving cells of the grid: each with the version that its writer saw, all under one request key.

Cells do not stand or fall together: one that somebody else changed meanwhile comes back as a
conflict with both values, one that cannot be written with its reason, and the others are saved. The
same key with the same body gives the same answer, whether or not the first one arrived.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hocba.adapters.spreadsheets.grid import clean_text, strange_characters
from hocba.apps.accounts.queries import person_by_id, viewer_of
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.gradebook.actions.entry import MARK_KEY, REMARK_KEY, Entered, write_cells
from hocba.apps.gradebook.grid import (
    REMARK,
    REMARK_LENGTH,
    Column,
    Frame,
    column_named,
    shown,
    takes_marks,
)
from hocba.apps.gradebook.grid_queries import frame_for, locked_students
from hocba.apps.gradebook.models import Mark, Remark, RemarkPhrase, SavedRequest
from hocba.apps.gradebook.queries import mark_value
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.queries import all_in_class
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.marks import AssessmentForm, RemarkLevel
from hocba.core.assessment.reading import read_mark
from hocba.core.errors import HocbaError

ATTEMPTS, MOST_PHRASES = 4, 60
SCALE = {AssessmentForm.SCORED: "0 – 10", AssessmentForm.REMARK: "Đ, CĐ"}
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CellEdit:
    """One cell as typed, with the version that stood before its writer (0: none)."""

    enrolment_id: UUID
    column: str
    text: str
    seen: int
    place: Place = Place()  # where in a workbook it came from


def _digest(edits: Sequence[CellEdit], about: str) -> str:
    """Return what tells one save from another that came under the same key."""
    lines = [about, *(f"{one.enrolment_id} {one.column} {one.seen} {one.text}" for one in edits)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def save_cells(
    *,
    class_id: UUID,
    subject_key: str,
    term: str,
    edits: Sequence[CellEdit],
    request_id: UUID,
    origin_file: str = "",
    actor: UUID,
    at: datetime,
) -> Answer:
    """Write cells of one sheet and return what became of each, as JSON.

    `saved`, `conflicts` and `refused` name every cell once. A refusal is {code, found, expected}.

    Raises:
        HocbaError: "access.denied", "gradebook.request_reused", "gradebook.cell_unknown",
            "gradebook.busy".
    """
    viewer = viewer_of(person_id=actor, at=at)
    frame, _ = frame_for(
        viewer=viewer, class_id=class_id, subject_key=subject_key, term=term, entering=True
    )
    digest = _digest(edits, f"{class_id} {subject_key} {term} {origin_file}")
    if not all_in_class(class_id=class_id, enrolment_ids={one.enrolment_id for one in edits}):
        raise HocbaError("gradebook.cell_unknown")
    for _attempt in range(ATTEMPTS):
        answered = _answered(frame.school_id, request_id, digest, actor)
        if answered is not None:
            return answered
        try:
            with transaction.atomic():
                saving = _Saving(frame, origin_file, actor, at, changed=[])
                answer = saving.save(edits)
                if saving.changed:
                    _record(saving, request_id)
                SavedRequest.objects.create(
                    school_id=frame.school_id,
                    id=request_id,
                    person_id=actor,
                    body_sha256=digest,
                    answer=answer,
                    saved_at=at,
                )
                return answer
        except IntegrityError:
            continue  # somebody wrote one of these cells, or this very request, a moment ago
    raise HocbaError("gradebook.busy")


def _answered(school_id: UUID, request_id: UUID, digest: str, actor: UUID) -> Answer | None:
    known = SavedRequest.objects.filter(school_id=school_id, id=request_id).first()
    if known is None:
        return None
    if known.body_sha256 != digest or known.person_id != actor:
        raise HocbaError("gradebook.request_reused")
    answer: Answer = known.answer
    return answer


@dataclass(frozen=True, slots=True)
class _Saving:
    """One attempt, inside a transaction."""

    frame: Frame
    origin_file: str
    actor: UUID
    at: datetime
    changed: list[tuple[CellEdit, str, int]]  # what the event tells: cell, value, version

    def save(self, edits: Sequence[CellEdit]) -> Answer:
        answer: Answer = {"at": self.at.isoformat(), "saved": [], "conflicts": [], "refused": []}
        locked = locked_students(
            school_id=self.frame.school_id,
            school_year=self.frame.school_year,
            enrolment_ids={one.enrolment_id for one in edits},
        )
        groups: dict[str, list[tuple[CellEdit, Mark | Remark]]] = {}
        for edit in edits:
            row = self._row(edit)
            if edit.enrolment_id in locked:
                row = HocbaError("gradebook.student_locked")
            if isinstance(row, Mark | Remark):
                groups.setdefault(getattr(row, "kind", REMARK), []).append((edit, row))
            else:
                answer["refused"].append(_refused(edit, row))
        for pairs in groups.values():
            self._write(pairs, answer)
        return answer

    def _write(self, pairs: Sequence[tuple[CellEdit, Mark | Remark]], answer: Answer) -> None:
        """Write one group of columns; a refusal, which comes before any writing, is its alone."""
        names = {_name(row): edit for edit, row in pairs}
        try:
            entered: Entered[Any] = write_cells(
                rows=[row for _, row in pairs],
                seen={name: edit.seen for name, edit in names.items()},
                actor=self.actor,
                at=self.at,
            )
        except HocbaError as refusal:
            answer["refused"] += [_refused(edit, refusal) for edit, _ in pairs]
            return
        for row in (*entered.new, *entered.kept):
            edit = names[_name(row)]
            answer["saved"].append(
                {**_cell(edit), "value": _text(row), "version": row.version or 0}
            )
        for row in entered.new:
            self.changed.append((names[_name(row)], _text(row), row.version))
        for row, standing in entered.conflicts:
            answer["conflicts"].append(_conflict(names[_name(row)], row, standing))

    def _row(self, edit: CellEdit) -> Mark | Remark | Finding | HocbaError:
        """Turn what was typed into a row, or into the reason why not."""
        common: dict[str, Any] = {
            "school_id": self.frame.school_id,
            "school_year": self.frame.school_year,
            "enrolment_id": edit.enrolment_id,
            "subject_key": self.frame.subject.key,
            "origin_file": self.origin_file,
            "origin_sheet": edit.place.sheet,
            "origin_cell": edit.place.cell,
        }
        if edit.column == REMARK:
            text = clean_text(edit.text)
            doubt = _text_doubt(text)
            return doubt or Remark(**common, text=text)
        column = column_named(self.frame, edit.column)
        if column is None:
            raise HocbaError("gradebook.cell_unknown")
        return self._mark(edit, column, common)

    def _mark(self, edit: CellEdit, column: Column, common: dict[str, Any]) -> Mark | Finding:
        reading = read_mark(edit.text, form=self.frame.form)
        if reading.problem:
            expected = reading.suggestion or SCALE[self.frame.form]
            return Finding(reading.problem, Severity.BLOCK, found=edit.text[:40], expected=expected)
        if reading.value is not None and not takes_marks(self.frame, column):
            return Finding(
                "marks.regular_surplus",
                Severity.BLOCK,
                found=column.title,
                expected=str(self.frame.required),
            )
        level = reading.value if isinstance(reading.value, RemarkLevel) else None
        return Mark(
            **common,
            term=self.frame.term.value,
            kind=column.kind.value,
            ordinal=column.ordinal,
            tenths=None if level else reading.value,
            remark_level=level.value if level else "",
        )


def _record(saving: _Saving, request_id: UUID) -> None:
    """Say which cells got which version; the text of a remark stays in its own table."""
    frame = saving.frame
    record_event(
        school_id=frame.school_id,
        school_year=frame.school_year,
        action="gradebook.cells_written",
        object_type="class_group",
        object_id=str(frame.class_id),
        before=None,
        after={
            "subject": frame.subject.key,
            "term": frame.term.value,
            "request": str(request_id),
            "file": saving.origin_file,
            "cells": [
                [str(edit.enrolment_id), edit.column, value * (edit.column != REMARK), version]
                for edit, value, version in saving.changed
            ],
        },
        actor=saving.actor,
        at=saving.at,
    )


def add_phrase(*, text: str, actor: UUID, at: datetime) -> None:
    """Put a phrase into one's own remark bank; one that is there stays.

    Raises:
        HocbaError: "access.denied", "gradebook.phrase_unfit", "gradebook.phrases_full".
    """
    if not viewer_of(person_id=actor, at=at).units("subject_teacher"):
        raise HocbaError("access.denied")
    text = clean_text(text)
    if not text or len(text) > 300 or strange_characters(text):
        raise HocbaError("gradebook.phrase_unfit")
    with transaction.atomic():
        mine = RemarkPhrase.objects.filter(person_id=actor)
        if mine.filter(text=text).exists():
            return
        if mine.count() >= MOST_PHRASES:
            raise HocbaError("gradebook.phrases_full", limit=MOST_PHRASES)
        row = RemarkPhrase.objects.create(
            id=uuid7(at=at), person_id=actor, text=text, created_at=at
        )
        _record_phrase("gradebook.phrase_added", row.id, actor, at)


def remove_phrase(*, phrase_id: UUID, actor: UUID, at: datetime) -> None:
    """Take a phrase out of one's own bank; what was written with it stays."""
    with transaction.atomic():
        removed, _ = RemarkPhrase.objects.filter(person_id=actor, id=phrase_id).delete()
        if removed:
            _record_phrase("gradebook.phrase_removed", phrase_id, actor, at)


def _record_phrase(action: str, phrase_id: UUID, actor: UUID, at: datetime) -> None:
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action=action,
        object_type="remark_phrase",
        object_id=str(phrase_id),
        before=None,
        after=None,
        actor=actor,
        at=at,
    )


def _name(row: Mark | Remark) -> tuple[Any, ...]:
    return tuple(getattr(row, key) for key in (MARK_KEY if isinstance(row, Mark) else REMARK_KEY))


def _text(row: Mark | Remark) -> str:
    return shown(mark_value(row)) if isinstance(row, Mark) else row.text


def _cell(edit: CellEdit) -> dict[str, str]:
    return {"row": str(edit.enrolment_id), "column": edit.column}


def _text_doubt(text: str) -> Finding | None:
    if strange := strange_characters(text):
        return Finding("cell.characters", Severity.BLOCK, found=strange)
    if len(text) > REMARK_LENGTH:
        found, expected = f"{len(text)} kí tự", f"≤ {REMARK_LENGTH}"
        return Finding("cell.too_long", Severity.BLOCK, found=found, expected=expected)
    return None


def _refused(edit: CellEdit, why: Finding | HocbaError) -> dict[str, Any]:
    if isinstance(why, Finding):
        return {**_cell(edit), "code": why.code, "found": why.found, "expected": why.expected}
    return {**_cell(edit), "code": why.code, "params": {k: str(v) for k, v in why.params.items()}}


def _conflict(
    edit: CellEdit, wanted: Mark | Remark, standing: Mark | Remark | None
) -> dict[str, Any]:
    person = person_by_id(person_id=standing.written_by) if standing else None
    return {
        **_cell(edit),
        "yours": _text(wanted),
        "theirs": _text(standing) if standing else "",
        "version": standing.version if standing else 0,
        "who": person.full_name if person else "",
        "at": standing.written_at.isoformat() if standing else "",
    }
