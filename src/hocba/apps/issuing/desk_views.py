"""The signing desk: what waits for me, one class to sign, and the two phases as JSON.

The key is never here: the page asks the signer's own machine (`signing-bridge.js`), so it alone may
reach that machine's signing software. Repeating a request changes nothing that is done.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from hocba.adapters.wording.verdicts import role_name
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.issuing import signing_work
from hocba.apps.issuing.desk import (
    DELEGATED,
    SEAL,
    SigningAs,
    SigningLine,
    class_lines,
    class_work,
    desk_certificate,
    sheet_allowed,
    signing_as,
    signing_as_kind,
)
from hocba.apps.issuing.desk_json import (
    bridge_context,
    check_certificate,
    signing_address,
    with_bridge,
)
from hocba.apps.issuing.prints import prints_waiting
from hocba.apps.issuing.returns import returns_for
from hocba.apps.issuing.sessions import my_sessions
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.queries import class_for, classes_by_id, students_of_class, units_of_viewer
from hocba.core.signing.verdict import SlotRole


@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the viewer, class by class, in every school and role."""
    viewer, now = viewer_of_request(request), timezone.now()
    schools = [unit for unit in units_of_viewer(viewer=viewer) if unit.kind == "school"]
    seats = [
        seat
        for school in schools
        for signer in signing_as(viewer=viewer, school=school, at=now)
        if (seat := _seat(signer, school, now))
    ]
    returned = returns_for(viewer=viewer, at=now)
    context = {
        "seats": seats,
        "waiting": sum(seat["waiting"] for seat in seats),
        "returned": len(returned),
        "to_answer": sum(line.mine for line in returned),
        "sessions": [
            {"session": session, "items": items, "signed": signed}
            for school in schools
            for session, items, signed in my_sessions(viewer=viewer, school_id=school.pk)
        ],
        "heads": [school for school in schools if viewer.has("principal", school.pk)],
        "deputies": [school for school in schools if viewer.has("deputy_principal", school.pk)],
    }
    return render(request, "work/desk.html", context)


def _seat(signer: SigningAs, school: Unit, at: datetime) -> dict[str, Any] | None:
    """Return what one signer sees of one school, None when there is nothing to see."""
    work, printed = class_work(signer=signer), prints_waiting(signer=signer)
    if not work and not printed and signer.kind != DELEGATED:
        return None
    groups = classes_by_id(class_ids=[one.class_id for one in work])
    return {
        "signer": signer,
        "school": school,
        "certificate": desk_certificate(signer=signer, at=at),
        "prints": printed,
        "waiting": sum(one.waiting for one in work),
        "rows": [{"class": groups[one.class_id], "work": one} for one in work],
        "new_id": uuid4(),
        "many": signer.kind != SEAL and sum(one.waiting > 0 for one in work) > 1,
    }


@never_cache
@require_GET
def sign_class(request: HttpRequest, class_id: UUID, kind: str) -> HttpResponseBase:
    """Show one class to sign, which begins with a look; the clerk seals right here.

    The page that seals may reach the signing software of its reader, as a session's page does.
    """
    signer, class_group = _signer(request, class_id, kind)
    if kind != SEAL:
        return _class_page(request, signer, class_group)
    return with_bridge(lambda asked: _class_page(asked, signer, class_group))(request)


def _class_page(request: HttpRequest, signer: SigningAs, group: ClassGroup) -> HttpResponse:
    pupils = {
        pupil.enrolment_id: pupil
        for pupil in students_of_class(viewer=viewer_of_request(request), class_id=group.pk)
    }
    lines = class_lines(signer=signer, class_id=group.pk)
    rows: list[dict[str, Any]] = sorted(
        ({"line": line, "pupil": pupils[line.enrolment_id]} for line in lines),
        key=lambda row: (row["pupil"].list_number, row["line"].slot_key),
    )
    counts = {
        state: sum(line.state == state for line in lines)
        for state in ("waiting", "later", "signed")
    }
    certificate = desk_certificate(signer=signer, at=timezone.now())
    context = {
        "class": group,
        "signer": signer,
        "rows": rows,
        "roles": ", ".join(_role_names(lines)),
        "sheet": bool(lines) and all(_may_sheet(group, line.role) for line in lines),
        "certificate": certificate,
        "counts": counts,
        "can_sign": counts["waiting"] > 0 and certificate.state == "usable",
        "new_id": uuid4(),
    }
    if signer.kind != SEAL:
        return render(request, "work/class_waiting.html", context)
    return render(request, "work/seal_class.html", context | bridge_context())


def _role_names(lines: Iterable[SigningLine]) -> list[str]:
    return [role_name(role) for role in dict.fromkeys(line.role for line in lines)]


def _may_sheet(group: ClassGroup, role: SlotRole) -> bool:
    return sheet_allowed(school=group.school, school_year=group.school_year, role=role)


def _signer(request: HttpRequest, class_id: UUID, kind: str) -> tuple[SigningAs, ClassGroup]:
    viewer = viewer_of_request(request)
    group = class_for(viewer=viewer, class_id=class_id)
    signer = signing_as_kind(viewer=viewer, school=group.school, kind=kind, at=timezone.now())
    return signer, group


_address = signing_address(lambda *place, **names: _signer(*place, **names)[0])


check_token = _address(check_certificate)


prepare = _address(signing_work.prepare_items)
complete = _address(signing_work.complete_items)
demo_key = _address(signing_work.sign_items_with_demo_key)
