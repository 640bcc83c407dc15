"""Unfinished work of the ledger: notices that recipients of an old version are owed.

A notice is claimed by moving its `due_at` (compare-and-swap), so that two sweeps at once send it
once; whoever is cut between sending and writing that down sends it again later under the same
Message-ID or Idempotency-Key, by which the recipient knows it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from hocba.adapters.fetching import Fetcher
from hocba.adapters.wording.recalls import notice_body, notice_subject
from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.leaf import school_year_of
from hocba.apps.ledger.actions.tell import owe_notices
from hocba.apps.ledger.models import LifeRequest, LogEntry, Notice
from hocba.core.errors import HocbaError
from hocba.core.registry.entry import decode

BACKOFF = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
_LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """How many notices were sent, failed for now, or were given up."""

    sent: int
    waiting: int
    given_up: int


def hand_out_notices(*, actor: UUID | None, at: datetime, limit: int = 500) -> HandedOut:
    """Send the notices that are due, oldest first; a failure is tried again later, five times."""
    lately = LifeRequest.objects.filter(closed_at__gte=at - _LOOK_BACK)
    lately = lately.filter(state__in=("executed", "replaced"))
    owe_notices(lookup_uuids=list(lately.values_list("lookup_uuid", flat=True)), actor=actor, at=at)
    due = Notice.objects.filter(state="waiting", due_at__lte=at).order_by("due_at", "id")
    counts = {"sent": 0, "waiting": 0, "given_up": 0}
    for notice in due.select_related("delivery")[:limit]:
        if not _claim(notice, at):
            continue
        problem = ""
        try:
            _send(notice)
        except HocbaError as refusal:
            problem = refusal.code
        except OSError as error:  # smtplib's errors are OSErrors
            problem = type(error).__name__
        counts[_settle(notice, problem, actor, at)] += 1
    return HandedOut(**counts)


def _claim(notice: Notice, at: datetime) -> bool:
    wait = BACKOFF[min(notice.attempts, len(BACKOFF) - 1)]
    return bool(
        Notice.objects.filter(id=notice.id, state="waiting", attempts=notice.attempts).update(
            attempts=notice.attempts + 1, due_at=at + wait
        )
    )


def _settle(notice: Notice, problem: str, actor: UUID | None, at: datetime) -> str:
    state = "sent" if not problem else "waiting"
    if problem and notice.attempts >= len(BACKOFF):
        state = "given_up"
    with transaction.atomic():
        Notice.objects.filter(id=notice.id, state="waiting").update(
            state=state, sent_at=at if state == "sent" else None, problem=problem[:60]
        )
        record_event(
            school_id=CITY_WIDE,
            school_year=school_year_of(at),
            action="ledger.notice_sent" if state == "sent" else "ledger.notice_failed",
            object_type="notice",
            object_id=str(notice.id),
            before={"state": "waiting", "attempts": notice.attempts},
            after={"state": state, "problem": problem[:60], "log_index": notice.log_index},
            actor=actor,
            at=at,
        )
    return state


def _send(notice: Notice) -> None:
    """Say which file is meant by its digest and the log; no name, no mark, no lookup code."""
    delivery = notice.delivery
    entry = decode(bytes(LogEntry.objects.get(index=notice.log_index).leaf))
    replaced_by = "" if entry.replaces_digest is None else entry.replaces_digest.hex()
    facts = {
        "notice": str(notice.id),
        "event": notice.kind,
        "document_sha256": delivery.document_sha256,
        "reference": delivery.reference,
        "log_index": notice.log_index,
        "replaced_by": replaced_by,
        "at": entry.at.isoformat(),
    }
    if delivery.channel == "webhook":
        fetcher = Fetcher(settings.HOCBA_FETCH_HOSTS, seconds=settings.HOCBA_FETCH_SECONDS)
        fetcher.post(delivery.address, json.dumps(facts).encode(), content_type="application/json")
        return
    EmailMessage(
        subject=notice_subject(notice.kind),
        body=notice_body(notice.kind, facts),
        to=[delivery.address],
        headers={"Message-ID": f"<{notice.id}@{settings.HOCBA_LOG_ORIGIN.split('/')[0]}>"},
    ).send()
