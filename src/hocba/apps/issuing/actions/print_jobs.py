"""The print queue: a row says what is wanted before any of it is made; any process goes on with it.

(1) `ask_to_print` writes the request with one item a student. (2) `work_print_job` takes a lease,
makes students' files one by one, each kept on disk before its row says so, until its time is up;
(3) when no student waits any more it puts the one file together, and the row tells its digest. A
cut costs at most the student at hand; the same request sent again is the same request.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from hocba.apps.accounts.queries import person_by_id, viewer_of
from hocba.apps.audit.actions import record_event
from hocba.apps.identifiers import uuid7
from hocba.apps.issuing import print_files as files
from hocba.apps.issuing.models import Draft
from hocba.apps.issuing.print_models import PRINT_KINDS, PrintItem, PrintJob
from hocba.apps.issuing.print_queue import (
    classes_to_print,
    forgettable,
    is_office,
    item_lines,
    job_for,
    made_for,
)
from hocba.apps.kill_points import reached
from hocba.apps.ledger.actions import claim_for_paper
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import roll_of_class, unit_by_id
from hocba.core.errors import HocbaError

LEASE = timedelta(minutes=1)
KEPT = timedelta(days=7)
MOST_OPEN = 5  # requests of one person at once


@dataclass(frozen=True, slots=True)
class PrintWish:
    """What to print: a student of a class, a class, or a grade of a year; as which kind of file."""

    kind: str
    class_id: UUID | None = None
    enrolment_id: UUID | None = None
    grade: int | None = None
    school_year: str = ""


def ask_to_print(
    *, job_id: UUID, school_id: UUID, wish: PrintWish, actor: UUID, at: datetime
) -> UUID:
    """Write the request and return its key; the same key again is the same request.

    Raises:
        HocbaError: "access.denied", "print.nothing", "print.too_many", "print.kind_unknown".
    """
    known = PrintJob.objects.filter(school_id=school_id, id=job_id).first()
    if known is not None:
        if known.asked_by != actor:
            raise HocbaError("access.denied")
        return known.id
    viewer = viewer_of(person_id=actor, at=at)
    if wish.kind not in PRINT_KINDS:
        raise HocbaError("print.kind_unknown")
    groups = _classes(classes_to_print(viewer=viewer, school_id=school_id), wish)
    whole = wish.class_id is None or wish.kind == "package"
    if not groups or (whole and not is_office(viewer, school_id=school_id)):
        raise HocbaError("access.denied")
    mine = PrintJob.objects.filter(school_id=school_id, asked_by=actor, state="open")
    if mine.count() >= MOST_OPEN:
        raise HocbaError("print.too_many")
    job = PrintJob(
        school_id=school_id,
        id=job_id,
        school_year=groups[0].school_year,
        kind=wish.kind,
        about=groups[0].name if wish.class_id else f"khối {wish.grade}",
        class_id=wish.class_id,
        asked_by=actor,
        asked_at=at,
        leased_until=at,
    )
    items = _items(job, groups, wish.enrolment_id)
    if not items:
        raise HocbaError("print.nothing")
    with suppress(IntegrityError), transaction.atomic():  # sent twice at once: the other was first
        PrintJob.objects.bulk_create([job])
        PrintItem.objects.bulk_create(items)
        _record(job, "issuing.print_asked", {"kind": job.kind, "students": len(items)}, actor, at)
    return job_id


def _classes(allowed: list[ClassGroup], wish: PrintWish) -> list[ClassGroup]:
    if wish.class_id is not None:
        return [one for one in allowed if one.pk == wish.class_id]
    return [
        one for one in allowed if (one.grade, one.school_year) == (wish.grade, wish.school_year)
    ]


def _items(job: PrintJob, groups: list[ClassGroup], only: UUID | None) -> list[PrintItem]:
    drafts = Draft.objects.filter(
        school_id=job.school_id,
        class_id__in=[one.pk for one in groups],
        state__in=("issued", "recalled"),
    ).order_by("composed_at", "id")
    newest = {draft.enrolment_id: draft.lookup_uuid for draft in drafts}
    pupils = [pupil for group in groups for pupil in roll_of_class(class_id=group.pk)]
    wanted = [
        pupil
        for pupil in pupils
        if pupil.enrolment_id == only
        or (only is None and (pupil.left_date is None or pupil.enrolment_id in newest))
    ]
    return [
        PrintItem(
            school_id=job.school_id,
            id=uuid7(at=job.asked_at),
            job_id=job.id,
            number=number,
            enrolment_id=pupil.enrolment_id,
            lookup_uuid=newest.get(pupil.enrolment_id),
        )
        for number, pupil in enumerate(wanted, start=1)
    ]


def work_print_job(
    *, school_id: UUID, job_id: UUID, seconds: float, actor: UUID | None, at: datetime
) -> bool:
    """Go on with a request for so long; say whether it is finished now.

    Does nothing while somebody else holds the lease. A person goes on with a request that
    `job_for` lets them see; None is the sweep.

    Raises:
        HocbaError: "access.denied", "storage.*".
    """
    if actor is not None:
        job_for(viewer=viewer_of(person_id=actor, at=at), school_id=school_id, job_id=job_id)
    began = time.monotonic()
    still_open = PrintJob.objects.filter(school_id=school_id, id=job_id, state="open")
    if not still_open.filter(leased_until__lte=at).update(leased_until=at + LEASE):
        return not still_open.exists()
    job = PrintJob.objects.get(school_id=school_id, id=job_id)
    waiting = PrintItem.objects.filter(school_id=school_id, job_id=job_id, state="waiting")
    try:
        while time.monotonic() - began < min(seconds, LEASE.total_seconds() / 2):
            item = waiting.order_by("number").first()
            if item is None:
                _finish(job, actor, at)
                return True
            _make(job, item, actor, at)
        return False
    finally:
        still_open.update(leased_until=at)


def _make(job: PrintJob, item: PrintItem, actor: UUID | None, at: datetime) -> None:
    state, reason = "done", ""
    try:
        if item.lookup_uuid is None:
            raise HocbaError("ledger.not_issued")
        files.keep_files(
            folder=files.folder_of(school_id=job.school_id, job_id=job.id),
            number=item.number,
            files=files.student_files(
                school_id=job.school_id,
                lookup_uuid=item.lookup_uuid,
                package=job.kind == "package",
                made_for=made_for(job=job),
                request=_request_line(job),
                claim=_claim(item.lookup_uuid, actor, at),
                at=at,
            ),
        )
    except HocbaError as refusal:
        if refusal.code.startswith("storage."):
            raise  # not this student's fault: later
        state, reason = "refused", refusal.code
    reached("print.file_kept")
    with transaction.atomic():
        PrintItem.objects.filter(school_id=job.school_id, id=item.id, state="waiting").update(
            state=state, reason=reason[:60]
        )
        after = {"lookup": str(item.lookup_uuid), "state": state, "reason": reason}
        _record(job, "issuing.print_item_made", after, actor, at)
    reached("print.item_noted")


def _finish(job: PrintJob, actor: UUID | None, at: datetime) -> None:
    folder = files.folder_of(school_id=job.school_id, job_id=job.id)
    lines = {one.number: one for one in item_lines(job=job)}
    items = PrintItem.objects.filter(school_id=job.school_id, job_id=job.id).order_by("number")
    packed = [
        files.PackedFile(f"{item.number:03}.{extension}", path, str(item.lookup_uuid))
        for item in items
        if item.state == "done"
        for extension, path in files.files_of(folder=folder, number=item.number)
    ]
    digest = ""
    if packed:
        digest = files.put_together(
            folder=folder,
            kind=job.kind,
            packed=packed,
            about={
                "school_year": job.school_year,
                "about": job.about,
                "made_at": at.isoformat(),
                "students": [
                    {
                        "number": one.number,
                        "name": one.name,
                        "class": one.class_name,
                        "left_out_because": one.sentence,
                    }
                    for one in lines.values()
                ],
            },
            made_for=made_for(job=job),
        )
    reached("print.put_together")
    with transaction.atomic():
        PrintJob.objects.filter(school_id=job.school_id, id=job.id, state="open").update(
            state="done", finished_at=at, result_sha256=digest
        )
        _record(job, "issuing.print_finished", {"sha256": digest, "files": len(packed)}, actor, at)


def forget_prints(*, school_id: UUID, actor: UUID | None, at: datetime) -> int:
    """Throw the files of old requests away; the rows stay and say so."""
    old = forgettable(school_id=school_id, before=at - KEPT)
    for job in old:
        files.throw_away(school_id=school_id, job_id=job.id)
        with transaction.atomic():
            PrintJob.objects.filter(school_id=school_id, id=job.id).update(state="expired")
            _record(job, "issuing.print_forgotten", {"state": "expired"}, actor, at)
    return len(old)


def note_download(*, job: PrintJob, actor: UUID, at: datetime) -> None:
    """Record that somebody took a request's file with them.

    Raises:
        HocbaError: "access.denied".
    """
    job = job_for(viewer=viewer_of(person_id=actor, at=at), school_id=job.school_id, job_id=job.id)
    with transaction.atomic():
        _record(job, "issuing.print_downloaded", {"sha256": job.result_sha256}, actor, at)


def _request_line(job: PrintJob) -> str:
    owner, school = person_by_id(person_id=job.asked_by), unit_by_id(unit_id=job.school_id)
    names = [one for one in (owner and owner.full_name, school and school.name) if one]
    return f"mã {job.id}, {', '.join(names)}"


def _claim(lookup_uuid: UUID, actor: UUID | None, at: datetime) -> str:
    """Return what the QR code says; nothing when the portal's key is away."""
    try:
        return claim_for_paper(lookup_uuid=lookup_uuid, actor=actor, at=at)
    except HocbaError:
        return ""


def _record(
    job: PrintJob, action: str, after: Mapping[str, object], actor: UUID | None, at: datetime
) -> None:
    record_event(
        school_id=job.school_id,
        school_year=job.school_year,
        action=action,
        object_type="print_job",
        object_id=str(job.id),
        before=None,
        after=after,
        actor=actor,
        at=at,
    )
