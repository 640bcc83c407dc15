"""Walls against guessing: token buckets in the database, the same for every process and machine.

A try is paid in full before anything is looked up, so that a hundred guesses at once are counted as
a hundred; who guessed right gets most of it back. A bucket is one number, the instant at which it
will be full again (GCRA), and one statement both asks and takes, so that two at once cannot take
the same token. What was refused costs nothing more.

Families behind one address of a mobile network are many, hence the far wall of a network; who has
a print knows the code and may try dates, hence the near wall of a code from one network; and a
wall of the code alone for dates tried from everywhere.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from hocba.apps.addresses import client_address, network_of
from hocba.apps.portal.models import ApiKey, Wall

TRIES_OF_CODE_FROM_NETWORK, SECONDS_EACH = 5, 600
TRIES_OF_CODE, SECONDS_EACH_ANYWHERE = 60, 1800
TRIES_OF_NETWORK, SECONDS_EACH_OF_NETWORK = 30, 10
RIGHT_COSTS = 1 / 20  # of a wrong one, at the wall of a network
KEY_BURST_MINUTES = 3
STALE = timedelta(days=2)
# `excluded.full_at` is now + cost. Both databases understand these words; neither GREATEST nor a
# MAX of two values is common to them. The tolerance is for the last digits of a float.
_START = "(CASE WHEN wall.full_at > %s THEN wall.full_at ELSE %s END)"
_AFTER = f"({_START} + excluded.full_at - %s)"
_FITS = f"({_AFTER} - %s <= excluded.burst + 0.001)"
_TAKE = (
    "INSERT INTO portal_wall AS wall (key, full_at, burst, granted) VALUES {rows} "  # noqa: S608
    f"ON CONFLICT (key) DO UPDATE SET burst = excluded.burst, granted = {_FITS}, "
    f"full_at = CASE WHEN {_FITS} THEN {_AFTER} ELSE wall.full_at END RETURNING key, granted"
)
_TIMES_NOW = _TAKE.count("%s")
_GIVE = "UPDATE portal_wall SET full_at = full_at - %s WHERE key = %s"
_log = structlog.stdlib.get_logger("hocba.portal")


@dataclass(frozen=True, slots=True)
class Price:
    """What a try costs at one wall, in seconds of refilling, of how many a full bucket has."""

    key: str
    seconds: float
    burst: float


def prices(*, code: UUID, source: str) -> list[Price]:
    """Return what a wrong look-up of a code costs; `source` is a network or an API key."""
    each, anywhere = SECONDS_EACH, SECONDS_EACH_ANYWHERE
    near = _digest("code-source", f"{code}|{source}")
    return [
        Price(near, each, each * TRIES_OF_CODE_FROM_NETWORK),
        Price(_digest("code", str(code)), anywhere, anywhere * TRIES_OF_CODE),
    ]


def network_price(*, network: str) -> Price:
    """Return what a wrong look-up, or judging a file, costs a network."""
    each = SECONDS_EACH_OF_NETWORK
    return Price(_digest("network", network), each, each * TRIES_OF_NETWORK)


def key_price(*, key: ApiKey, items: int) -> Price:
    """Return what so many items cost a system."""
    burst = KEY_BURST_MINUTES * 60.0
    seconds = min(items * 60 / key.items_a_minute, burst)  # a great batch takes the whole bucket
    return Price(_digest("key", str(key.pk)), seconds, burst)


def source_of(request: HttpRequest) -> str:
    """Return the network that a request comes from."""
    return network_of(client_address(request))


def open_lookup(*, code: UUID, network: str, at: datetime) -> bool:
    """Pay for a look-up as if it were wrong; False when it must be refused unseen."""
    granted = take([*prices(code=code, source=network), network_price(network=network)], at=at)
    if not all(granted.values()):
        _log.warning("lookup_refused")
        return False
    return True


def open_file(*, network: str, at: datetime) -> bool:
    """Pay for judging a file: as much as a right look-up, so that nobody keeps us busy."""
    far = network_price(network=network)
    price = Price(far.key, far.seconds * RIGHT_COSTS, far.burst)
    return all(take([price], at=at).values())


def was_right(*, code: UUID, network: str) -> None:
    """Give back what a right look-up does not cost."""
    far = network_price(network=network)
    rebate = Price(far.key, far.seconds * (1 - RIGHT_COSTS), far.burst)
    give_back([*prices(code=code, source=network), rebate])


def take(wanted: Iterable[Price], *, at: datetime) -> Mapping[str, bool]:
    """Take from each bucket what it has to give; say which of them gave."""
    joined: dict[str, Price] = {}
    for one in wanted:
        known = joined.get(one.key)
        seconds = one.seconds + (known.seconds if known else 0)
        joined[one.key] = Price(one.key, seconds, one.burst)
    if not joined:
        return {}
    now = at.timestamp()
    # Rows in one order: two requests that share walls wait for each other instead of locking up.
    rows = [joined[key] for key in sorted(joined)]
    refused = {one.key: False for one in rows if one.seconds > one.burst}
    rows = [one for one in rows if one.key not in refused]
    values = [value for one in rows for value in (one.key, now + one.seconds, one.burst, True)]
    if not rows:
        return refused
    with connection.cursor() as cursor:
        places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
        cursor.execute(_TAKE.format(rows=places), [*values, *[now] * _TIMES_NOW])
        return refused | {key: bool(granted) for key, granted in cursor.fetchall()}


def give_back(prices: Collection[Price]) -> None:
    """Put tokens back."""
    with connection.cursor() as cursor:
        for one in sorted(prices, key=lambda price: price.key):
            cursor.execute(_GIVE, [one.seconds, one.key])


def note_use(*, key: ApiKey, at: datetime) -> None:
    """Remember when a key was last used, to the minute."""
    if key.last_used_at is None or at - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


def forget_full(*, at: datetime) -> int:
    """Drop buckets that have long been full: they say nothing any more."""
    return Wall.objects.filter(full_at__lt=(at - STALE).timestamp()).delete()[0]


def _digest(kind: str, value: str) -> str:
    """Return a keyed digest: the table must not tell who asked for what from where."""
    return salted_hmac(f"hocba.portal.{kind}", value, algorithm="sha256").hexdigest()
