"""Reading the print queue: who may ask for which pages, whose requests there are, how far."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from hocba.adapters.pdf.marking import MadeFor
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.queries import names_of_people
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.issuing.models import Draft
from hocba.apps.issuing.print_files import folder_of, require_deliverable, result_path
from hocba.apps.issuing.print_models import PrintItem, PrintJob
from hocba.apps.roster.models import ClassGroup, Enrolment, Unit
from hocba.apps.roster.permissions import is_homeroom_teacher
from hocba.apps.roster.queries import classes_of_school, unit_by_id, units_of_viewer
from hocba.core.errors import HocbaError

OFFICE = ("clerk", "principal")  # these may have a whole grade, and packages
PRINT_ROLES = (*OFFICE, "homeroom_teacher")
PAGE = 50


@dataclass(frozen=True, slots=True)
class JobLine:
    """One request in a list: what, whose, how far."""

    job: PrintJob
    owner: str
    total: int
    done: int
    refused: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """What became of one student's transcript; `sentence` says why it was refused."""

    number: int
    name: str
    class_name: str
    state: str
    sentence: str


def schools_to_print(*, viewer: Viewer) -> list[Unit]:
    """Return the schools whose transcripts the viewer may have printed."""
    units = viewer.units(*PRINT_ROLES)
    return [one for one in units_of_viewer(viewer=viewer) if one.pk in units]


def is_office(viewer: Viewer, *, school_id: UUID) -> bool:
    """Whether the viewer may print for the whole school."""
    return any(viewer.has(role, school_id) for role in OFFICE)


def classes_to_print(*, viewer: Viewer, school_id: UUID) -> list[ClassGroup]:
    """Return the classes with transcripts that the viewer may have printed, newest year first."""
    years = Draft.objects.filter(school_id=school_id).values_list("school_year", flat=True)
    found: list[ClassGroup] = []
    for school_year in sorted(set(years.distinct()), reverse=True):
        found += classes_of_school(viewer=viewer, school_id=school_id, school_year=school_year)
    if is_office(viewer, school_id=school_id):
        return found
    return [one for one in found if is_homeroom_teacher(viewer, class_group=one)]


def jobs_of_viewer(*, viewer: Viewer, school_id: UUID) -> list[JobLine]:
    """Return the viewer's requests in a school, the whole school's for the office, newest first."""
    jobs = PrintJob.objects.filter(school_id=school_id)
    if not is_office(viewer, school_id=school_id):
        jobs = jobs.filter(asked_by=viewer.person_id or UUID(int=0))
    return _lines(school_id, list(jobs.order_by("-asked_at", "-id")[:PAGE]))


def job_for(*, viewer: Viewer, school_id: UUID, job_id: UUID) -> PrintJob:
    """Return a request for a page or a download: its owner's, or the office's of that school.

    Raises:
        HocbaError: "access.denied", both when unknown and when not the viewer's.
    """
    job = PrintJob.objects.filter(school_id=school_id, id=job_id).first()
    if job is None or not viewer.units(*PRINT_ROLES) & {school_id}:
        raise HocbaError("access.denied")
    if job.asked_by != viewer.person_id and not is_office(viewer, school_id=school_id):
        raise HocbaError("access.denied")
    return job


def job_line(*, job: PrintJob) -> JobLine:
    """Return how far one request is."""
    return _lines(job.school_id, [job])[0]


def item_lines(*, job: PrintJob) -> list[ItemLine]:
    """Return every student of a request with the outcome."""
    items = list(
        PrintItem.objects.filter(school_id=job.school_id, job_id=job.id).order_by("number")
    )
    names = _names(items)
    return [
        ItemLine(
            number=item.number,
            name=names.get(item.enrolment_id, ("", ""))[0],
            class_name=names.get(item.enrolment_id, ("", ""))[1],
            state=item.state,
            sentence=refusal_sentence(HocbaError(item.reason)) if item.reason else "",
        )
        for item in items
    ]


def made_for(*, job: PrintJob) -> MadeFor:
    """Return what every file of a request must say of itself.

    Raises:
        HocbaError: "access.denied" when the school is gone.
    """
    school = unit_by_id(unit_id=job.school_id)
    if school is None:
        raise HocbaError("access.denied")
    return MadeFor(school.code, str(job.id), str(job.asked_by))


def file_to_deliver(*, viewer: Viewer, school_id: UUID, job_id: UUID) -> tuple[PrintJob, Path]:
    """Return a finished request's file, looked at once more.

    Raises:
        HocbaError: "access.denied", "print.unfinished", "print.gone", "print.not_yours".
    """
    job = job_for(viewer=viewer, school_id=school_id, job_id=job_id)
    if job.state == "expired":
        raise HocbaError("print.gone")
    if job.state != "done" or not job.result_sha256:
        raise HocbaError("print.unfinished")
    path = result_path(folder=folder_of(school_id=school_id, job_id=job_id), kind=job.kind)
    require_deliverable(path=path, sha=job.result_sha256, made_for=made_for(job=job))
    return job, path


def forgettable(*, school_id: UUID, before: datetime) -> list[PrintJob]:
    """Return finished requests whose files are older than this."""
    jobs = PrintJob.objects.filter(school_id=school_id, state="done", finished_at__lt=before)
    return list(jobs.order_by("finished_at"))


def _lines(school_id: UUID, jobs: Sequence[PrintJob]) -> list[JobLine]:
    counts: dict[UUID, Counter[str]] = {}
    items = PrintItem.objects.filter(school_id=school_id, job_id__in=[job.id for job in jobs])
    for job_id, state in items.values_list("job_id", "state"):
        counts.setdefault(job_id, Counter())[state] += 1
    owners = names_of_people(person_ids={job.asked_by for job in jobs})
    lines = []
    for job in jobs:
        found = counts.get(job.id, Counter())
        lines.append(
            JobLine(
                job=job,
                owner=owners.get(job.asked_by, ""),
                total=found.total(),
                done=found["done"],
                refused=found["refused"],
            )
        )
    return lines


def _names(items: Sequence[PrintItem]) -> dict[UUID, tuple[str, str]]:
    """Return student and class of each enrolment, in one question."""
    rows = Enrolment.objects.filter(pk__in={item.enrolment_id for item in items})
    told = rows.values_list("pk", "student__full_name", "class_group__name")
    return {pk: (name, class_name) for pk, name, class_name in told}
