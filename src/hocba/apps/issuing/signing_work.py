"""What a signing page asks of the server, whatever page it is: each answer lists its outcomes.

Repeating a request changes nothing that is done.
"""

from base64 import b64encode
from typing import Any
from uuid import UUID

from django.utils import timezone

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.issuing.actions import (
    begin_remote_signing,
    cancel_remote_signing,
    complete_signatures,
    poll_remote_signing,
    prepare_sheet,
    prepare_signatures,
)
from hocba.apps.issuing.actions.demo_key import sign_with_demo_key
from hocba.apps.issuing.actions.sign import Outcome, Signed
from hocba.apps.issuing.desk import SigningAs, desk_certificate, signed_by
from hocba.apps.issuing.desk_json import outcome_of, read_items, read_signature, read_text
from hocba.apps.issuing.models import RemoteItem
from hocba.apps.issuing.queries import remote_sessions
from hocba.core.errors import HocbaError

Body = dict[str, Any]


def prepare_items(signer: SigningAs, body: Body) -> Body:
    """Hand out what the token must sign; what is signed already is told, not prepared again."""
    asked, now = _slots(body), timezone.now()
    done = signed_by(signer=signer, slots=asked)
    verb = prepare_sheet if body.get("sheet") is True else prepare_signatures
    ready, refused = verb(
        school_id=signer.school_id,
        slots=[pair for pair in asked if pair not in done],
        actor=signer.person_id,
        at=now,
    )
    held = desk_certificate(signer=signer, at=now).held
    return {
        "certificate": b64encode(held.der).decode() if held else "",
        "ready": [
            _item(one.draft_id, one.slot_key)
            | {"token": one.token, "digest": b64encode(one.digest).decode()}
            for one in ready
        ],
        "outcomes": [*(_item(*pair) for pair in done), *map(_outcome, refused)],
    }


def complete_items(signer: SigningAs, body: Body) -> Body:
    """Embed the signatures that a token gave; one outcome for each."""
    items = [
        Signed(*pair, *read_signature(row))
        for pair, row in zip(_slots(body), body["items"], strict=True)
    ]
    outcomes = complete_signatures(
        school_id=signer.school_id, items=items, actor=signer.person_id, at=timezone.now()
    )
    return {"outcomes": list(map(_outcome, outcomes))}


def sign_items_with_demo_key(signer: SigningAs, body: Body) -> Body:
    """Sign with the demo's key of the signer; refused everywhere but in the demo."""
    asked = _slots(body)
    done = signed_by(signer=signer, slots=asked)
    outcomes = sign_with_demo_key(
        signer=signer,
        slots=[pair for pair in asked if pair not in done],
        sheet=body.get("sheet") is True,
        actor=signer.person_id,
        at=timezone.now(),
    )
    return {"outcomes": [*(_item(*pair) for pair in done), *map(_outcome, outcomes)]}


def send_items_to_phone(signer: SigningAs, body: Body) -> Body:
    """Send items to a remote service, to be confirmed once on the phone."""
    begun = begin_remote_signing(
        school_id=signer.school_id,
        provider=read_text(body, "provider"),
        slots=_slots(body),
        mode="sheet" if body.get("sheet") is True else "document",
        request_id=_uuid(body, "request"),
        actor=signer.person_id,
        at=timezone.now(),
    )
    refused = list(map(_outcome, begun.refused))
    if begun.session_id is None:
        return {"remote": None, "held_up": "", "outcomes": refused}
    answer = _progress(signer, begun.session_id)
    return answer | {"outcomes": [*refused, *answer["outcomes"]]}


def ask_phone(signer: SigningAs, body: Body) -> Body:
    """Ask how far the phone is; asked too often, it asks nobody."""
    remote_id = _uuid(body, "remote")
    poll_remote_signing(
        school_id=signer.school_id,
        session_id=remote_id,
        actor=signer.person_id,
        at=timezone.now(),
    )
    return _progress(signer, remote_id)


def give_up_phone(signer: SigningAs, body: Body) -> Body:
    """Give up what waits for the phone; what was signed stays."""
    remote_id = _uuid(body, "remote")
    cancel_remote_signing(
        school_id=signer.school_id,
        session_id=remote_id,
        actor=signer.person_id,
        at=timezone.now(),
    )
    return _progress(signer, remote_id)


def _progress(signer: SigningAs, remote_id: UUID) -> Body:
    """Return whether a remote session goes on, what holds it up, what became of its items."""
    now = timezone.now()
    lines = remote_sessions(
        viewer=viewer_of(person_id=signer.person_id, at=now),
        school_id=signer.school_id,
        session_id=remote_id,
    )
    goes_on = bool(lines) and lines[0].ended_at is None
    rows = RemoteItem.objects.filter(school_id=signer.school_id, session_id=remote_id)
    ended = rows.exclude(state="waiting").values_list("draft_id", "slot_key", "state", "reason")
    return {
        "remote": str(remote_id) if goes_on else None,
        "held_up": lines[0].reason_sentence if goes_on else "",
        "outcomes": [
            _outcome(Outcome(draft_id, key, reason if state == "refused" else ""))
            for draft_id, key, state, reason in ended
        ],
    }


def _slots(body: Body) -> list[tuple[UUID, str]]:
    return read_items(body, lambda row: (UUID(read_text(row, "draft")), read_text(row, "slot")))


def _item(draft_id: UUID, slot_key: str) -> dict[str, str]:
    return {"draft": str(draft_id), "slot": slot_key}


def _outcome(one: Outcome) -> dict[str, str]:
    return outcome_of(_item(one.draft_id, one.slot_key), one.refusal)


def _uuid(body: Body, name: str) -> UUID:
    try:
        return UUID(read_text(body, name))
    except ValueError:
        raise HocbaError("signing.request_unreadable") from None
