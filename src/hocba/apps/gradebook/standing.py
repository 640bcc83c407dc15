"""What stands: of the versions of a cell the newest, and what it says."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from hocba.apps.gradebook.models import Mark, Reassessment, Remark, VersionedRow
from hocba.core.assessment.marks import Mark as MarkValue
from hocba.core.assessment.marks import RemarkLevel, Tenths

Row = TypeVar("Row", bound=VersionedRow)


def standing(
    model: type[Row],
    *,
    school_id: UUID,
    school_year: str,
    enrolment_ids: Collection[UUID],
    subject_keys: Collection[str] | None = None,
) -> list[Row]:
    """Return the newest version of every row of these students, in these subjects if named."""
    rows = model._default_manager.filter(
        school_id=school_id, school_year=school_year, enrolment_id__in=list(enrolment_ids)
    ).order_by("version")
    if subject_keys is not None:
        rows = rows.filter(subject_key__in=list(subject_keys))
    newest: dict[tuple[object, ...], Row] = {}
    for row in rows:
        newest[_identity(row)] = row
    return list(newest.values())


def _identity(row: VersionedRow) -> tuple[object, ...]:
    if isinstance(row, Mark):
        return (row.enrolment_id, row.subject_key, row.term, row.kind, row.ordinal)
    if isinstance(row, Remark | Reassessment):
        return (row.enrolment_id, row.subject_key)
    return (row.enrolment_id,)


def mark_value(mark: Mark | Reassessment) -> MarkValue | None:
    """Return what a row says; None when it withdraws."""
    if mark.remark_level:
        return RemarkLevel(mark.remark_level)
    return None if mark.tenths is None else Tenths(mark.tenths)
