"""Pages of the homeroom teacher: the classes, the board of who owes what, the proposals."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.results import (
    BADGES,
    SCOPES,
    actions_words,
    decision_words,
    review_sentence,
)
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.gradebook.actions.homeroom import ShownProposal, confirm_proposals
from hocba.apps.gradebook.homeroom_board import NOT_ASKED, Board, BoardCell, board_of
from hocba.apps.gradebook.homeroom_queries import (
    LedClass,
    followed_classes,
    led_class,
    proposals,
)
from hocba.apps.gradebook.models import YearProposal
from hocba.apps.gradebook.paging import Paged
from hocba.apps.gradebook.results import BY_NAME, BY_NUMBER, YEAR, StudentResults, level_text
from hocba.apps.gradebook.results_rights import HEADS
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.queries import school_years_taught
from hocba.core.assessment.results import Decision
from hocba.core.errors import HocbaError

TABS = (
    ("homeroom_board", "Ai còn thiếu gì"),
    ("homeroom_sheet", "Ngày nghỉ, rèn luyện"),
    ("homeroom_remarks", "Nhận xét chung"),
    ("homeroom_proposals", "Đề xuất cuối năm"),
    ("homeroom_summer", "Trong hè"),
    ("homeroom_profiles", "Hồ sơ"),
)


@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """List the classes that the person leads; a head finds those of the school."""
    viewer = viewer_of_request(request)
    if not viewer.units("homeroom_teacher", *HEADS):
        raise HocbaError("access.denied")
    years = school_years_taught(viewer=viewer)
    years = sorted({*years, school_year_of(timezone.now())}, reverse=True)
    asked = request.GET.get("nam", "")
    led = {year: followed_classes(viewer=viewer, school_year=year) for year in years[:3]}
    year = asked if asked in led else next((one for one in led if led[one]), years[0])
    groups = led[year]
    if len(groups) == 1 and not asked:
        return redirect("homeroom_board", class_id=groups[0].pk)
    context = {"groups": Paged(request, groups), "years": list(led), "year": year}
    return render(request, "work/homeroom_classes.html", context)


@require_GET
@never_cache
def board(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Show who still owes what, in words and lights."""
    led = led_class(viewer=viewer_of_request(request), class_id=class_id)
    scope, order = asked_scope(request), asked_order(request)
    found = board_of(led.results, scope=scope, order=order)
    lacking = request.GET.get("loc") == "thieu"
    rows = [row for row in found.rows if not (lacking and row.complete)]
    context = {
        "board": found,
        "rows": Paged(
            request,
            [
                {
                    "row": row,
                    "cells": [
                        {"cell": cell, "words": _owed(cell), "column": column}
                        for cell, column in zip(row.cells, found.columns, strict=True)
                    ],
                }
                for row in rows
            ],
        ),
        "debts": _debts(found),
        "own": [(OWN[code], count) for code, count in found.own],
        "lacking": lacking,
        "scope": scope,
        "scopes": SCOPES.items(),
        "order": order,
    }
    return render(request, "work/homeroom_board.html", context | frame(request, led))


OWN = {"absences": "Ngày nghỉ", "conduct": "Rèn luyện", "remark": "Nhận xét chung"}


def _owed(cell: BoardCell) -> str:
    """The light in words."""
    if cell.state == NOT_ASKED:
        return _("Miễn") if cell.taught else _("Không học")
    parts = [
        _("thiếu %(n)s điểm") % {"n": cell.marks} if cell.marks else "",
        _("thừa điểm") if cell.surplus else "",
        _("thiếu nhận xét") if cell.remark else "",
    ]
    text = ", ".join(part for part in parts if part)
    return text[:1].upper() + text[1:] if text else _("Đủ")


def _debts(found: Board) -> list[dict[str, Any]]:
    return [
        {"debt": debt, "done": not (debt.students or debt.remarks)}
        for debt in sorted(found.debts, key=lambda debt: not (debt.students or debt.remarks))
    ]


@require_http_methods(["GET", "POST"])
@never_cache
def propose(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Show what the circular proposes for each student; keep what the teacher confirms."""
    viewer = viewer_of_request(request)
    writing = request.method == "POST"
    led = led_class(viewer=viewer, class_id=class_id, writing=writing)
    refusal = ""
    if writing:
        try:
            count = confirm_proposals(
                class_id=class_id,
                shown=_confirmed(request, led),
                actor=actor_of(request),
                at=timezone.now(),
            )
        except HocbaError as error:
            if error.code not in KEPT:
                raise
            refusal = refusal_sentence(error, gettext=_)
        else:
            text = ngettext("Đã xác nhận %(n)s đề xuất.", "Đã xác nhận %(n)s đề xuất.", count)
            messages.success(request, text % {"n": count})
            return redirect(request.get_full_path())
    stood = proposals(led)
    order = asked_order(request)
    context = {
        "refusal": refusal,
        "rows": Paged(
            request,
            [
                proposal_line(one, led, stood.get(one.pupil.enrolment_id))
                for one in led.results.ordered(order)
                if one.pupil.left_date is None
            ],
        ),
        "order": order,
    }
    status = 409 if refusal else 200
    return render(
        request, "work/homeroom_proposals.html", context | frame(request, led), status=status
    )


KEPT = {
    "gradebook.changed_meanwhile",
    "gradebook.closed",
    "gradebook.locked",
    "gradebook.not_for_summer",
    "gradebook.proposal_stale",
}
"""Refusals that are shown on the page itself, so that nothing typed is lost."""


def proposal_line(one: StudentResults, led: LedClass, stood: YearProposal | None) -> dict[str, Any]:
    """Return one student's proposal with what was confirmed of it."""
    judged = one.assessment
    decision = judged.promotion.decision
    now = (decision.value, judged.award_title)
    confirmed = stood is not None and (stood.decision, stood.award) == now
    return {
        "pupil": one.pupil,
        "learning": level_text(judged.learning_year.final),
        "conduct": led.results.conduct_word(judged.conduct.year),
        "absences": judged.absences,
        "decision": decision.value,
        "decision_words": decision_words(judged.promotion, completes=judged.completes_level),
        "badge": BADGES[decision.value],
        "actions": actions_words(judged.promotion, names=led.results.names)
        if decision is not Decision.RETAINED
        else "",
        "award": judged.award_title,
        "other_award": one.record.other_award,
        "review": [review_sentence(code) for code in judged.review],
        "confirmed": confirmed,
        "changed": stood is not None and not confirmed,
        "open": decision is not Decision.UNDETERMINED
        and not confirmed
        and one.pupil.enrolment_id not in led.locked,
        "locked": one.pupil.enrolment_id in led.locked,
    }


def _confirmed(request: HttpRequest, led: LedClass) -> list[ShownProposal]:
    """Read the ticked lines: each says what was shown beside its box."""
    shown = []
    for text in request.POST.getlist("em"):
        enrolment, _bar, rest = text.partition("|")
        decision, _bar, award = rest.partition("|")
        try:
            shown.append(ShownProposal(UUID(enrolment), decision, award))
        except ValueError:
            raise BadRequest("em") from None
    if len({one.enrolment_id for one in shown}) != len(shown):
        raise BadRequest("em")
    return shown


def frame(request: HttpRequest, led: LedClass) -> dict[str, Any]:
    """What every page of one class shows around its content."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "led": led,
        "group": led.group,
        "tabs": [
            {
                "title": _(title),
                "url": reverse(name, args=[led.group.pk]),
                "current": name == here
                or (name == "homeroom_profiles" and here == "homeroom_profile"),
            }
            for name, title in TABS
        ],
    }


def asked_scope(request: HttpRequest) -> str:
    """Return the term that the address names, else the whole year."""
    asked = request.GET.get("hk", "")
    return asked if asked in SCOPES else YEAR


def asked_order(request: HttpRequest) -> str:
    """Return the order that the address names: list number or name, nothing else."""
    return BY_NAME if request.GET.get("sap") == BY_NAME else BY_NUMBER


def actor_of(request: HttpRequest) -> UUID:
    """Return who acts.

    Raises:
        HocbaError: "access.denied".
    """
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    return request.user.id
