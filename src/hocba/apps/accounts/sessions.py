"""The list of a person's sign-ins: which device, from which network, seen when.

allauth writes a row when somebody signs in; here its time is moved on every few minutes, not at
every request, for in May there are three hundred saves a second.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from hocba.apps.accounts.addresses import client_address

_EVERY = timedelta(minutes=5)
_SEEN = "seen_at"
_BROWSERS = (
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One sign-in that still holds."""

    id: int
    device: str
    network: str
    opened_at: datetime
    seen_at: datetime
    is_this: bool


def open_sessions(*, person_id: UUID, session_key: str | None) -> list[SignedIn]:
    """Return the person's sign-ins that still hold, the latest seen first."""
    rows = list(UserSession.objects.filter(user_id=person_id).order_by("-last_seen_at", "-pk"))
    keys = [row.session_key for row in rows]
    open_keys = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )
    return [
        SignedIn(
            id=row.pk,
            device=device_name(row.user_agent),
            network=network_of(row.ip),
            opened_at=row.created_at,
            seen_at=row.last_seen_at,
            is_this=row.session_key == session_key,
        )
        for row in rows
        if row.session_key in open_keys
    ]


def remember_seen(request: HttpRequest, *, at: datetime) -> None:
    """Move the time of this session on, if it has stood for a while."""
    last = request.session.get(_SEEN)
    if last is not None and at.timestamp() - last < _EVERY.total_seconds():
        return
    request.session[_SEEN] = at.timestamp()
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=at, ip=client_address(request)
    )


def device_name(user_agent: str) -> str:
    """Name browser and system in two words, as far as the browser tells."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def network_of(address: str) -> str:
    """Name the network of an address, which is as much of a place as is kept on the page."""
    bits = 24 if ip_address(address).version == 4 else 48
    return str(ip_network(f"{address}/{bits}", strict=False))
