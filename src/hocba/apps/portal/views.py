"""Pages of the portal. Nothing personal in addresses or logs; verdicts are never cached."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hocba.adapters.pdf import Rendition, set_transcript
from hocba.adapters.wording import histories
from hocba.adapters.wording import verdicts as words
from hocba.apps.ledger.actions import claim_for_paper, obtain_sealed_pdf
from hocba.apps.ledger.queries import (
    entries_page,
    latest_checkpoint,
    offline_page_file,
    status_list,
)
from hocba.apps.portal import throttling
from hocba.apps.portal.forms import FileForm, LookupForm
from hocba.apps.portal.queries import Judged, find, judge_file
from hocba.core.errors import HocbaError
from hocba.core.registry.entry import EntryKind
from hocba.core.registry.status_list import MEDIA_TYPE as STATUS_LIST
from hocba.core.signing.pades import SLOT as PDF_SLOT
from hocba.core.signing.verdict import Indication, SignatureVerdict
from hocba.core.transcript.canonical import row_id
from hocba.core.transcript.model import Transcript
from hocba.core.verification import Answer, PublicVerdict, VerdictWord

PAGE = 50
_ICONS = {
    VerdictWord.VALID: "passed",
    VerdictWord.NOT_OF_SCHOOL: "failed",
    VerdictWord.RECALLED: "failed",
}
_ANSWERS = {
    Indication.TOTAL_PASSED: Answer.PASSED,
    Indication.INDETERMINATE: Answer.INDETERMINATE,
    Indication.TOTAL_FAILED: Answer.FAILED,
}


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """Show what can be done here."""
    return render(request, "public/front.html")


@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, code: UUID | None = None) -> HttpResponse:
    """Look a transcript up by code and birth date, or judge a file."""
    way = request.POST.get("cach")
    lookup_form = LookupForm(
        request.POST if way == "ma" else None, initial={"code": code} if code else None
    )
    file_form = FileForm(
        request.POST if way == "tep" else None, request.FILES if way == "tep" else None
    )
    problem = ""
    if way == "ma" and lookup_form.is_valid():
        found, problem = _look_up(request, lookup_form)
        if found is not None:
            downloads = None if found.court_sealed else lookup_form.data
            return _verdict_page(request, found, downloads=downloads)
    elif way == "tep" and file_form.is_valid():
        if throttling.open_file(network=throttling.source_of(request), at=timezone.now()):
            judged = judge_file(data=file_form.cleaned_data["document"], at=timezone.now())
            return _verdict_page(request, judged)
        problem = _too_many()
    context = _forms(lookup_form, file_form, problem)
    status = 422 if request.method == "POST" else 200
    return render(request, "public/verify.html", context, status=status)


@never_cache
@require_POST
def download(request: HttpRequest) -> HttpResponse | FileResponse:
    """Hand out PDF, XML or bundle to who has code and birth date."""
    form = LookupForm(request.POST)
    found, problem = _look_up(request, form) if form.is_valid() else (None, "")
    if found is None or found.verdict.transcript is None:
        return _form_again(request, form, problem)
    transcript = found.verdict.transcript
    name = f"hoc-ba-{transcript.school_year}-{transcript.class_name}"
    kind = request.POST.get("kind")
    if kind == "pdf":
        return _attachment(_pdf(request, found, transcript), f"{name}.pdf", "application/pdf")
    if kind == "xml":
        return _attachment(found.document, f"{name}.xml", "application/xml")
    return _attachment(found.bundle, f"{name}.hocba.json", "application/json")


def _pdf(request: HttpRequest, found: Judged, transcript: Transcript) -> bytes:
    """Return the sealed PDF; while it waits for the seal, or may have none, the plain one."""
    code = UUID(transcript.lookup_uuid)
    if found.verdict.word is VerdictWord.VALID:
        try:
            sealed = obtain_sealed_pdf(lookup_uuid=code, actor=None, at=timezone.now())
        except (HocbaError, DatabaseError):
            sealed = None  # no seal today, no clock, offices down: the reader still gets the pages
        if sealed is not None:
            return sealed
    gone = found.verdict.word in (VerdictWord.RECALLED, VerdictWord.REPLACED)
    item = Rendition(
        transcript,
        found.verdict.signatures,
        request.build_absolute_uri(f"/xac-minh/{code}/"),
        notice=words.verdict_word(found.verdict.word) if gone else "",
        document=found.document,
        bundle=found.bundle,
        claim=_claim(code),
    )
    return set_transcript(item).pdf


def _claim(code: UUID) -> str:
    """Return what the QR code says; nothing when the key or offices are away: pages matter more."""
    try:
        return claim_for_paper(lookup_uuid=code, actor=None, at=timezone.now())
    except (HocbaError, DatabaseError):
        return ""


@require_GET
def public_log(request: HttpRequest) -> HttpResponse:
    """Show the newest checkpoint and the entries, by position."""
    after = request.GET.get("sau", "-1")
    first = int(after) if after.lstrip("-").isdecimal() and len(after) < 16 else -1
    entries = entries_page(after=first, limit=PAGE)
    context = {
        "checkpoint": latest_checkpoint(),
        "entries": [
            {
                "index": entry.index,
                "words": histories.event_word(EntryKind(entry.kind), gettext=_),
                "at": entry.at,
                "document_sha256": entry.document_sha256,
            }
            for entry in entries
        ],
        "next_after": entries[-1].index if len(entries) == PAGE else None,
    }
    return render(request, "public/log.html", context)


@require_GET
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Give the newest checkpoint as text (C2SP signed note)."""
    note = latest_checkpoint()
    answer = HttpResponse(note or "", content_type="text/plain; charset=utf-8")
    answer.status_code = 200 if note else 404
    answer.headers["Cache-Control"] = "no-cache"  # an old head would look like a roll-back
    return answer


@require_GET
def newest_status_list(_request: HttpRequest) -> HttpResponse:
    """Give the signed status list (IETF Token Status List, CWT)."""
    data = status_list()
    return HttpResponse(data, status=200 if data else 404, content_type=STATUS_LIST)


@require_GET
def offline_page(_request: HttpRequest) -> HttpResponse | FileResponse:
    """Hand out the page that checks paper without network, to be kept on the reader's machine."""
    path = offline_page_file()
    if not path.exists():
        return HttpResponse(status=404)
    return _attachment(path.read_bytes(), path.name, "text/html; charset=utf-8")


# No cookie is read and nothing is changed, so there is nothing to forge; CSRF would only keep
# other systems out.
@csrf_exempt
@never_cache
@require_POST
def verify_api(request: HttpRequest) -> JsonResponse:
    """Judge a file posted as `document`; answers with the word, the three answers, the signers."""
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"error": "; ".join(map(str, form.errors["document"]))}, status=422)
    if not throttling.open_file(network=throttling.source_of(request), at=timezone.now()):
        return JsonResponse({"error": _too_many()}, status=429)
    verdict = judge_file(data=form.cleaned_data["document"], at=timezone.now()).verdict
    return JsonResponse(
        {
            "word": verdict.word.value,
            "document_sha256": verdict.document_sha256,
            "replaced_by": verdict.replaced_by,
            "questions": {one["name"]: one["answer"] for one in _questions(verdict)},
            "reasons": [text for one in _questions(verdict) for text in one["reasons"]],
            "log": verdict.log_position
            and {
                "index": verdict.log_position.index,
                "tree_size": verdict.log_position.tree_size,
                "witnesses": list(verdict.log_position.witnesses),
            },
            "signatures": [
                {"slot": one.slot, "indication": one.indication.value, "name": one.signer_name}
                for one in verdict.signatures
            ],
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _look_up(request: HttpRequest, form: LookupForm) -> tuple[Judged | None, str]:
    """Return what was found, or the one sentence for every way of not finding."""
    code, at = form.cleaned_data["code"], timezone.now()
    network = throttling.source_of(request)
    if not throttling.open_lookup(code=code, network=network, at=at):
        return None, _too_many()
    try:
        found = find(code=code, birth_date=form.cleaned_data["birth_date"], at=at)
    except HocbaError:  # code and date were right; that our copy is damaged is not their fault
        throttling.was_right(code=code, network=network)
        raise
    if found is None:
        return None, _nothing()
    throttling.was_right(code=code, network=network)
    return found, ""


def _nothing() -> str:
    return _("Không có học bạ nào khớp cả mã tra cứu và ngày sinh này.")


def _too_many() -> str:
    return _("Tra cứu sai quá nhiều lần. Xin đợi 10 phút rồi thử lại.")


def _form_again(request: HttpRequest, form: LookupForm, problem: str) -> HttpResponse:
    context = _forms(form, FileForm(), problem)
    return render(request, "public/verify.html", context, status=422)


def _forms(lookup_form: LookupForm, file_form: FileForm, problem: str) -> dict[str, Any]:
    return {
        "lookup_form": lookup_form,
        "file_form": file_form,
        "problem": problem,
        "has_offline_page": offline_page_file().exists(),
    }


def _verdict_page(request: HttpRequest, judged: Judged, *, downloads: Any = None) -> HttpResponse:
    verdict = judged.verdict
    promotions = {
        "promoted": _("Được lên lớp"),
        "promoted_after_reassessment": _("Được lên lớp sau đánh giá lại hoặc rèn luyện trong hè"),
        "retained": _("Không được lên lớp"),
        "pending": _("Chờ đánh giá lại môn học hoặc rèn luyện trong hè"),
    }
    transcript = verdict.transcript
    context = {
        "verdict": verdict,
        "word": words.verdict_word(verdict.word, gettext=_),
        "sentence": words.verdict_sentence(verdict.word, gettext=_),
        "icon": _ICONS.get(verdict.word, "indeterminate"),
        "questions": _questions(verdict),
        "signatures": _signatures(verdict),
        "history": _history(judged),
        "court_sealed": judged.court_sealed,
        "promotion": promotions[transcript.summary.promotion] if transcript else "",
        "downloads": downloads,
    }
    return render(request, "public/verdict.html", context)


def _history(judged: Judged) -> list[dict[str, Any]]:
    """Return the events of a transcript's life; an order that hides it is told, no more."""
    return [
        {
            "word": histories.event_word(event.kind, gettext=_),
            "why": histories.reason_words(event.reason, gettext=_),
            "at": event.at,
            "index": event.log_index,
            "leads_to": event.leads_to,
            "before_it": None if event.leads_to is None else event.leads_to - 1,
        }
        for event in judged.history
    ]


def _questions(verdict: PublicVerdict) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": _(title),
            "answer": getattr(verdict, name).answer.value,
            "word": words.answer_word(getattr(verdict, name).answer, gettext=_),
            "reasons": [
                words.reason_sentence(reason, gettext=_)
                for reason in getattr(verdict, name).reasons
            ],
        }
        for name, title in words.QUESTIONS.items()
    ]


def _signatures(verdict: PublicVerdict) -> list[dict[str, Any]]:
    """Return the signers as readers look for them: the school's seal first, teachers last."""
    rows = verdict.transcript.subjects if verdict.transcript else ()
    subjects = {row_id(row.key): row.name for row in rows}
    return [_signature(one, subjects) for one in reversed(verdict.signatures)]


def _signature(one: SignatureVerdict, subjects: Mapping[str, str]) -> dict[str, Any]:
    answer = _ANSWERS[one.indication]
    return {
        "role": words.role_name(one.role, on_pdf=one.slot == PDF_SLOT, gettext=_),
        "capacity": words.capacity_name(one.capacity, gettext=_),
        "subject": ", ".join(subjects[target] for target in one.targets if target in subjects),
        "name": one.signer_name,
        "time": one.signing_time,
        "proven": one.proven_time,
        "issuer": _common_name(one.certificate_issuer),
        "serial": one.certificate_serial[-16:],
        "not_before": one.certificate_not_before,
        "not_after": one.certificate_not_after,
        "answer": answer.value,
        "word": words.signature_word(answer, gettext=_),
        "reasons": [words.reason_sentence(reason, gettext=_) for reason in one.reasons],
    }


def _common_name(subject: str) -> str:
    """Return the CN of an RFC 4514 name, for reading."""
    for part in subject.split(","):
        if part.startswith("CN="):
            return part.removeprefix("CN=")
    return subject


def _attachment(data: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=kind, headers=headers)
