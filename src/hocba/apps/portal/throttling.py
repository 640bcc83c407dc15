"""Guard against guessing: failed look-ups count per network address."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

WINDOW_SECONDS = 600
ALLOWED_FAILURES = 20


def too_many_failures(request: HttpRequest) -> bool:
    """Whether this address has guessed too often lately."""
    return int(cache.get(_key(request), 0)) >= ALLOWED_FAILURES


def count_failure(request: HttpRequest) -> None:
    """Remember one failed look-up."""
    key = _key(request)
    if not cache.add(key, 1, WINDOW_SECONDS):
        cache.incr(key)


def _key(request: HttpRequest) -> str:
    address = str(request.META.get("REMOTE_ADDR", ""))
    return f"portal-failures-{hashlib.sha256(address.encode()).hexdigest()[:32]}"
