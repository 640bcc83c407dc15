"""From which network address a request comes."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the peer, or behind our proxy the last address of X-Forwarded-For.

    The last is the one our own proxy wrote; those before it are whatever the client claimed.
    """
    if settings.HOCBA_BEHIND_PROXY:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if last := forwarded.rpartition(",")[2].strip():
            return last
    return str(request.META.get("REMOTE_ADDR", ""))
