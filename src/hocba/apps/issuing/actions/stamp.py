"""Putting an authority's time-stamp on signatures that the plan wants stamped.

A signature waits for its stamp when the authority is away; nothing else stops but what must come
after it: a later signature that covers it, or the issue. A row says that a stamp is due, so a sweep
can go on wherever it was cut.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.authorities import revocation_source, time_stamper
from hocba.apps.blobs import blob_store
from hocba.apps.issuing.models import Draft, Slot
from hocba.apps.ledger.queries import trust
from hocba.core.errors import HocbaError
from hocba.core.signing import rounds
from hocba.core.signing.ports import TimeStamper
from hocba.core.signing.timestamps import CLOCK_TOLERANCE, check_stamp, read_stamp
from hocba.core.signing.verdict import Indication


def stamp_waiting(
    *,
    school_id: UUID,
    draft_ids: Iterable[UUID] | None = None,
    actor: UUID | None,
    at: datetime,
) -> dict[UUID, str]:
    """Stamp what is due in a school; return the drafts that still wait, each with why.

    Repeating it stamps nothing twice.
    """
    due = Slot.objects.filter(
        school_id=school_id, state="signed", needs_stamp=True, stamped_at__isnull=True
    )
    if draft_ids is not None:
        due = due.filter(draft_id__in=list(draft_ids))
    waiting = list(due.order_by("draft_id", "order").values_list("draft_id", "id", "key"))
    if not waiting:
        return {}
    authority = time_stamper()
    refused: dict[UUID, str] = {}
    for draft_id, slot_id, key in waiting:
        try:
            if authority is None:
                raise HocbaError("timestamp.no_authority")
            _stamp(authority, _Due(school_id, draft_id, slot_id, key), actor, at)
        except HocbaError as refusal:
            refused[draft_id] = refusal.code
            if refusal.code.startswith("fetch."):
                # Whoever did not answer now is not asked once for each of a thousand drafts.
                return refused | {one: refusal.code for one, _, _ in waiting if one not in refused}
    return refused


@dataclass(frozen=True, slots=True)
class _Due:
    """A signature that waits for its stamp."""

    school_id: UUID
    draft_id: UUID
    slot_id: UUID
    key: str


def _stamp(authority: TimeStamper, due: _Due, actor: UUID | None, at: datetime) -> None:
    school_id, draft_id, slot_id = due.school_id, due.draft_id, due.slot_id
    draft = Draft.objects.get(school_id=school_id, id=draft_id)
    document = blob_store().get(draft.document_sha256)
    digest = rounds.stamp_digest(document=document, slot_key=due.key)
    token = authority.stamp(digest)  # the network is asked before anything is locked
    stamp = read_stamp(token=token, imprint=digest)
    _refuse_untrusted(token, digest, stamp.authority, at)
    if abs(stamp.time - at) > CLOCK_TOLERANCE:
        raise HocbaError("timestamp.clocks_differ")
    stamped = rounds.add_stamp(document=document, slot_key=due.key, token=token)
    after = blob_store().put(stamped)
    authority_sha256 = blob_store().put(stamp.authority)
    with transaction.atomic():
        moved = Draft.objects.filter(
            school_id=school_id, id=draft_id, version=draft.version, state=draft.state
        ).update(document_sha256=after, version=draft.version + 1)
        kept = Slot.objects.filter(school_id=school_id, id=slot_id, stamped_at__isnull=True).update(
            stamped_at=stamp.time, stamp_authority_sha256=authority_sha256
        )
        if not (moved and kept):
            raise HocbaError("issuing.changed_meanwhile")
        record_event(
            school_id=school_id,
            school_year=draft.school_year,
            action="issuing.signature_stamped",
            object_type="slot",
            object_id=str(slot_id),
            before={"document_sha256": draft.document_sha256},
            after={"document_sha256": after, "stamped_at": stamp.time.isoformat()},
            actor=actor,
            at=at,
        )


def _refuse_untrusted(token: bytes, digest: bytes, clock: bytes, at: datetime) -> None:
    """A stamp that verifiers would not trust is not put in."""
    trusted = trust()
    evidence = revocation_source().evidence(certificates=[clock], trust=trusted, at=at)
    indication, _, _ = check_stamp(
        token=token, imprint=digest, claimed=at, trust=trusted, evidence=evidence
    )
    if indication is not Indication.TOTAL_PASSED:
        raise HocbaError("timestamp.not_trusted")
