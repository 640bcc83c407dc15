"""Pages of the gradebook: hand in a class workbook, read its findings, accept it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hocba.adapters.wording.findings import finding_sentence
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.gradebook.actions import accept_workbook, hand_in_workbook
from hocba.apps.gradebook.check import Check
from hocba.apps.gradebook.forms import WorkbookForm
from hocba.apps.gradebook.queries import checked_workbook, import_runs
from hocba.core.assessment.findings import Severity
from hocba.core.errors import HocbaError


@require_http_methods(["GET", "POST"])
def workbooks(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """List the workbooks handed in, and take a new one."""
    runs = import_runs(viewer=viewer_of_request(request), school_id=school_id)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "runs": runs, "school_id": school_id}
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["workbook"]
        run_id, check = hand_in_workbook(
            school_id=school_id,
            data=upload.read(),
            filename=upload.name,
            actor=_actor(request),
            at=timezone.now(),
        )
        if run_id is not None:
            return redirect("workbook", school_id=school_id, run_id=run_id)
        context["findings"] = _lines(check)
        return render(request, "work/workbooks.html", context, status=422)
    status = 422 if request.method == "POST" else 200
    return render(request, "work/workbooks.html", context, status=status)


@require_http_methods(["GET", "POST"])
def workbook(request: HttpRequest, school_id: UUID, run_id: UUID) -> HttpResponse:
    """Show what was found in one workbook; accept it on POST."""
    viewer = viewer_of_request(request)
    run, check = checked_workbook(viewer=viewer, school_id=school_id, run_id=run_id)
    accepted = None
    if request.method == "POST":
        accepted = accept_workbook(
            school_id=school_id, run_id=run_id, actor=_actor(request), at=timezone.now()
        )
        run, check = checked_workbook(viewer=viewer, school_id=school_id, run_id=run_id)
    findings = _lines(check)
    chosen = request.GET.get("loc", "")
    students = check.workbook.students if check.workbook else ()
    context = {
        "run": run,
        "school_id": school_id,
        "findings": [line for line in findings if chosen in ("", line["severity"])],
        "chosen": chosen,
        "blocking": sum(line["severity"] == Severity.BLOCK.value for line in findings),
        "warnings": sum(line["severity"] == Severity.WARN.value for line in findings),
        "students_total": len(students),
        "students_going_on": len(students) - len(check.blocked_students),
        "can_accept": not check.file_blocked and viewer.has("it_officer", school_id),
        "accepted": accepted,
    }
    return render(request, "work/workbook.html", context)


def _lines(check: Check) -> list[dict[str, str]]:
    return [
        {
            "severity": finding.severity.value,
            "sheet": finding.place.sheet,
            "cell": finding.place.cell,
            "student": finding.student_name,
            "student_code": finding.student_code,
            "found": finding.found,
            "expected": finding.expected,
            "sentence": finding_sentence(finding, gettext=_),
            "clause": finding.clause,
        }
        for finding in check.findings
    ]


def _actor(request: HttpRequest) -> UUID:
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    return request.user.id
