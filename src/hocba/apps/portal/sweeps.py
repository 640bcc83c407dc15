"""Unfinished work of the portal, found and finished: batches; and what is no longer needed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.leaf import school_year_of
from hocba.apps.portal import spool, throttling
from hocba.apps.portal.actions import work_off
from hocba.apps.portal.models import Batch

KEPT = timedelta(days=7)


def finish_batches(*, seconds: float, actor: UUID | None, at: datetime) -> int:
    """Go on with every batch that is not finished; return how many still are not."""
    waiting = Batch.objects.filter(finished_at=None).order_by("created_at")
    for batch_id in list(waiting.values_list("pk", flat=True)):
        work_off(batch_id=batch_id, seconds=seconds, actor=actor, at=at)
    return waiting.count()


def forget_batches(*, actor: UUID | None, at: datetime) -> int:
    """Remove outcomes that are older than a week, files of nobody, and full buckets."""
    with transaction.atomic():
        old = Batch.objects.filter(finished_at__lt=at - KEPT)
        names = [str(batch_id) for batch_id in old.values_list("pk", flat=True)[:1000]]
        if names:
            Batch.objects.filter(pk__in=names).delete()
            record_event(
                school_id=CITY_WIDE,
                school_year=school_year_of(at),
                action="portal.batches_forgotten",
                object_type="api_batch",
                object_id=names[0],
                before={"count": len(names)},
                after=None,
                actor=actor,
                at=at,
            )
    recent = Batch.objects.filter(finished_at=None)
    alive = set(recent.values_list("pk", flat=True))
    spool.forgotten(alive=alive, before=at - timedelta(hours=1))
    throttling.forget_full(at=at)
    return len(names)
