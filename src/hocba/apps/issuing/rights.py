"""By what right somebody fills a slot, and whether they looked at what they are to sign.

The one place that says so: every way of signing (token, demo key, phone, HSM) prepares through it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hocba.apps.accounts.models import Delegation, Person
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import delegation_in_force, person_by_citizen_id, viewer_of
from hocba.apps.certificates.queries import (
    approved_certificate_of_person,
    approved_seal_of_school,
)
from hocba.apps.issuing.desk import SIGN_TRANSCRIPTS
from hocba.apps.issuing.models import Draft, SessionItem, Slot, TranscriptReturn
from hocba.apps.issuing.queries import pages_to_open
from hocba.apps.ledger.queries import trust
from hocba.core.errors import HocbaError
from hocba.core.signing import rounds
from hocba.core.signing.plan import plan_named
from hocba.core.signing.trust import check_certificate
from hocba.core.signing.verdict import Capacity, SlotRole


@dataclass(frozen=True, slots=True)
class Right:
    """With which certificate somebody fills a slot, and by what right."""

    certificate: bytes
    capacity: Capacity = Capacity.OWN
    delegation_id: UUID | None = None


def refuse_ended(draft: Draft, event: str) -> None:
    """Refuse a draft that is not being signed, and say so when it was given back."""
    if draft.state == "signing":
        return
    given_back = TranscriptReturn.objects.filter(school_id=draft.school_id, draft_id=draft.id)
    if given_back.exists():
        raise HocbaError("issuing.returned")
    raise HocbaError("issuing.wrong_state", state=draft.state, event=event)


def right_to(slot: Slot, person: Person, at: datetime) -> Right:
    """Return by what right somebody may fill a slot, with the approved certificate for it.

    One's own slot with one's own key; the school's seal as its clerk; a slot taken over from a
    teacher who left, as head of the school; the head's slot under a delegation of this day.
    """
    if slot.role == SlotRole.SEAL.value:
        require_role(viewer_of(person_id=person.id, at=at), "clerk", unit_id=slot.school_id)
        _refuse_second_slot(slot, person)
        seal = approved_seal_of_school(unit_id=slot.school_id, at=at)
        if seal is None:
            raise HocbaError("signing.no_approved_seal")
        return Right(_usable(bytes(seal.der), at))
    capacity, delegation_id = Capacity.OWN, None
    if slot.capacity == Capacity.IN_PLACE.value:
        if slot.stand_in_id != person.citizen_id:
            raise HocbaError("issuing.not_the_signer")
        require_role(viewer_of(person_id=person.id, at=at), "principal", unit_id=slot.school_id)
        capacity = Capacity.IN_PLACE
    elif person.citizen_id != slot.signer_id:
        given = delegation_for(slot=slot, person=person, at=at)
        if given is None:
            raise HocbaError("issuing.not_the_signer")
        capacity, delegation_id = Capacity.DELEGATED, given.pk
        _refuse_second_slot(slot, person)
    certificate = approved_certificate_of_person(person_id=person.id, at=at)
    if certificate is None:
        raise HocbaError("signing.no_approved_certificate")
    return Right(_usable(bytes(certificate.der), at), capacity, delegation_id)


def delegation_for(*, slot: Slot, person: Person, at: datetime) -> Delegation | None:
    """Find the delegation of this day under which somebody fills the head's slot."""
    if slot.role != SlotRole.PRINCIPAL.value:
        return None
    given = delegation_in_force(
        receiver_id=person.id, unit_id=slot.school_id, act=SIGN_TRANSCRIPTS, at=at
    )
    return given if given is not None and given.giver.citizen_id == slot.signer_id else None


_TEACHERS = {"GVBM": "subject_teacher", "GVCN": "homeroom_teacher"}


def has_left(*, slot: Slot, at: datetime) -> bool:
    """Whether the teacher whom a slot names is no longer in office in the school that day."""
    person = person_by_citizen_id(citizen_id=slot.signer_id)
    if person is None or not person.is_active:
        return True
    viewer = viewer_of(person_id=person.pk, at=at)
    return not viewer.has(_TEACHERS.get(slot.role, ""), slot.school_id)


def _refuse_second_slot(slot: Slot, person: Person) -> None:
    """Nobody fills two slots of one document that its plan keeps apart."""
    others = Slot.objects.filter(
        Q(signer_id=person.citizen_id or "-", capacity="")
        | Q(stand_in_id=person.citizen_id or "-"),
        school_id=slot.school_id,
        draft_id=slot.draft_id,
    ).exclude(id=slot.id)
    apart = plan_named(name=slot.draft.plan).apart
    own = SlotRole(slot.role)
    if any(
        frozenset({own, SlotRole(role)}) in apart for role in others.values_list("role", flat=True)
    ):
        raise HocbaError("issuing.two_slots")


def reviewed(draft: Draft, slot: Slot, document: bytes, person: Person) -> UUID | None:
    """Return the session in which the signer looked at just this; None where no look is asked.

    The newest session counts. All its pages that must be opened must have been, the whole session's
    and not this item's alone: that is what the sample is for.
    """
    if not plan_named(name=draft.plan).rule_of(SlotRole(slot.role)).reviewed:
        return None
    covered = rounds.covered_digest(document=document, slot_key=slot.key)
    items = SessionItem.objects.filter(
        school_id=draft.school_id,
        session__school_id=draft.school_id,
        session__person_id=person.id,
    )
    mine = items.filter(draft_id=draft.id, slot_key=slot.key).select_related("session")
    newest = mine.order_by("session__opened_at", "session_id").last()
    if newest is None:
        raise HocbaError("issuing.not_reviewed")
    if newest.covered_sha256 != covered:
        raise HocbaError("issuing.review_outdated")
    if pages_to_open(school_id=draft.school_id, session_id=newest.session_id):
        raise HocbaError("issuing.pages_unopened")
    return newest.session_id


def _usable(certificate: bytes, at: datetime) -> bytes:
    """Refuse what is known to have ended; what is not known is asked again before the issue."""
    _, reasons = check_certificate(certificate=certificate, trust=trust(), at=at)
    if any(one.code in ("certificate.revoked", "certificate.expired") for one in reasons):
        raise HocbaError("signing.certificate_ended")
    return certificate
