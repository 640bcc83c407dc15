"""What the processes of the fault tests do. Each job is a function of JSON to JSON.

What a person would have been told ("đã phát hành") is appended to the ledger of acknowledgements, a
file outside the system, only after the action has returned.
"""

import io
import json
import os
import time
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import close_old_connections
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from rich.console import Console

from hocba.apps.audit.models import AuditEvent
from hocba.apps.blobs import blob_store
from hocba.apps.issuing.actions import issue_sealed
from hocba.apps.issuing.models import Draft
from hocba.apps.ledger.actions import IssueRequest, issue, publish_checkpoint, publish_trust
from hocba.apps.ledger.actions import resume_issuing as resume
from hocba.apps.ledger.actions import stop_issuing as stop
from hocba.apps.ledger.models import Checkpoint, IssuedTranscript, LogEntry, LogHead
from hocba.apps.ledger.queries import bundles, trust
from hocba.apps.ledger.tree import log_tree
from hocba.core.errors import HocbaError
from hocba.core.merkle import leaf_hash, verify_consistency
from hocba.core.registry.checkpoint import open_checkpoint
from hocba.core.signing.keys import ed25519_verify
from hocba.web.demo import road
from hocba.web.demo.city import build_city
from hocba.web.demo.report import Report
from tests.faults.life_jobs import inspect_print as inspect_print
from tests.faults.life_jobs import inspect_recall as inspect_recall
from tests.faults.life_jobs import print_class as print_class
from tests.faults.life_jobs import recall_all as recall_all
from tests.faults.mark_jobs import inspect_marks as inspect_marks
from tests.faults.mark_jobs import make_sheet as make_sheet
from tests.faults.mark_jobs import post_marks as post_marks
from tests.faults.places import WORKBOOK

SCHOOL = UUID("00000000-0000-4000-8000-00000000a001")
ACTOR = UUID("00000000-0000-4000-8000-00000000b001")


def request_for(number: int, text: str = "học bạ") -> IssueRequest:
    """The same number gives the same request, as a client that sends it again would."""
    return IssueRequest(
        school_id=SCHOOL,
        school_year="2025-2026",
        enrolment_id=uuid5(SCHOOL, f"enrolment {number}"),
        lookup_uuid=uuid5(SCHOOL, f"lookup {number}"),
        school_code="01006501",
        document=f"{text} {number}\n".encode() * 20,
        certificates=(b"a certificate of everybody",),
    )


def acknowledge(path: str, rows: list[list[Any]]) -> None:
    """Tell the user; one write, so a kill leaves whole lines."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, "".join(f"{json.dumps(row)}\n" for row in rows).encode())
    os.close(handle)


def issue_numbers(
    *, first: int, last: int, batch: int, told: str, again: float = 0, text: str = "học bạ"
) -> int:
    """Issue synthetic documents, some at a time; with `again`, as long as the database comes back.

    Returns how often the database was not there.
    """
    away = 0
    start = first
    while start < last:
        numbers = range(start, min(last, start + batch))
        close_old_connections()  # as at the beginning of every request
        try:
            requests = [request_for(number, text) for number in numbers]
            places = issue(requests=requests, actor=ACTOR, at=timezone.now())
        except (OperationalError, InterfaceError):
            if not again:
                raise
            away += 1
            time.sleep(again)
            continue
        acknowledge(told, [list(pair) for pair in zip(numbers, places, strict=True)])
        start += batch
    return away


def publish(*, rounds: int = 1, pause: float = 0) -> str:
    """Sweep: integrate what was issued, sign; `rounds` times."""
    note = ""
    for _ in range(rounds):
        note = publish_checkpoint(actor=None, at=timezone.now())
        time.sleep(pause)
    return note


def build() -> dict[str, str]:
    """Walk the demo's road with real signatures; return what later jobs need."""
    report = Report(console=Console(file=io.StringIO()))
    city = build_city(WORKBOOK, report)
    class_id = road.import_class(city, WORKBOOK, report)
    road.compose(city, class_id, report)
    road.sign(city, class_id, report)
    return {
        "school_id": str(city.school_id),
        "class_id": str(class_id),
        "actor": str(city.clerk_id),
    }


def issue_class(*, school_id: str, class_id: str, actor: str, told: str = "") -> list[int]:
    """Issue what is sealed, with all that belongs to it."""
    released = issue_sealed(
        school_id=UUID(school_id),
        class_id=UUID(class_id),
        actor=UUID(actor),
        at=timezone.now(),
    )
    assert not released.refused, released.refused
    if told:
        acknowledge(told, [[str(key), place] for key, place in released.positions.items()])
    return sorted(released.positions.values())


def new_trust_list() -> int:
    """Publish the trust list again, with the log's key as it is now; return how many keys."""
    old = trust()
    publish_trust(
        anchors=old.anchors,
        intermediates=old.intermediates,
        crls=old.crls,
        actor=None,
        at=timezone.now(),
    )
    return len(trust().log_keys)


def stop_issuing(*, reason: str) -> None:
    """Turn the switch off."""
    stop(reason=reason, actor=None, at=timezone.now())


def resume_issuing() -> bool:
    """Turn it on again."""
    return resume(actor=None, at=timezone.now())


def age_log(*, seconds: int) -> list[int]:
    """Issue one document at a clock that is ahead."""
    at = timezone.now() + timedelta(seconds=seconds)
    return issue(requests=[request_for(9_999_999)], actor=ACTOR, at=at)


def write_bundles(*, folder: str) -> list[str]:
    """Write the bundles of the transcripts with real signatures; return their paths."""
    rows = IssuedTranscript.objects.exclude(school_id=SCHOOL).order_by("lookup_uuid")
    paths = []
    for number, data in enumerate(bundles(list(rows))):
        path = Path(folder) / f"{number}.hocba.json"
        path.write_bytes(data)
        paths.append(str(path))
    return paths


def inspect() -> dict[str, Any]:
    """Look at everything afterwards, in a process that was in no fault."""
    rows = list(LogEntry.objects.order_by("index"))
    store = blob_store()
    issued = {one.lookup_uuid: one for one in IssuedTranscript.objects.all()}
    unkept = []
    for one in issued.values():
        for digest in (one.document_sha256, *one.certificates):
            try:
                store.get(digest)
            except HocbaError:
                unkept.append(digest)
    events = AuditEvent.objects.filter(action="ledger.transcript_issued")
    drafts = AuditEvent.objects.filter(action="issuing.draft_issued")
    return {
        "indices": [row.index for row in rows],
        "places": {str(row.lookup_uuid): row.index for row in rows},
        "documents": {row.document_sha256: row.index for row in rows},
        "leaves_hold": all(leaf_hash(bytes(row.leaf)) == bytes(row.leaf_hash) for row in rows),
        "head": LogHead.objects.get().size if LogHead.objects.exists() else 0,
        "issued": len(issued),
        "unkept": unkept,
        "events": dict(Counter(events.values_list("object_id", flat=True))),
        "draft_events": dict(Counter(drafts.values_list("object_id", flat=True))),
        "draft_states": dict(Counter(Draft.objects.values_list("state", flat=True))),
        "half_files": len([*Path(settings.HOCBA_DATA_DIR).rglob(".new-*")]),
    }


def consistent() -> int:
    """Prove every checkpoint that was ever signed a prefix of the newest tree; return how many."""
    points = list(Checkpoint.objects.order_by("size"))
    newest = points[-1]
    tree = log_tree(size=newest.size)
    assert tree.root() == bytes(newest.root)
    for point in points:
        assert (
            open_checkpoint(note=point.note, keys=trust().log_keys, verify=ed25519_verify)
            is not None
        )
        if point.size:
            assert verify_consistency(
                old_size=point.size,
                old_root=bytes(point.root),
                new_size=newest.size,
                new_root=bytes(newest.root),
                proof=tree.consistency(point.size),
            )
    return len(points)


def digest_of(*, number: int) -> str:
    """SHA-256 of a synthetic document."""
    return sha256(request_for(number).document).hexdigest()
