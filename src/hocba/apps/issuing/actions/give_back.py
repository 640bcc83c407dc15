"""Giving a transcript back to an earlier signer (trả lại): withdraw, correct, compose anew.

Nothing that was signed is rewritten: the draft ends with its signatures as they are, the student's
year is open again, and whoever it went back to corrects the gradebook or explains why not. Then the
clerk composes a new draft, which everybody signs afresh. Against a signature at the same instant,
one of the two comes first: the draft's state and version are swapped together.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from unicodedata import normalize
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import person_by_id, viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.gradebook.actions import unlock_students
from hocba.apps.identifiers import uuid7
from hocba.apps.issuing import states
from hocba.apps.issuing.actions.sign import Outcome
from hocba.apps.issuing.models import Draft, Slot, TranscriptReturn
from hocba.apps.issuing.rights import delegation_for, has_left
from hocba.apps.issuing.subjects_signed import subjects_of
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import Capacity, SlotRole

MOST_RACES = 20  # others sign this draft at the same instant
_OFFICE = {SlotRole.HOMEROOM_TEACHER: "homeroom_teacher", SlotRole.PRINCIPAL: "principal"}
_TEXT = 500


def return_transcripts(
    *,
    school_id: UUID,
    draft_ids: Sequence[UUID],
    to_signer: str,
    reason: str,
    actor: UUID,
    at: datetime,
) -> list[Outcome]:
    """Give drafts back to one earlier signer; one outcome for each, repeating changes nothing.

    The actor signs a later slot of each draft (homeroom teacher, head, deputy for the head);
    `to_signer` is the citizen id of who signs an earlier one.

    Raises:
        HocbaError: "access.denied", "issuing.return_reason"; what concerns one draft is told in its
            outcome: "issuing.not_a_later_signer", "issuing.returned", "issuing.wrong_state".
    """
    person = person_by_id(person_id=actor)
    if person is None or not person.citizen_id:
        raise HocbaError("access.denied")
    reason = _text(reason)
    if not reason:
        raise HocbaError("issuing.return_reason")
    outcomes = []
    for draft_id in dict.fromkeys(draft_ids):
        try:
            _return_one(school_id, draft_id, to_signer, reason, person, at)
            outcomes.append(Outcome(draft_id, ""))
        except HocbaError as refusal:
            outcomes.append(Outcome(draft_id, "", refusal.code))
    return outcomes


def answer_return(
    *, school_id: UUID, return_id: UUID, answer: str, actor: UUID, at: datetime
) -> None:
    """Say what was corrected, or why nothing was; then the clerk may compose the transcript anew.

    Who it was given back to answers; for a teacher who left, the head of the school.

    Raises:
        HocbaError: "access.denied", "issuing.return_answer", "issuing.wrong_state".
    """
    found = TranscriptReturn.objects.filter(school_id=school_id, id=return_id).first()
    person = person_by_id(person_id=actor)
    if found is None or person is None or not _may_answer(found, person, at):
        raise HocbaError("access.denied")
    answer = _text(answer)
    if not answer:
        raise HocbaError("issuing.return_answer")
    if found.state == "answered" and found.answer == answer:
        return
    after = states.advance(states.RETURN, state=found.state, event="answer")
    with transaction.atomic():
        moved = TranscriptReturn.objects.filter(
            school_id=school_id, id=return_id, state=found.state
        ).update(state=after, answer=answer, answered_at=at)
        if not moved:
            raise HocbaError("issuing.changed_meanwhile")
        _record(found, "issuing.return_answered", found.state, after, answer, actor, at)


def close_returns(
    *, school_id: UUID, drafts: Mapping[UUID, UUID], actor: UUID, at: datetime
) -> None:
    """Close what was answered for students (enrolment → new draft) composed anew.

    Runs inside the caller's transaction.
    """
    rows = TranscriptReturn.objects.filter(
        school_id=school_id, enrolment_id__in=list(drafts), state="answered"
    )
    for row in rows:
        after = states.advance(states.RETURN, state=row.state, event="compose")
        TranscriptReturn.objects.filter(school_id=school_id, id=row.id, state=row.state).update(
            state=after, closed_at=at, new_draft_id=drafts[row.enrolment_id]
        )
        _record(row, "issuing.return_closed", row.state, after, "", actor, at)


def _return_one(
    school_id: UUID, draft_id: UUID, to_signer: str, reason: str, person: Person, at: datetime
) -> None:
    for _ in range(MOST_RACES):
        draft = Draft.objects.filter(school_id=school_id, id=draft_id).first()
        if draft is None:
            raise HocbaError("issuing.slot_unknown")
        slots = list(Slot.objects.filter(school_id=school_id, draft_id=draft_id).order_by("order"))
        own = _own_slot(draft, slots, person, at)
        to = [slot for slot in slots if slot.order < own.order and _asked_now(slot) == to_signer]
        if not to:
            raise HocbaError("issuing.not_a_later_signer")
        known = TranscriptReturn.objects.filter(school_id=school_id, draft_id=draft_id)
        if known.exists():
            if known.filter(returned_by=person.pk, signer_id=to_signer, reason=reason).exists():
                return
            raise HocbaError("issuing.returned")
        after = states.advance(states.DRAFT, state=draft.state, event="return")
        with transaction.atomic():
            moved = Draft.objects.filter(
                school_id=school_id, id=draft_id, state=draft.state, version=draft.version
            ).update(state=after)
            if not moved:
                continue
            _keep(draft, after, own, to, reason, person, at)
            return
    raise HocbaError("issuing.changed_meanwhile")


def _own_slot(draft: Draft, slots: Sequence[Slot], person: Person, at: datetime) -> Slot:
    """Return the last slot that the person signs on a draft, by an office of today.

    Raises:
        HocbaError: "issuing.not_a_later_signer".
    """
    viewer = viewer_of(person_id=person.pk, at=at)
    for slot in reversed(slots):
        office = _OFFICE.get(SlotRole(slot.role))
        if office is None:
            continue
        if _asked_now(slot) == person.citizen_id and viewer.has(
            "principal" if slot.capacity == Capacity.IN_PLACE.value else office, draft.school_id
        ):
            return slot
        if delegation_for(slot=slot, person=person, at=at) is not None:
            return slot
    raise HocbaError("issuing.not_a_later_signer")


def _asked_now(slot: Slot) -> str:
    """Return who is asked to fill a slot: the signer named, or who took it over."""
    return slot.stand_in_id if slot.capacity == Capacity.IN_PLACE.value else slot.signer_id


def _may_answer(found: TranscriptReturn, person: Person, at: datetime) -> bool:
    if person.citizen_id == found.signer_id:
        return True
    slot = Slot.objects.filter(
        school_id=found.school_id, draft_id=found.draft_id, key=found.slot_key
    ).first()
    is_head = viewer_of(person_id=person.pk, at=at).has("principal", found.school_id)
    return slot is not None and is_head and has_left(slot=slot, at=at)


def _keep(
    draft: Draft,
    after: str,
    own: Slot,
    to: Sequence[Slot],
    reason: str,
    person: Person,
    at: datetime,
) -> None:
    """Write the returns, open the student's year, tell the trail; in the caller's transaction."""
    TranscriptReturn.objects.bulk_create(
        TranscriptReturn(
            school_id=draft.school_id,
            id=uuid7(at=at),
            school_year=draft.school_year,
            class_id=draft.class_id,
            enrolment_id=draft.enrolment_id,
            draft_id=draft.id,
            slot_key=slot.key,
            signer_id=_asked_now(slot),
            signer_name=slot.signer_name,
            subjects=subjects_of(draft=draft, slot=slot)[:300],
            returned_by=person.pk,
            returner_name=person.full_name,
            returner_role=own.role,
            reason=reason,
            returned_at=at,
        )
        for slot in to
    )
    unlock_students(
        school_id=draft.school_id,
        school_year=draft.school_year,
        enrolment_ids=[draft.enrolment_id],
        reason=reason,
        actor=person.pk,
        at=at,
    )
    record_event(
        school_id=draft.school_id,
        school_year=draft.school_year,
        action="issuing.draft_returned",
        object_type="draft",
        object_id=str(draft.id),
        before={"state": draft.state, "document_sha256": draft.document_sha256},
        after={"state": after, "slots": [slot.key for slot in to], "by": own.role},
        reason=reason,
        actor=person.pk,
        at=at,
    )


def _record(
    row: TranscriptReturn,
    action: str,
    before: str,
    after: str,
    reason: str,
    actor: UUID,
    at: datetime,
) -> None:
    record_event(
        school_id=row.school_id,
        school_year=row.school_year,
        action=action,
        object_type="transcript_return",
        object_id=str(row.id),
        before={"state": before},
        after={"state": after, "draft_id": str(row.draft_id)},
        reason=reason,
        actor=actor,
        at=at,
    )


def _text(typed: str) -> str:
    return " ".join(normalize("NFC", typed).split())[:_TEXT]
