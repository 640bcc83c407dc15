"""Who received which version, and telling them when it is recalled or replaced.

A notice is a row before it is sent; the sweep hands it out. What a cut leaves undone it finds again
(`owe_notices` for whatever was closed lately), and no recipient has two rows for one event.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.models import Delivery, Forwarding, IssuedTranscript, LogEntry, Notice
from hocba.apps.roster.queries import department_of
from hocba.core.errors import HocbaError

TOLD_KINDS = ("recalled", "replaced")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who received a version: `reference` is the link's or pull's own key, `address` how to tell.

    `source` is "share_link", "admission" or "school"; `channel` "email", "webhook" or "none".
    """

    name: str
    source: str
    reference: str
    channel: str = "none"
    address: str = ""


@transaction.atomic
def record_delivery(
    *, lookup_uuid: UUID, recipient: Recipient, actor: UUID | None, at: datetime
) -> UUID:
    """Record that somebody received a version; the same reference again is the same delivery.

    Who receives a version that is recalled already is told as well.

    Raises:
        HocbaError: "recall.transcript_unknown", "delivery.channel".
    """
    issued = IssuedTranscript.objects.filter(lookup_uuid=lookup_uuid).first()
    if issued is None:
        raise HocbaError("recall.transcript_unknown")
    if recipient.channel not in Delivery.CHANNELS or (recipient.channel == "none") != (
        recipient.address == ""
    ):
        raise HocbaError("delivery.channel")
    row, is_new = Delivery.objects.get_or_create(
        lookup_uuid=lookup_uuid,
        source=recipient.source,
        reference=recipient.reference,
        defaults={
            "id": uuid7(at=at),
            "document_sha256": issued.document_sha256,
            "recipient": recipient.name,
            "channel": recipient.channel,
            "address": recipient.address,
            "at": at,
        },
    )
    if is_new:
        record_event(
            school_id=issued.school_id,
            school_year=issued.school_year,
            action="ledger.delivery_recorded",
            object_type="issued_transcript",
            object_id=str(lookup_uuid),
            before=None,
            after={"delivery": str(row.id), "source": row.source, "channel": row.channel},
            actor=actor,
            at=at,
        )
        owe_notices(lookup_uuids=[lookup_uuid], actor=actor, at=at)
    return row.id


@transaction.atomic
def owe_notices(*, lookup_uuids: Collection[UUID], actor: UUID | None, at: datetime) -> int:
    """Write the notices that recipients of these versions are owed; return how many are new."""
    events = LogEntry.objects.filter(lookup_uuid__in=list(lookup_uuids), kind__in=TOLD_KINDS)
    indices: dict[UUID, list[tuple[int, str]]] = {}
    for lookup_uuid, index, kind in events.values_list("lookup_uuid", "index", "kind"):
        indices.setdefault(lookup_uuid, []).append((index, kind))
    deliveries = Delivery.objects.filter(lookup_uuid__in=list(indices)).exclude(channel="none")
    known = set(
        Notice.objects.filter(delivery__lookup_uuid__in=list(indices)).values_list(
            "delivery_id", "log_index"
        )
    )
    new = [
        Notice(id=uuid7(at=at), delivery=delivery, kind=kind, log_index=index, due_at=at)
        for delivery in deliveries.order_by("id")
        for index, kind in sorted(indices[delivery.lookup_uuid])
        if (delivery.id, index) not in known
    ]
    if new:
        Notice.objects.bulk_create(new, ignore_conflicts=True)
        record_event(
            school_id=CITY_WIDE,
            school_year=school_year_of(at),
            action="ledger.notices_owed",
            object_type="notices",
            object_id=str(new[0].id),
            before=None,
            after={"notices": len(new), "entries": sorted({one.log_index for one in new})},
            actor=actor,
            at=at,
        )
    return len(new)


@transaction.atomic
def record_forwarded(
    *, lookup_uuids: Collection[UUID], receipt: str, actor: UUID, at: datetime
) -> int:
    """Record that the Sở reported these versions to the Ministry; return how many are new.

    Raises:
        HocbaError: "access.denied", "recall.transcript_unknown".
    """
    rows = list(IssuedTranscript.objects.filter(lookup_uuid__in=list(lookup_uuids)))
    if len(rows) != len(set(lookup_uuids)):
        raise HocbaError("recall.transcript_unknown")
    viewer = viewer_of(person_id=actor, at=at)
    for school_id in {row.school_id for row in rows}:
        department = department_of(unit_id=school_id)
        if department is None:
            raise HocbaError("access.denied")
        require_role(viewer, "department_officer", unit_id=department.pk)
    known = set(
        Forwarding.objects.filter(lookup_uuid__in=list(lookup_uuids)).values_list(
            "lookup_uuid", flat=True
        )
    )
    new = [row for row in rows if row.lookup_uuid not in known]
    Forwarding.objects.bulk_create(
        Forwarding(lookup_uuid=row.lookup_uuid, receipt=receipt[:100], recorded_by=actor, at=at)
        for row in new
    )
    for row in new:
        record_event(
            school_id=row.school_id,
            school_year=row.school_year,
            action="ledger.forwarded_to_ministry",
            object_type="issued_transcript",
            object_id=str(row.lookup_uuid),
            before=None,
            after={"receipt": receipt[:100]},
            actor=actor,
            at=at,
        )
    return len(new)
