"""The signing desk: what waits for me, one class to sign, and the two phases as JSON.

The key is never here: the page asks the signer's own machine (`signing-bridge.js`), so it alone may
reach that machine's signing software. Repeating a request changes nothing that is done.
"""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from hocba.adapters.wording.verdicts import role_name
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.issuing.actions import complete_signatures, prepare_sheet, prepare_signatures
from hocba.apps.issuing.actions.demo_key import sign_with_demo_key
from hocba.apps.issuing.actions.sign import Outcome, Signed
from hocba.apps.issuing.desk import (
    SigningAs,
    SigningLine,
    class_lines,
    class_work,
    desk_certificate,
    sheet_allowed,
    signed_by,
    signing_as,
    signing_as_kind,
)
from hocba.apps.issuing.desk_json import (
    bridge_context,
    check_certificate,
    outcome_of,
    read_items,
    read_signature,
    read_text,
    signing_address,
    with_bridge,
)
from hocba.apps.issuing.prints import prints_waiting
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import class_by_id, class_for, students_of_class, units_of_viewer
from hocba.core.signing.verdict import SlotRole


@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the viewer, class by class, in every school and role."""
    viewer = viewer_of_request(request)
    rows: list[dict[str, Any]] = []
    keys: list[dict[str, Any]] = []
    prints: list[dict[str, Any]] = []
    for school in [unit for unit in units_of_viewer(viewer=viewer) if unit.kind == "school"]:
        for signer in signing_as(viewer=viewer, school=school):
            work = class_work(signer=signer)
            rows += [
                {"class": class_by_id(class_id=one.class_id), "work": one, "signer": signer}
                for one in work
            ]
            printed = prints_waiting(signer=signer)
            if printed:
                prints.append({"signer": signer, "count": printed, "school": school})
            if work or printed:
                certificate = desk_certificate(signer=signer, at=timezone.now())
                keys.append({"signer": signer, "certificate": certificate})
    waiting = sum(row["work"].waiting for row in rows)
    context = {"rows": rows, "keys": keys, "waiting": waiting, "prints": prints}
    return render(request, "work/desk.html", context)


@never_cache
@require_GET
def sign_class(request: HttpRequest, class_id: UUID, kind: str) -> HttpResponseBase:
    """Show one class to sign; this page alone may reach the signing software of its reader."""
    signer, class_group = _signer(request, class_id, kind)
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
    }
    return render(request, "work/sign_class.html", context | bridge_context())


def _role_names(lines: Iterable[SigningLine]) -> list[str]:
    return [role_name(role) for role in dict.fromkeys(line.role for line in lines)]


def _may_sheet(group: ClassGroup, role: SlotRole) -> bool:
    return sheet_allowed(school=group.school, school_year=group.school_year, role=role)


def _signer(request: HttpRequest, class_id: UUID, kind: str) -> tuple[SigningAs, ClassGroup]:
    viewer = viewer_of_request(request)
    group = class_for(viewer=viewer, class_id=class_id)
    return signing_as_kind(viewer=viewer, school=group.school, kind=kind), group


_address = signing_address(lambda *place, **names: _signer(*place, **names)[0])


check_token = _address(check_certificate)


@_address
def prepare(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Hand out what the token must sign; what is signed already is told, not prepared again."""
    asked, now = _slots(body), timezone.now()
    done = signed_by(signer=signer, slots=asked)
    verb = prepare_sheet if body.get("sheet") is True else prepare_signatures
    ready, refused = verb(
        school_id=signer.school_id,
        slots=[pair for pair in asked if pair not in done],
        actor=signer.person_id,
        at=now,
    )
    held = desk_certificate(signer=signer, at=now).held
    return {
        "certificate": b64encode(held.der).decode() if held else "",
        "ready": [
            _item(one.draft_id, one.slot_key)
            | {"token": one.token, "digest": b64encode(one.digest).decode()}
            for one in ready
        ],
        "outcomes": [*(_item(*pair) for pair in done), *map(_outcome, refused)],
    }


@_address
def complete(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Embed the signatures that a token gave; one outcome for each."""
    items = [
        Signed(*pair, *read_signature(row))
        for pair, row in zip(_slots(body), body["items"], strict=True)
    ]
    outcomes = complete_signatures(
        school_id=signer.school_id, items=items, actor=signer.person_id, at=timezone.now()
    )
    return {"outcomes": list(map(_outcome, outcomes))}


@_address
def demo_key(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Sign with the demo's key of the signer; refused everywhere but in the demo."""
    asked = _slots(body)
    done = signed_by(signer=signer, slots=asked)
    outcomes = sign_with_demo_key(
        signer=signer,
        slots=[pair for pair in asked if pair not in done],
        sheet=body.get("sheet") is True,
        actor=signer.person_id,
        at=timezone.now(),
    )
    return {"outcomes": [*(_item(*pair) for pair in done), *map(_outcome, outcomes)]}


def _slots(body: dict[str, Any]) -> list[tuple[UUID, str]]:
    return read_items(body, lambda row: (UUID(read_text(row, "draft")), read_text(row, "slot")))


def _item(draft_id: UUID, slot_key: str) -> dict[str, str]:
    return {"draft": str(draft_id), "slot": slot_key}


def _outcome(one: Outcome) -> dict[str, str]:
    return outcome_of(_item(one.draft_id, one.slot_key), one.refusal)
