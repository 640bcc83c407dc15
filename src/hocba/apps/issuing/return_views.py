"""Transcripts given back, and slots of teachers who left: read, answered, taken over."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.verdicts import role_name
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.issuing.actions import answer_return, take_over_slots
from hocba.apps.issuing.returns import departed_signers, returns_for
from hocba.apps.issuing.session_views import actor_of
from hocba.apps.roster.queries import class_by_id, unit_by_id
from hocba.core.errors import HocbaError


@never_cache
@require_http_methods(["GET", "POST"])
def returns(request: HttpRequest) -> HttpResponse:
    """Show what was given back to the reader or by them; answering on POST."""
    problem, asked = "", request.POST.get("ma", "")
    if request.method == "POST":
        try:
            answer_return(
                school_id=UUID(request.POST.get("truong", "")),
                return_id=UUID(asked),
                answer=request.POST.get("tra-loi", ""),
                actor=actor_of(request),
                at=timezone.now(),
            )
            return redirect("returns")
        except ValueError:
            raise HocbaError("access.denied") from None
        except HocbaError as refusal:
            if refusal.code == "access.denied":
                raise
            problem = refusal_sentence(refusal, gettext=_)
    lines = returns_for(viewer=viewer_of_request(request), at=timezone.now())
    classes = {line.row.class_id: class_by_id(class_id=line.row.class_id) for line in lines}
    context = {
        "rows": [
            {
                "line": line,
                "class": classes[line.row.class_id],
                "asked": str(line.row.id) == asked,
            }
            for line in lines
        ],
        "problem": problem,
        "typed": request.POST.get("tra-loi", ""),
    }
    return render(request, "work/returns.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def stand_in(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Show the head which departed teachers have not signed; taking their slots over on POST."""
    viewer, now = viewer_of_request(request), timezone.now()
    require_role(viewer, "principal", unit_id=school_id)
    departed = departed_signers(school_id=school_id, at=now)
    told: dict[str, object] = {}
    if request.method == "POST":
        chosen = set(request.POST.getlist("phan"))
        slots = [
            slot
            for one in departed
            if f"{one.class_id} {one.signer_id} {one.role}" in chosen
            for slot in one.slots
        ]
        told["reason"] = request.POST.get("li-do", "")
        try:
            if not slots:
                raise HocbaError("issuing.stand_in_nothing_chosen")
            outcomes = take_over_slots(
                school_id=school_id,
                slots=slots,
                reason=str(told["reason"]),
                actor=actor_of(request),
                at=now,
            )
            refused = dict.fromkeys(one.refusal for one in outcomes if one.refusal)
            told |= {
                "done": sum(not one.refusal for one in outcomes),
                "refused": [refusal_sentence(HocbaError(code), gettext=_) for code in refused],
            }
            departed = departed_signers(school_id=school_id, at=now)
        except HocbaError as refusal:
            told["error"] = refusal_sentence(refusal, gettext=_)
    context = {
        "school": unit_by_id(unit_id=school_id),
        "rows": [
            {
                "one": one,
                "key": f"{one.class_id} {one.signer_id} {one.role}",
                "class": class_by_id(class_id=one.class_id),
                "role": role_name(one.role, gettext=_),
            }
            for one in departed
        ],
        "told": told,
    }
    return render(request, "work/stand_in.html", context)
