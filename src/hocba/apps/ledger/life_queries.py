"""Reading a transcript's later life: its status, requests about it, whose turn it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from hocba.apps.accounts.permissions import OVERSIGHT_ROLES
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.blobs import blob_store
from hocba.apps.ledger.asked_units import day_of, role_for
from hocba.apps.ledger.models import (
    Forwarding,
    IssuedTranscript,
    LifeRequest,
    LogEntry,
    RequestEvidence,
    RequestStep,
)
from hocba.apps.roster.permissions import can_read_class
from hocba.apps.roster.queries import class_by_id, schools_below
from hocba.core.errors import HocbaError
from hocba.core.registry.entry import decode
from hocba.core.registry.lifecycle import Status, TranscriptState, fold
from hocba.core.registry.procedures import (
    OPEN,
    ApprovalStep,
    GivenApproval,
    LockPeriod,
    Procedure,
    RequestKind,
    RequestState,
    next_approvals,
    period_of,
    procedure_for,
)
from hocba.core.transcript.canonical import from_xml

_SUMMER = ("pending", "promoted_after_reassessment")
PAGE = 50


def status_of(*, lookup_uuid: UUID) -> Status:
    """Return where a transcript stands; UNKNOWN when it was never issued."""
    return statuses(lookup_uuids=[lookup_uuid]).get(lookup_uuid, Status(TranscriptState.UNKNOWN))


def statuses(*, lookup_uuids: Collection[UUID]) -> dict[UUID, Status]:
    """Return where each of these transcripts stands, in one query."""
    rows = LogEntry.objects.filter(lookup_uuid__in=list(lookup_uuids)).order_by("index")
    entries: dict[UUID, list[Any]] = {}
    for lookup_uuid, leaf in rows.values_list("lookup_uuid", "leaf"):
        entries.setdefault(lookup_uuid, []).append(decode(bytes(leaf)))
    return {lookup_uuid: fold(entries=found) for lookup_uuid, found in entries.items()}


def awaits_reassessment(*, document_sha256: str) -> bool:
    """Whether the document was issued for a student with tasks in the summer (15/08 counts)."""
    transcript = from_xml(blob_store().get(document_sha256))
    summary = transcript.summary
    return summary.promotion in _SUMMER or bool(
        summary.learning_after_reassessment or summary.conduct_after_summer
    )


def procedure_at(*, request: LifeRequest, at: datetime) -> Procedure:
    """Return the procedure that a request is under now: deadlines pass, reports are forwarded.

    Raises:
        HocbaError: "recall.no_procedure".
    """
    day = day_of(at)
    return procedure_for(
        kind=RequestKind(request.kind),
        school_level=request.school_level,
        period=period_of(
            school_year=request.school_year,
            day=day,
            awaits_reassessment=request.awaits_reassessment,
        ),
        forwarded=Forwarding.objects.filter(lookup_uuid=request.lookup_uuid).exists(),
        day=day,
    )


def waiting_period(*, issued: IssuedTranscript, at: datetime) -> tuple[LockPeriod, bool, date]:
    """Return in which period an issued version is now, whether it was forwarded, and the day."""
    day = day_of(at)
    awaits = awaits_reassessment(document_sha256=issued.document_sha256)
    period = period_of(school_year=issued.school_year, day=day, awaits_reassessment=awaits)
    return period, Forwarding.objects.filter(lookup_uuid=issued.lookup_uuid).exists(), day


def given_approvals(*, request: LifeRequest) -> tuple[GivenApproval, ...]:
    """Return the approvals that a request has."""
    rows = RequestStep.objects.filter(request=request).exclude(step="").order_by("number")
    return tuple(GivenApproval(row.step, row.person_id, row.unit_id) for row in rows)


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with all that its page tells, and what the viewer may do with it now."""

    request: LifeRequest
    procedure: Procedure
    steps: tuple[RequestStep, ...]
    evidence: tuple[RequestEvidence, ...]
    due: tuple[ApprovalStep, ...]
    may_approve: ApprovalStep | None
    may_withdraw: bool
    may_execute: bool


def request_for(*, viewer: Viewer, request_id: UUID, at: datetime) -> RequestView:
    """Return a request for a page.

    Raises:
        HocbaError: "access.denied", both when unknown and when not the viewer's business.
    """
    request = LifeRequest.objects.filter(id=request_id).first()
    if request is None or not _may_read(viewer, request):
        raise HocbaError("access.denied")
    procedure = procedure_at(request=request, at=at)
    is_open = RequestState(request.state) in OPEN
    due = next_approvals(procedure=procedure, given=given_approvals(request=request))
    due = due if is_open else ()
    approved = request.state == RequestState.APPROVED.value
    return RequestView(
        request=request,
        procedure=procedure,
        steps=tuple(request.steps.order_by("number")),
        evidence=tuple(request.evidence.order_by("added_at", "id")),
        due=due,
        may_approve=_own_turn(viewer, request, procedure, due, at),
        may_withdraw=is_open and viewer.person_id == request.asked_by,
        may_execute=approved
        and any(viewer.has(role, request.school_id) for role in procedure.executors),
    )


def _may_read(viewer: Viewer, request: LifeRequest) -> bool:
    """Whoever has business with the class: the office, its teachers, who oversees; and the asker.

    It_officers keep accounts and see no results.
    """
    if viewer.person_id is not None and viewer.person_id == request.asked_by:
        return True
    if {role for role, unit in viewer.roles if unit == request.school_id} == {"it_officer"}:
        return False
    class_group = class_by_id(class_id=request.class_id)
    return class_group is not None and can_read_class(viewer, class_group=class_group)


def _own_turn(
    viewer: Viewer,
    request: LifeRequest,
    procedure: Procedure,
    due: Collection[ApprovalStep],
    at: datetime,
) -> ApprovalStep | None:
    if viewer.person_id == request.asked_by:
        return None
    for step in due:
        if role_for(
            viewer, step=step, procedure=procedure, school_id=request.school_id, day=day_of(at)
        ):
            return step
    return None


def evidence_for(*, viewer: Viewer, request_id: UUID, sha256: str) -> tuple[RequestEvidence, bytes]:
    """Return one file of a request.

    Raises:
        HocbaError: "access.denied", "blob.*".
    """
    request = LifeRequest.objects.filter(id=request_id).first()
    if request is None or not _may_read(viewer, request):
        raise HocbaError("access.denied")
    row = RequestEvidence.objects.filter(request=request, sha256=sha256).first()
    if row is None:
        raise HocbaError("access.denied")
    return row, blob_store().get(row.sha256)


def request_by_id(*, request_id: UUID) -> LifeRequest | None:
    """Find a request; serves actions of other offices, never a page."""
    return LifeRequest.objects.filter(id=request_id).first()


def open_requests_of(*, lookup_uuids: Collection[UUID]) -> dict[UUID, LifeRequest]:
    """Return the newest request about each of these versions."""
    rows = LifeRequest.objects.filter(lookup_uuid__in=list(lookup_uuids)).order_by("asked_at")
    return {row.lookup_uuid: row for row in rows}


def issued_rows(
    *, school_id: UUID, school_year: str, enrolment_ids: Collection[UUID]
) -> list[IssuedTranscript]:
    """Return the issued versions of these students, oldest first."""
    return list(
        IssuedTranscript.objects.filter(
            school_id=school_id, school_year=school_year, enrolment_id__in=list(enrolment_ids)
        ).order_by("issued_at", "lookup_uuid")
    )


def issued_by_code(*, lookup_uuid: UUID) -> IssuedTranscript | None:
    """Find an issued version."""
    return IssuedTranscript.objects.filter(lookup_uuid=lookup_uuid).first()


def requests_of_viewer(
    *, viewer: Viewer, which: str, page: int = 1
) -> tuple[list[LifeRequest], bool]:
    """Return one page of requests that the viewer may read, newest first, and whether more follow.

    `which` is "cho-toi" (a step of the viewer's kind is due, or the own school must execute),
    "dang-xet" (open) or "tat-ca".
    """
    rows = LifeRequest.objects.filter(_readable(viewer))
    if which == "cho-toi":
        rows = LifeRequest.objects.filter(_waiting(viewer))
    elif which == "dang-xet":
        rows = rows.filter(state__in=[state.value for state in OPEN])
    first = (max(page, 1) - 1) * PAGE
    found = list(rows.order_by("-asked_at", "id")[first : first + PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def waiting_count(*, viewer: Viewer) -> int:
    """Return how many requests wait for a person of the viewer's roles."""
    return LifeRequest.objects.filter(_waiting(viewer)).count()


def _below(viewer: Viewer, role: str) -> list[UUID]:
    return [
        school.pk for unit_id in viewer.units(role) for school in schools_below(unit_id=unit_id)
    ]


def _readable(viewer: Viewer) -> Q:
    own = viewer.units("clerk", "principal")
    overseen = {school for role in OVERSIGHT_ROLES for school in _below(viewer, role)}
    return Q(school_id__in=own | overseen) | Q(asked_by=viewer.person_id)


def _waiting(viewer: Viewer) -> Q:
    """What waits for these roles; the tree at the day of the act decides in the end."""
    authority = [kind for kind, managing in _MANAGING.items() if managing == "authority"]
    department = [kind for kind, managing in _MANAGING.items() if managing == "department"]
    principal, clerk = viewer.units("principal"), viewer.units("clerk")
    overseen = _below(viewer, "department_officer")
    return (
        Q(waiting_for="principal", school_id__in=principal)
        | Q(waiting_for__in=("execute", "replace"), school_id__in=clerk)
        | Q(
            waiting_for="managing",
            school_level__in=authority,
            school_id__in=_below(viewer, "authority_officer"),
        )
        | Q(waiting_for="managing", school_level__in=department, school_id__in=overseen)
        | Q(waiting_for__in=("department", "ministry"), school_id__in=overseen)
    ) & (~Q(asked_by=viewer.person_id) | Q(waiting_for__in=("execute", "replace")))


# Only which list a request stands in; whether it may be approved is judged by the rules of the day.
_MANAGING = {"THCS": "authority", "THPT": "department", "GDTX": "department"}
