"""Procedures of recall, replacement, civil status and sealing: who may ask, who approves, when.

The rules are dated data; this room unfolds and applies them and knows nothing of people's names,
of documents or of marks.
"""

from hocba.core.registry.procedures.approvals import (
    check_request,
    next_approvals,
    require_may_approve,
)
from hocba.core.registry.procedures.decision import decision_bytes, decision_digest
from hocba.core.registry.procedures.rules import all_procedures, period_of, procedure_for
from hocba.core.registry.procedures.states import (
    OPEN,
    REQUEST_STEPS,
    RequestEvent,
    RequestState,
    advance_request,
)
from hocba.core.registry.procedures.values import (
    ApprovalStep,
    AskedUnit,
    GivenApproval,
    LockPeriod,
    Procedure,
    RequestKind,
)

__all__ = [
    "OPEN",
    "REQUEST_STEPS",
    "ApprovalStep",
    "AskedUnit",
    "GivenApproval",
    "LockPeriod",
    "Procedure",
    "RequestEvent",
    "RequestKind",
    "RequestState",
    "advance_request",
    "all_procedures",
    "check_request",
    "decision_bytes",
    "decision_digest",
    "next_approvals",
    "period_of",
    "procedure_for",
    "require_may_approve",
]
