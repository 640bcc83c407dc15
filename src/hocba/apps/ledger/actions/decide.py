"""Deciding on a request: approve a step, refuse, withdraw. One lock on the request's row for each.

A person, a unit and a step count once (also by constraint), so that two approvers at once come one
after the other and the second is told what the first did.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
from hocba.apps.identifiers import uuid7
from hocba.apps.ledger.actions.ask import keep_evidence
from hocba.apps.ledger.asked_units import day_of, role_for
from hocba.apps.ledger.evidence_files import EvidenceFile, checked_files
from hocba.apps.ledger.life_queries import given_approvals, procedure_at
from hocba.apps.ledger.models import LifeRequest, RequestStep
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures import (
    OPEN,
    ApprovalStep,
    GivenApproval,
    Procedure,
    RequestEvent,
    RequestState,
    advance_request,
    next_approvals,
    require_may_approve,
)
from hocba.core.registry.procedures.approvals import MAX_REASON, MIN_REASON


def approve(
    *,
    request_id: UUID,
    step: str,
    reason: str = "",
    decision_number: str = "",
    evidence: Sequence[EvidenceFile] = (),
    actor: UUID,
    at: datetime,
) -> str:
    """Give one approval and return the request's state after it; repeating it changes nothing.

    Raises:
        HocbaError: "access.denied", "recall.own_request", "recall.person_twice",
            "recall.unit_twice", "recall.not_your_turn", "recall.already_approved",
            "recall.decision_missing", "recall.wrong_state", "recall.evidence_*".
    """
    files = checked_files(evidence)
    digests = [blob_store().put(file.data) for file in files]
    with transaction.atomic():
        request = _locked(request_id)
        given = given_approvals(request=request)
        earlier = next((one for one in given if one.step == step), None)
        if earlier is not None:
            if earlier.person != actor:
                raise HocbaError("recall.already_approved")
            return request.state
        procedure = procedure_at(request=request, at=at)
        wanted, role, unit = _permitted(request, procedure, given, step, actor, at)
        if wanted.from_outside and not (decision_number.strip() and files):
            raise HocbaError("recall.decision_missing")
        now_given = (*given, GivenApproval(step, actor, unit))
        due = next_approvals(procedure=procedure, given=now_given)
        event = RequestEvent.APPROVE if due else RequestEvent.COMPLETE
        row = RequestStep(
            step=step,
            role=role,
            unit_id=unit,
            reason=reason.strip()[:MAX_REASON],
            decision_number=decision_number.strip()[:60],
            rules=f"{procedure.rules} {procedure.period.value}"[:40],
        )
        after = _take_step(
            request, event, row, waiting_for=due[0].key if due else "execute", actor=actor, at=at
        )
        keep_evidence(
            request=request, files=list(zip(files, digests, strict=True)), actor=actor, at=at
        )
    return after


def refuse(*, request_id: UUID, reason: str, actor: UUID, at: datetime) -> str:
    """Refuse a request whose next approval would be the actor's; the reason is told to the school.

    Raises:
        HocbaError: "access.denied", "recall.reason_length", "recall.own_request",
            "recall.not_your_turn", "recall.wrong_state".
    """
    _require_reason(reason)
    with transaction.atomic():
        request = _locked(request_id)
        if request.state == RequestState.REFUSED.value and _last_by(request, actor):
            return request.state
        advance_request(state=RequestState(request.state), event=RequestEvent.REFUSE)
        procedure = procedure_at(request=request, at=at)
        due = next_approvals(procedure=procedure, given=given_approvals(request=request))
        viewer = viewer_of(person_id=actor, at=at)
        for step in due or procedure.steps[-1:]:
            place = role_for(
                viewer, step=step, procedure=procedure, school_id=request.school_id, day=day_of(at)
            )
            if place is not None:
                break
        else:
            raise HocbaError("access.denied")
        if actor == request.asked_by:
            raise HocbaError("recall.own_request")
        row = RequestStep(role=place[0], unit_id=place[1], reason=reason.strip()[:MAX_REASON])
        return _take_step(request, RequestEvent.REFUSE, row, waiting_for="", actor=actor, at=at)


def withdraw(*, request_id: UUID, reason: str, actor: UUID, at: datetime) -> str:
    """Take a request back before it is executed; the asker's own right.

    Raises:
        HocbaError: "access.denied", "recall.reason_length", "recall.wrong_state".
    """
    _require_reason(reason)
    with transaction.atomic():
        request = _locked(request_id)
        if request.asked_by != actor:
            raise HocbaError("access.denied")
        if request.state == RequestState.WITHDRAWN.value:
            return request.state
        row = RequestStep(reason=reason.strip()[:MAX_REASON])
        return _take_step(request, RequestEvent.WITHDRAW, row, waiting_for="", actor=actor, at=at)


def _locked(request_id: UUID) -> LifeRequest:
    """Return the request, held until the transaction ends; on SQLite writers wait anyhow."""
    request = LifeRequest.objects.select_for_update().filter(id=request_id).first()
    if request is None:
        raise HocbaError("access.denied")
    return request


def _take_step(
    request: LifeRequest,
    event: RequestEvent,
    row: RequestStep,
    *,
    waiting_for: str,
    actor: UUID,
    at: datetime,
) -> str:
    """Move the request and keep the act, inside the transaction that holds the request."""
    before = RequestState(request.state)
    after = advance_request(state=before, event=event)
    row.id = uuid7(at=at)
    row.request = request
    row.number = RequestStep.objects.filter(request=request).count() + 1
    row.event = event.value
    row.person_id = actor
    row.at = at
    RequestStep.objects.bulk_create([row])
    closed_at = request.closed_at or (None if after in OPEN else at)
    LifeRequest.objects.filter(id=request.id, state=before.value).update(
        state=after.value, waiting_for=waiting_for, closed_at=closed_at
    )
    request.state, request.waiting_for, request.closed_at = after.value, waiting_for, closed_at
    record_event(
        school_id=request.school_id,
        school_year=request.school_year,
        action=f"ledger.recall_{_PAST[event]}",
        object_type="life_request",
        object_id=str(request.id),
        before={"state": before.value},
        after={
            "state": after.value,
            "step": row.step,
            "unit": None if row.unit_id is None else str(row.unit_id),
            "decision_number": row.decision_number,
        },
        reason=row.reason,
        actor=actor,
        at=at,
    )
    return after.value


_PAST = {
    RequestEvent.APPROVE: "approved",
    RequestEvent.COMPLETE: "approved",
    RequestEvent.REFUSE: "refused",
    RequestEvent.WITHDRAW: "withdrawn",
    RequestEvent.EXECUTE: "executed",
    RequestEvent.REPLACE: "replaced",
}


def _permitted(
    request: LifeRequest,
    procedure: Procedure,
    given: Sequence[GivenApproval],
    step: str,
    actor: UUID,
    at: datetime,
) -> tuple[ApprovalStep, str, UUID | None]:
    """Return the step with the actor's role and unit, or refuse."""
    wanted = next((one for one in procedure.steps if one.key == step), None)
    if wanted is None:
        raise HocbaError("recall.not_your_turn")
    if actor == request.asked_by:
        raise HocbaError("recall.own_request")
    place = role_for(
        viewer_of(person_id=actor, at=at),
        step=wanted,
        procedure=procedure,
        school_id=request.school_id,
        day=day_of(at),
    )
    if place is None:
        raise HocbaError("access.denied")
    role, unit = place[0], None if wanted.from_outside else place[1]
    require_may_approve(
        procedure=procedure,
        given=given,
        asked_by=request.asked_by,
        step=wanted,
        person=actor,
        unit=unit,
    )
    return wanted, role, unit


def _require_reason(reason: str) -> None:
    if not MIN_REASON <= len(reason.strip()) <= MAX_REASON:
        raise HocbaError("recall.reason_length")


def _last_by(request: LifeRequest, actor: UUID) -> bool:
    last = RequestStep.objects.filter(request=request).order_by("-number").first()
    return last is not None and last.person_id == actor
