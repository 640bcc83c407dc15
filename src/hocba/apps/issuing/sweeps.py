"""Unfinished work of issuing, found and finished: remote sessions and prints that were cut."""

import time
from collections import Counter
from datetime import datetime
from uuid import UUID

from hocba.apps.issuing.actions.print_jobs import work_print_job
from hocba.apps.issuing.actions.remote_step import step_remote_signing
from hocba.apps.issuing.models import REMOTE_OPEN, PrintJob, RemoteSession
from hocba.core.errors import HocbaError


def finish_remote_signing(*, school_id: UUID, actor: UUID | None, at: datetime) -> Counter[str]:
    """Take every open remote session of a school a step further; return their states afterwards.

    A session that somebody is working on is left alone. A service that is no longer configured
    leaves its sessions as they are, counted under the refusal's code.
    """
    open_sessions = RemoteSession.objects.filter(school_id=school_id, state__in=REMOTE_OPEN)
    due = list(open_sessions.filter(due_at__lte=at).order_by("due_at").values_list("id", flat=True))
    told: Counter[str] = Counter()
    for session_id in due:
        try:
            step_remote_signing(school_id=school_id, session_id=session_id, actor=actor, at=at)
        except HocbaError as refusal:
            told[refusal.code] += 1
    after = RemoteSession.objects.filter(school_id=school_id, id__in=due)
    return told + Counter(after.values_list("state", flat=True))


def finish_prints(
    *, school_id: UUID, seconds: float, actor: UUID | None, at: datetime
) -> tuple[int, int]:
    """Go on with a school's open print requests, oldest first; return how many ended, how many not.

    A request that somebody is working on counts as waiting and is left alone.
    """
    began, done = time.monotonic(), 0
    waiting = PrintJob.objects.filter(school_id=school_id, state="open")
    keys = list(waiting.order_by("asked_at", "id").values_list("id", flat=True))
    for job_id in keys:
        left = seconds - (time.monotonic() - began)
        while left > 0 and not work_print_job(
            school_id=school_id, job_id=job_id, seconds=left, actor=actor, at=at
        ):
            left = seconds - (time.monotonic() - began)
            if waiting.filter(id=job_id, leased_until__gt=at).exists():
                break
        done += not waiting.filter(id=job_id).exists()
    return done, len(keys) - done
