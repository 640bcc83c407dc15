"""Pages of what did not work: what to do, and a short code that can be read over the phone.

The code names the kind of refusal (`/tro-giup/ma-loi/` explains each), the number the one request,
whose line in the log is found by it.
"""

import structlog
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.spoken_codes import spoken_code, spoken_number
from hocba.core.errors import HocbaError

REQUEST_NUMBER = "hocba.request_number"  # where `RequestRecord` leaves it in request.META
_STATUS = {
    "access.denied": 403,
    "request.failed": 500,
    "request.forged": 403,
    "request.not_found": 404,
    "request.too_large": 413,
    "request.unreadable": 400,
}
_OURS = ("blob.", "log.", "storage.")

_log = structlog.stdlib.get_logger("hocba.request")


def refusal_page(request: HttpRequest, error: HocbaError) -> HttpResponse:
    """Return the page of one refusal: template `refusal.html` with sentence, code and number."""
    damaged = error.code.startswith(_OURS)
    if damaged:  # nobody who asks can help it: whoever watches the log must
        _log.error("store_damaged", code=error.code, digest=error.params.get("digest", ""))
    else:
        _log.info("refused", code=error.code)
    told = told_about(request, error)
    try:
        page = render_to_string("refusal.html", told, request)
    except TemplateDoesNotExist:
        page = format_html("<!doctype html><meta charset=utf-8><p>{}</p>", told["sentence"])
    return HttpResponse(page, status=_STATUS.get(error.code, 503 if damaged else 409))


def told_about(request: HttpRequest, error: HocbaError) -> dict[str, str]:
    """Return what a page of a refusal says."""
    return {
        "sentence": refusal_sentence(error, gettext=gettext),
        "code": spoken_code(error.code),
        "number": spoken_number(request.META.get(REQUEST_NUMBER, "")),
    }


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return refusal_page(request, HocbaError("request.unreadable"))


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return refusal_page(request, HocbaError("access.denied"))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that did not come from a page of ours, or from one that is too old."""
    return refusal_page(request, HocbaError("request.forged"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return refusal_page(request, HocbaError("request.not_found"))


def failed(request: HttpRequest) -> HttpResponse:
    """500, without anything that may have failed itself: no session, no database."""
    told = told_about(request, HocbaError("request.failed"))
    return HttpResponse(render_to_string("500.html", told), status=500)
