"""Jobs of the fault tests on what comes after the issue: a mass recall, a print request."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from hocba.apps.accounts.queries import person_by_username
from hocba.apps.audit.models import AuditEvent
from hocba.apps.issuing.actions import mass as acts
from hocba.apps.issuing.actions.print_jobs import PrintWish, ask_to_print, work_print_job
from hocba.apps.issuing.models import Draft, PrintItem, PrintJob
from hocba.apps.issuing.print_files import folder_of, require_deliverable, result_path
from hocba.apps.issuing.print_queue import made_for
from hocba.apps.ledger.actions.mass import MassFinding, plan_mass_recall
from hocba.apps.ledger.evidence_files import EvidenceFile
from hocba.apps.ledger.mass_queries import MassScope, problems, progress
from hocba.apps.ledger.models import LogEntry, LogHead

FINDING = MassFinding(
    "wrong_form",
    "Làm tròn điểm trung bình cả năm sai quy định.",
    EvidenceFile("qd.pdf", b"%PDF-1.7 quyet dinh"),
)


def _who(username: str) -> UUID:
    person = person_by_username(username=username)
    assert person is not None
    return person.pk


def recall_all(*, mass_id: str, school_id: str) -> dict[str, int]:
    """Walk the whole road of a mass recall, from whatever point it is at; return what was left."""
    at, left = timezone.now(), Counter[str]()
    plan_mass_recall(
        mass_id=UUID(mass_id),
        scope=MassScope("2024-2025", ("THCS",), (9,)),
        finding=FINDING,
        actor=_who("so"),
        at=at,
    )
    which: dict[str, Any] = {"mass_id": UUID(mass_id), "school_id": UUID(school_id), "at": at}
    left += acts.ask_school(**which, actor=_who("vanthu"))
    left += acts.approve_school(**which, step="principal", actor=_who("hieutruong"))
    left += acts.approve_school(**which, step="managing", actor=_who("phuong"))
    left += acts.execute_school(**which, actor=_who("vanthu"))
    left += acts.compose_school(**which, actor=_who("vanthu"))
    return {code: count for code, count in left.items() if code}


def inspect_recall(*, mass_id: str, school_id: str) -> dict[str, Any]:
    """Look at every version's road: what stands in the log, how many drafts, how many events."""
    school = UUID(school_id)
    entries = LogEntry.objects.order_by("index")
    events = AuditEvent.objects.filter(school_id=school)
    counted = Counter(events.values_list("action", flat=True))
    living = Draft.objects.filter(school_id=school, request_id__isnull=False)
    told = progress(mass_id=UUID(mass_id))
    return {
        "indices": list(entries.values_list("index", flat=True)),
        "head": LogHead.objects.get().size,
        "twice": [
            str(pair)
            for pair, count in Counter(entries.values_list("lookup_uuid", "kind")).items()
            if count > 1
        ],
        "recalled": entries.filter(kind="recalled").count(),
        "replacements": [str(one.replaces_uuid) for one in living],
        "progress": dict(told[school]),
        "problems": len(problems(mass_id=UUID(mass_id))),
        "asked": counted["ledger.recall_requested"],
        "approved": counted["ledger.recall_approved"],
        "executed": counted["ledger.recall_executed"],
        "composed": counted["ledger.difference_kept"],
    }


def print_class(*, job_id: str, school_id: str, class_id: str, hours: int) -> bool:
    """Ask for a class as one PDF, and work on it; `hours` later, when a killed lease has ended."""
    at = timezone.now() + timedelta(hours=hours)
    clerk = _who("vanthu")
    ask_to_print(
        job_id=UUID(job_id),
        school_id=UUID(school_id),
        wish=PrintWish("pdf", class_id=UUID(class_id)),
        actor=clerk,
        at=at,
    )
    return work_print_job(
        school_id=UUID(school_id), job_id=UUID(job_id), seconds=30, actor=clerk, at=at
    )


def inspect_print(*, job_id: str, school_id: str) -> dict[str, Any]:
    """Look at the request, its students and its file, as the door does."""
    school = UUID(school_id)
    job = PrintJob.objects.get(school_id=school, id=UUID(job_id))
    folder = folder_of(school_id=school, job_id=job.id)
    path = result_path(folder=folder, kind=job.kind)
    require_deliverable(path=path, sha=job.result_sha256, made_for=made_for(job=job))
    events = AuditEvent.objects.filter(school_id=school, object_id=job_id)
    return {
        "items": dict(
            Counter(
                PrintItem.objects.filter(school_id=school, job_id=job.id).values_list(
                    "state", flat=True
                )
            )
        ),
        "events": dict(Counter(events.values_list("action", flat=True))),
    }
