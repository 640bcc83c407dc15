"""Publishing where every transcript stands: the signed list, and the page that carries it.

A sweep for cron, and to be called after a recall, a replacement or a court's seal. What is written
is a function of the log alone, so doing it again, or twice at once, loses nothing.
"""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hocba.adapters.durable import write_durably
from hocba.adapters.offline_page import offline_page
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.held_keys import portal_key
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.models import LogEntry, LogHead
from hocba.apps.ledger.queries import offline_page_file, status_list, status_list_file, trust
from hocba.core.errors import HocbaError
from hocba.core.offline import open_list
from hocba.core.registry.entry import EntryKind
from hocba.core.registry.lifecycle import TranscriptState, advance
from hocba.core.registry.status_list import StatusList, pack_states, sign_list

VALIDITY = timedelta(days=7)
REFRESHED_AFTER = timedelta(hours=12)
_AT_ONCE = 1000  # lookup codes of one question to the database


@transaction.atomic
def publish_status_list(*, actor: UUID | None, at: datetime) -> StatusList:
    """Sign and write the status list of the log as it stands, and the page around it.

    A list that says the same and is younger than half a day stays.

    Raises:
        HocbaError: "ledger.no_portal_key", "ledger.portal_key_unknown" (not in the trust list:
            publish it first), "ledger.no_trust_list", "token.*".
    """
    key = portal_key()
    if key is None:
        raise HocbaError("ledger.no_portal_key")
    LogHead.objects.get_or_create(id=1)
    # Two sweeps at once: the second waits, so an older list never follows a newer one.
    size = LogHead.objects.select_for_update().get(id=1).size
    listed = StatusList(
        origin=settings.HOCBA_LOG_ORIGIN,
        address=settings.HOCBA_STATUS_LIST_URL,
        issued_at=at.replace(microsecond=0),
        valid_until=at.replace(microsecond=0) + VALIDITY,
        size=size,
        bits=pack_states(size=size, states=_not_in_force()),
    )
    before = status_list()
    standing = _standing(before, listed, at)
    if standing is not None:
        return standing
    token = sign_list(
        listed=listed,
        seconds_to_live=int(REFRESHED_AFTER.total_seconds()),
        public_key=key.public_key,
        sign_message=key.sign,
    )
    _require_believed(token, at)
    _write(status_list_file(), token)
    _write(offline_page_file(), offline_page(trust=trust(), status_list=token))
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action="ledger.status_list_published",
        object_type="status_list",
        object_id=str(size),
        before={"sha256": hashlib.sha256(before).hexdigest()} if before else None,
        after={"sha256": hashlib.sha256(token).hexdigest()},
        actor=actor,
        at=at,
    )
    return listed


def _standing(data: bytes, new: StatusList, at: datetime) -> StatusList | None:
    """The published list when it may stay."""
    if not data or not offline_page_file().exists():
        return None
    try:
        old = open_list(data=data, trust=trust(), at=at)
    except HocbaError:
        return None  # unreadable, or of a key that is no longer believed
    same = (old.origin, old.address, old.size, old.bits) == (
        new.origin,
        new.address,
        new.size,
        new.bits,
    )
    return old if same and at - old.issued_at < REFRESHED_AFTER else None


def _require_believed(token: bytes, at: datetime) -> None:
    try:
        open_list(data=token, trust=trust(), at=at)
    except HocbaError as refusal:
        raise HocbaError("ledger.portal_key_unknown") from refusal


def _not_in_force() -> dict[int, TranscriptState]:
    """The state of each version that something happened to, by the place of its issue."""
    states: dict[UUID, TranscriptState] = {}
    events = LogEntry.objects.exclude(kind=EntryKind.ISSUED.value).order_by("index")
    for code, kind in events.values_list("lookup_uuid", "kind").iterator():
        before = states.get(code, TranscriptState.IN_FORCE)
        states[code] = advance(state=before, event=EntryKind(kind))
    gone = [code for code, state in states.items() if state is not TranscriptState.IN_FORCE]
    places: dict[int, TranscriptState] = {}
    for first in range(0, len(gone), _AT_ONCE):
        issues = LogEntry.objects.filter(
            kind=EntryKind.ISSUED.value, lookup_uuid__in=gone[first : first + _AT_ONCE]
        )
        for code, index in issues.values_list("lookup_uuid", "index"):
            places[index] = states[code]
    return places


def _write(path: Path, data: bytes) -> None:
    write_durably(path, data, below=Path(settings.HOCBA_LOG_DIR))
