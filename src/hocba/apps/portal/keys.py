"""Who asks under a key: read from the request, refused when it may not."""

from datetime import datetime
from hashlib import sha256

from django.http import HttpRequest

from hocba.apps.portal import throttling
from hocba.apps.portal.models import ApiKey
from hocba.core.errors import HocbaError

SCOPES = ("files", "codes", "documents")
_SCHEME = "Bearer "


def key_digest(secret: str) -> str:
    """Return what is kept of a key."""
    return sha256(secret.encode()).hexdigest()


def require_key(request: HttpRequest, *, scope: str | None, at: datetime) -> ApiKey:
    """Return the living key of a request that has this scope (if any), and note its use.

    Raises:
        HocbaError: "api.key_required" (none, unknown, ended: all the same), "api.scope_missing".
    """
    header = str(request.META.get("HTTP_AUTHORIZATION", ""))
    secret = header.removeprefix(_SCHEME) if header.startswith(_SCHEME) else ""
    key = ApiKey.objects.filter(key_sha256=key_digest(secret)).first() if secret else None
    if key is None or key.revoked_at is not None or not key.created_at <= at < key.expires_at:
        raise HocbaError("api.key_required")
    if scope is not None and scope not in key.scopes:
        raise HocbaError("api.scope_missing", scope=scope)
    throttling.note_use(key=key, at=at)
    return key


def require_rate(key: ApiKey, *, items: int, at: datetime) -> None:
    """Take what so many items cost.

    Raises:
        HocbaError: "api.too_many".
    """
    price = throttling.key_price(key=key, items=items)
    if not all(throttling.take([price], at=at).values()):
        raise HocbaError("api.too_many")


def all_keys() -> list[ApiKey]:
    """Return every key that was ever made, newest first."""
    return list(ApiKey.objects.order_by("-created_at"))
