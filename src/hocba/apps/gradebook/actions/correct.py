"""Correcting a locked year: exactly the fields that an approved request names, and nothing else.

The lock is lifted, the new versions are written and the lock is set again in one transaction, so
that there is no moment in which anything else could be written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.actions.entry import lock_students
from hocba.apps.gradebook.models import HomeroomRecord, Lock, Mark, Remark, VersionedRow
from hocba.apps.gradebook.queries import standing
from hocba.apps.identifiers import uuid7
from hocba.core.assessment.marks import MarkKind, Outcome, RemarkLevel, SubjectKey, Term
from hocba.core.errors import HocbaError

_REASON = 300
_TERMS_OF = {
    "absences_excused": ("excused_first", "excused_second"),
    "absences_unexcused": ("unexcused_first", "unexcused_second"),
}


@dataclass(frozen=True, slots=True)
class CellCorrection:
    """One mark to become another; `before` is what stood when the correction was approved."""

    subject: SubjectKey
    term: Term
    kind: MarkKind
    ordinal: int
    before: Outcome | None
    after: Outcome


@dataclass(frozen=True, slots=True)
class RemarkCorrection:
    """One subject's remark to become another."""

    subject: SubjectKey
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HomeroomCorrection:
    """One field of the homeroom teacher's part to become another: conduct, absences, award …"""

    field: str
    before: int | str | None
    after: int | str | None


Correction = CellCorrection | RemarkCorrection | HomeroomCorrection


@dataclass(frozen=True, slots=True)
class _Approved:
    """By which request, why, who proposed and who carries it out."""

    request_id: UUID
    reason: str
    written_by: UUID
    actor: UUID
    at: datetime


def apply_corrections(
    *,
    school_id: UUID,
    school_year: str,
    enrolment_id: UUID,
    corrections: Sequence[Correction],
    request_id: UUID,
    reason: str,
    written_by: UUID,
    actor: UUID,
    at: datetime,
) -> int:
    """Write the approved fields as new versions and return how many rows are new.

    `written_by` is who proposed them; `actor` carries the approved request out. Runs inside the
    caller's transaction; a field that has its new value already stays.

    Raises:
        HocbaError: "gradebook.correction_stale" when a field is no longer what was approved.
    """
    rows: dict[UUID, tuple[VersionedRow, VersionedRow]] = {}  # by the earlier row's key
    by = _Approved(request_id, reason, written_by, actor, at)
    for one in corrections:
        model, values = _wanted(one)
        earlier = _standing_row(model, school_id, school_year, enrolment_id, one)
        row = rows[earlier.id][1] if earlier.id in rows else _next_version(earlier, by)
        for name, (before, after) in values.items():
            if getattr(earlier, name) == after:
                continue
            if getattr(earlier, name) != before:
                raise HocbaError("gradebook.correction_stale")
            setattr(row, name, after)
            for term in _TERMS_OF.get(name, ()):  # a corrected sum is no longer the sum of these
                setattr(row, term, None)
            rows[earlier.id] = earlier, row
    if not rows:
        return 0
    _lift_lock(school_id, school_year, enrolment_id, by)
    for earlier, row in rows.values():
        type(row)._default_manager.bulk_create([row])
        _record(earlier, row, by)
    lock_students(
        school_id=school_id,
        school_year=school_year,
        enrolment_ids=[enrolment_id],
        cause="corrected",
        actor=actor,
        at=at,
    )
    return len(rows)


def _wanted(one: Correction) -> tuple[type[VersionedRow], dict[str, tuple[Any, Any]]]:
    """Return the table, and its columns with what is to stand there before and after."""
    if isinstance(one, RemarkCorrection):
        return Remark, {"text": (one.before, one.after)}
    if isinstance(one, HomeroomCorrection):
        return HomeroomRecord, {one.field: (one.before, one.after)}
    before, after = _columns(one.before), _columns(one.after)
    return Mark, {name: (before[name], after[name]) for name in before}


def _columns(value: Outcome | None) -> dict[str, Any]:
    if isinstance(value, RemarkLevel):
        return {"tenths": None, "remark_level": value.value}
    return {"tenths": value, "remark_level": ""}


def _standing_row(
    model: type[VersionedRow],
    school_id: UUID,
    school_year: str,
    enrolment_id: UUID,
    one: Correction,
) -> VersionedRow:
    rows = standing(
        model, school_id=school_id, school_year=school_year, enrolment_ids=[enrolment_id]
    )
    for row in rows:
        if isinstance(one, HomeroomCorrection):
            return row
        if isinstance(one, RemarkCorrection) and isinstance(row, Remark):
            if row.subject_key == one.subject:
                return row
        elif isinstance(one, CellCorrection) and isinstance(row, Mark):
            place = row.subject_key, row.term, row.kind, row.ordinal
            if place == (one.subject, one.term.value, one.kind.value, one.ordinal):
                return row
    raise HocbaError("gradebook.correction_stale")


def _next_version(before: VersionedRow, by: _Approved) -> VersionedRow:
    values = {
        field.attname: getattr(before, field.attname) for field in before._meta.concrete_fields
    }
    return type(before)(
        **values
        | {
            "id": uuid7(at=by.at),
            "version": before.version + 1,
            "written_by": by.written_by,
            "written_at": by.at,
            "permit_id": by.request_id,
            "reason": f"{by.request_id}: {by.reason}"[:_REASON],
            "origin_file": "",
            "origin_sheet": "",
            "origin_cell": "",
        }
    )


def _lift_lock(school_id: UUID, school_year: str, enrolment_id: UUID, by: _Approved) -> None:
    lifted = Lock.objects.filter(
        school_id=school_id,
        school_year=school_year,
        enrolment_id=enrolment_id,
        lifted_at__isnull=True,
    ).update(lifted_by=by.actor, lifted_at=by.at)
    if lifted:
        record_event(
            school_id=school_id,
            school_year=school_year,
            action="gradebook.unlocked",
            object_type="enrolments",
            object_id=str(enrolment_id),
            before={"locked": True},
            after={"locked": False, "request": str(by.request_id)},
            reason=by.reason,
            actor=by.actor,
            at=by.at,
        )


def _record(earlier: VersionedRow, row: VersionedRow, by: _Approved) -> None:
    kind = {Mark: "mark", Remark: "remark", HomeroomRecord: "homeroom"}[type(row)]
    record_event(
        school_id=row.school_id,
        school_year=row.school_year,
        action=f"gradebook.{kind}_corrected",
        object_type=kind,
        object_id=str(row.id),
        before={"id": str(earlier.id), "value": _told(earlier), "version": earlier.version},
        after={
            "value": _told(row),
            "version": row.version,
            "request": str(by.request_id),
            "proposed_by": str(row.written_by),
        },
        reason=by.reason,
        actor=by.actor,
        at=row.written_at,
    )


def _told(row: VersionedRow) -> Any:
    if isinstance(row, Mark):
        return row.remark_level or row.tenths
    if isinstance(row, Remark):
        return row.text
    fixed = {field.attname for field in VersionedRow._meta.concrete_fields} | {"id", "school_id"}
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in fixed
    }
