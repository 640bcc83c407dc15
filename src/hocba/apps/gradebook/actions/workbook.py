"""The Excel road into the gradebook: check a workbook (nothing written), then accept it whole.

The file's meaning is read by `adapters.spreadsheets`; who sits in the class is kept by `roster`;
this drawer turns the workbook's cells into versioned rows. A student with a blocking finding is
left out and everybody else goes on; a file with a blocking finding of its own changes nothing.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hocba.adapters.spreadsheets.values import ClassWorkbook
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.actions.entry import Written, write_workbook
from hocba.apps.gradebook.check import Check, check_file
from hocba.apps.gradebook.models import ImportRun
from hocba.apps.gradebook.staffing import (
    assignment_entries,
    homeroom_teacher_id,
    student_entry,
)
from hocba.apps.identifiers import uuid7
from hocba.apps.roster.actions import accept_class
from hocba.apps.roster.queries import roll_of_class
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.errors import HocbaError

IMPORTERS = ("it_officer",)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What accepting a workbook did."""

    class_id: UUID
    accepted: int
    left_out: int
    written: Written


def hand_in_workbook(
    *, school_id: UUID, data: bytes, filename: str, actor: UUID, at: datetime
) -> tuple[UUID | None, Check]:
    """Check a workbook and, when it can be read, keep it with its findings for acceptance.

    The gradebook itself is untouched. Handing in the same bytes again returns the same run,
    compared anew: what teachers typed until now is among its findings.

    Raises:
        HocbaError: "access.denied".
    """
    require_role(viewer_of(person_id=actor, at=at), *IMPORTERS, unit_id=school_id)
    check = check_file(data=data, filename=filename, school_id=school_id)
    if check.workbook is None:
        return None, check
    digest = hashlib.sha256(data).hexdigest()
    known = ImportRun.objects.filter(school_id=school_id, file_sha256=digest).first()
    if known is not None:
        _handed_in_again(known, check, actor=actor, at=at)
        return known.id, check
    blob_store().put(data)
    with transaction.atomic():
        run = ImportRun.objects.create(
            school_id=school_id,
            id=uuid7(at=at),
            school_year=check.workbook.school_year,
            class_name=check.workbook.class_name,
            filename=filename[:200],
            file_sha256=digest,
            state="checked",
            findings=_counts(check.findings),
            handed_in_by=actor,
            handed_in_at=at,
        )
        record_event(
            school_id=school_id,
            school_year=run.school_year,
            action="gradebook.workbook_checked",
            object_type="import_run",
            object_id=str(run.id),
            before=None,
            after={"file_sha256": digest, "class": run.class_name, **run.findings},
            actor=actor,
            at=at,
        )
    return run.id, check


def accept_workbook(*, school_id: UUID, run_id: UUID, actor: UUID, at: datetime) -> Acceptance:
    """Write a checked workbook into roster and gradebook in one transaction.

    The kept bytes are read and checked again, so what is accepted is what was shown. Repeating
    writes nothing new.

    Raises:
        HocbaError: "access.denied", "gradebook.run_unknown", "gradebook.file_blocked",
            "gradebook.locked" (a signed or issued student's data would change),
            "gradebook.cells_newer" (somebody wrote cells after the file was handed in),
            "gradebook.changed_meanwhile".
    """
    require_role(viewer_of(person_id=actor, at=at), *IMPORTERS, unit_id=school_id)
    run = ImportRun.objects.filter(school_id=school_id, id=run_id).first()
    if run is None:
        raise HocbaError("gradebook.run_unknown")
    data = blob_store().get(run.file_sha256)
    check = check_file(data=data, filename=run.filename, school_id=school_id)
    if check.workbook is None or check.file_blocked:
        raise HocbaError("gradebook.file_blocked")
    try:
        with transaction.atomic():
            return _accept(run, check.workbook, check.blocked_students, actor=actor, at=at)
    except IntegrityError as error:
        raise HocbaError("gradebook.changed_meanwhile") from error


def _accept(
    run: ImportRun, workbook: ClassWorkbook, blocked: frozenset[str], *, actor: UUID, at: datetime
) -> Acceptance:
    going_on = [row for row in workbook.students if row.student_code not in blocked]
    class_group = accept_class(
        school_id=run.school_id,
        school_year=workbook.school_year,
        grade=workbook.grade,
        name=workbook.class_name,
        students=[student_entry(row) for row in going_on],
        assignments=assignment_entries(workbook),
        homeroom_teacher_id=homeroom_teacher_id(workbook),
        actor=actor,
        at=at,
    )
    enrolments = {
        pupil.student_code: pupil.enrolment_id for pupil in roll_of_class(class_id=class_group.id)
    }
    written = write_workbook(
        school_id=run.school_id,
        workbook=workbook,
        enrolments=enrolments,
        since=run.handed_in_at,
        actor=actor,
        at=at,
    )
    ImportRun.objects.filter(school_id=run.school_id, id=run.id, state="checked").update(
        state="accepted", accepted_by=actor, accepted_at=at
    )
    record_event(
        school_id=run.school_id,
        school_year=workbook.school_year,
        action="gradebook.workbook_accepted",
        object_type="import_run",
        object_id=str(run.id),
        before=None,
        after={
            "class": workbook.class_name,
            "students": len(going_on),
            "left_out": len(workbook.students) - len(going_on),
            "marks": written.marks,
            "remarks": written.remarks,
            "homeroom_records": written.homeroom_records,
        },
        actor=actor,
        at=at,
    )
    return Acceptance(
        class_group.id, len(going_on), len(workbook.students) - len(going_on), written
    )


def _handed_in_again(run: ImportRun, check: Check, *, actor: UUID, at: datetime) -> None:
    findings = _counts(check.findings)
    with transaction.atomic():
        ImportRun.objects.filter(school_id=run.school_id, id=run.id).update(
            handed_in_at=at, findings=findings
        )
        record_event(
            school_id=run.school_id,
            school_year=run.school_year,
            action="gradebook.workbook_checked",
            object_type="import_run",
            object_id=str(run.id),
            before={"handed_in_at": run.handed_in_at},
            after={"file_sha256": run.file_sha256, "class": run.class_name, **findings},
            actor=actor,
            at=at,
        )


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    severities = [finding.severity for finding in findings]
    return {
        "blocking": severities.count(Severity.BLOCK),
        "warnings": severities.count(Severity.WARN),
    }
