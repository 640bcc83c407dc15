"""Signing in two phases, many documents at once: prepare exact bytes, complete with a signature.

Prepare hands out what the key-holder's device must sign and a one-use token; complete embeds the
signature, verifies it at once and moves the draft one version on. Each item stands alone: an item
that is refused says why and the others go on. Repeating a completed item changes nothing. Two
subject teachers may sign the same draft at once: the later one is embedded into the newer bytes,
guarded by the draft's version.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import person_by_id
from hocba.apps.audit.actions import record_event
from hocba.apps.blobs import blob_store
from hocba.apps.issuing import states
from hocba.apps.issuing.actions.stamp import stamp_waiting
from hocba.apps.issuing.models import SETTLED, Draft, Slot
from hocba.apps.issuing.rights import Right, refuse_ended, reviewed, right_to
from hocba.core.errors import HocbaError
from hocba.core.signing import rounds
from hocba.core.signing.plan import Slot as PlanSlot
from hocba.core.signing.sheets import SALT_BYTES
from hocba.core.signing.verdict import Capacity, SlotRole

TOKEN_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ToSign:
    """One prepared item: sign `digest` (SHA-256 of the canonical SignedInfo) and come back."""

    draft_id: UUID
    slot_key: str
    token: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature value brought back for a prepared item."""

    draft_id: UUID
    slot_key: str
    token: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item; `refusal` is the code of a HocbaError, "" when done."""

    draft_id: UUID
    slot_key: str
    refusal: str = ""


def prepare_signatures(
    *, school_id: UUID, slots: Sequence[tuple[UUID, str]], actor: UUID, at: datetime
) -> tuple[list[ToSign], list[Outcome]]:
    """Prepare (draft id, slot key) pairs for the actor's own certificate.

    Returns what to sign, and the refused items with their codes.
    """
    person = _person(actor)
    ready: list[ToSign] = []
    refused: list[Outcome] = []
    for draft_id, slot_key in slots:
        try:
            with transaction.atomic():
                asked = _asked(school_id, draft_id, slot_key, person, at)
                prepared = rounds.prepare(
                    document=asked.document,
                    slot=_plan_slot(asked.slot),
                    certificate=asked.right.certificate,
                    at=at,
                    capacity=asked.right.capacity,
                )
                ready.append(_keep(asked, prepared, person, at))
        except HocbaError as refusal:
            refused.append(Outcome(draft_id, slot_key, refusal.code))
    return ready, refused


def prepare_sheet(
    *, school_id: UUID, slots: Sequence[tuple[UUID, str]], actor: UUID, at: datetime
) -> tuple[list[ToSign], list[Outcome]]:
    """Prepare one sheet over slots of one role in one class: every item has the same digest.

    The device signs once; each item is completed with that one signature. Items that cannot be
    signed now are refused and left out of the sheet.

    Raises:
        HocbaError: "access.denied", "sheet.mixed", "sheet.not_allowed" (the plan wants a signature
            on each document), and then nothing is prepared.
    """
    person = _person(actor)
    asked: list[_Asked] = []
    refused: list[Outcome] = []
    with transaction.atomic():
        for draft_id, slot_key in slots:
            try:
                asked.append(_asked(school_id, draft_id, slot_key, person, at))
            except HocbaError as refusal:
                refused.append(Outcome(draft_id, slot_key, refusal.code))
        if not asked:
            return [], refused
        if len({one.right for one in asked}) > 1:
            raise HocbaError("sheet.mixed")
        pages = rounds.prepare_sheet(
            documents=[one.document for one in asked],
            slot_keys=[one.slot.key for one in asked],
            salts=[secrets.token_bytes(SALT_BYTES) for _ in asked],
            certificate=asked[0].right.certificate,
            at=at,
            capacity=asked[0].right.capacity,
        )
        ready = [_keep(one, page, person, at) for one, page in zip(asked, pages, strict=True)]
    return ready, refused


@dataclass(frozen=True, slots=True)
class _Asked:
    """A slot whose turn it is, by what right it is filled, and what its signer was shown."""

    draft: Draft
    slot: Slot
    document: bytes
    right: Right
    session_id: UUID | None


def _person(actor: UUID) -> Person:
    person = person_by_id(person_id=actor)
    if person is None:
        raise HocbaError("access.denied")
    return person


def _asked(school_id: UUID, draft_id: UUID, slot_key: str, person: Person, at: datetime) -> _Asked:
    draft, slot = _load(school_id, draft_id, slot_key)
    refuse_ended(draft, "prepare")
    earlier = Slot.objects.filter(
        school_id=school_id, draft_id=draft_id, order__lt=slot.order, state="signed"
    )
    if earlier.exclude(SETTLED).exists():
        raise HocbaError("issuing.stamp_waiting")
    states.advance(states.SLOT, state=slot.state, event="prepare")
    right = right_to(slot, person, at)
    document = blob_store().get(draft.document_sha256)
    return _Asked(draft, slot, document, right, reviewed(draft, slot, document, person))


def _keep(asked: _Asked, prepared: rounds.Prepared, person: Person, at: datetime) -> ToSign:
    """Store what was prepared under a one-use token."""
    draft, slot = asked.draft, asked.slot
    after = states.advance(states.SLOT, state=slot.state, event="prepare")
    token = secrets.token_urlsafe(24)
    changed = Slot.objects.filter(
        school_id=slot.school_id, id=slot.id, state=slot.state, token_sha256=slot.token_sha256
    ).update(
        state=after,
        prepared=prepared.to_json(),
        prepared_by=person.id,
        token_sha256=_sha256(token),
        expires_at=at + TOKEN_LIFETIME,
        session_id=asked.session_id,
        **_filled_by(asked, person),
    )
    if not changed:
        raise HocbaError("issuing.changed_meanwhile")
    record_event(
        school_id=slot.school_id,
        school_year=draft.school_year,
        action="issuing.signature_prepared",
        object_type="slot",
        object_id=str(slot.id),
        before={"state": slot.state},
        after={
            "state": after,
            "document_sha256": draft.document_sha256,
            "capacity": asked.right.capacity.value,
            "delegation": asked.right.delegation_id,
            "session": asked.session_id,
        },
        actor=person.id,
        at=at,
    )
    return ToSign(draft.id, slot.key, token, prepared.digest)


def complete_signatures(
    *, school_id: UUID, items: Sequence[Signed], actor: UUID, at: datetime
) -> list[Outcome]:
    """Embed, verify and keep the signatures; one outcome per item, in order."""
    outcomes = []
    for item in items:
        try:
            with transaction.atomic():
                complete_signature(school_id=school_id, item=item, actor=actor, at=at)
            outcomes.append(Outcome(item.draft_id, item.slot_key))
        except HocbaError as refusal:
            outcomes.append(Outcome(item.draft_id, item.slot_key, refusal.code))
    # A stamp that cannot be had now is due later; the signatures are kept all the same.
    done = {one.draft_id for one in outcomes if not one.refusal}
    stamp_waiting(school_id=school_id, draft_ids=done, actor=actor, at=at)
    return outcomes


def complete_signature(*, school_id: UUID, item: Signed, actor: UUID, at: datetime) -> None:
    """Embed one signature in the caller's transaction; repeating it changes nothing.

    Raises:
        HocbaError: "signing.token_unknown", "signing.token_expired", "access.denied",
            "issuing.slot_unknown", "issuing.wrong_state", "issuing.changed_meanwhile" (somebody
            else signed this instant: try again), and those of `rounds.complete`.
    """
    draft, slot = _load(school_id, item.draft_id, item.slot_key)
    if not secrets.compare_digest(slot.token_sha256, _sha256(item.token)):
        raise HocbaError("signing.token_unknown")
    if slot.prepared_by != actor:
        raise HocbaError("access.denied")
    if slot.state == "signed":
        return
    refuse_ended(draft, "complete")
    after = states.advance(states.SLOT, state=slot.state, event="complete")
    if slot.expires_at is None or at > slot.expires_at:
        raise HocbaError("signing.token_expired")
    prepared = rounds.Prepared.from_json(slot.prepared)
    document = rounds.complete(
        document=blob_store().get(draft.document_sha256),
        prepared=prepared,
        signature=item.signature,
    )
    digest = blob_store().put(document)
    draft_state = draft.state
    if slot.role == SlotRole.SEAL.value:
        draft_state = states.advance(states.DRAFT, state=draft.state, event="seal")
    moved = Draft.objects.filter(
        school_id=school_id, id=draft.id, version=draft.version, state=draft.state
    ).update(document_sha256=digest, version=draft.version + 1, state=draft_state)
    if not moved:
        raise HocbaError("issuing.changed_meanwhile")
    filled = Slot.objects.filter(
        school_id=school_id, id=slot.id, state=slot.state, token_sha256=slot.token_sha256
    ).update(
        state=after,
        signed_at=prepared.at,
        certificate_sha256=prepared.certificate_sha256,
        prepared="",
    )
    if not filled:  # prepared anew, or taken over, at this instant
        raise HocbaError("issuing.changed_meanwhile")
    record_event(
        school_id=school_id,
        school_year=draft.school_year,
        action="issuing.signature_embedded",
        object_type="slot",
        object_id=str(slot.id),
        before={"state": slot.state, "document_sha256": draft.document_sha256},
        after={
            "state": after,
            "document_sha256": digest,
            "capacity": slot.capacity,
            "session": slot.session_id,
        },
        actor=actor,
        at=at,
    )


def _load(school_id: UUID, draft_id: UUID, slot_key: str) -> tuple[Draft, Slot]:
    draft = Draft.objects.filter(school_id=school_id, id=draft_id).first()
    slot = Slot.objects.filter(school_id=school_id, draft_id=draft_id, key=slot_key).first()
    if draft is None or slot is None:
        raise HocbaError("issuing.slot_unknown")
    slot.draft = draft
    return draft, slot


def _filled_by(asked: _Asked, person: Person) -> dict[str, object]:
    """Return the columns that say who fills a slot for its signer; what was taken over stays so."""
    if asked.right.capacity is Capacity.IN_PLACE:
        return {}
    delegated = asked.right.capacity is Capacity.DELEGATED
    return {
        "capacity": asked.right.capacity.value,
        "stand_in_id": person.citizen_id if delegated else "",
        "delegation_id": asked.right.delegation_id,
    }


def _plan_slot(slot: Slot) -> PlanSlot:
    """Return the stored slot as the value that `core.signing` works with."""
    return PlanSlot(
        key=slot.key,
        role=SlotRole(slot.role),
        order=slot.order,
        signer_id=slot.signer_id,
        signer_name=slot.signer_name,
        targets=tuple(slot.targets),
    )


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
