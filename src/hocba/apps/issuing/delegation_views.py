"""Ủy quyền ký: the head lets a deputy sign transcripts, from a day to a day, and ends it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.actions import give_delegation, revoke_delegation
from hocba.apps.accounts.models import Delegation
from hocba.apps.accounts.queries import delegations_of_unit, holders_of, viewer_of_request
from hocba.apps.issuing.desk import SIGN_TRANSCRIPTS
from hocba.apps.issuing.session_views import actor_of
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.queries import unit_by_id
from hocba.core.errors import HocbaError

_TYPED = {"first": "tu", "last": "den", "reason": "li-do"}


@never_cache
@require_http_methods(["GET", "POST"])
def delegations(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """List a school's delegations to its head and deputies; the head gives and ends them."""
    viewer = viewer_of_request(request)
    rows = delegations_of_unit(viewer=viewer, unit_id=school_id)
    problem = ""
    if request.method == "POST":
        try:
            _act(request, school_id)
            return redirect("delegations", school_id=school_id)
        except HocbaError as refusal:
            if refusal.code == "access.denied":
                raise
            problem = refusal_sentence(refusal, gettext=_)
    now = timezone.now()
    today = now.astimezone(CITY_TIME).date()
    context = {
        "school": unit_by_id(unit_id=school_id),
        "rows": [{"one": one, "state": _state(one, today)} for one in rows],
        "deputies": holders_of(role="deputy_principal", unit_id=school_id, at=now),
        "is_head": viewer.has("principal", school_id),
        "problem": problem,
        "typed": {name: request.POST.get(field, "") for name, field in _TYPED.items()}
        if "nguoi" in request.POST
        else {},
        "new_id": request.POST.get("ma") or str(uuid4()),
        "today": today,
    }
    return render(request, "work/delegations.html", context)


def _act(request: HttpRequest, school_id: UUID) -> None:
    typed: dict[str, Any] = request.POST.dict()
    actor, now = actor_of(request), timezone.now()
    try:
        key = UUID(typed.get("ma", ""))
        if typed.get("viec") == "thu-hoi":
            revoke_delegation(delegation_id=key, reason=typed.get("li-do", ""), actor=actor, at=now)
            return
        receiver = UUID(typed.get("nguoi", ""))
    except ValueError:
        raise HocbaError("accounts.delegation_receiver") from None
    try:
        first, last = date.fromisoformat(typed["tu"]), date.fromisoformat(typed["den"])
    except (KeyError, ValueError):
        raise HocbaError("accounts.delegation_days") from None
    give_delegation(
        delegation_id=key,
        receiver_id=receiver,
        unit_id=school_id,
        act=SIGN_TRANSCRIPTS,
        valid_from=first,
        valid_to=last,
        reason=typed.get("li-do", ""),
        actor=actor,
        at=now,
    )


def _state(one: Delegation, today: date) -> str:
    """Return "revoked", "over", "coming" or "on"."""
    if one.revoked_at is not None:
        return "revoked"
    if one.valid_to < today:
        return "over"
    return "coming" if one.valid_from > today else "on"
