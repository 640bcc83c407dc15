"""Pages of recall: a class's issued versions, the request form, the requests, one request."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.issuing import recall_pages as pages
from hocba.apps.issuing.actions import (
    compose_replacement,
    execute_request,
    request_correction,
    withdraw_replacement,
)
from hocba.apps.issuing.actions.correct import Proposal, preview_correction
from hocba.apps.issuing.recall_forms import DecisionForm, RecallForm, proposed_cells
from hocba.apps.issuing.standing_year import WhatIf
from hocba.apps.ledger.actions import approve, publish_status_list, refuse, withdraw
from hocba.apps.ledger.evidence_files import EvidenceFile
from hocba.apps.ledger.life_queries import (
    RequestView,
    evidence_for,
    request_for,
    requests_of_viewer,
)
from hocba.core.errors import HocbaError
from hocba.core.registry.procedures import RequestKind

TABS = ("cho-toi", "dang-xet", "tat-ca")


@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """List the requests that wait for the viewer, that are open, or all."""
    viewer = viewer_of_request(request)
    chosen = request.GET.get("loc", TABS[0])
    chosen = chosen if chosen in TABS else TABS[0]
    number = request.GET.get("trang", "1")
    page = int(number) if number.isdecimal() and len(number) < 6 else 1
    rows, more = requests_of_viewer(viewer=viewer, which=chosen, page=page)
    context = {
        "rows": pages.request_rows(rows),
        "chosen": chosen,
        "page": page,
        "next_page": page + 1 if more else None,
    }
    return render(request, "work/recalls.html", context)


@require_GET
def class_versions(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """List the issued versions of one class with what may be asked about each."""
    context = pages.class_versions(viewer=viewer_of_request(request), class_id=class_id)
    return render(request, "work/recall_class.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, lookup_uuid: UUID) -> HttpResponse:
    """Show the form; preview what corrected marks would alter; send the request."""
    viewer, actor = viewer_of_request(request), _actor(request)
    about = pages.version(viewer=viewer, lookup_uuid=lookup_uuid)
    kinds, reasons = pages.askable(viewer=viewer, about=about, at=timezone.now())
    posted = request.method == "POST"
    form = RecallForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        kinds=kinds,
        reasons=reasons,
    )
    found: WhatIf | None = None
    if posted and form.is_valid():
        proposal = _proposal(request, form, lookup_uuid)
        try:
            if "gui" in request.POST:
                done = request_correction(
                    request_id=form.cleaned_data["request_id"],
                    proposal=proposal,
                    actor=actor,
                    at=timezone.now(),
                )
                return redirect("recall", request_id=done)
            found = preview_correction(proposal=proposal, actor=actor, at=timezone.now())[1]
        except HocbaError as refusal:
            form.add_error(None, refusal_sentence(refusal, gettext=_))
    context = pages.ask_context(about=about, viewer=viewer, typed=request.POST, found=found)
    status = 422 if posted and form.errors else 200
    return render(request, "work/recall_ask.html", context | {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Show a request with its history; take the viewer's decision on POST."""
    viewer = viewer_of_request(request)
    view = request_for(viewer=viewer, request_id=request_id, at=timezone.now())
    form = _decision_form(request, view)
    if request.method == "POST" and form.is_valid():
        try:
            _ACTS[request.POST.get("viec", "")](request, view, form)
        except KeyError:
            form.add_error(None, _("Hãy chọn một việc."))
        except HocbaError as refusal:
            form.add_error(None, refusal_sentence(refusal, gettext=_))
        else:
            return redirect("recall", request_id=request_id)
    context = pages.request_context(viewer=viewer, view=view) | {"form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "work/recall.html", context, status=status)


@require_GET
def evidence(request: HttpRequest, request_id: UUID, sha256: str) -> HttpResponse:
    """Hand out a file of a request as a download that no browser runs."""
    row, data = evidence_for(
        viewer=viewer_of_request(request), request_id=request_id, sha256=sha256
    )
    answer = HttpResponse(data, content_type=row.media_type)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    name = row.filename.encode("ascii", "replace").decode().replace('"', "_")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name.replace("?", "_")}"'
    return answer


def _decision_form(request: HttpRequest, view: RequestView) -> DecisionForm:
    outside = view.may_approve is not None and view.may_approve.from_outside
    posted = request.method == "POST"
    return DecisionForm(
        request.POST if posted else None, request.FILES if posted else None, outside=outside
    )


def _approve(request: HttpRequest, _view: RequestView, form: DecisionForm) -> None:
    approve(
        request_id=_view.request.id,
        step=request.POST.get("buoc", ""),
        reason=form.cleaned_data["reason"],
        decision_number=form.cleaned_data.get("decision_number", ""),
        evidence=_files(form.cleaned_data.get("evidence") or ()),
        actor=_actor(request),
        at=timezone.now(),
    )


def _refuse(request: HttpRequest, view: RequestView, form: DecisionForm) -> None:
    refuse(
        request_id=view.request.id,
        reason=form.cleaned_data["reason"],
        actor=_actor(request),
        at=timezone.now(),
    )


def _withdraw(request: HttpRequest, view: RequestView, form: DecisionForm) -> None:
    withdraw(
        request_id=view.request.id,
        reason=form.cleaned_data["reason"],
        actor=_actor(request),
        at=timezone.now(),
    )


def _execute(request: HttpRequest, view: RequestView, _form: DecisionForm) -> None:
    actor, now = _actor(request), timezone.now()
    execute_request(request_id=view.request.id, actor=actor, at=now)
    # Who checks without network should learn of it soon; the sweep publishes what fails here.
    with suppress(HocbaError):
        publish_status_list(actor=actor, at=now)


def _compose(request: HttpRequest, view: RequestView, _form: DecisionForm) -> None:
    compose_replacement(request_id=view.request.id, actor=_actor(request), at=timezone.now())


def _drop(request: HttpRequest, view: RequestView, form: DecisionForm) -> None:
    withdraw_replacement(
        request_id=view.request.id,
        reason=form.cleaned_data["reason"],
        actor=_actor(request),
        at=timezone.now(),
    )


_ACTS: dict[str, Callable[[HttpRequest, RequestView, DecisionForm], None]] = {
    "duyet": _approve,
    "tu-choi": _refuse,
    "rut": _withdraw,
    "thuc-hien": _execute,
    "lap-lai": _compose,
    "huy-ban-moi": _drop,
}


def _proposal(request: HttpRequest, form: RecallForm, lookup_uuid: UUID) -> Proposal:
    return Proposal(
        lookup_uuid=lookup_uuid,
        kind=RequestKind(form.cleaned_data["kind"]),
        reason_code=form.cleaned_data["reason_code"],
        reason=form.cleaned_data["reason"],
        cells=proposed_cells(request.POST),
        evidence=_files(form.cleaned_data["evidence"]),
    )


def _files(uploads: Iterable[Any]) -> tuple[EvidenceFile, ...]:
    return tuple(EvidenceFile(upload.name, upload.read()) for upload in uploads)


def _actor(request: HttpRequest) -> UUID:
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    return request.user.id
