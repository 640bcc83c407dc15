"""The head takes over what a departed teacher was to sign, with a reason (ký thay).

QĐ 1789/QĐ-SGDĐT (TP.HCM) Điều 14.5, 14.7: the teacher in post at the end closes the result; where
there is none, the head authenticates. The document still names the teacher; the head's signature
says in what capacity it was made (`core.signing.verdict.Capacity`). A teacher's key is never used.
"""

from collections.abc import Sequence
from datetime import datetime
from unicodedata import normalize
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import person_by_id, viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.issuing import states
from hocba.apps.issuing.actions.sign import Outcome
from hocba.apps.issuing.models import Slot
from hocba.apps.issuing.rights import has_left, refuse_ended
from hocba.core.errors import HocbaError
from hocba.core.signing.plan import plan_named
from hocba.core.signing.verdict import Capacity, SlotRole


def take_over_slots(
    *,
    school_id: UUID,
    slots: Sequence[tuple[UUID, str]],
    reason: str,
    actor: UUID,
    at: datetime,
) -> list[Outcome]:
    """Let the head sign (draft id, slot key) pairs of teachers who left; one outcome for each.

    Raises:
        HocbaError: "access.denied", "issuing.stand_in_reason"; what concerns one slot is told in
            its outcome: "issuing.teacher_in_office", "issuing.other_head_named",
            "issuing.no_stand_in", "issuing.wrong_state", "issuing.returned".
    """
    require_role(viewer_of(person_id=actor, at=at), "principal", unit_id=school_id)
    person = person_by_id(person_id=actor)
    if person is None:
        raise HocbaError("access.denied")
    reason = " ".join(normalize("NFC", reason).split())[:300]
    if not reason:
        raise HocbaError("issuing.stand_in_reason")
    outcomes = []
    for draft_id, key in slots:
        try:
            with transaction.atomic():
                _take_over(school_id, draft_id, key, reason, person, at)
            outcomes.append(Outcome(draft_id, key))
        except HocbaError as refusal:
            outcomes.append(Outcome(draft_id, key, refusal.code))
    return outcomes


def _take_over(
    school_id: UUID, draft_id: UUID, key: str, reason: str, person: Person, at: datetime
) -> None:
    in_place = Capacity.IN_PLACE
    slot = (
        Slot.objects.select_related("draft")
        .filter(school_id=school_id, draft__school_id=school_id, draft_id=draft_id, key=key)
        .first()
    )
    if slot is None:
        raise HocbaError("issuing.slot_unknown")
    if (slot.capacity, slot.stand_in_id) == (in_place.value, person.citizen_id):
        return
    refuse_ended(slot.draft, "take_over")
    if in_place not in plan_named(name=slot.draft.plan).rule_of(SlotRole(slot.role)).capacities:
        raise HocbaError("issuing.no_stand_in")
    if not has_left(slot=slot, at=at):
        raise HocbaError("issuing.teacher_in_office")
    head = Slot.objects.filter(
        school_id=school_id, draft_id=draft_id, role=SlotRole.PRINCIPAL.value
    )
    if not head.filter(signer_id=person.citizen_id or "-").exists():
        raise HocbaError("issuing.other_head_named")
    after = states.advance(states.SLOT, state=slot.state, event="take_over")
    moved = Slot.objects.filter(
        school_id=school_id, id=slot.id, state=slot.state, token_sha256=slot.token_sha256
    ).update(
        state=after,
        capacity=in_place.value,
        stand_in_id=person.citizen_id,
        stand_in_reason=reason,
        prepared="",
        token_sha256="",
        prepared_by=None,
        expires_at=None,
    )
    if not moved:
        raise HocbaError("issuing.changed_meanwhile")
    record_event(
        school_id=school_id,
        school_year=slot.draft.school_year,
        action="issuing.slot_taken_over",
        object_type="slot",
        object_id=str(slot.id),
        before={"signer_id": slot.signer_id, "state": slot.state},
        after={"stand_in_id": person.citizen_id, "state": after},
        reason=reason,
        actor=person.pk,
        at=at,
    )
