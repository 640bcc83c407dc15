"""Executing what was approved: the log tells it, and the replacement is issued in one piece.

Order of locks everywhere: the request's row, then the log's head. A transcript's events are judged
under the head, so that recall against recall, and recall against the issue of a replacement, have
one serial order.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.ledger.actions.append import append_event
from hocba.apps.ledger.actions.decide import _locked, _take_step
from hocba.apps.ledger.actions.issue import IssueRequest, issue
from hocba.apps.ledger.actions.tell import owe_notices
from hocba.apps.ledger.life_queries import given_approvals, procedure_at
from hocba.apps.ledger.models import (
    Decision,
    LifeRequest,
    LogEntry,
    RequestEvidence,
    RequestStep,
)
from hocba.core.errors import HocbaError
from hocba.core.registry.entry import EntryKind, decode
from hocba.core.registry.procedures import (
    RequestEvent,
    RequestKind,
    RequestState,
    decision_bytes,
    decision_digest,
    next_approvals,
)

_SALT_BYTES = 16
_DONE = (RequestState.EXECUTED.value, RequestState.REPLACED.value)


@transaction.atomic
def execute(*, request_id: UUID, actor: UUID, at: datetime) -> int | None:
    """Write the approved event into the log and return its position; repeating returns the same.

    When a deadline passed since the approvals, or the version was forwarded, and more are due now,
    nothing is written into the log: the request goes back to be approved and None is returned.

    Raises:
        HocbaError: "access.denied", "recall.wrong_state", "registry.wrong_step".
    """
    request = _locked(request_id)
    procedure = procedure_at(request=request, at=at)
    require_role(viewer_of(person_id=actor, at=at), *procedure.executors, unit_id=request.school_id)
    if request.state in _DONE:
        return Decision.objects.get(request=request).log_index
    due = next_approvals(procedure=procedure, given=given_approvals(request=request))
    if due and request.state == RequestState.APPROVED.value:
        again = RequestStep(rules=f"{procedure.rules} {procedure.period.value}"[:40])
        _take_step(request, RequestEvent.APPROVE, again, waiting_for=due[0].key, actor=actor, at=at)
        return None
    replaces = request.kind == RequestKind.RECALL_AND_REPLACE.value
    _take_step(
        request,
        RequestEvent.EXECUTE,
        RequestStep(role="clerk", unit_id=request.school_id),
        waiting_for="replace" if replaces else "",
        actor=actor,
        at=at,
    )
    salt, decision = secrets.token_bytes(_SALT_BYTES), decision_bytes(_facts(request))
    index = append_event(
        lookup_uuid=request.lookup_uuid,
        kind=procedure.entry_kind,
        decision_digest=decision_digest(decision=decision, salt=salt),
        actor=actor,
        at=at,
    )
    Decision.objects.create(request=request, log_index=index, salt=salt, decision=decision, at=at)
    record_event(
        school_id=request.school_id,
        school_year=request.school_year,
        action="ledger.decision_kept",
        object_type="life_request",
        object_id=str(request.id),
        before=None,
        after={"log_index": index},
        actor=actor,
        at=at,
    )
    owe_notices(lookup_uuids=[request.lookup_uuid], actor=actor, at=at)
    return index


def _facts(request: LifeRequest) -> dict[str, Any]:
    """What was decided, by whom, on which files: the decision as it is proven later."""
    steps = RequestStep.objects.filter(request=request).order_by("number")
    files = RequestEvidence.objects.filter(request=request).order_by("sha256")
    return {
        "format": "hocba-decision/1",
        "request": str(request.id),
        "lookup": str(request.lookup_uuid),
        "kind": request.kind,
        "reason_code": request.reason_code,
        "reason": request.reason,
        "corrections": request.corrections,
        "asked_by": str(request.asked_by),
        "asked_at": request.asked_at.isoformat(),
        "evidence": [file.sha256 for file in files],
        "steps": [
            {
                "event": step.event,
                "step": step.step,
                "person": str(step.person_id),
                "unit": None if step.unit_id is None else str(step.unit_id),
                "decision_number": step.decision_number,
                "at": step.at.isoformat(),
            }
            for step in steps
        ],
    }


@transaction.atomic
def keep_difference(
    *, request_id: UUID, difference: Sequence[dict[str, Any]], actor: UUID, at: datetime
) -> None:
    """Store the field-by-field difference of the new draft against the old version.

    Raises:
        HocbaError: "access.denied", "recall.wrong_state".
    """
    request = _locked(request_id)
    if request.state != RequestState.EXECUTED.value:
        raise HocbaError("recall.wrong_state", state=request.state, event="difference")
    LifeRequest.objects.filter(id=request.id).update(difference=list(difference))
    record_event(
        school_id=request.school_id,
        school_year=request.school_year,
        action="ledger.difference_kept",
        object_type="life_request",
        object_id=str(request.id),
        before={"difference": request.difference},
        after={"difference": list(difference)},
        actor=actor,
        at=at,
    )


@transaction.atomic
def issue_replacement(
    *, request_id: UUID, document: IssueRequest, actor: UUID, at: datetime
) -> int:
    """Issue the new version, which names the old, and close the old one: it is replaced by it.

    Both entries stand in the log or neither does; repeating returns the same position.

    Raises:
        HocbaError: "recall.wrong_state", "registry.wrong_step", "ledger.lookup_code_used",
            "ledger.head_moved".
    """
    request = _locked(request_id)
    if request.state == RequestState.REPLACED.value:
        if request.replaced_by_uuid != document.lookup_uuid:
            raise HocbaError("recall.wrong_state", state=request.state, event="replace")
        return issue(requests=[document], actor=actor, at=at)[0]
    same_student = (request.school_id, request.enrolment_id) == (
        document.school_id,
        document.enrolment_id,
    )
    if request.kind != RequestKind.RECALL_AND_REPLACE.value or not same_student:
        raise HocbaError("recall.wrong_state", state=request.state, event="replace")
    _take_step(
        request,
        RequestEvent.REPLACE,
        RequestStep(role="clerk", unit_id=request.school_id),
        waiting_for="",
        actor=actor,
        at=at,
    )
    old = LogEntry.objects.get(lookup_uuid=request.lookup_uuid, kind=EntryKind.ISSUED.value)
    document = replace(
        document,
        version=old.version + 1,
        replaces_digest=decode(bytes(old.leaf)).lookup_digest,
    )
    position = issue(requests=[document], actor=actor, at=at)[0]
    new = LogEntry.objects.get(index=position)
    append_event(
        lookup_uuid=request.lookup_uuid,
        kind=EntryKind.REPLACED,
        replaces_digest=decode(bytes(new.leaf)).lookup_digest,
        actor=actor,
        at=at,
    )
    LifeRequest.objects.filter(id=request.id).update(replaced_by_uuid=document.lookup_uuid)
    record_event(
        school_id=request.school_id,
        school_year=request.school_year,
        action="ledger.transcript_replaced",
        object_type="issued_transcript",
        object_id=str(request.lookup_uuid),
        before=None,
        after={"request": str(request.id), "replaced_by": str(document.lookup_uuid)},
        actor=actor,
        at=at,
    )
    owe_notices(lookup_uuids=[request.lookup_uuid], actor=actor, at=at)
    return position
