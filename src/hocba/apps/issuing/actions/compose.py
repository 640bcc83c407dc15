"""Composing: a class's standing gradebook becomes linted documents with slots to sign.

Students whose year is not complete, or whose document would not lint, are reported with their
findings and stay out; the others go on. Composing locks the year of those who go on (khóa sổ), so
that what is signed is what stands. A student with a living draft is left as is: repeating composes
nothing twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID, uuid4

from django.db import transaction

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.authorities import time_stamper
from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.actions import lock_students
from hocba.apps.gradebook.queries import GradebookYear, gradebook_years
from hocba.apps.identifiers import uuid7
from hocba.apps.issuing.actions.give_back import close_returns
from hocba.apps.issuing.class_record import ClassRecord, class_record
from hocba.apps.issuing.identity import identity_of, signatory
from hocba.apps.issuing.models import Draft, Slot, TranscriptReturn
from hocba.apps.issuing.standing_year import taught_subjects
from hocba.apps.roster.holding import hold_school
from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.completeness import check_student_year
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import SubjectKey
from hocba.core.assessment.regulation import Regulation, regulation_for
from hocba.core.signing.plan import SigningPlan, plan_for, slots_of
from hocba.core.transcript.build import build_transcript
from hocba.core.transcript.canonical import to_xml
from hocba.core.transcript.lint import lint
from hocba.core.transcript.model import Signatory, Transcript


@dataclass(frozen=True, slots=True)
class Composed:
    """What composing a class did: new drafts by enrolment, and who stayed out and why."""

    drafts: Mapping[UUID, UUID]
    left_out: Mapping[UUID, tuple[Finding, ...]]


def compose_class(*, class_id: UUID, actor: UUID, at: datetime) -> Composed:
    """Compose the transcripts of a class (khởi tạo học bạ); the clerk's act.

    Raises:
        HocbaError: "access.denied", "roster.class_unknown".
    """
    record = class_record(class_id=class_id, at=at)
    require_role(viewer_of(person_id=actor, at=at), "clerk", unit_id=record.school.id)
    with transaction.atomic():
        hold_school(school_id=record.school.id, alone=True)  # none writes between reading and lock
        # A recalled version is no reason to compose: its replacement comes by its own request.
        living = set(
            Draft.objects.filter(school_id=record.school.id, class_id=class_id)
            .exclude(state="withdrawn")
            .values_list("enrolment_id", flat=True)
        )
        documents, left_out = _documents(record, living, at)
        drafts = _store(record, documents, actor=actor, at=at)
    return Composed(drafts, left_out)


@dataclass(frozen=True, slots=True)
class Replacing:
    """The recalled version that a new document replaces, and the request that allowed it."""

    lookup_uuid: UUID
    request_id: UUID


def _documents(
    record: ClassRecord,
    living: set[UUID],
    at: datetime,
    replacing: Mapping[UUID, Replacing] = MappingProxyType({}),
) -> tuple[dict[UUID, tuple[Transcript, bytes]], dict[UUID, tuple[Finding, ...]]]:
    regulation = regulation_for(
        school_level=record.school.school_level, grade=record.grade, school_year=record.school_year
    )
    years = gradebook_years(
        school_id=record.school.id,
        school_year=record.school_year,
        school_level=record.school.school_level,
        grade=record.grade,
        subjects=taught_subjects(record.assignments, school_level=record.school.school_level),
        enrolment_ids=[
            pupil.enrolment_id for pupil in record.pupils if pupil.enrolment_id not in living
        ],
    )
    documents: dict[UUID, tuple[Transcript, bytes]] = {}
    left_out = _given_back(record, years)
    for pupil in record.pupils:
        year = years.get(pupil.enrolment_id)
        if year is None or pupil.enrolment_id in left_out:
            continue
        findings = _blocking(check_student_year(year.year, regulation=regulation))
        if not findings:
            old = replacing.get(pupil.enrolment_id)
            transcript = _transcript(record, pupil.enrolment_id, year, regulation, at, old)
            document = to_xml(transcript)
            findings = lint(document)
            if not findings:
                documents[pupil.enrolment_id] = transcript, document
                continue
        left_out[pupil.enrolment_id] = findings
    return documents, left_out


def _given_back(
    record: ClassRecord, enrolment_ids: Iterable[UUID]
) -> dict[UUID, tuple[Finding, ...]]:
    """Return who waits for an earlier signer to correct or explain, with who that is and why."""
    rows = TranscriptReturn.objects.filter(
        school_id=record.school.id, enrolment_id__in=list(enrolment_ids), state="open"
    )
    found: dict[UUID, tuple[Finding, ...]] = {}
    for row in rows.order_by("returned_at", "id"):
        finding = Finding(
            code="issuing.return_open",
            severity=Severity.BLOCK,
            found=row.signer_name,
            expected=row.reason,
        )
        found[row.enrolment_id] = (*found.get(row.enrolment_id, ()), finding)
    return found


def _blocking(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCK)


def _transcript(
    record: ClassRecord,
    enrolment_id: UUID,
    year: GradebookYear,
    regulation: Regulation,
    at: datetime,
    old: Replacing | None,
) -> Transcript:
    teachers: dict[SubjectKey, Signatory] = {
        SubjectKey(item.subject_key): signatory(item.teacher, "Giáo viên bộ môn")
        for item in record.assignments
    }
    identity = identity_of(
        record, enrolment_id, lookup_uuid=str(uuid4()), regulation=regulation.name, at=at
    )
    return build_transcript(
        identity=replace(identity, replaces_uuid="" if old is None else str(old.lookup_uuid)),
        year=year.year,
        assessment=assess_year(year.year, regulation=regulation),
        remarks=year.remarks,
        teachers=teachers,
        homeroom_remark=year.homeroom_remark,
        other_award=year.other_award,
    )


def _store(
    record: ClassRecord,
    documents: Mapping[UUID, tuple[Transcript, bytes]],
    *,
    replacing: Mapping[UUID, Replacing] = MappingProxyType({}),
    actor: UUID,
    at: datetime,
) -> dict[UUID, UUID]:
    plan = plan_for(school_level=record.school.school_level, school_year=record.school_year)
    store = blob_store()
    stamped = time_stamper() is not None
    drafts, slots = [], []
    for enrolment_id, (transcript, document) in documents.items():
        old = replacing.get(enrolment_id)
        draft = Draft(
            school_id=record.school.id,
            id=uuid7(at=at),
            school_year=record.school_year,
            class_id=record.id,
            enrolment_id=enrolment_id,
            lookup_uuid=UUID(transcript.lookup_uuid),
            plan=plan.name,
            state="signing",
            document_sha256=store.put(document),
            composed_at=at,
            replaces_uuid=None if old is None else old.lookup_uuid,
            request_id=None if old is None else old.request_id,
        )
        drafts.append(draft)
        slots.extend(_slots(draft, plan, transcript, stamped=stamped))
    Draft.objects.bulk_create(drafts)
    Slot.objects.bulk_create(slots)
    lock_students(
        school_id=record.school.id,
        school_year=record.school_year,
        enrolment_ids=documents,
        cause="composed",
        actor=actor,
        at=at,
    )
    new = {draft.enrolment_id: draft.id for draft in drafts}
    close_returns(school_id=record.school.id, drafts=new, actor=actor, at=at)
    for draft in drafts:
        record_event(
            school_id=draft.school_id,
            school_year=draft.school_year,
            action="issuing.draft_composed",
            object_type="draft",
            object_id=str(draft.id),
            before=None,
            after={"document_sha256": draft.document_sha256, "plan": draft.plan},
            actor=actor,
            at=at,
        )
    return new


def _slots(draft: Draft, plan: SigningPlan, transcript: Transcript, *, stamped: bool) -> list[Slot]:
    return [
        Slot(
            school_id=draft.school_id,
            id=uuid7(at=draft.composed_at),
            draft_id=draft.id,
            key=slot.key,
            role=slot.role.value,
            order=slot.order,
            signer_id=slot.signer_id,
            signer_name=slot.signer_name,
            targets=list(slot.targets),
            needs_stamp=stamped and plan.stamps(slot.role),
        )
        for slot in slots_of(plan=plan, transcript=transcript)
    ]
