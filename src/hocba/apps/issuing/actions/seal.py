"""Sealing by a key that the server may use (an HSM): all that waits for the school's seal, at once.

The same two phases as everywhere. The key signs one document after the other; when it fails, the
batch ends there: what was signed is kept, the rest waits as before and another run goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.issuing.actions.sign import (
    Outcome,
    Signed,
    ToSign,
    complete_signatures,
    prepare_signatures,
)
from hocba.apps.issuing.queries import waiting_slots
from hocba.apps.roster.queries import unit_by_id
from hocba.core.errors import HocbaError
from hocba.core.signing.ports import Signer


@dataclass(frozen=True, slots=True)
class Sealed:
    """One outcome for each transcript; `stopped` is the code of what ended the batch early."""

    done: tuple[Outcome, ...]
    not_done: tuple[Outcome, ...]
    stopped: str = ""


def seal_waiting(
    *,
    school_id: UUID,
    class_id: UUID,
    signer: Signer,
    actor: UUID,
    at: datetime,
) -> Sealed:
    """Seal every transcript of a class whose turn has come; the clerk's act.

    Repeating seals nothing twice.

    Raises:
        HocbaError: "access.denied", "roster.not_a_school"; what concerns one transcript, or the key
            on the way, is told in the answer.
    """
    require_role(viewer_of(person_id=actor, at=at), "clerk", unit_id=school_id)
    school = unit_by_id(unit_id=school_id)
    if school is None or school.kind != "school":
        raise HocbaError("roster.not_a_school")
    slots = waiting_slots(school_id=school_id, signer_id=school.code, class_id=class_id)
    ready, refused = prepare_signatures(school_id=school_id, slots=slots, actor=actor, at=at)
    signed, stopped = _signed(signer, ready)
    outcomes = complete_signatures(school_id=school_id, items=signed, actor=actor, at=at)
    unsigned = [Outcome(one.draft_id, one.slot_key, stopped) for one in ready[len(signed) :]]
    return Sealed(
        done=tuple(one for one in outcomes if not one.refusal),
        not_done=(*refused, *(one for one in outcomes if one.refusal), *unsigned),
        stopped=stopped,
    )


def _signed(signer: Signer, ready: Sequence[ToSign]) -> tuple[list[Signed], str]:
    """Sign one after the other, up to the first that the key fails on."""
    signed: list[Signed] = []
    try:
        for item in ready:
            (value,) = signer.sign_digests((item.digest,))
            signed.append(Signed(item.draft_id, item.slot_key, item.token, value))
    except HocbaError as refusal:
        return signed, refusal.code
    return signed, ""
