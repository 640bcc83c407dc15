"""What happens to every request: it gets a number and a line in the log, a size limit, a language,
a sign-in wall, and a Vietnamese page when an office refuses.
"""

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from hocba.core.errors import HocbaError
from hocba.web.trouble import REQUEST_NUMBER, refusal_page

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_PUBLIC_OFFICE = "hocba.apps.portal."

_log = structlog.stdlib.get_logger("hocba.request")


class RequestRecord:
    """Number the request and write one line about it: the route, never the path or its values."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Bind the number to every log line of this request and return it to the client."""
        request_id = request.META[REQUEST_NUMBER] = self._number(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = self.get_response(request)
        match, user = request.resolver_match, getattr(request, "user", None)
        _log.info(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            duration_ms=round((time.perf_counter() - started) * 1000),
            actor_id=str(user.pk) if user is not None and user.pk else None,
        )
        response.headers["X-Request-ID"] = request_id
        return response

    def _number(self, request: HttpRequest) -> str:
        """Take the number our own proxy gave, else draw one."""
        given = request.headers.get("X-Request-ID", "") if settings.HOCBA_BEHIND_PROXY else ""
        return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


class UploadLimit:
    """Refuse a body that is too large before a byte of it is read."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the declared length; a body without one is not read by WSGI servers at all."""
        declared = str(request.META.get("CONTENT_LENGTH") or "0")
        if not declared.isdecimal() or int(declared) > settings.HOCBA_MAX_UPLOAD_BYTES:
            megabytes = settings.HOCBA_MAX_UPLOAD_BYTES // (1024 * 1024)
            return refusal_page(request, HocbaError("request.too_large", megabytes=megabytes))
        return self.get_response(request)


class CrossOrigin:
    """Tell browsers that pages of others may neither hold ours nor read what it loads.

    What anybody may load (the log's files) says so itself.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add what the view did not say; the opener's policy is Django's."""
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        return response


class ChosenLanguage:
    """Vietnamese unless the person chose otherwise.

    Not Django's LocaleMiddleware: many schools' computers run an English Chrome, and nobody there
    asked for English pages.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Read the choice from its cookie."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _name in settings.LANGUAGES}
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response


class DenyByDefault(LoginRequiredMiddleware):
    """Every page asks for a sign-in, but those of the public portal and those marked so."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        """Let the public office through."""
        if f"{view_func.__module__}.".startswith(_PUBLIC_OFFICE):
            # Who is signed in is nobody's business here, and the accounts may be down.
            request.user = AnonymousUser()
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class Refusals:
    """Turn an office's refusal into a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass through."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer refusals; everything else is a bug and stays one."""
        return refusal_page(request, error) if isinstance(error, HocbaError) else None
