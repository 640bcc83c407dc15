"""One signing session on pages: begin, look, open transcripts, sign, give back.

The key is never here (see `desk_views`); the page that signs may reach its reader's machine.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from hocba.adapters.wording import reviews
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.signals import TITLES as SIGNAL_TITLES
from hocba.adapters.wording.verdicts import role_name
from hocba.apps.accounts.models import Person
from hocba.apps.blobs import blob_store
from hocba.apps.issuing.actions import open_page, open_signing_session, return_transcripts
from hocba.apps.issuing.desk import SigningAs, desk_certificate, sheet_allowed
from hocba.apps.issuing.desk_json import bridge_context, with_bridge
from hocba.apps.issuing.models import SigningSession, Slot
from hocba.apps.issuing.returns import draft_of_session_page, earlier_signers
from hocba.apps.issuing.session_json import session_seat
from hocba.apps.issuing.sessions import SessionLine, SessionView, session_view
from hocba.apps.remote_signers import remote_providers
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import classes_by_id, roll_of_class
from hocba.core.errors import HocbaError
from hocba.core.signing.standing import standing_in
from hocba.core.signing.verdict import SlotRole

_ORDER = {SlotRole.SUBJECT_TEACHER: 1, SlotRole.HOMEROOM_TEACHER: 2, SlotRole.PRINCIPAL: 3}
_STATES = {"waiting": "waiting", "sent": "waiting", "signed": "signed", "ended": "later"}


def actor_of(request: HttpRequest) -> UUID:
    """Return the key of who asks.

    Raises:
        HocbaError: "access.denied".
    """
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    return request.user.pk


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Show what waits in the chosen classes: opens a session and goes to its page."""
    try:
        school_id = UUID(request.POST.get("truong", ""))
        session_id = UUID(request.POST.get("luot", "") or str(uuid4()))
        class_ids = [UUID(one) for one in request.POST.getlist("lop")]
    except ValueError:
        raise HocbaError("access.denied") from None
    if not class_ids:
        raise HocbaError("issuing.nothing_waits")
    open_signing_session(
        school_id=school_id,
        session_id=session_id,
        kind=request.POST.get("tu-cach", ""),
        class_ids=class_ids,
        actor=actor_of(request),
        at=timezone.now(),
    )
    return redirect("signing_session", school_id=school_id, session_id=session_id)


@never_cache
@require_GET
def session(request: HttpRequest, school_id: UUID, session_id: UUID) -> HttpResponseBase:
    """Show a session: the review, what must be opened, the way to sign, every outcome."""
    signer, kept = session_seat(request, school_id, session_id)
    return with_bridge(lambda asked: _page(asked, signer, kept))(request)


def _page(
    request: HttpRequest,
    signer: SigningAs,
    kept: SigningSession,
    told: dict[str, Any] | None = None,
) -> HttpResponse:
    view = session_view(session=kept)
    groups = _groups(view)
    certificate = desk_certificate(signer=signer, at=timezone.now())
    order = max(_ORDER.get(line.role, 1) for line in view.lines)
    living = {line.draft_id for line in view.lines if line.state != "ended"}
    context = {
        "session": kept,
        "signer": signer,
        "view": view,
        "rows": _rows(view, groups),
        "classes": [_class(one) for one in view.shown["classes"]],
        "roles": ", ".join(dict.fromkeys(role_name(line.role) for line in view.lines)),
        "counts": {
            "all": len(view.lines),
            "waiting": view.count("waiting", "sent"),
            "signed": view.count("signed"),
            "ended": view.count("ended"),
        },
        "certificate": certificate,
        "can_sign": view.to_open == 0
        and view.count("waiting", "sent") > 0
        and certificate.state == "usable",
        "sheet": all(_may_sheet(groups[line.class_id], line.role) for line in view.lines),
        "earlier": earlier_signers(school_id=kept.school_id, draft_ids=living, order=order)
        if order > 1
        else [],
        "told": told,
        "just_returned": "da-tra-lai" in request.GET,
    }
    providers = {"providers": remote_providers()}
    return render(request, "work/session.html", context | bridge_context() | providers)


@never_cache
@require_GET
def page(request: HttpRequest, school_id: UUID, session_id: UUID, draft_id: UUID) -> HttpResponse:
    """Show one transcript as it is to be signed, which counts as having opened it."""
    signer, kept = session_seat(request, school_id, session_id)
    open_page(
        school_id=school_id,
        session_id=session_id,
        draft_id=draft_id,
        actor=signer.person_id,
        at=timezone.now(),
    )
    view = session_view(session=kept)
    lines = [line for line in view.lines if line.draft_id == draft_id]
    draft = draft_of_session_page(school_id=school_id, draft_id=draft_id)
    if draft is None:
        raise HocbaError("issuing.session_unknown")
    transcript = standing_in(blob_store().get(draft.document_sha256)).transcript
    slots = Slot.objects.filter(school_id=school_id, draft_id=draft_id).order_by("order", "key")
    following = [line for line in view.lines if line.to_open and line.draft_id != draft_id]
    context = {
        "session": kept,
        "transcript": transcript,
        "why": _words(reviews.REASONS, (code for line in lines for code in line.why)),
        "signals": _words(SIGNAL_TITLES, (code for line in lines for code in line.signals)),
        "changes": [
            {"label": label, "before": before, "after": after}
            for line in lines
            for label, before, after in line.changes
        ],
        "promotion": reviews.spread_value("promotion", transcript.summary.promotion, gettext=_),
        "slots": [
            {"role": role_name(SlotRole(slot.role), gettext=_), "slot": slot} for slot in slots
        ],
        "next": following[0].draft_id if following else None,
        "left": len({line.draft_id for line in following}),
    }
    return render(request, "work/session_page.html", context)


@never_cache
@require_POST
def give_back(request: HttpRequest, school_id: UUID, session_id: UUID) -> HttpResponseBase:
    """Give the chosen transcripts back to an earlier signer, and tell what became of each."""
    signer, kept = session_seat(request, school_id, session_id)
    try:
        draft_ids = [UUID(one) for one in request.POST.getlist("hoc-ba")]
    except ValueError:
        raise HocbaError("access.denied") from None
    typed = {"reason": request.POST.get("li-do", ""), "to": request.POST.get("nguoi", "")}
    told: dict[str, Any] = typed | {"chosen": {str(one) for one in draft_ids}, "error": ""}
    try:
        if not draft_ids:
            raise HocbaError("issuing.return_nothing_chosen")
        outcomes = return_transcripts(
            school_id=school_id,
            draft_ids=draft_ids,
            to_signer=typed["to"],
            reason=typed["reason"],
            actor=signer.person_id,
            at=timezone.now(),
        )
    except HocbaError as refusal:
        told["error"] = refusal_sentence(refusal, gettext=_)
        return with_bridge(lambda asked: _page(asked, signer, kept, told))(request)
    refused = [one.refusal for one in outcomes if one.refusal]
    told = {
        "returned": len(outcomes) - len(refused),
        "refused": [refusal_sentence(HocbaError(code), gettext=_) for code in refused],
    }
    if not refused:
        address = reverse("signing_session", args=[school_id, session_id])
        return redirect(f"{address}?da-tra-lai={told['returned']}#ket-qua")
    return with_bridge(lambda asked: _page(asked, signer, kept, told))(request)


def _groups(view: SessionView) -> dict[UUID, ClassGroup]:
    return classes_by_id(class_ids={line.class_id for line in view.lines})


def _rows(view: SessionView, groups: dict[UUID, ClassGroup]) -> list[dict[str, Any]]:
    pupils = {
        pupil.enrolment_id: pupil
        for class_id in groups
        for pupil in roll_of_class(class_id=class_id)
    }
    rows = [
        {
            "line": line,
            "pupil": pupils[line.enrolment_id],
            "class": groups[line.class_id],
            "group": f"{line.class_id} {line.role.value}",
            "state": _STATES[line.state],
            "why": _words(reviews.REASONS, line.why),
            "refusal": _told(line),
        }
        for line in view.lines
    ]
    return sorted(
        rows,
        key=lambda row: (row["class"].grade, row["class"].name, row["pupil"].list_number),
    )


def _told(line: SessionLine) -> str:
    return refusal_sentence(HocbaError(line.refusal), gettext=_) if line.refusal else ""


def _class(shown: dict[str, Any]) -> dict[str, Any]:
    """Word one class of a review."""
    return {
        "name": shown["class_name"],
        "students": shown["students"],
        "subjects": shown["subjects"],
        "without_transcript": shown["without_transcript"],
        "not_in_this_session": shown["not_in_this_session"],
        "missing": [
            f"{count} {_('học bạ')} {_(reviews.MISSING[code])}"
            for code, count in shown["missing"].items()
        ],
        "spread": [
            {
                "title": reviews.spread_title(title, gettext=_),
                "values": [
                    {"value": reviews.spread_value(title, value, gettext=_), "count": count}
                    for value, count in sorted(counts.items(), reverse=True)
                ],
            }
            for title, counts in shown["spread"].items()
        ],
    }


def _words(sentences: Any, codes: Iterable[str]) -> list[str]:
    return [_(sentences[code]) for code in dict.fromkeys(codes)]


def _may_sheet(group: ClassGroup, role: SlotRole) -> bool:
    return sheet_allowed(school=group.school, school_year=group.school_year, role=role)
