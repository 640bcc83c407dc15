"""Signing with a remote service: begin, look how far it is, give up.

What is sent is prepared by the ordinary actions and stands in rows before the service is asked, so
that no cut loses or repeats anything; `remote_step` does the rest, `sweeps` finds what was left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.issuing import states
from hocba.apps.issuing.actions.remote_step import LIFETIME, step_remote_signing
from hocba.apps.issuing.actions.sign import Outcome, ToSign, prepare_sheet, prepare_signatures
from hocba.apps.issuing.models import Draft, RemoteItem, RemoteSession, Slot
from hocba.apps.kill_points import reached
from hocba.apps.leaf import school_year_of
from hocba.apps.remote_signers import remote_signer
from hocba.core.errors import HocbaError
from hocba.core.signing.certificate import read_certificate
from hocba.core.signing.rounds import Prepared

MODES = ("document", "sheet")
MOST_DOCUMENTS = 100
CANCELLED = HocbaError("remote.cancelled").code
SLOT_BUSY = HocbaError("remote.slot_busy").code
SlotName = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Begun:
    """The session, None when there was nothing to send, and the refused slots."""

    session_id: UUID | None
    refused: tuple[Outcome, ...]


def begin_remote_signing(
    *,
    school_id: UUID,
    provider: str,
    slots: Sequence[SlotName],
    mode: str,
    request_id: UUID,
    actor: UUID,
    at: datetime,
) -> Begun:
    """Prepare slots of the actor and send them to be signed with one confirmation on the phone.

    `request_id` is drawn by the page: the same request again is the same session (double click,
    two tabs, a proxy that repeats). `mode` "sheet" has a class signed with one signature.

    Raises:
        HocbaError: "remote.not_configured", "remote.mode_unknown", "remote.too_many",
            "remote.request_reused" (the same id for something else), "remote.mixed" (slots of two
            certificates), and those of preparing.
    """
    remote_signer(provider)
    if mode not in MODES:
        raise HocbaError("remote.mode_unknown")
    if len(slots) > MOST_DOCUMENTS and mode == "document":
        raise HocbaError("remote.too_many")
    wanted = sorted(set(slots))
    known = RemoteSession.objects.filter(school_id=school_id, id=request_id).first()
    if known is not None:
        _refuse_other_request(known, provider, mode, wanted, actor)
        return Begun(known.id, ())
    try:
        with transaction.atomic():
            begun = _open(school_id, provider, wanted, mode, request_id, actor, at)
    except IntegrityError:
        begun = Begun(None, tuple(Outcome(*one, SLOT_BUSY) for one in wanted))
    if begun.session_id is None:
        # The same request may have won while this one was preparing.
        known = RemoteSession.objects.filter(school_id=school_id, id=request_id).first()
        if known is not None:
            _refuse_other_request(known, provider, mode, wanted, actor)
            return Begun(known.id, ())
    reached("remote.rows_written")
    if begun.session_id is not None:
        step_remote_signing(school_id=school_id, session_id=begun.session_id, actor=actor, at=at)
    return begun


def poll_remote_signing(*, school_id: UUID, session_id: UUID, actor: UUID, at: datetime) -> None:
    """Ask how far the actor's own session is; asked too often it asks nobody.

    Raises:
        HocbaError: "remote.session_unknown", also for somebody else's.
    """
    _own(school_id, session_id, actor)
    step_remote_signing(school_id=school_id, session_id=session_id, actor=actor, at=at)


def cancel_remote_signing(*, school_id: UUID, session_id: UUID, actor: UUID, at: datetime) -> None:
    """Give up the actor's own session; what is confirmed on the phone later is not taken.

    Raises:
        HocbaError: "remote.session_unknown", "issuing.wrong_state" (it has an answer already).
    """
    session = _own(school_id, session_id, actor)
    after = states.advance(states.REMOTE_SESSION, state=session.state, event="cancel")
    with transaction.atomic():
        moved = RemoteSession.objects.filter(
            school_id=school_id, id=session_id, state=session.state
        ).update(state=after, due_at=at, ended_at=at, reason=CANCELLED)
        if not moved:
            raise HocbaError("issuing.changed_meanwhile")
        RemoteItem.objects.filter(
            school_id=school_id, session_id=session_id, state="waiting"
        ).update(state="refused", reason=CANCELLED, token="")
        _record(session, "issuing.remote_session_moved", session.state, after, actor, at)


def _own(school_id: UUID, session_id: UUID, actor: UUID) -> RemoteSession:
    session = RemoteSession.objects.filter(
        school_id=school_id, id=session_id, person_id=actor
    ).first()
    if session is None:
        raise HocbaError("remote.session_unknown")
    return session


def _refuse_other_request(
    known: RemoteSession, provider: str, mode: str, wanted: list[SlotName], actor: UUID
) -> None:
    sent = set(
        RemoteItem.objects.filter(school_id=known.school_id, session_id=known.id).values_list(
            "draft_id", "slot_key"
        )
    )
    same = (known.person_id, known.provider, known.mode) == (actor, provider, mode)
    if not same or not sent <= set(wanted):
        raise HocbaError("remote.request_reused")


def _open(
    school_id: UUID,
    provider: str,
    wanted: list[SlotName],
    mode: str,
    request_id: UUID,
    actor: UUID,
    at: datetime,
) -> Begun:
    """Prepare what is free and write the session with its items; in the caller's transaction."""
    busy = set(
        RemoteItem.objects.filter(
            school_id=school_id, state="waiting", draft_id__in={one for one, _ in wanted}
        ).values_list("draft_id", "slot_key")
    )
    prepare = prepare_sheet if mode == "sheet" else prepare_signatures
    free = [one for one in wanted if one not in busy]
    ready, refused = prepare(school_id=school_id, slots=free, actor=actor, at=at)
    refused += [Outcome(*one, SLOT_BUSY) for one in wanted if one in busy]
    if not ready:
        return Begun(None, tuple(refused))
    certificate = _certificate_of(school_id, ready, actor, at)
    session = RemoteSession.objects.create(
        school_id=school_id,
        id=request_id,
        provider=provider,
        person_id=actor,
        account=read_certificate(certificate).holder_id,
        certificate_sha256=read_certificate(certificate).sha256,
        mode=mode,
        state="ready",
        began_at=at,
        due_at=at,
    )
    names = _names(school_id, ready, mode)
    RemoteItem.objects.bulk_create(
        RemoteItem(
            school_id=school_id,
            id=uuid7(at=at),
            session_id=session.id,
            draft_id=one.draft_id,
            slot_key=one.slot_key,
            name=names[one.draft_id],
            digest=one.digest.hex(),
            token=one.token,
        )
        for one in ready
    )
    _record(session, "issuing.remote_session_opened", "", "ready", actor, at, items=len(ready))
    return Begun(session.id, tuple(refused))


def _certificate_of(school_id: UUID, ready: Sequence[ToSign], actor: UUID, at: datetime) -> bytes:
    """Return the one certificate of all prepared slots, which now wait as long as the session."""
    slots = Slot.objects.filter(
        school_id=school_id,
        draft_id__in=[one.draft_id for one in ready],
        state="prepared",
        prepared_by=actor,
    )
    names = {(one.draft_id, one.slot_key) for one in ready}
    mine = [slot for slot in slots if (slot.draft_id, slot.key) in names]
    certificates = {Prepared.from_json(slot.prepared).certificate for slot in mine}
    if len(certificates) != 1:
        raise HocbaError("remote.mixed")
    Slot.objects.filter(school_id=school_id, id__in=[slot.id for slot in mine]).update(
        expires_at=at + 2 * LIFETIME
    )
    return certificates.pop()


def _names(school_id: UUID, ready: Sequence[ToSign], mode: str) -> dict[UUID, str]:
    """Return what the phone shows of each document: nothing that names a student."""
    drafts = Draft.objects.filter(school_id=school_id, id__in=[one.draft_id for one in ready])
    if mode == "sheet":
        return {one.id: f"Tờ ký chung {len(ready)} học bạ {one.school_year}" for one in drafts}
    return {one.id: f"Học bạ {one.school_year}, mã {str(one.lookup_uuid)[:8]}" for one in drafts}


def _record(
    session: RemoteSession,
    action: str,
    before: str,
    after: str,
    actor: UUID,
    at: datetime,
    **more: object,
) -> None:
    record_event(
        school_id=session.school_id,
        school_year=school_year_of(at),
        action=action,
        object_type="remote_session",
        object_id=str(session.id),
        before={"state": before} if before else None,
        after={"state": after, "provider": session.provider, "mode": session.mode, **more},
        actor=actor,
        at=at,
    )
