"""From roster records to the identity part of a transcript; no rule, only who and where."""

from dataclasses import fields
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from hocba.apps.accounts.models import Person
from hocba.apps.issuing.class_record import ClassRecord
from hocba.apps.roster.values import EnrolledStudent
from hocba.core.transcript.build import TranscriptIdentity
from hocba.core.transcript.model import SchoolInfo, Signatory, StudentInfo, StudyStep

FORMAT_VERSION = "1.0"
PARTICULARS = tuple(
    field.name for field in fields(StudentInfo) if field.name in EnrolledStudent.__slots__
)


def signatory(person: Person, title: str) -> Signatory:
    """Return the person as the document names a signer-to-be."""
    return Signatory(full_name=person.full_name, citizen_id=person.citizen_id or "", title=title)


def identity_of(
    record: ClassRecord, enrolment_id: UUID, *, lookup_uuid: str, regulation: str, at: datetime
) -> TranscriptIdentity:
    """Return everything of the transcript that is not results."""
    pupil = next(item for item in record.pupils if item.enrolment_id == enrolment_id)
    school, department = record.school, record.department
    return TranscriptIdentity(
        format_version=FORMAT_VERSION,
        regulation=regulation,
        lookup_uuid=lookup_uuid,
        school_year=record.school_year,
        school_level=school.school_level,
        grade=record.grade,
        class_name=record.name,
        school=SchoolInfo(
            department_code=department.code,
            department_name=department.name,
            code=school.code,
            name=school.name,
            ward=school.ward,
            province=school.province,
        ),
        student=StudentInfo(
            **{name: getattr(pupil, name) for name in PARTICULARS},
        ),
        principal=signatory(record.principal, "Hiệu trưởng"),
        homeroom_teacher=signatory(record.homeroom_teacher, "Giáo viên chủ nhiệm"),
        issue_place=school.province,
        created_at=at,
        issue_date=timezone.localtime(at).date(),
        study_steps=(
            StudyStep(
                school_year=record.school_year,
                class_name=record.name,
                school_name=school.name,
                arrival_date=pupil.joined_date,
            ),
        ),
    )
