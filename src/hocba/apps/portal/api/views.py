"""The interface for other systems, version 1: JSON, no session, no cookie; see `docs/api.md`."""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.ledger.queries import entries_of_document, log_size
from hocba.apps.portal import throttling
from hocba.apps.portal.actions import open_batch, record_pull, work_off
from hocba.apps.portal.answers import verdict_json
from hocba.apps.portal.api import parsing
from hocba.apps.portal.api.form_files import form_files, is_form
from hocba.apps.portal.api.openapi import description
from hocba.apps.portal.forms import MAX_FILE_BYTES
from hocba.apps.portal.keys import require_key, require_rate
from hocba.apps.portal.models import ApiKey, Batch, BatchItem
from hocba.apps.portal.queries import find, judge_file
from hocba.core.errors import HocbaError

View = Callable[..., HttpResponseBase]
_STATUS = {
    "api.batch_unfinished": 409,
    "api.file_too_large": 413,
    "api.key_required": 401,
    "api.method": 405,
    "api.not_found": 404,
    "api.request_id_used": 409,
    "api.scope_missing": 403,
    "api.too_many": 429,
    "ledger.no_trust_list": 503,
}


def endpoint(method: str) -> Callable[[View], View]:
    """Make a view answer one method, in JSON whatever happens, kept by no cache.

    No cookie is read, so there is nothing that a foreign page could misuse.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @never_cache
        @wraps(view)
        def answer(request: HttpRequest, **place: Any) -> HttpResponseBase:
            try:
                if request.method != method:
                    raise HocbaError("api.method")
                return view(request, **place)
            except HocbaError as refusal:
                return _refused(refusal, allow=method)

        return answer

    return decorate


def _refused(refusal: HocbaError, *, allow: str) -> HttpResponse:
    sentence = refusal_sentence(refusal, gettext=_)
    status = _STATUS.get(refusal.code, 400)
    response = _json({"error": {"code": refusal.code, "message": sentence}}, status=status)
    if status == 405:
        response.headers["Allow"] = allow
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response


@endpoint("GET")
def openapi(_request: HttpRequest) -> HttpResponse:
    """Give the description of this interface (OpenAPI 3.1)."""
    return _json(description())


@endpoint("GET")
def status(_request: HttpRequest) -> HttpResponse:
    """Say that the portal answers, and how long the public log is."""
    return _json(
        {
            "status": "ok",
            "log": {"origin": settings.HOCBA_LOG_ORIGIN, "size": log_size()},
            "time": timezone.now().isoformat(timespec="seconds"),
        }
    )


@endpoint("GET")
def log_entries(request: HttpRequest, digest: str) -> HttpResponse:
    """Give the places of a file in the public log, by its SHA-256."""
    _network_pays(request)
    found = entries_of_document(document_sha256=digest)
    if not found:
        raise HocbaError("api.not_found")
    entries = [
        {
            "index": one.index,
            "kind": one.kind,
            "at": one.at.isoformat(timespec="seconds"),
            "leaf_hash": one.leaf_hash,
        }
        for one in found
    ]
    return _json({"document_sha256": digest, "tree_size": log_size(), "entries": entries})


@endpoint("POST")
def verify_one(request: HttpRequest) -> HttpResponse:
    """Judge the file in the body; without a key, too, at the pace of a person."""
    at = timezone.now()
    key: ApiKey | None = None
    if "HTTP_AUTHORIZATION" in request.META:
        key = require_key(request, scope="files", at=at)
        require_rate(key, items=1, at=at)
    else:
        _network_pays(request)
    judged = judge_file(data=parsing.body(request, limit=MAX_FILE_BYTES), at=at)
    answer = verdict_json(judged)
    if key is not None:
        asked = [str(answer["document_sha256"])]
        record_pull(key=key, scope="files", codes=asked, found=[], actor=None, at=at)
    return _json(answer)


@endpoint("POST")
def document(request: HttpRequest) -> HttpResponse:
    """Hand out the bundle of a transcript to a system that may have it; the pull is recorded."""
    at = timezone.now()
    key = require_key(request, scope="documents", at=at)
    code, born = parsing.code_and_date(request)
    require_rate(key, items=1, at=at)
    prices = throttling.prices(code=code, source=str(key.pk))
    if not all(throttling.take(prices, at=at).values()):
        raise HocbaError("api.too_many")
    found = find(code=code, birth_date=born, at=at)
    given = [] if found is None or found.court_sealed else [code]
    record_pull(key=key, scope="documents", codes=[str(code)], found=given, actor=None, at=at)
    if found is None or found.court_sealed:
        raise HocbaError("api.not_found")
    throttling.give_back(prices)
    return HttpResponse(found.bundle, content_type="application/json")


@endpoint("POST")
def batch_of_codes(request: HttpRequest) -> HttpResponse:
    """Take up to 1,000 codes with birth dates."""
    at = timezone.now()
    key = require_key(request, scope="codes", at=at)
    number = parsing.request_id(request)
    codes, content = parsing.codes_and_dates(request)
    if not Batch.objects.filter(key=key, request_id=number).exists():
        require_rate(key, items=len(codes), at=at)
    batch, new = open_batch(
        key=key, request_id=number, content_sha256=content, codes=codes, actor=None, at=at
    )
    return _worked(batch, new=new)


@endpoint("POST")
def batch_of_files(request: HttpRequest) -> HttpResponse:
    """Take up to 1,000 files, in a ZIP or a form."""
    at = timezone.now()
    key = require_key(request, scope="files", at=at)
    number = parsing.request_id(request)
    read = form_files if is_form(request) else parsing.zipped_files
    with read(request) as (count, content, files):
        if not Batch.objects.filter(key=key, request_id=number).exists():
            require_rate(key, items=count, at=at)
        batch, new = open_batch(
            key=key, request_id=number, content_sha256=content, files=files, actor=None, at=at
        )
    return _worked(batch, new=new)


@endpoint("GET")
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Say how far a batch is; asking takes it further, so that it ends without a worker too."""
    return _worked(_own_batch(request, batch_id), new=False)


@endpoint("GET")
def batch_results(request: HttpRequest, batch_id: UUID) -> HttpResponseBase:
    """Give the outcome of every item, one JSON object a line."""
    found = _own_batch(request, batch_id)
    if found.finished_at is None:
        raise HocbaError("api.batch_unfinished")
    return StreamingHttpResponse(_lines(found), content_type="application/x-ndjson")


def _lines(found: Batch) -> Iterator[str]:
    items = BatchItem.objects.filter(batch=found).order_by("number")
    for item in items.iterator(chunk_size=200):
        named = {"code": str(item.code)} if item.code else {"file": item.file_name}
        line = {"number": item.number, **named, **(item.outcome or {})}
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _own_batch(request: HttpRequest, batch_id: UUID) -> Batch:
    """Return a batch of whoever asks; another's is as unknown as one that never was."""
    key = require_key(request, scope=None, at=timezone.now())
    found = Batch.objects.filter(pk=batch_id, key=key).first()
    if found is None:
        raise HocbaError("api.not_found")
    return found


def _worked(found: Batch, *, new: bool) -> HttpResponse:
    if found.finished_at is None:
        seconds = settings.HOCBA_API_SECONDS
        work_off(batch_id=found.pk, seconds=seconds, actor=None, at=timezone.now())
        found.refresh_from_db()
    judged = BatchItem.objects.filter(batch=found).exclude(outcome__isnull=True).count()
    place = {"batch_id": found.pk}
    answer = {
        "id": str(found.pk),
        "request_id": found.request_id,
        "kind": found.kind,
        "total": found.total,
        "judged": judged,
        "finished": found.finished_at is not None,
        "results": reverse("api_batch_results", kwargs=place),
    }
    response = _json(answer, status=200 if found.finished_at else 202)
    response.headers["Location"] = reverse("api_batch", kwargs=place)
    if not found.finished_at:
        response.headers["Retry-After"] = "2"
    response.headers["Idempotent-Replayed"] = "false" if new else "true"
    return response


def _network_pays(request: HttpRequest) -> None:
    network = throttling.source_of(request)
    if not throttling.open_file(network=network, at=timezone.now()):
        raise HocbaError("api.too_many")


def _json(value: Any, *, status: int = 200) -> HttpResponse:
    return JsonResponse(value, status=status, json_dumps_params={"ensure_ascii": False})
