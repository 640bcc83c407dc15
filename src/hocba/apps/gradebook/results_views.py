"""Pages of results: the classes, a class, a student with "Vì sao?", what-if.

Those above the school say why they read; the reason is kept for this class in their session and
every page they open is recorded with it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from hocba.adapters.wording.findings import finding_sentence
from hocba.adapters.wording.results import SCOPES
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.gradebook.actions.results import REASON_LENGTHS, record_reading
from hocba.apps.gradebook.homeroom_views import actor_of, asked_order, asked_scope
from hocba.apps.gradebook.paging import Paged
from hocba.apps.gradebook.results import (
    ClassResults,
    class_results,
    overseen_classes,
    overseen_schools,
    readable_classes,
)
from hocba.apps.gradebook.results_student import student_page
from hocba.apps.gradebook.results_table import table_of
from hocba.apps.gradebook.results_whatif import attempts, effects, places
from hocba.apps.leaf import school_year_of
from hocba.core.assessment.findings import Finding, Severity

REASONS = "li-do-xem-ket-qua"
TRIES = 3
Page = Callable[..., HttpResponse]


def of_class(view: Page) -> Page:
    """Hand a page the results of its class, as far as the reader may see them.

    An officer above the school is first asked why; each page they open is recorded with that.
    """

    @wraps(view)
    def asked(request: HttpRequest, class_id: UUID, **kwargs: UUID) -> HttpResponse:
        found = class_results(viewer=viewer_of_request(request), class_id=class_id)
        if found.scope.tells_why:
            told = request.session.get(REASONS, {}).get(str(class_id), "")
            if not told:
                return redirect("results_reason", class_id=class_id)
            record_reading(
                class_id=class_id,
                page=str(request.resolver_match.url_name) if request.resolver_match else "",
                reason=told,
                enrolment_id=kwargs.get("enrolment_id"),
                actor=actor_of(request),
                at=timezone.now(),
            )
        return view(request, found, **kwargs)

    return asked


@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """List the classes whose results the person may open."""
    viewer = viewer_of_request(request)
    year = school_year_of(timezone.now())
    first = int(year[:4])
    years = [f"{one}-{one + 1}" for one in range(first, first - 4, -1)]
    asked = request.GET.get("nam", "")
    schools = overseen_schools(viewer=viewer)
    chosen = request.GET.get("truong", "")
    school = next((one for one in schools if str(one[0]) == chosen), None)
    found = {}
    for one in [asked] if asked in years else years:
        found[one] = (
            overseen_classes(viewer=viewer, school_id=school[0], school_year=one)
            if school
            else readable_classes(viewer=viewer, school_year=one)
        )
        if found[one]:
            break
    shown_year = next((one for one in found if found[one]), asked if asked in years else year)
    context = {
        "rows": Paged(request, found.get(shown_year, [])),
        "schools": Paged(request, schools) if schools and school is None else None,
        "school": school,
        "year": shown_year,
        "years": years,
    }
    return render(request, "work/results_classes.html", context)


@require_http_methods(["GET", "POST"])
def reason(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Ask an officer above the school why they read this class's results."""
    results = class_results(viewer=viewer_of_request(request), class_id=class_id)
    if not results.scope.tells_why:
        return redirect("results", class_id=class_id)
    least, most = REASON_LENGTHS
    told = " ".join(request.POST.get("li-do", "").split())
    problem = ""
    if request.method == "POST":
        if least <= len(told) <= most:
            request.session[REASONS] = {**request.session.get(REASONS, {}), str(class_id): told}
            return redirect("results", class_id=class_id)
        problem = _("Hãy nêu lí do xem, từ %(least)s đến %(most)s kí tự.") % {
            "least": least,
            "most": most,
        }
    context = {"group": results.class_group, "problem": problem, "told": told, "most": most}
    return render(request, "work/results_reason.html", context, status=422 if problem else 200)


@require_GET
@never_cache
@of_class
def results(request: HttpRequest, found: ClassResults) -> HttpResponse:
    """Show the class: subjects, learning, conduct, promotion, award; no order by marks."""
    table = table_of(found, scope=asked_scope(request), order=asked_order(request))
    context = {
        "table": table,
        "rows": Paged(
            request, [{"line": line, "cells": table.cells(line)} for line in table.lines]
        ),
        "scope": table.scope,
        "scopes": SCOPES.items(),
        "order": asked_order(request),
    }
    return render(request, "work/results_class.html", context | _frame(found))


@require_GET
@never_cache
@of_class
def student(request: HttpRequest, found: ClassResults, enrolment_id: UUID) -> HttpResponse:
    """Show one student, every result with its reason."""
    one = found.student(enrolment_id)
    context = student_page(found, one) | {"one": one, "pupil": one.pupil}
    return render(request, "work/results_student.html", context | _frame(found))


@require_GET
@never_cache
@of_class
def what_if(request: HttpRequest, found: ClassResults, enrolment_id: UUID) -> HttpResponse:
    """Try other marks and see which results would change; nothing is written."""
    one = found.student(enrolment_id)
    known = places(found, one)
    typed = list(
        zip(request.GET.getlist("o")[:TRIES], request.GET.getlist("diem")[:TRIES], strict=False)
    )
    tried = attempts(found, typed, known)
    problems = [
        finding_sentence(
            Finding(
                each.problem,
                Severity.BLOCK,
                found=each.typed[:20],
                expected=each.suggestion or "0 – 10; Đ, CĐ",
            ),
            gettext=_,
        )
        for each in tried
        if each.problem
    ]
    blank = [("", "")] * (TRIES - len(typed))
    context = {
        "pupil": one.pupil,
        "places": known,
        "typed": [*typed, *blank],
        "problems": problems,
        "tried": bool(tried) and not problems,
        "effects": effects(found, one, tried) if not problems else [],
    }
    status = 422 if problems else 200
    return render(request, "work/results_what_if.html", context | _frame(found), status=status)


def _frame(found: ClassResults) -> dict[str, Any]:
    return {"results": found, "group": found.class_group}
