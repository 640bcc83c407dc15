"""What the signing desk's pages share: their JSON addresses, and the way to the signer's machine.

A JSON address takes a bounded object and answers with an object; a refusal is `{"code",
"sentence"}`. Items are named by whatever a page calls its rows; without a code an item is done.
"""

import binascii
import json
from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from hocba.adapters.wording.bridge import SENTENCES
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts.policy import SIGNING_SECONDS, require_recent_sign_in
from hocba.apps.issuing.desk import SigningAs, require_token_certificate
from hocba.core.errors import HocbaError

MOST_BYTES, MOST_ITEMS, MOST_SIGNATURE_BYTES, MOST_CERTIFICATE_BYTES = 128 * 1024, 200, 1024, 16384
STATUS = {
    "access.denied": 403,
    "signing.request_method": 405,
    "signing.request_too_large": 413,
    "signing.request_unreadable": 400,
    "signing.software_signer_forbidden": 403,
}
Work = Callable[[SigningAs, dict[str, Any]], dict[str, Any]]
View = Callable[..., HttpResponseBase]
Named = TypeVar("Named")


def with_bridge(view: View) -> View:
    """Let a page reach the signing software of its reader's machine; no other page may."""
    reach: Callable[[View], View] = csp_update(
        {"connect-src": ["'self'", settings.HOCBA_BRIDGE_URL]}
    )
    return reach(view)


def bridge_context() -> dict[str, Any]:
    """Return what a page hands to `signing-desk.js`."""
    return {
        "demo": settings.HOCBA_DEMO,
        "providers": (),  # remote services, where a page can wait for a phone
        "bridge": settings.HOCBA_BRIDGE_URL,
        "bridge_seconds": settings.HOCBA_BRIDGE_SECONDS,
        "sentences": {code: _(text) for code, text in SENTENCES.items()},
    }


def signing_address(seat: Callable[..., SigningAs]) -> Callable[[Work], View]:
    """Return a decorator: work on a signer and an object becomes a JSON address.

    `seat` says from the request and what the address names as whom the reader signs there.
    """

    def address(work: Work) -> View:
        @never_cache
        @wraps(work)
        def view(request: HttpRequest, **names: Any) -> HttpResponseBase:
            try:
                if request.method != "POST":
                    raise HocbaError("signing.request_method")
                require_recent_sign_in(request, within=SIGNING_SECONDS)
                return JsonResponse(work(seat(request, **names), read_body(request)))
            except HocbaError as refusal:
                status = STATUS.get(refusal.code, 409)
                headers = {"Allow": "POST"} if status == 405 else None
                return JsonResponse(refusal_of(refusal), status=status, headers=headers)

        return view

    return address


def check_certificate(signer: SigningAs, body: dict[str, Any]) -> dict[str, Any]:
    """Say whether the certificate on a token is the one to sign with."""
    der = read_bytes(body, "certificate", MOST_CERTIFICATE_BYTES)
    require_token_certificate(signer=signer, der=der, at=timezone.now())
    return {"usable": True}


def read_body(request: HttpRequest) -> dict[str, Any]:
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


def read_items(body: dict[str, Any], named: Callable[[dict[str, Any]], Named]) -> list[Named]:
    """Return what `named` (which may raise ValueError) reads in each item; none comes twice."""
    rows = body.get("items")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ITEMS:
        raise HocbaError("signing.request_unreadable")
    if not all(isinstance(row, dict) for row in rows):
        raise HocbaError("signing.request_unreadable")
    try:
        names = [named(row) for row in rows]
    except ValueError:
        raise HocbaError("signing.request_unreadable") from None
    if len(set(names)) != len(names):
        raise HocbaError("signing.request_unreadable")
    return names


def read_signature(row: dict[str, Any]) -> tuple[str, bytes]:
    """Return the one-use token and the signature of an item."""
    return read_text(row, "token"), read_bytes(row, "signature", MOST_SIGNATURE_BYTES)


def read_text(row: dict[str, Any], name: str) -> str:
    """Return a text that must be there."""
    value = row.get(name)
    if not isinstance(value, str) or not value or "\0" in value:
        raise HocbaError("signing.request_unreadable")
    return value


def read_bytes(row: dict[str, Any], name: str, most: int) -> bytes:
    """Read base64, in lines or not: signing software breaks lines as it likes."""
    try:
        value = b64decode("".join(read_text(row, name).split()), validate=True)
    except (binascii.Error, ValueError):
        raise HocbaError("signing.request_unreadable") from None
    if not 0 < len(value) <= most:
        raise HocbaError("signing.request_unreadable")
    return value


def outcome_of(item: dict[str, str], refusal: str) -> dict[str, str]:
    """One item's end: without a code it is signed."""
    return item | refusal_of(HocbaError(refusal)) if refusal else item


def refusal_of(error: HocbaError) -> dict[str, str]:
    """Return a refusal as code and sentence."""
    return {"code": error.code, "sentence": refusal_sentence(error, gettext=_)}
