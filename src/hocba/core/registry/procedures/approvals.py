"""Judging a request and its approvals: what is missing, whose turn it is, who may not."""

from collections.abc import Collection, Sequence
from uuid import UUID

from hocba.core.errors import HocbaError
from hocba.core.registry.lifecycle import STEPS, TranscriptState
from hocba.core.registry.procedures.values import (
    ApprovalStep,
    GivenApproval,
    Procedure,
    RequestKind,
)

MIN_REASON, MAX_REASON = 10, 500


def check_request(
    *,
    procedure: Procedure,
    state: TranscriptState,
    asker_roles: Collection[str],
    reason_code: str,
    reason: str,
    evidence_files: int,
    corrections: int,
) -> tuple[str, ...]:
    """Return what is wrong with a request, as stable codes; empty when it may be made.

    `asker_roles` are the roles that the asker holds in the issuing school: only the issuing school
    corrects (HCM-QC Đ4).
    """
    found = []
    if not set(asker_roles) & set(procedure.askers):
        found.append("recall.asker_role")
    if (state, procedure.entry_kind) not in STEPS:
        found.append("recall.not_in_force")
    if reason_code not in procedure.reasons:
        found.append("recall.reason_unknown")
    if not MIN_REASON <= len(reason.strip()) <= MAX_REASON:
        found.append("recall.reason_length")
    if procedure.evidence_required and not evidence_files:
        found.append("recall.evidence_missing")
    if corrections and procedure.kind is not RequestKind.RECALL_AND_REPLACE:
        found.append("recall.nothing_to_correct")
    return tuple(found)


def next_approvals(
    *, procedure: Procedure, given: Sequence[GivenApproval]
) -> tuple[ApprovalStep, ...]:
    """Return the steps whose turn it is: all that are missing of the lowest order; empty: done."""
    done = {one.step for one in given}
    missing = [step for step in procedure.steps if step.key not in done]
    lowest = min((step.order for step in missing), default=0)
    return tuple(step for step in missing if step.order == lowest)


def require_may_approve(
    *,
    procedure: Procedure,
    given: Sequence[GivenApproval],
    asked_by: UUID,
    step: ApprovalStep,
    person: UUID,
    unit: UUID | None,
) -> None:
    """Refuse whoever may not give this approval now.

    Nobody approves their own; each person counts once, each unit counts once. The decision of the
    Ministry is its own, whoever records it, but not by the asker.

    Raises:
        HocbaError: "recall.own_request", "recall.person_twice", "recall.unit_twice",
            "recall.not_your_turn".
    """
    if person == asked_by:
        raise HocbaError("recall.own_request")
    if not step.from_outside:
        inside = [one for one in given if one.unit is not None]
        if any(one.person == person for one in inside):
            raise HocbaError("recall.person_twice")
        if any(one.unit == unit for one in inside):
            raise HocbaError("recall.unit_twice")
    if step not in next_approvals(procedure=procedure, given=given):
        raise HocbaError("recall.not_your_turn")
