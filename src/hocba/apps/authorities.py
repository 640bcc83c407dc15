"""The authorities this installation asks: whose clock stamps, who says what was revoked.

Both may be missing: without a clock the stated times stand, without revocation sources the lists of
the trust file speak alone, and are kept as evidence just the same.
"""

from functools import cache

from django.conf import settings

from hocba.adapters.fetching import Fetcher
from hocba.adapters.revocation import RevocationSource
from hocba.adapters.timestamping import HttpTimeStamper, SoftwareTimeStamper
from hocba.core.signing.ports import TimeStamper


def time_stamper() -> TimeStamper | None:
    """Return the time-stamping authority, the demo's own in the demo, None where there is none."""
    if settings.HOCBA_TIMESTAMP_URL:
        return HttpTimeStamper(settings.HOCBA_TIMESTAMP_URL, _fetcher(settings.HOCBA_FETCH_HOSTS))
    key = settings.HOCBA_DEMO_TIMESTAMP_KEY
    if key is not None and key.exists():
        return SoftwareTimeStamper(key, settings.HOCBA_DEMO_KEY_PASSWORD, demo=True)
    return None


def revocation_source() -> RevocationSource:
    """Return where to ask for revocation; it asks nobody when no host may be asked."""
    return _source(settings.HOCBA_FETCH_HOSTS)


def _fetcher(hosts: frozenset[str]) -> Fetcher:
    return Fetcher(hosts, seconds=settings.HOCBA_FETCH_SECONDS)


@cache
def _source(hosts: frozenset[str]) -> RevocationSource:
    """One a process: answers are kept while they are fresh."""
    return RevocationSource(_fetcher(hosts))
