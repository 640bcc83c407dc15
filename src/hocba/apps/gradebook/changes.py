"""The history of changed marks, as `core.assessment.signals` reads it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from hocba.apps.gradebook.models import Lock, Mark
from hocba.apps.gradebook.standing import mark_value
from hocba.core.assessment.marks import SubjectKey, Term
from hocba.core.assessment.signals import RecordedChange


def recorded_changes(
    *, school_id: UUID, school_year: str, enrolment_ids: Collection[UUID]
) -> list[RecordedChange]:
    """Return every mark of these students that replaced another, oldest first.

    `student` is the enrolment. A change counts as after a lock when the student's year had been
    locked before, whether or not the lock was lifted since. Two queries, three when there are any.
    """
    rows = Mark.objects.filter(
        school_id=school_id, school_year=school_year, enrolment_id__in=list(enrolment_ids)
    )
    changed = set(rows.filter(version__gt=1).values_list("enrolment_id", flat=True))
    if not changed:
        return []
    locked: dict[UUID, list[datetime]] = defaultdict(list)
    locks = Lock.objects.filter(
        school_id=school_id, school_year=school_year, enrolment_id__in=changed
    )
    for enrolment_id, at in locks.values_list("enrolment_id", "locked_at"):
        locked[enrolment_id].append(at)
    cells: dict[tuple[object, ...], Mark] = {}
    found = []
    for row in rows.filter(enrolment_id__in=changed).order_by("version", "written_at", "id"):
        cell = (row.enrolment_id, row.subject_key, row.term, row.kind, row.ordinal)
        before, cells[cell] = cells.get(cell), row
        if before is None:
            continue
        found.append(
            RecordedChange(
                at=row.written_at,
                actor=str(row.written_by),
                student=str(row.enrolment_id),
                subject=SubjectKey(row.subject_key),
                term=Term(row.term),
                before=mark_value(before),
                after=mark_value(row),
                after_lock=any(at < row.written_at for at in locked[row.enrolment_id]),
            )
        )
    return sorted(found, key=lambda one: one.at)
