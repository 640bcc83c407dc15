"""The log for programs: its files where no web server hands them out, proofs of single entries, and
this installation as a witness of others' logs (C2SP tlog-tiles, tlog-proof, tlog-witness).
"""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from hocba.apps.ledger import queries
from hocba.apps.ledger.actions import cosign_checkpoint
from hocba.core.registry.witness import MAX_REQUEST_BYTES, read_add_checkpoint

_TEXT = "text/plain; charset=utf-8"
_FOR_EVER = "public, max-age=31536000, immutable"


@require_GET
def tile(_request: HttpRequest, rest: str) -> HttpResponse:
    """Give a tile or a bundle of entries; neither ever changes."""
    data = queries.log_file(path=f"tile/{rest}")
    if data is None:
        return HttpResponse(status=404, content_type=_TEXT)
    headers = {"Cache-Control": _FOR_EVER}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


@require_GET
def entry_proof(_request: HttpRequest, index: int) -> HttpResponse:
    """Give the proof that an entry is in the log, against the newest checkpoint."""
    proof = queries.entry_proof(index=index)
    if proof is None:
        return HttpResponse(status=404, content_type=_TEXT)
    name = f"nhat-ky-{index}.tlog-proof"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-cache",
    }
    return HttpResponse(proof, content_type=_TEXT, headers=headers)


# A log signs what it sends, and nothing else identifies it: there is no cookie to misuse.
@csrf_exempt
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """Cosign another log's checkpoint, when it only grew since we saw it last."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > MAX_REQUEST_BYTES:
        return HttpResponse(status=400, content_type=_TEXT)
    asked = read_add_checkpoint(request.body)
    if asked is None:
        return HttpResponse(status=400, content_type=_TEXT)
    answer, line = cosign_checkpoint(request=asked, actor=None, at=timezone.now())
    if answer.status == 409:
        return HttpResponse(f"{answer.known_size}\n", status=409, content_type="text/x.tlog.size")
    body = f"{line}\n" if line else ""
    return HttpResponse(body, status=answer.status, content_type=_TEXT)


@require_GET
def witnessed(_request: HttpRequest, origin: str) -> HttpResponse:
    """Give the newest checkpoint that we cosigned for a log, named by the SHA-256 of its origin."""
    note = queries.witnessed_note(origin_sha256=origin)
    status = 200 if note else 404
    return HttpResponse(note or "", status=status, content_type=_TEXT)
