"""Correcting a student's particulars (hồ sơ) by the homeroom teacher: with a reason, one by one.

Only what a family tells the homeroom teacher. Names, birth date, gender and the personal number
identify the student; they change by the class list or the identity case of the school's office.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.roster.models import Enrolment, Student
from hocba.apps.roster.particulars import CORRECTABLE, particular_length
from hocba.apps.roster.permissions import is_homeroom_teacher
from hocba.core.errors import HocbaError

REASON_LENGTHS = (5, 300)


@dataclass(frozen=True, slots=True)
class Corrected:
    """Fields that changed; or, when somebody else changed one meanwhile, what stands in it."""

    changed: tuple[str, ...]
    conflicts: Mapping[str, str]


@transaction.atomic
def correct_particulars(
    *,
    enrolment_id: UUID,
    seen: Mapping[str, str],
    wanted: Mapping[str, str],
    reason: str,
    actor: UUID,
    at: datetime,
) -> Corrected:
    """Write the fields that differ from what the teacher had `seen`; all of them or none.

    Raises:
        HocbaError: "access.denied", "roster.not_correctable", "roster.particular_too_long",
            "roster.reason_needed".
    """
    row = Enrolment.objects.select_related("class_group").filter(pk=enrolment_id).first()
    if (
        row is None
        or row.left_date is not None
        or not is_homeroom_teacher(viewer_of(person_id=actor, at=at), class_group=row.class_group)
    ):
        raise HocbaError("access.denied")
    if not set(wanted) <= set(CORRECTABLE) or set(wanted) != set(seen):
        raise HocbaError("roster.not_correctable")
    least, most = REASON_LENGTHS
    if not least <= len(reason.strip()) <= most:
        raise HocbaError("roster.reason_needed", least=least, most=most)
    student = Student.objects.select_for_update().get(pk=row.student_id)
    tidy = {name: _tidy(text) for name, text in wanted.items()}
    touched = {name: text for name, text in tidy.items() if text != _tidy(seen[name])}
    conflicts = {
        name: getattr(student, name)
        for name, text in touched.items()
        if getattr(student, name) not in (text, _tidy(seen[name]))
    }
    changed = {name: text for name, text in touched.items() if getattr(student, name) != text}
    if conflicts or not changed:
        return Corrected((), conflicts)
    before = {name: getattr(student, name) for name in changed}
    for name, text in changed.items():
        if len(text) > particular_length(name):
            raise HocbaError("roster.particular_too_long")
        setattr(student, name, text)
    student.save(update_fields=list(changed))
    record_event(
        school_id=row.class_group.school_id,
        school_year=row.class_group.school_year,
        action="roster.particulars_corrected",
        object_type="student",
        object_id=str(student.pk),
        before=before,
        after=changed,
        reason=reason.strip(),
        actor=actor,
        at=at,
    )
    return Corrected(tuple(changed), {})


def _tidy(text: str) -> str:
    return " ".join(normalize("NFC", text).split())
