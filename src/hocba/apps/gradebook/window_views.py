"""Pages of khóa sổ: a school's windows and where its book stands; one window; locking the book."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.windows import SHORT_GROUPS, SHORT_TERMS
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.actions import lock_book, set_window
from hocba.apps.gradebook.window_forms import DaysForm, LockForm, WindowForm
from hocba.apps.gradebook.window_queries import (
    PARTS,
    book_page,
    lock_preview,
    schools_of,
    window_for,
    words_of,
)
from hocba.apps.gradebook.window_rights import (
    can_keep_windows,
    can_see_signals,
    require_keep_windows,
)
from hocba.apps.gradebook.windows import require_fit, scope_of
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.queries import (
    assignments_of_classes,
    classes_of_school,
    school_years_of,
)
from hocba.core.assessment.subjects import subject_names
from hocba.core.errors import HocbaError

PAGE = 50


@require_GET
def books(request: HttpRequest) -> HttpResponse:
    """Go to the book of one's school, or choose among those that one sees."""
    schools = schools_of(viewer=viewer_of_request(request))
    if not schools:
        raise HocbaError("access.denied")
    if len(schools) == 1:
        return redirect("book", school_id=schools[0].pk)
    page = page_number(request)
    context = {
        "schools": schools[(page - 1) * PAGE : page * PAGE],
        "page": page,
        "pages": range(1, -(-len(schools) // PAGE) + 1),
        "oversees": True,
    }
    return render(request, "work/books.html", context)


@require_GET
def book(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Show a school's windows and, grade by grade, what is open."""
    viewer, now = viewer_of_request(request), timezone.now()
    years, year = chosen_year(request, school_id)
    page = book_page(viewer=viewer, school_id=school_id, school_year=year, at=now)
    context = {
        **tabs(viewer, school_id, "book"),
        "page": page,
        "years": years,
        "year": year,
        "parts": [(SHORT_GROUPS[group], SHORT_TERMS[term]) for term, group in PARTS],
        "can_keep": can_keep_windows(viewer, school_id=school_id),
    }
    return render(request, "work/book.html", context)


@require_http_methods(["GET", "POST"])
def new_window(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Make an entry window."""
    viewer = viewer_of_request(request)
    require_keep_windows(viewer, school_id=school_id)
    year = chosen_year(request, school_id)[1]
    form = WindowForm(request.POST or None, **_offer(viewer, school_id, year))
    if request.method == "POST" and form.is_valid():
        opens_at, closes_at = form.instants()
        try:
            set_window(
                school_id=school_id,
                school_year=year,
                scope=form.scope(),
                opens_at=opens_at,
                closes_at=closes_at,
                reason=form.cleaned_data["reason"],
                seen=0,
                actor=actor_of(request),
                at=timezone.now(),
            )
            messages.success(request, _("Đã đặt đợt nhập."))
            return _to_book(school_id, year)
        except HocbaError as error:
            refuse_in(form, error)
    context = {**tabs(viewer, school_id, "book"), "form": form, "year": year}
    return render(request, "work/window_new.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def window(request: HttpRequest, school_id: UUID, window_id: UUID) -> HttpResponse:
    """Show one window with its story; change its days."""
    viewer, now = viewer_of_request(request), timezone.now()
    line, acts = window_for(viewer=viewer, school_id=school_id, window_id=window_id, at=now)
    row = line.row
    may_change = row.locked_at is None and can_keep_windows(viewer, school_id=school_id)
    initial = {**DaysForm.days(row.opens_at, row.closes_at), "seen": row.version}
    form = DaysForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        opens_at, closes_at = form.instants()
        try:
            set_window(
                school_id=school_id,
                school_year=row.school_year,
                scope=scope_of(row),
                opens_at=opens_at,
                closes_at=closes_at,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                actor=actor_of(request),
                at=now,
            )
            messages.success(request, _("Đã đổi ngày của đợt nhập."))
            return _to_book(school_id, row.school_year)
        except HocbaError as error:
            refuse_in(form, error)
    context = {**tabs(viewer, school_id, "book"), "line": line, "acts": acts, "form": form}
    context |= {"may_change": may_change, "year": row.school_year}
    return render(request, "work/window.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Khóa sổ: choose the part, look at what it will do, do it."""
    viewer = viewer_of_request(request)
    require_keep_windows(viewer, school_id=school_id)
    year = chosen_year(request, school_id)[1]
    form = LockForm(request.POST or None, **_offer(viewer, school_id, year))
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            if "khoa" in request.POST:
                lock_book(
                    school_id=school_id,
                    school_year=year,
                    scope=form.scope(),
                    reason=form.cleaned_data["reason"],
                    actor=actor_of(request),
                    at=timezone.now(),
                )
                messages.success(request, _("Đã khóa sổ."))
                return _to_book(school_id, year)
            require_fit(form.scope())
            preview = lock_preview(
                viewer=viewer,
                school_id=school_id,
                school_year=year,
                scope=form.scope(),
                at=timezone.now(),
            )
        except HocbaError as error:
            refuse_in(form, error)
    context = {**tabs(viewer, school_id, "book"), "form": form, "year": year, "preview": preview}
    if preview is not None:
        context["what"] = words_of(form.scope())
    return render(request, "work/book_lock.html", context, status=status_of(form))


def tabs(viewer: Viewer, school_id: UUID, current: str) -> dict[str, Any]:
    """Return what the tabs above every page of khóa sổ show."""
    return {
        "school_id": school_id,
        "tab": current,
        "sees_signals": can_see_signals(viewer, school_id=school_id),
    }


def chosen_year(request: HttpRequest, school_id: UUID) -> tuple[list[str], str]:
    """Return the school's years, newest first, and the one asked for or else the newest."""
    years = school_years_of(school_id=school_id) or [school_year_of(timezone.now())]
    asked = request.GET.get("nam", "")
    return years, asked if asked in years else years[0]


def page_number(request: HttpRequest) -> int:
    """Return the page asked for, 1 for nonsense."""
    asked = request.GET.get("trang", "1")
    return int(asked) if asked.isdecimal() and 0 < int(asked) < 1000 else 1


def refuse_in(form: forms.Form, error: HocbaError) -> None:
    """Show a refusal above the form; a missing right stays a refusal of the whole page."""
    if error.code == "access.denied":
        raise error
    form.add_error(None, refusal_sentence(error, gettext=_))


def status_of(form: forms.Form) -> int:
    """Return 422 for a form that was sent back."""
    return 422 if form.errors else 200


def actor_of(request: HttpRequest) -> UUID:
    """Return who acts.

    Raises:
        HocbaError: "access.denied".
    """
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    return request.user.id


def _offer(viewer: Viewer, school_id: UUID, year: str) -> dict[str, Any]:
    """Grades and subjects of the school's year."""
    classes = classes_of_school(viewer=viewer, school_id=school_id, school_year=year)
    keys = {one.subject_key for one in assignments_of_classes(class_ids={c.pk for c in classes})}
    names = subject_names()
    subjects = sorted(((key, names.get(key, key)) for key in keys), key=lambda pair: pair[1])
    return {"grades": sorted({one.grade for one in classes}), "subjects": subjects}


def _to_book(school_id: UUID, year: str) -> HttpResponse:
    answer = redirect("book", school_id=school_id)
    answer["Location"] += f"?nam={year}"
    return answer
