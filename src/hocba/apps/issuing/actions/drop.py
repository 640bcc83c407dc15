"""Taking a wrong replacement back before it is issued: from then on it is a recall again.

The draft's row is held while it is withdrawn, as `release` holds what it issues: one of the two
comes first, and the other one finds the draft no longer there.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.issuing import states
from hocba.apps.issuing.models import Draft, Slot
from hocba.apps.ledger.life_queries import request_by_id
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures.approvals import MAX_REASON, MIN_REASON


@transaction.atomic
def withdraw_replacement(*, request_id: UUID, reason: str, actor: UUID, at: datetime) -> None:
    """Withdraw the draft that was composed for a request; the clerk may then compose it anew.

    What was corrected in the gradebook stays corrected; signatures given to the draft stay on
    record with it and go nowhere. Repeating changes nothing.

    Raises:
        HocbaError: "access.denied", "recall.reason_length", "issuing.wrong_state" once issued.
    """
    if not MIN_REASON <= len(reason.strip()) <= MAX_REASON:
        raise HocbaError("recall.reason_length")
    request = request_by_id(request_id=request_id)
    if request is None:
        raise HocbaError("access.denied")
    require_role(viewer_of(person_id=actor, at=at), "clerk", unit_id=request.school_id)
    drafts = Draft.objects.select_for_update().filter(
        school_id=request.school_id, request_id=request_id
    )
    draft = drafts.order_by("-composed_at", "-id").first()
    if draft is None:
        raise HocbaError("issuing.wrong_state", state=request.state, event="withdraw")
    if draft.state == "withdrawn":
        return
    after = states.advance(states.DRAFT, state=draft.state, event="withdraw")
    Draft.objects.filter(school_id=draft.school_id, id=draft.id, state=draft.state).update(
        state=after, version=draft.version + 1
    )
    signed = Slot.objects.filter(school_id=draft.school_id, draft_id=draft.id, state="signed")
    record_event(
        school_id=draft.school_id,
        school_year=draft.school_year,
        action="issuing.draft_withdrawn",
        object_type="draft",
        object_id=str(draft.id),
        before={"state": draft.state, "document_sha256": draft.document_sha256},
        after={"state": after, "request": str(request.id), "signatures": signed.count()},
        reason=reason.strip(),
        actor=actor,
        at=at,
    )
