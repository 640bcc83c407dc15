"""One step of a remote session: send it, ask for the answer, or embed what was answered.

The step is idempotent and is the same for the page that waits, the sweep, and the begin:

1. Take the session: move `due_at` past the time that a step may need. Who is overtaken changes
   nothing any more, because every later write names the `due_at` that it took.
2. Note "sending" before the service is asked. If the answer is lost, ask under the request's name
   whether the service has it; where it has no such name or does not know it, send again.
3. Ask for the answer. What does not say is asked again later; what the service no longer knows is
   sent again; a refusal ends the session with its reason.
4. Keep the values, each verified over its digest, before any is embedded.
5. Embed value by value, each in a transaction of its own together with its item.

The service is asked outside of all transactions.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.certificates.queries import certificate_by_sha256
from hocba.apps.issuing import states
from hocba.apps.issuing.actions.sign import TOKEN_LIFETIME, Signed, complete_signature
from hocba.apps.issuing.actions.stamp import stamp_waiting
from hocba.apps.issuing.models import REMOTE_OPEN, RemoteItem, RemoteSession
from hocba.apps.kill_points import reached
from hocba.apps.leaf import school_year_of
from hocba.apps.remote_signers import remote_signer
from hocba.core.errors import HocbaError
from hocba.core.signing.ports import RemoteSigner
from hocba.core.signing.remote import RemoteAnswer, RemoteDocument, RemoteState

LEASE = timedelta(seconds=45)  # longer than the three calls of one step may take
POLL_EVERY = timedelta(seconds=5)
CONFIRMATION = TOKEN_LIFETIME  # after it nobody is asked again; services give up after minutes
LIFETIME = timedelta(hours=1)  # so long an answer is looked for while the service is away
MOST_SENDS = 5
MOST_TURNS = 4  # of one step: found, asked, lost, sent again
MOST_RACES = 20  # several teachers embed into one draft at the same instant
UNREACHABLE = HocbaError("remote.unreachable").code
VALUE_WRONG = HocbaError("remote.value_wrong").code
NEW_CERTIFICATE = HocbaError("remote.new_certificate").code
CONFIRMATION_LATE = HocbaError("remote.confirmation_late").code
# After these it is open whether the service did what it was asked.
_OPEN_QUESTIONS = ("fetch.failed", "remote.unavailable", "remote.answer_unreadable")


def step_remote_signing(
    *, school_id: UUID, session_id: UUID, actor: UUID | None, at: datetime
) -> None:
    """Bring a session as far as it goes now; whoever else is on it is left alone.

    Raises:
        HocbaError: "remote.not_configured", "remote.settings_unreadable".
    """
    session = RemoteSession.objects.filter(school_id=school_id, id=session_id).first()
    if session is None or session.state not in REMOTE_OPEN or session.due_at > at:
        return
    signer = remote_signer(session.provider)
    taken = RemoteSession.objects.filter(
        school_id=school_id, id=session_id, state=session.state, due_at=session.due_at
    ).update(due_at=at + LEASE)
    if not taken:
        return
    session.due_at = at + LEASE
    try:
        _go_on(session, signer, actor, at)
    except _OvertakenError:
        return  # somebody cancelled, or another worker went on


def _go_on(session: RemoteSession, signer: RemoteSigner, actor: UUID | None, at: datetime) -> None:
    for _ in range(MOST_TURNS):
        if session.state in ("ready", "sending"):
            if not _send(session, signer, actor, at):
                return
        elif session.state == "waiting":
            _poll(session, signer, actor, at)
            if session.state == "waiting":
                return
        else:
            break
    if session.state == "answered":
        _embed(session, actor, at)


class _OvertakenError(Exception):
    """Another worker took the session, or its owner cancelled it."""


def _items(session: RemoteSession) -> list[RemoteItem]:
    items = RemoteItem.objects.filter(
        school_id=session.school_id, session_id=session.id, state="waiting"
    )
    return list(items.order_by("draft_id", "slot_key"))


def _documents(items: Sequence[RemoteItem]) -> list[RemoteDocument]:
    """Return what the service signs: a digest once, however many items share it (a sheet)."""
    names = {item.digest: item.name for item in items}
    return [RemoteDocument(bytes.fromhex(digest), name) for digest, name in names.items()]


def _certificate(session: RemoteSession, at: datetime) -> bytes | None:
    """Return the certificate, None when it may not sign any more."""
    held = certificate_by_sha256(sha256=session.certificate_sha256)
    if held is None or held.status != "approved" or not held.not_before <= at < held.not_after:
        return None
    return held.der


def _send(session: RemoteSession, signer: RemoteSigner, actor: UUID | None, at: datetime) -> bool:
    """Send the session; False when it has to wait or has ended."""
    certificate = _certificate(session, at)
    if certificate is None:
        return _stop(session, NEW_CERTIFICATE, actor, at)
    documents = _documents(_items(session))
    if session.state == "sending" and _known_there(session, signer, certificate, actor, at):
        return session.state == "waiting"
    if at > session.began_at + CONFIRMATION or session.attempts >= MOST_SENDS:
        return _stop(session, session.reason or UNREACHABLE, actor, at)
    _move(session, "send", actor, at, attempts=session.attempts + 1)
    reached("remote.marked_sending")
    try:
        begun = signer.begin(
            account=session.account,
            certificate=certificate,
            documents=documents,
            request_id=str(session.id),
        )
    except HocbaError as refusal:
        if refusal.code in _OPEN_QUESTIONS:
            return _later(session, UNREACHABLE, at)
        return _stop(session, _told(refusal.code), actor, at)
    reached("remote.sent")
    _move(session, "accept", actor, at, transaction_id=begun.id[:200], reason="")
    reached("remote.transaction_kept")
    if begun.answer is not None:
        _keep_answer(session, begun.answer, actor, at)
        return True
    _wait(session, at)
    return False


def _known_there(
    session: RemoteSession,
    signer: RemoteSigner,
    certificate: bytes,
    actor: UUID | None,
    at: datetime,
) -> bool:
    """Learn whether a request whose answer was lost had arrived; True when there is no more to do.

    The certificate may be given as of now: this asks for nothing to be signed.
    """
    name = signer.transaction_of(request_id=str(session.id))
    if not name:
        return False
    digests = [one.digest for one in _documents(_items(session))]
    try:
        answer = signer.poll(
            account=session.account, certificate=certificate, transaction_id=name, digests=digests
        )
    except HocbaError:
        if at > session.began_at + LIFETIME:
            return not _stop(session, UNREACHABLE, actor, at)
        return not _later(session, UNREACHABLE, at)
    if answer.state is RemoteState.UNKNOWN:
        return False
    _move(session, "accept", actor, at, transaction_id=name, reason="")
    return True


def _poll(session: RemoteSession, signer: RemoteSigner, actor: UUID | None, at: datetime) -> None:
    held = certificate_by_sha256(sha256=session.certificate_sha256)
    if held is None or _certificate(session, at) is None:
        # Whether the service signed before or after is not to be learned: nothing is taken.
        _stop(session, NEW_CERTIFICATE, actor, at)
        return
    digests = [one.digest for one in _documents(_items(session))]
    late = at > session.began_at + CONFIRMATION
    try:
        answer = signer.poll(
            account=session.account,
            certificate=held.der,
            transaction_id=session.transaction_id,
            digests=digests,
        )
    except HocbaError:
        if at > session.began_at + LIFETIME:
            _stop(session, UNREACHABLE, actor, at)
        else:
            _later(session, UNREACHABLE, at)
        return
    reached("remote.answer_received")
    if answer.state is RemoteState.ANSWERED:
        _keep_answer(session, answer, actor, at)
    elif late:
        _stop(session, CONFIRMATION_LATE, actor, at)
    elif answer.state is RemoteState.UNKNOWN:
        _move(session, "lose", actor, at, transaction_id="")
    else:
        _wait(session, at)


def _keep_answer(
    session: RemoteSession, answer: RemoteAnswer, actor: UUID | None, at: datetime
) -> None:
    """Keep the values and refuse the items that got none, in one transaction."""
    reason = "" if answer.refusal is None else _told(answer.refusal.code)
    with transaction.atomic():
        for item in _items(session):
            value = answer.signatures.get(bytes.fromhex(item.digest))
            if value is None:
                _refuse(item, reason or VALUE_WRONG, actor, at)
            else:
                RemoteItem.objects.filter(
                    school_id=item.school_id, id=item.id, state="waiting"
                ).update(signature=b64encode(value).decode())
        _move(session, "answer", actor, at, reason=reason)
    reached("remote.values_kept")


def _embed(session: RemoteSession, actor: UUID | None, at: datetime) -> None:
    done = set()
    for item in _items(session):
        if _embedded(session, item, actor, at):
            done.add(item.draft_id)
        reached("remote.item_embedded")
    if _items(session):
        _wait(session, at)  # others sign these drafts all the time; the values are kept
    else:
        _move(session, "stop" if session.reason else "finish", actor, at)
    reached("remote.ended")
    # A stamp that cannot be had now is due later; the signatures are kept all the same.
    stamp_waiting(school_id=session.school_id, draft_ids=done, actor=session.person_id, at=at)


def _embedded(session: RemoteSession, item: RemoteItem, actor: UUID | None, at: datetime) -> bool:
    """Embed one value; a refused one ends its item with the reason."""
    signed = Signed(item.draft_id, item.slot_key, item.token, b64decode(item.signature))
    after = states.advance(states.REMOTE_ITEM, state=item.state, event="sign")
    for _ in range(MOST_RACES):
        try:
            with transaction.atomic():
                complete_signature(
                    school_id=session.school_id, item=signed, actor=session.person_id, at=at
                )
                RemoteItem.objects.filter(
                    school_id=item.school_id, id=item.id, state=item.state
                ).update(state=after, token="")
            return True
        except HocbaError as refusal:
            if refusal.code == "issuing.changed_meanwhile":
                continue
            with transaction.atomic():
                _refuse(item, _told(refusal.code), actor, at)
            return False
    return False


def _refuse(item: RemoteItem, reason: str, actor: UUID | None, at: datetime) -> None:
    after = states.advance(states.REMOTE_ITEM, state=item.state, event="refuse")
    changed = RemoteItem.objects.filter(
        school_id=item.school_id, id=item.id, state=item.state
    ).update(state=after, reason=reason, token="")
    if not changed:
        raise _OvertakenError
    record_event(
        school_id=item.school_id,
        school_year=school_year_of(at),
        action="issuing.remote_item_refused",
        object_type="remote_item",
        object_id=str(item.id),
        before={"state": item.state},
        after={"state": after, "draft_id": str(item.draft_id), "slot": item.slot_key},
        reason=reason,
        actor=actor,
        at=at,
    )


def _stop(session: RemoteSession, reason: str, actor: UUID | None, at: datetime) -> bool:
    """End a session for a reason that all its open items share."""
    with transaction.atomic():
        for item in _items(session):
            _refuse(item, reason, actor, at)
        _move(session, "stop", actor, at, reason=reason)
    return False


def _later(session: RemoteSession, reason: str, at: datetime) -> bool:
    """Leave the session for a while: the longer it has been in vain, the longer."""
    pause = min(POLL_EVERY + (at - session.began_at), timedelta(minutes=2))
    _set_due(session, at + pause, reason=reason)
    return False


def _wait(session: RemoteSession, at: datetime) -> None:
    _set_due(session, at + POLL_EVERY)


def _set_due(session: RemoteSession, due_at: datetime, **changes: object) -> None:
    _changed(session, due_at=due_at, **changes)


def _move(
    session: RemoteSession, event: str, actor: UUID | None, at: datetime, **changes: object
) -> None:
    """Change the state with what belongs to it, and record it."""
    before = session.state
    after = states.advance(states.REMOTE_SESSION, state=before, event=event)
    ended_at = None if after in REMOTE_OPEN else at
    with transaction.atomic():
        _changed(session, state=after, ended_at=ended_at, **changes)
        record_event(
            school_id=session.school_id,
            school_year=school_year_of(at),
            action="issuing.remote_session_moved",
            object_type="remote_session",
            object_id=str(session.id),
            before={"state": before},
            after={"state": after, "transaction_id": session.transaction_id},
            reason=session.reason,
            actor=actor,
            at=at,
        )


def _changed(session: RemoteSession, **changes: object) -> None:
    """Write, unless somebody else has gone on meanwhile."""
    written = RemoteSession.objects.filter(
        school_id=session.school_id,
        id=session.id,
        state=session.state,
        due_at=session.due_at,
    ).update(**changes)
    if not written:
        raise _OvertakenError
    for name, value in changes.items():
        setattr(session, name, value)


def _told(code: str) -> str:
    """Return the code that the signer is told: a host that did not answer is no help to them."""
    return UNREACHABLE if code.startswith("fetch.") else code
