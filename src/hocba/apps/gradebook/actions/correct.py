"""Correcting locked marks: exactly the cells that an approved request names, and nothing else.

The lock is lifted, the new versions are written and the lock is set again in one transaction, so
that there is no moment in which anything else could be written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.actions.entry import lock_students
from hocba.apps.gradebook.models import Lock, Mark
from hocba.apps.gradebook.queries import standing
from hocba.apps.identifiers import uuid7
from hocba.core.assessment.marks import MarkKind, Outcome, RemarkLevel, SubjectKey, Term
from hocba.core.errors import HocbaError

_REASON = 300


@dataclass(frozen=True, slots=True)
class CellCorrection:
    """One mark to become another; `before` is what stood when the correction was approved."""

    subject: SubjectKey
    term: Term
    kind: MarkKind
    ordinal: int
    before: Outcome | None
    after: Outcome


def apply_corrections(
    *,
    school_id: UUID,
    school_year: str,
    enrolment_id: UUID,
    corrections: Sequence[CellCorrection],
    request_id: UUID,
    reason: str,
    written_by: UUID,
    actor: UUID,
    at: datetime,
) -> int:
    """Write the approved cells as new versions and return how many are new.

    `written_by` is who proposed them, the subject's teacher; `actor` carries the approved request
    out. Runs inside the caller's transaction; a cell that has its new value already stays.

    Raises:
        HocbaError: "gradebook.correction_stale" when a cell is no longer what was approved.
    """
    current = {
        (row.subject_key, row.term, row.kind, row.ordinal): row
        for row in standing(
            Mark, school_id=school_id, school_year=school_year, enrolment_ids=[enrolment_id]
        )
    }
    rows = []
    for one in corrections:
        standing_row = current.get((one.subject, one.term.value, one.kind.value, one.ordinal))
        value = None if standing_row is None else _value(standing_row)
        if value == one.after:
            continue
        if standing_row is None or value != one.before:
            raise HocbaError("gradebook.correction_stale")
        rows.append(_next_version(standing_row, one, request_id, reason, written_by, at))
    if not rows:
        return 0
    _lift_lock(school_id, school_year, enrolment_id, request_id, reason, actor, at)
    Mark.objects.bulk_create(rows)
    for row in rows:
        earlier = current[row.subject_key, row.term, row.kind, row.ordinal]
        _record(earlier, row, request_id, reason, actor)
    lock_students(
        school_id=school_id,
        school_year=school_year,
        enrolment_ids=[enrolment_id],
        cause="corrected",
        actor=actor,
        at=at,
    )
    return len(rows)


def _lift_lock(
    school_id: UUID,
    school_year: str,
    enrolment_id: UUID,
    request_id: UUID,
    reason: str,
    actor: UUID,
    at: datetime,
) -> None:
    lifted = Lock.objects.filter(
        school_id=school_id,
        school_year=school_year,
        enrolment_id=enrolment_id,
        lifted_at__isnull=True,
    ).update(lifted_by=actor, lifted_at=at)
    if lifted:
        record_event(
            school_id=school_id,
            school_year=school_year,
            action="gradebook.unlocked",
            object_type="enrolments",
            object_id=str(enrolment_id),
            before={"locked": True},
            after={"locked": False, "request": str(request_id)},
            reason=reason,
            actor=actor,
            at=at,
        )


def _record(earlier: Mark, row: Mark, request_id: UUID, reason: str, actor: UUID) -> None:
    record_event(
        school_id=row.school_id,
        school_year=row.school_year,
        action="gradebook.mark_corrected",
        object_type="mark",
        object_id=str(row.id),
        before={"id": str(earlier.id), "value": _value(earlier), "version": earlier.version},
        after={
            "value": _value(row),
            "version": row.version,
            "request": str(request_id),
            "proposed_by": str(row.written_by),
        },
        reason=reason,
        actor=actor,
        at=row.written_at,
    )


def _next_version(
    before: Mark,
    one: CellCorrection,
    request_id: UUID,
    reason: str,
    written_by: UUID,
    at: datetime,
) -> Mark:
    remark = one.after if isinstance(one.after, RemarkLevel) else None
    return Mark(
        school_id=before.school_id,
        school_year=before.school_year,
        id=uuid7(at=at),
        enrolment_id=before.enrolment_id,
        subject_key=before.subject_key,
        term=before.term,
        kind=before.kind,
        ordinal=before.ordinal,
        tenths=None if remark else one.after,
        remark_level=remark.value if remark else "",
        version=before.version + 1,
        written_by=written_by,
        written_at=at,
        permit_id=request_id,
        reason=f"{request_id}: {reason}"[:_REASON],
    )


def _value(row: Mark) -> Outcome | None:
    if row.remark_level:
        return RemarkLevel(row.remark_level)
    return None if row.tenths is None else row.tenths  # type: ignore[return-value]
