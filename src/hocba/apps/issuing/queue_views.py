"""Pages of the print queue: ask, watch, take the file. Work goes on whoever looks, or nobody."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.issuing import print_queue as queue
from hocba.apps.issuing.actions.print_jobs import ask_to_print, note_download, work_print_job
from hocba.apps.issuing.print_forms import PrintForm
from hocba.apps.roster.models import Unit
from hocba.apps.roster.queries import roll_of_class
from hocba.core.errors import HocbaError

SECONDS = 2.0  # of work within one request


@require_GET
def print_queues(request: HttpRequest) -> HttpResponse:
    """Lead to the school's queue, or let choose among schools."""
    schools = queue.schools_to_print(viewer=viewer_of_request(request))
    if not schools:
        raise HocbaError("access.denied")
    if len(schools) == 1:
        return redirect("print_queue", school_id=schools[0].pk)
    return render(request, "work/print_schools.html", {"schools": schools})


@never_cache
@require_http_methods(["GET", "POST"])
def print_queue(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """List requests; take a new one on POST."""
    viewer = viewer_of_request(request)
    school = _school(viewer, school_id)
    classes = queue.classes_to_print(viewer=viewer, school_id=school_id)
    form = PrintForm(
        request.POST if request.method == "POST" else None,
        classes=classes,
        office=queue.is_office(viewer, school_id=school_id),
        student=_student(request, {one.pk for one in classes}),
    )
    if form.is_bound and form.is_valid():
        try:
            job_id = ask_to_print(
                job_id=form.cleaned_data["job_id"],
                school_id=school_id,
                wish=form.wish(),
                actor=_actor(request),
                at=timezone.now(),
            )
            return redirect("print_job", school_id=school_id, job_id=job_id)
        except HocbaError as refusal:
            form.add_error(None, refusal_sentence(refusal, gettext=_))
    context = {
        "school": school,
        "form": form,
        "can_ask": bool(classes),
        "jobs": [_line(one) for one in queue.jobs_of_viewer(viewer=viewer, school_id=school_id)],
    }
    status = 422 if form.is_bound else 200
    return render(request, "work/print_queue.html", context, status=status)


@never_cache
@require_GET
def print_job(request: HttpRequest, school_id: UUID, job_id: UUID) -> HttpResponse:
    """Show one request with the outcome of each student."""
    viewer = viewer_of_request(request)
    job = queue.job_for(viewer=viewer, school_id=school_id, job_id=job_id)
    words = {"waiting": _("Chờ làm"), "done": _("Đã xong"), "refused": _("Không làm được")}
    badges = {"waiting": "none", "done": "passed", "refused": "failed"}
    context = {
        "school": _school(viewer, school_id),
        "line": _line(queue.job_line(job=job)),
        "rows": [
            {"line": one, "word": words[one.state], "badge": badges[one.state]}
            for one in queue.item_lines(job=job)
        ],
    }
    return render(request, "work/print_job.html", context)


@never_cache
@require_POST
def work_on(request: HttpRequest, school_id: UUID, job_id: UUID) -> HttpResponseBase:
    """Go on with a request for a moment; tell how far it is."""
    work_print_job(
        school_id=school_id,
        job_id=job_id,
        seconds=SECONDS,
        actor=_actor(request),
        at=timezone.now(),
    )
    if request.headers.get("Accept") != "application/json":
        return redirect("print_job", school_id=school_id, job_id=job_id)
    job = queue.job_for(viewer=viewer_of_request(request), school_id=school_id, job_id=job_id)
    line = queue.job_line(job=job)
    told = {"state": job.state, "total": line.total, "done": line.done, "refused": line.refused}
    return JsonResponse(told | {"words": _words(line)})


@never_cache
@require_GET
def print_file(request: HttpRequest, school_id: UUID, job_id: UUID) -> FileResponse:
    """Hand out the finished file, looked at once more, and record who took it."""
    job, path = queue.file_to_deliver(
        viewer=viewer_of_request(request), school_id=school_id, job_id=job_id
    )
    note_download(job=job, actor=_actor(request), at=timezone.now())
    name = f"hoc-ba-{job.school_year}-{str(job.id)[-8:]}{path.suffix}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _school(viewer: Viewer, school_id: UUID) -> Unit:
    for school in queue.schools_to_print(viewer=viewer):
        if school.pk == school_id:
            return school
    raise HocbaError("access.denied")


def _student(request: HttpRequest, classes: set[UUID]) -> tuple[UUID, UUID, str] | None:
    """Return the one student whom the address names, if the viewer may print that class."""
    place = request.GET.get("lop", ""), request.GET.get("hoc-sinh", "")
    try:
        class_id, enrolment_id = (UUID(one) for one in place)
    except ValueError:
        return None
    if class_id not in classes:
        return None
    for pupil in roll_of_class(class_id=class_id):
        if pupil.enrolment_id == enrolment_id:
            return class_id, enrolment_id, pupil.full_name
    return None


def _line(one: queue.JobLine) -> dict[str, Any]:
    job = one.job
    kinds = {"pdf": _("Một tệp PDF"), "zip": _("ZIP các tệp PDF"), "package": _("Gói học bạ")}
    states = {"open": _("Đang làm"), "done": _("Đã xong"), "expired": _("Đã hết hạn giữ tệp")}
    place = {"school_id": job.school_id, "job_id": job.id}
    return {
        "job": job,
        "title": _("%(kind)s: %(about)s, %(year)s")
        % {"kind": kinds[job.kind], "about": job.about, "year": job.school_year},
        "state": states[job.state],
        "badge": {"open": "signing", "done": "passed", "expired": "none"}[job.state],
        "owner": one.owner,
        "total": one.total,
        "ended": one.done + one.refused,
        "refused": one.refused,
        "words": _words(one),
        "url": reverse("print_job", kwargs=place),
        "work": reverse("work_print_job", kwargs=place),
        "file": reverse("print_file", kwargs=place)
        if job.result_sha256 and job.state == "done"
        else "",
    }


def _words(one: queue.JobLine) -> str:
    told = _("Đã làm %(done)s/%(total)s học bạ.") % {"done": one.done, "total": one.total}
    if one.refused:
        told += " " + _("%(n)s học bạ không làm được, lí do ở từng dòng.") % {"n": one.refused}
    return told


def _actor(request: HttpRequest) -> UUID:
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    return request.user.id
