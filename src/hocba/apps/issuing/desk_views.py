"""The signing desk: what waits for me, one class to sign, and the two phases as JSON.

The key is never here: the page asks the signer's own machine (`signing-bridge.js`), so it alone may
reach that machine's signing software. Every answer of a JSON address is an object; a refusal is
`{"code", "sentence"}`. Repeating a request changes nothing that is done.
"""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from hocba.adapters.wording.bridge import SENTENCES as BRIDGE_SENTENCES
from hocba.adapters.wording.refusals import refusal_sentence
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
    require_token_certificate,
    sheet_allowed,
    signed_by,
    signing_as,
    signing_as_kind,
)
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import class_by_id, class_for, students_of_class, units_of_viewer
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import SlotRole

MOST_BYTES, MOST_SLOTS, MOST_SIGNATURE_BYTES, MOST_CERTIFICATE_BYTES = 128 * 1024, 200, 1024, 16384
_STATUS = {
    "access.denied": 403,
    "signing.request_method": 405,
    "signing.request_too_large": 413,
    "signing.request_unreadable": 400,
    "signing.software_signer_forbidden": 403,
}
Pairs = list[tuple[UUID, str]]
Work = Callable[[SigningAs, dict[str, Any]], dict[str, Any]]


@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the viewer, class by class, in every school and role."""
    viewer = viewer_of_request(request)
    rows: list[dict[str, Any]] = []
    keys: list[dict[str, Any]] = []
    for school in [unit for unit in units_of_viewer(viewer=viewer) if unit.kind == "school"]:
        for signer in signing_as(viewer=viewer, school=school):
            work = class_work(signer=signer)
            rows += [
                {"class": class_by_id(class_id=one.class_id), "work": one, "signer": signer}
                for one in work
            ]
            if work:
                certificate = desk_certificate(signer=signer, at=timezone.now())
                keys.append({"signer": signer, "certificate": certificate})
    waiting = sum(row["work"].waiting for row in rows)
    return render(request, "work/desk.html", {"rows": rows, "keys": keys, "waiting": waiting})


@never_cache
@require_GET
def sign_class(request: HttpRequest, class_id: UUID, kind: str) -> HttpResponseBase:
    """Show one class to sign; this page alone may reach the signing software of its reader."""
    signer, class_group = _signer(request, class_id, kind)
    reach = csp_update({"connect-src": ["'self'", settings.HOCBA_BRIDGE_URL]})
    return reach(lambda asked: _class_page(asked, signer, class_group))(request)


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
        "demo": settings.HOCBA_DEMO,
        "bridge": settings.HOCBA_BRIDGE_URL,
        "bridge_seconds": settings.HOCBA_BRIDGE_SECONDS,
        "sentences": {code: _(text) for code, text in BRIDGE_SENTENCES.items()},
    }
    return render(request, "work/sign_class.html", context)


def _role_names(lines: Iterable[SigningLine]) -> list[str]:
    return [role_name(role) for role in dict.fromkeys(line.role for line in lines)]


def _may_sheet(group: ClassGroup, role: SlotRole) -> bool:
    return sheet_allowed(school=group.school, school_year=group.school_year, role=role)


def _signer(request: HttpRequest, class_id: UUID, kind: str) -> tuple[SigningAs, ClassGroup]:
    viewer = viewer_of_request(request)
    group = class_for(viewer=viewer, class_id=class_id)
    return signing_as_kind(viewer=viewer, school=group.school, kind=kind), group


def _answers(work: Work) -> Callable[[HttpRequest, UUID, str], HttpResponseBase]:
    """Make a JSON address of work that takes the signer and the request's object."""

    @never_cache
    @wraps(work)
    def view(request: HttpRequest, class_id: UUID, kind: str) -> HttpResponseBase:
        try:
            if request.method != "POST":
                raise HocbaError("signing.request_method")
            signer, _group = _signer(request, class_id, kind)
            return JsonResponse(work(signer, _body(request)))
        except HocbaError as refusal:
            status = _STATUS.get(refusal.code, 409)
            headers = {"Allow": "POST"} if status == 405 else None
            return JsonResponse(_refusal(refusal), status=status, headers=headers)

    return view


@_answers
def check_token(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Say whether the certificate on a token is the one to sign with."""
    der = _bytes(body, "certificate", MOST_CERTIFICATE_BYTES)
    require_token_certificate(signer=signer, der=der, at=timezone.now())
    return {"usable": True}


@_answers
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


@_answers
def complete(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Embed the signatures that a token gave; one outcome for each."""
    items = [
        Signed(*pair, _text(row, "token"), _bytes(row, "signature", MOST_SIGNATURE_BYTES))
        for pair, row in zip(_slots(body), body["items"], strict=True)
    ]
    outcomes = complete_signatures(
        school_id=signer.school_id, items=items, actor=signer.person_id, at=timezone.now()
    )
    return {"outcomes": list(map(_outcome, outcomes))}


@_answers
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


def _body(request: HttpRequest) -> dict[str, Any]:
    """Read a bounded JSON object: the stream is never read past the limit."""
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    if not declared.isdecimal() or int(declared) > MOST_BYTES:
        raise HocbaError("signing.request_too_large")
    if request.content_type != "application/json":
        raise HocbaError("signing.request_unreadable")
    try:
        body = json.loads(request.read(MOST_BYTES))
    except (ValueError, RecursionError):
        raise HocbaError("signing.request_unreadable") from None
    if not isinstance(body, dict):
        raise HocbaError("signing.request_unreadable")
    return body


def _slots(body: dict[str, Any]) -> Pairs:
    rows = body.get("items")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_SLOTS:
        raise HocbaError("signing.request_unreadable")
    if not all(isinstance(row, dict) for row in rows):
        raise HocbaError("signing.request_unreadable")
    try:
        pairs = [(UUID(_text(row, "draft")), _text(row, "slot")) for row in rows]
    except ValueError:
        raise HocbaError("signing.request_unreadable") from None
    if len(set(pairs)) != len(pairs):
        raise HocbaError("signing.request_unreadable")
    return pairs


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value or "\0" in value:
        raise HocbaError("signing.request_unreadable")
    return value


def _bytes(row: dict[str, Any], name: str, most: int) -> bytes:
    """Read base64, in lines or not: signing software breaks lines as it likes."""
    try:
        value = b64decode("".join(_text(row, name).split()), validate=True)
    except (binascii.Error, ValueError):
        raise HocbaError("signing.request_unreadable") from None
    if not 0 < len(value) <= most:
        raise HocbaError("signing.request_unreadable")
    return value


def _item(draft_id: UUID, slot_key: str) -> dict[str, str]:
    return {"draft": str(draft_id), "slot": slot_key}


def _outcome(one: Outcome) -> dict[str, str]:
    """One item's end: without a code it is signed."""
    item = _item(one.draft_id, one.slot_key)
    return item | _refusal(HocbaError(one.refusal)) if one.refusal else item


def _refusal(error: HocbaError) -> dict[str, str]:
    return {"code": error.code, "sentence": refusal_sentence(error, gettext=_)}
