"""Batches: a row says what is unfinished before any of it is begun; any process may go on with it.

(1) `open_batch` puts files aside, then writes the batch and its items in one transaction. (2)
`work_off` takes a lease, judges a few items, writes their outcomes with the record of the pull, and
so on until its time is up. A cut between two steps costs at most judging a few items again; the
same request id sent again leads to the same batch.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.leaf import school_year_of
from hocba.apps.portal import spool, throttling
from hocba.apps.portal.actions.pulls import record_pull
from hocba.apps.portal.answers import verdict_json
from hocba.apps.portal.models import ApiKey, Batch, BatchItem
from hocba.apps.portal.queries import find, judge_file
from hocba.core.errors import HocbaError

MAX_ITEMS = 1000
CHUNK = 20
LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class FileToJudge:
    """One file of a batch by the name that it came with."""

    name: str
    data: bytes


def open_batch(
    *,
    key: ApiKey,
    request_id: str,
    content_sha256: str,
    codes: Sequence[tuple[UUID, date]] = (),
    files: Iterable[FileToJudge] = (),
    actor: UUID | None,
    at: datetime,
) -> tuple[Batch, bool]:
    """Write a batch of codes or of files down; say whether it is new.

    Files are taken one after the other and never held at once.

    Raises:
        HocbaError: "api.request_id_used" when the id came before with another content.
    """
    content = salted_hmac("hocba.portal.batch", content_sha256, algorithm="sha256").hexdigest()
    known = Batch.objects.filter(key=key, request_id=request_id).first()
    if known is None:
        batch_id = uuid7(at=at)
        names = []
        for number, one in enumerate(files):
            spool.keep(batch_id=batch_id, number=number, data=one.data)
            names.append(one.name[:200])
        items: list[dict[str, Any]] = [{"code": code, "birth_date": born} for code, born in codes]
        items += [{"file_name": name} for name in names]
        batch = Batch(
            id=batch_id,
            key=key,
            request_id=request_id,
            kind="files" if names else "codes",
            content_sha256=content,
            total=len(items),
            created_at=at,
            leased_until=at,
        )
        try:
            return _write(batch, items, actor=actor, at=at), True
        except IntegrityError:  # the same request at the same time: the other one was first
            spool.drop(batch_id=batch_id)
            known = Batch.objects.get(key=key, request_id=request_id)
    if known.content_sha256 != content:
        raise HocbaError("api.request_id_used")
    return known, False


@transaction.atomic
def _write(batch: Batch, items: list[dict[str, Any]], *, actor: UUID | None, at: datetime) -> Batch:
    Batch.objects.bulk_create([batch])
    BatchItem.objects.bulk_create(
        BatchItem(id=uuid7(at=at), batch=batch, number=number, **values)
        for number, values in enumerate(items)
    )
    _record(batch, "portal.batch_opened", {"kind": batch.kind, "total": batch.total}, actor, at)
    return batch


def work_off(*, batch_id: UUID, seconds: float, actor: UUID | None, at: datetime) -> bool:
    """Judge items of a batch for so long; say whether all are judged now.

    Does nothing while somebody else holds the lease.
    """
    began = time.monotonic()
    open_batches = Batch.objects.filter(pk=batch_id, finished_at=None)
    if not open_batches.filter(leased_until__lte=at).update(leased_until=at + LEASE):
        return not open_batches.exists()
    batch = Batch.objects.select_related("key").get(pk=batch_id)
    waiting = BatchItem.objects.filter(batch=batch, outcome__isnull=True).order_by("number")
    try:
        while time.monotonic() - began < min(seconds, LEASE.total_seconds() / 2):
            items = list(waiting[:CHUNK])
            if not items:
                _finish(batch, actor=actor, at=at)
                spool.drop(batch_id=batch_id)  # after a cut here, the sweep does it
                return True
            with override("vi"):
                _judge(batch, items, actor, at)
        return False
    finally:
        Batch.objects.filter(pk=batch_id).update(leased_until=at)


def _judge(batch: Batch, items: list[BatchItem], actor: UUID | None, at: datetime) -> None:
    granted = _granted(batch, items, at)
    found: list[UUID] = []
    right: list[throttling.Price] = []
    for item in items:
        item.outcome = _outcome(batch, item, granted, found, right, at)
        item.birth_date = None
    with transaction.atomic():
        BatchItem.objects.bulk_update(items, ["outcome", "birth_date"])
        asked = [str(one.code or (one.outcome or {}).get("document_sha256")) for one in items]
        record_pull(key=batch.key, scope=batch.kind, codes=asked, found=found, actor=actor, at=at)
        _record(batch, "portal.batch_items_judged", {"count": len(items)}, actor, at)
    throttling.give_back(right)


def _granted(batch: Batch, items: list[BatchItem], at: datetime) -> dict[int, bool]:
    """Pay for each code as if it were wrong; a system may not try dates of a code through."""
    wanted = {
        item.number: throttling.prices(code=item.code, source=str(batch.key_id))
        for item in items
        if item.code is not None
    }
    told = throttling.take([price for prices in wanted.values() for price in prices], at=at)
    return {number: all(told[price.key] for price in prices) for number, prices in wanted.items()}


def _outcome(
    batch: Batch,
    item: BatchItem,
    granted: dict[int, bool],
    found: list[UUID],
    right: list[throttling.Price],
    at: datetime,
) -> dict[str, Any]:
    if item.code is None:
        data = spool.read(batch_id=batch.pk, number=item.number)
        if data is None:
            return {"outcome": "lost"}
        return {"outcome": "judged", **verdict_json(judge_file(data=data, at=at))}
    if not granted[item.number] or item.birth_date is None:
        return {"outcome": "too_many_tries"}
    judged = find(code=item.code, birth_date=item.birth_date, at=at)
    if judged is None:
        return {"outcome": "not_found"}
    found.append(item.code)
    right.extend(throttling.prices(code=item.code, source=str(batch.key_id)))
    return {"outcome": "judged", **verdict_json(judged)}


@transaction.atomic
def _finish(batch: Batch, *, actor: UUID | None, at: datetime) -> None:
    Batch.objects.filter(pk=batch.pk, finished_at=None).update(finished_at=at)
    _record(batch, "portal.batch_finished", {"total": batch.total}, actor, at)


def _record(
    batch: Batch, action: str, after: dict[str, Any], actor: UUID | None, at: datetime
) -> None:
    record_event(
        school_id=CITY_WIDE,
        school_year=school_year_of(at),
        action=action,
        object_type="api_batch",
        object_id=str(batch.pk),
        before=None,
        after=after,
        actor=actor,
        at=at,
    )
