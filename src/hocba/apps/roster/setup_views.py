"""Pages of a school year's set-up: the steps, one kind of workbook, one import."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hocba.adapters.spreadsheets.heading import written_year
from hocba.adapters.spreadsheets.roster_layouts import LAYOUTS
from hocba.adapters.wording.findings import finding_sentence
from hocba.adapters.wording.setups import KINDS, OUTCOMES, STATES, step_sentences
from hocba.apps.accounts.models import ROLES, Person
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.actions import (
    approve_assignments,
    confirm_setup,
    hand_in_setup,
    return_assignments,
    undo_setup,
)
from hocba.apps.roster.actions.setup import IMPORTERS
from hocba.apps.roster.forms import ReasonForm, SetupWorkbookForm
from hocba.apps.roster.models import SetupChange, SetupImport
from hocba.apps.roster.queries import classes_of_school
from hocba.apps.roster.setup.planning import kind_of, kinds_of
from hocba.apps.roster.setup.values import Outcome, Plan, PlannedRow
from hocba.apps.roster.setup_queries import (
    changes_of,
    school_for_setup,
    setup_import,
    setup_imports,
    setup_overview,
    subject_titles,
)
from hocba.apps.roster.template_rows import filled_template
from hocba.core.assessment.findings import Finding
from hocba.core.errors import HocbaError

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HINTS = {
    "lop": "Lập các lớp của năm học.",
    "hoc-sinh": "Đưa học sinh vào lớp; số thứ tự giữ ổn định cả năm.",
    "nhan-su": "Mở tài khoản cho giáo viên và ghi vai trò.",
    "phan-cong": "Ai dạy môn gì, ai chủ nhiệm lớp nào; hiệu trưởng duyệt.",
    "mon-lua-chon": "Tổ hợp môn lựa chọn và chuyên đề của từng em.",
}


def chosen_year(request: HttpRequest) -> str:
    """Return the school year that the address names, else the one of today.

    Raises:
        HocbaError: "setup.year_unknown".
    """
    told = request.GET.get("nam", "")
    if not told:
        return school_year_of(timezone.now())
    year = written_year(told)
    if not year:
        raise HocbaError("setup.year_unknown")
    return year


def years_around(year: str) -> list[str]:
    """Return the years that a page offers: the one before, this one, the next."""
    first = int(year[:4])
    return [f"{one}-{one + 1}" for one in (first - 1, first, first + 1)]


def actor_of(request: HttpRequest) -> UUID:
    """Return who is signed in."""
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    return request.user.id


def download(data: bytes, name: str) -> HttpResponse:
    """Return an Excel file to be saved."""
    response = HttpResponse(data, content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@require_GET
def overview(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Show how far a year's set-up is and what comes next."""
    viewer, year = viewer_of_request(request), chosen_year(request)
    found = setup_overview(viewer=viewer, school_id=school_id, school_year=year)
    context = {
        "overview": found,
        "year": year,
        "years": sorted({*years_around(school_year_of(timezone.now())), *found.years, year}),
        "steps": [
            {
                "step": step,
                "title": KINDS[step.kind],
                "hint": _HINTS[step.kind],
                "next": step is found.next_step,
                "url": _kind_url(school_id, step.kind, year),
            }
            for step in found.steps
        ],
        "classes": classes_of_school(viewer=viewer, school_id=school_id, school_year=year),
        "runs": _run_lines(setup_imports(viewer=viewer, school_id=school_id, school_year=year)),
        "school_id": school_id,
    }
    return render(request, "work/setup.html", context)


@require_http_methods(["GET", "POST"])
def kind(request: HttpRequest, school_id: UUID, kind: str) -> HttpResponse:
    """Explain one kind of workbook, offer its template, take a filled one."""
    viewer, year = viewer_of_request(request), chosen_year(request)
    school, chosen = school_for_setup(viewer=viewer, school_id=school_id), kind_of(kind)
    if request.method == "POST":
        require_role(viewer, *IMPORTERS, unit_id=school_id)
    if chosen not in kinds_of(school):
        raise HocbaError("setup.kind_unknown")
    form = SetupWorkbookForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {
        "form": form,
        "kind": kind,
        "title": LAYOUTS[chosen].title,
        "advice": LAYOUTS[chosen].advice,
        "columns": LAYOUTS[chosen].sheet.columns,
        "year": year,
        "school_id": school_id,
        "can_import": any(viewer.has(role, school_id) for role in IMPORTERS),
        "runs": _run_lines(
            setup_imports(viewer=viewer, school_id=school_id, school_year=year, kind=kind)
        ),
    }
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["workbook"]
        import_id, plan = hand_in_setup(
            school_id=school_id,
            kind=kind,
            school_year=year,
            data=upload.read(),
            filename=upload.name,
            actor=actor_of(request),
            at=timezone.now(),
        )
        if import_id is not None:
            return redirect("setup_import", school_id=school_id, import_id=import_id)
        context["findings"] = _worded(plan.findings)
    status = 422 if request.method == "POST" else 200
    return render(request, "work/setup_kind.html", context, status=status)


@require_GET
def template(request: HttpRequest, school_id: UUID, kind: str) -> HttpResponse:
    """Give the template of a kind, filled with what is on record."""
    viewer, year = viewer_of_request(request), chosen_year(request)
    school_for_setup(viewer=viewer, school_id=school_id)
    data = filled_template(
        viewer=viewer,
        school_id=school_id,
        kind=kind_of(kind),
        school_year=year,
    )
    return download(data, f"{kind}-{year}.xlsx")


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, school_id: UUID, import_id: UUID) -> HttpResponse:
    """Show what an import would do or did; confirm, approve, return or undo it on POST."""
    viewer = viewer_of_request(request)
    reason = ReasonForm(request.POST if "reason" in request.POST else None)
    if request.method == "POST":
        school_for_setup(viewer=viewer, school_id=school_id)
        if _act(request, school_id, import_id, reason):
            return redirect("setup_import", school_id=school_id, import_id=import_id)
    run, plan = setup_import(viewer=viewer, school_id=school_id, import_id=import_id)
    importer = any(viewer.has(role, school_id) for role in IMPORTERS)
    principal = viewer.has("principal", school_id)
    decider = principal if run.kind == "phan-cong" else importer
    context: dict[str, object] = {
        "run": run,
        "title": KINDS[run.kind],
        "state": STATES[run.state],
        "plan": plan,
        "can_confirm": run.state == "checked" and importer,
        "can_approve": run.state == "waiting" and principal,
        "can_undo": run.state == "applied" and decider,
        "reason_form": reason,
        "school_id": school_id,
        "back": _kind_url(school_id, run.kind, run.school_year),
    }
    context |= _preview(request, plan) if plan else _history(request, school_id, run)
    status = 422 if request.method == "POST" else 200
    return render(request, "work/setup_import.html", context, status=status)


def _act(request: HttpRequest, school_id: UUID, import_id: UUID, reason: ReasonForm) -> bool:
    """Do what the button says; False when a reason is wanting."""
    act = request.POST.get("viec", "")
    common: dict[str, Any] = {
        "school_id": school_id,
        "import_id": import_id,
        "actor": actor_of(request),
        "at": timezone.now(),
    }
    if act in ("ghi", "duyet"):
        do = confirm_setup if act == "ghi" else approve_assignments
        run = do(plan_sha256=request.POST.get("plan", ""), **common)
        waits = run.state == "waiting"
        messages.success(
            request,
            _("Đã trình hiệu trưởng duyệt.") if waits else _("Đã ghi toàn bộ tệp."),
        )
        return True
    if act not in ("tra", "hoan-tac"):
        raise BadRequest(act)
    if not reason.is_valid():
        return False
    undo = return_assignments if act == "tra" else undo_setup
    undo(reason=reason.cleaned_data["reason"], **common)
    messages.success(
        request, _("Đã trả lại.") if act == "tra" else _("Đã hoàn tác toàn bộ lần nhập này.")
    )
    return True


def _preview(request: HttpRequest, plan: Plan) -> dict[str, object]:
    """Rows as planned, those to mend first while there are any."""
    counts = plan.counts
    chosen = request.GET.get("loc", Outcome.BLOCKED.value if counts["chan"] else "")
    names = {**ROLES, **subject_titles()}
    rows = [row for row in plan.rows if _shown(row, chosen)]
    page = Paginator(rows, PAGE).get_page(request.GET.get("trang"))
    return {
        "counts": counts,
        "total": len(plan.rows),
        "blocked": plan.blocked,
        "writing": counts["them"] + counts["doi"],
        "findings": _worded(plan.findings),
        "chosen": chosen,
        "filters": _filters(counts, len(plan.rows)),
        "page": page,
        "rows": [_row_line(row, names) for row in page],
        "steps": sum(len(row.steps) for row in plan.rows),
    }


def _shown(row: PlannedRow, chosen: str) -> bool:
    if chosen == "luu-y":
        return bool(row.findings) and row.outcome is not Outcome.BLOCKED
    return chosen in ("", row.outcome.value)


def _filters(counts: dict[str, int], total: int) -> list[tuple[str, str, int]]:
    found = [("", _("Tất cả"), total)]
    found += [(key, _(OUTCOMES[key]), counts[key]) for key in ("them", "doi", "giu", "chan")]
    return [*found, ("luu-y", _("Lưu ý"), counts["luu_y"])]


def _row_line(row: PlannedRow, names: dict[str, str]) -> dict[str, object]:
    sentences = [
        sentence
        for step in row.steps
        for sentence in step_sentences(
            step.act.value, step.key, step.before, step.after, names=names, gettext=_
        )
    ]
    return {
        "place": row.place,
        "about": row.about,
        "outcome": row.outcome.value,
        "outcome_title": _(OUTCOMES[row.outcome.value]),
        "steps": sentences,
        "findings": _worded(row.findings),
    }


def _worded(findings: Iterable[Finding]) -> list[dict[str, str]]:
    return [
        {
            "severity": finding.severity.value,
            "sheet": finding.place.sheet,
            "cell": finding.place.cell,
            "code": finding.code,
            "sentence": finding_sentence(finding, gettext=_),
        }
        for finding in findings
    ]


def _history(request: HttpRequest, school_id: UUID, run: SetupImport) -> dict[str, object]:
    """What was done, row by row."""
    viewer, names = viewer_of_request(request), {**ROLES, **subject_titles()}
    changes = changes_of(viewer=viewer, school_id=school_id, import_id=run.id)
    page = Paginator(changes, PAGE).get_page(request.GET.get("trang"))
    return {
        "page": page,
        "changes": [_change_line(change, names) for change in page],
        "total": len(changes),
    }


def _change_line(change: SetupChange, names: dict[str, str]) -> dict[str, object]:
    return {
        "place": f"{change.sheet} {change.cell}",
        "about": change.about,
        "steps": step_sentences(
            change.act, change.key, change.before, change.after, names=names, gettext=_
        ),
    }


def _run_lines(lines: Iterable[Any]) -> list[dict[str, object]]:
    return [
        {
            "run": line.run,
            "kind": KINDS[line.run.kind],
            "state": _(STATES[line.run.state]),
            "by": line.handed_in_by,
            "decided_by": line.decided_by,
        }
        for line in lines
    ]


def _kind_url(school_id: UUID, kind: str, year: str) -> str:
    return f"{reverse('setup_kind', args=[school_id, kind])}?nam={year}"
