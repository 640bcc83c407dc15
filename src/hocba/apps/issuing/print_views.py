"""Sealing printed copies at the desk: the same two phases as for a class, the clerk's alone."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.issuing.actions.seal_prints import (
    PrintOutcome,
    SignedPrint,
    complete_prints,
    prepare_prints,
    seal_prints_with_demo_key,
)
from hocba.apps.issuing.desk import SEAL, SigningAs, desk_certificate, signing_as_kind
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
from hocba.apps.issuing.prints import print_lines, prints_waiting
from hocba.apps.roster.queries import unit_by_id
from hocba.core.errors import HocbaError


def _clerk(request: HttpRequest, school_id: UUID) -> SigningAs:
    school = unit_by_id(unit_id=school_id)
    if school is None:
        raise HocbaError("access.denied")
    return signing_as_kind(
        viewer=viewer_of_request(request), school=school, kind=SEAL, at=timezone.now()
    )


_address = signing_address(_clerk)


@never_cache
@require_GET
def seal_prints(request: HttpRequest, school_id: UUID) -> HttpResponseBase:
    """Show the printed copies that wait for the school's seal."""
    signer = _clerk(request, school_id)
    return with_bridge(lambda asked: _page(asked, signer))(request)


def _page(request: HttpRequest, signer: SigningAs) -> HttpResponse:
    certificate = desk_certificate(signer=signer, at=timezone.now())
    rows = print_lines(viewer=viewer_of_request(request), school_id=signer.school_id)
    context = {
        "school": unit_by_id(unit_id=signer.school_id),
        "signer": signer,
        "rows": rows,
        "more": prints_waiting(signer=signer) - len(rows),
        "certificate": certificate,
        "counts": {"waiting": len(rows), "signed": 0},
        "can_sign": bool(rows) and certificate.state == "usable",
    }
    return render(request, "work/seal_prints.html", context | bridge_context())


check_seal_token = _address(check_certificate)


@_address
def prepare(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Hand out what the seal's token must sign."""
    now = timezone.now()
    ready, outcomes = prepare_prints(
        signer=signer, codes=_codes(body), actor=signer.person_id, at=now
    )
    held = desk_certificate(signer=signer, at=now).held
    return {
        "certificate": b64encode(held.der).decode() if held else "",
        "ready": [
            _item(one.lookup_uuid) | {"token": one.token, "digest": b64encode(one.digest).decode()}
            for one in ready
        ],
        "outcomes": list(map(_outcome, outcomes)),
    }


@_address
def complete(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Put the seal that a token gave into the files; one outcome for each."""
    items = [
        SignedPrint(code, *read_signature(row))
        for code, row in zip(_codes(body), body["items"], strict=True)
    ]
    outcomes = complete_prints(
        signer=signer, items=items, actor=signer.person_id, at=timezone.now()
    )
    return {"outcomes": list(map(_outcome, outcomes))}


@_address
def demo_key(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Seal with the demo's key; refused everywhere but in the demo."""
    outcomes = seal_prints_with_demo_key(
        signer=signer, codes=_codes(body), actor=signer.person_id, at=timezone.now()
    )
    return {"outcomes": list(map(_outcome, outcomes))}


def _codes(body: dict[str, Any]) -> list[UUID]:
    return read_items(body, lambda row: UUID(read_text(row, "lookup")))


def _item(lookup_uuid: UUID) -> dict[str, str]:
    return {"lookup": str(lookup_uuid)}


def _outcome(one: PrintOutcome) -> dict[str, str]:
    return outcome_of(_item(one.lookup_uuid), one.refusal)
