"""Matching the people named in a workbook with the people of the school.

The personal number decides, never the name alone. A subject teacher without an account stops the
file, because nobody could answer for the rows; a homeroom teacher or principal who does not match
is a warning: marks go on, and composing waits until the office has mended it.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any
from uuid import UUID

from hocba.adapters.spreadsheets.values import AssignmentRow, ClassWorkbook, StaffRow, StudentRow
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import person_by_citizen_id
from hocba.apps.roster.values import AssignmentEntry, StudentEntry
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.errors import HocbaError

_SHARED = {field.name for field in fields(StudentEntry)} & {
    field.name for field in fields(StudentRow)
}


def check_staff(workbook: ClassWorkbook) -> tuple[Finding, ...]:
    """Compare the workbook's staff with the accounts."""
    findings = [
        finding
        for row in workbook.assignments
        for finding in _compare(row.teacher_name, row.teacher_citizen_id, row.place, Severity.BLOCK)
    ]
    for staff in (workbook.homeroom_teacher, workbook.principal):
        if staff is not None:
            findings.extend(_compare(staff.name, staff.citizen_id, staff.place, Severity.WARN))
    return tuple(findings)


def _compare(name: str, citizen_id: str, place: Place, severity: Severity) -> Iterator[Finding]:
    person = person_by_citizen_id(citizen_id=citizen_id)
    if person is None:
        yield Finding("workbook.staff_unknown", severity, place, found=f"{name} ({citizen_id})")
    elif not _same_name(person, name):
        yield Finding(
            "workbook.staff_other_name", severity, place, found=name, expected=person.full_name
        )


def _same_name(person: Person, name: str) -> bool:
    return person.full_name.casefold() == name.casefold()


def student_entry(row: StudentRow) -> StudentEntry:
    """Return the row as the roster takes it."""
    told: dict[str, Any] = {name: getattr(row, name) for name in _SHARED}
    return StudentEntry(**{name: value for name, value in told.items() if value is not None})


def assignment_entries(workbook: ClassWorkbook) -> list[AssignmentEntry]:
    """Return who teaches what, by account.

    Raises:
        HocbaError: "gradebook.file_blocked" when a teacher has no account.
    """
    return [
        AssignmentEntry(
            subject_key=row.subject_key, periods=row.periods, teacher_id=_teacher(row).id
        )
        for row in workbook.assignments
    ]


def homeroom_teacher_id(workbook: ClassWorkbook) -> UUID | None:
    """Return the homeroom teacher's account, or None when number and name do not match one."""
    staff: StaffRow | None = workbook.homeroom_teacher
    person = person_by_citizen_id(citizen_id=staff.citizen_id) if staff else None
    if staff is None or person is None or not _same_name(person, staff.name):
        return None
    return person.id


def _teacher(row: AssignmentRow) -> Person:
    person = person_by_citizen_id(citizen_id=row.teacher_citizen_id)
    if person is None:
        raise HocbaError("gradebook.file_blocked")
    return person
