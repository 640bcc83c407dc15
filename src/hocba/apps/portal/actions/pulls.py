"""The record of pulls: who asked, for what, about which codes."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.actions import Recipient, record_delivery
from hocba.apps.portal.models import ApiKey, Pull


@transaction.atomic
def record_pull(
    *,
    key: ApiKey,
    scope: str,
    codes: Iterable[str],
    found: Iterable[UUID],
    actor: UUID | None,
    at: datetime,
) -> UUID:
    """Record what was asked under a key, before the answer leaves.

    `codes` are what was asked for (lookup codes, or digests of files); only their digests are kept.
    """
    digests = [sha256(code.encode()).hexdigest() for code in codes]
    answered = sorted({str(code) for code in found})
    pull = Pull.objects.create(
        id=uuid7(at=at),
        key=key,
        purpose=key.purpose,
        scope=scope,
        code_digests=digests,
        found=answered,
        at=at,
    )
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="portal.pulled",
        object_type="api_pull",
        object_id=str(pull.pk),
        before=None,
        after={
            "key": str(key.pk),
            "scope": scope,
            "asked": len(digests),
            "found": len(answered),
        },
        actor=actor,
        at=at,
    )
    recipient = _recipient(key)
    for code in answered:
        record_delivery(lookup_uuid=UUID(code), recipient=recipient, actor=actor, at=at)
    return pull.pk


def _recipient(key: ApiKey) -> Recipient:
    """Who holds the key, and how they are told when a version that they have is replaced."""
    channel = "none"
    if key.contact.startswith("https://"):
        channel = "webhook"
    elif "@" in key.contact:
        channel = "email"
    return Recipient(
        name=key.name,
        source="admission",
        reference=str(key.pk),
        channel=channel,
        address=key.contact if channel != "none" else "",
    )
