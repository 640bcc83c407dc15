"""Keys of other systems: made by the operator for an owner and a purpose, told once, ended."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.portal.keys import SCOPES, key_digest
from hocba.apps.portal.models import ApiKey
from hocba.core.errors import HocbaError

PREFIX = "hbs_"  # so that scanners of repositories recognise a key that leaked
LONGEST = timedelta(days=366)


@transaction.atomic
def create_api_key(
    *,
    name: str,
    owner_unit: str,
    purpose: str,
    scopes: Collection[str],
    expires_at: datetime,
    contact: str = "",
    items_a_minute: int = 600,
    actor: UUID | None,
    at: datetime,
) -> tuple[UUID, str]:
    """Make a key; return its identifier and the key itself, which is told this once.

    256 random bits need no slow hash: nobody guesses them, so SHA-256 is kept.

    Raises:
        HocbaError: "api.scope_unknown", "api.purpose_missing", "api.expiry".
    """
    if not scopes or set(scopes) - set(SCOPES):
        raise HocbaError("api.scope_unknown", known=", ".join(SCOPES))
    if not (name.strip() and owner_unit.strip() and purpose.strip()):
        raise HocbaError("api.purpose_missing")
    if not at < expires_at <= at + LONGEST or not 1 <= items_a_minute <= 60_000:
        raise HocbaError("api.expiry")
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        id=uuid7(at=at),
        name=name.strip(),
        owner_unit=owner_unit.strip(),
        purpose=purpose.strip(),
        contact=contact.strip(),
        scopes=sorted(set(scopes)),
        key_sha256=key_digest(secret),
        items_a_minute=items_a_minute,
        created_at=at,
        expires_at=expires_at,
    )
    after = {"owner_unit": key.owner_unit, "purpose": key.purpose, "scopes": key.scopes}
    _record(key, "portal.api_key_created", after, actor=actor, at=at)
    return key.pk, secret


@transaction.atomic
def revoke_api_key(*, key_id: UUID, actor: UUID | None, at: datetime) -> None:
    """End a key at once; ending it again changes nothing.

    Raises:
        HocbaError: "api.key_unknown".
    """
    key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise HocbaError("api.key_unknown")
    if key.revoked_at is None:
        ApiKey.objects.filter(pk=key_id).update(revoked_at=at)
        _record(key, "portal.api_key_revoked", {}, actor=actor, at=at)


def _record(
    key: ApiKey, action: str, after: dict[str, object], *, actor: UUID | None, at: datetime
) -> None:
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action=action,
        object_type="api_key",
        object_id=str(key.pk),
        before=None,
        after=after,
        actor=actor,
        at=at,
    )
