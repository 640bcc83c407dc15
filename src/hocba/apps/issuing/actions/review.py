"""Before signing: a session shows what is to be signed, pages are opened, refusals are kept.

What was shown is a row that never changes, with its digest; every signature made afterwards names
it (`Slot.session_id`), and a slot that would cover anything else is refused (`rights.reviewed`).
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction

from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.issuing.actions.sign import Outcome
from hocba.apps.issuing.desk import SEAL, signing_as_kind
from hocba.apps.issuing.looking import Look, look_at, page_key
from hocba.apps.issuing.models import SessionItem, SigningSession
from hocba.apps.roster.queries import class_for, unit_by_id
from hocba.core.errors import HocbaError

MOST_SLOTS = 1000


def open_signing_session(
    *,
    school_id: UUID,
    session_id: UUID,
    kind: str,
    class_ids: Sequence[UUID],
    actor: UUID,
    at: datetime,
) -> UUID:
    """Show a signer what waits in these classes, and keep what was shown.

    `session_id` is drawn by the page: the same request again is the same session.

    Raises:
        HocbaError: "access.denied", "issuing.nothing_waits", "issuing.session_too_large".
    """
    viewer, school = viewer_of(person_id=actor, at=at), unit_by_id(unit_id=school_id)
    if school is None or kind == SEAL:
        raise HocbaError("access.denied")
    signer = signing_as_kind(viewer=viewer, school=school, kind=kind, at=at)
    if _own(school_id, session_id, actor) is not None:
        return session_id
    groups = [class_for(viewer=viewer, class_id=one) for one in dict.fromkeys(class_ids)]
    if any(group.school_id != school_id for group in groups):
        raise HocbaError("access.denied")
    look = look_at(signer=signer, classes=groups)
    if not look.slots:
        raise HocbaError("issuing.nothing_waits")
    if len(look.slots) > MOST_SLOTS:
        raise HocbaError("issuing.session_too_large", limit=MOST_SLOTS)
    session = SigningSession(
        school_id=school_id,
        id=session_id,
        school_year=groups[0].school_year,
        person_id=actor,
        kind=kind,
        signer_id=signer.signer_id,
        opened_at=at,
        shown=look.shown,
        shown_sha256=sha256(look.shown.encode()).hexdigest(),
    )
    try:
        with transaction.atomic():
            _keep(session, look, actor, at)
    except IntegrityError:  # the same request at once
        if _own(school_id, session_id, actor) is None:
            raise HocbaError("access.denied") from None
    return session_id


def open_page(
    *, school_id: UUID, session_id: UUID, draft_id: UUID, actor: UUID, at: datetime
) -> None:
    """Note that a transcript of one's own session was opened; the first time counts.

    Raises:
        HocbaError: "issuing.session_unknown", also for somebody else's.
    """
    session = _own(school_id, session_id, actor)
    items = SessionItem.objects.filter(
        school_id=school_id, session_id=session_id, draft_id=draft_id
    )
    if session is None or not items.exists():
        raise HocbaError("issuing.session_unknown")
    with transaction.atomic():
        if not items.filter(opened_at__isnull=True).update(opened_at=at):
            return
        record_event(
            school_id=school_id,
            school_year=session.school_year,
            action="issuing.page_opened",
            object_type="signing_session",
            object_id=str(session_id),
            before=None,
            after={"draft_id": str(draft_id)},
            actor=actor,
            at=at,
        )


def note_outcomes(
    *,
    school_id: UUID,
    session_id: UUID,
    outcomes: Sequence[Outcome],
    actor: UUID,
    at: datetime,
) -> None:
    """Keep beside each item of one's own session why it was not signed; "" when it was.

    So the page tells the same after a reload, and on another machine.

    Raises:
        HocbaError: "issuing.session_unknown".
    """
    session = _own(school_id, session_id, actor)
    if session is None:
        raise HocbaError("issuing.session_unknown")
    told = {(one.draft_id, one.slot_key): one.refusal for one in outcomes}
    items = SessionItem.objects.filter(
        school_id=school_id, session_id=session_id, draft_id__in={one for one, _ in told}
    )
    changed = []
    for item in items:
        refusal = told.get((item.draft_id, item.slot_key))
        if refusal is not None and refusal != item.refusal:
            changed.append((item, refusal))
    if not changed:
        return
    with transaction.atomic():
        for item, refusal in changed:
            SessionItem.objects.filter(school_id=school_id, id=item.id).update(refusal=refusal)
        record_event(
            school_id=school_id,
            school_year=session.school_year,
            action="issuing.outcomes_noted",
            object_type="signing_session",
            object_id=str(session_id),
            before=None,
            after={page_key(one.draft_id, one.slot_key): code for one, code in changed},
            actor=actor,
            at=at,
        )


def _own(school_id: UUID, session_id: UUID, actor: UUID) -> SigningSession | None:
    return SigningSession.objects.filter(
        school_id=school_id, id=session_id, person_id=actor
    ).first()


def _keep(session: SigningSession, look: Look, actor: UUID, at: datetime) -> None:
    session.save(force_insert=True)
    must = look.review.must_open
    SessionItem.objects.bulk_create(
        SessionItem(
            school_id=session.school_id,
            id=uuid7(at=at),
            session_id=session.id,
            draft_id=one.draft.id,
            slot_key=one.slot_key,
            version=one.draft.version,
            document_sha256=one.draft.document_sha256,
            covered_sha256=one.covered_sha256,
            must_open=bool(must[page_key(one.draft.id, one.slot_key)]),
        )
        for one in look.slots
    )
    record_event(
        school_id=session.school_id,
        school_year=session.school_year,
        action="issuing.session_opened",
        object_type="signing_session",
        object_id=str(session.id),
        before=None,
        after={
            "kind": session.kind,
            "slots": len(look.slots),
            "shown_sha256": session.shown_sha256,
        },
        actor=actor,
        at=at,
    )
