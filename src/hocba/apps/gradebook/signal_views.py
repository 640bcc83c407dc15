"""Pages of the signals: the schools below an office with their figures; one school's month."""

from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.gradebook.actions import note_reading, note_signal
from hocba.apps.gradebook.actions.notes import MAX_NOTE
from hocba.apps.gradebook.signals import months_of, signals_of, tallies
from hocba.apps.gradebook.window_queries import schools_watched
from hocba.apps.gradebook.window_views import (
    PAGE,
    actor_of,
    chosen_year,
    page_number,
    refuse_in,
    status_of,
    tabs,
)
from hocba.apps.leaf import school_year_of
from hocba.core.errors import HocbaError


class NoteForm(forms.Form):
    """What one has found out about a signal."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    note = forms.CharField(
        label=gettext_lazy("Đã xem, kết quả"),
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Hãy ghi kết quả xem xét.")},
    )


@require_GET
def all_signals(request: HttpRequest) -> HttpResponse:
    """List the schools that one looks at, with the figures of a school year."""
    viewer = viewer_of_request(request)
    schools = schools_watched(viewer=viewer)
    if not schools:
        raise HocbaError("access.denied")
    page = page_number(request)
    shown = schools[(page - 1) * PAGE : page * PAGE]
    asked = request.GET.get("nam", "")
    year = asked if len(asked) == len("2024-2025") else school_year_of(timezone.now())
    counted = tallies(school_ids=[one.pk for one in shown], school_year=year, viewer=viewer)
    context = {
        "rows": [(one, counted[one.pk]) for one in shown],
        "year": year,
        "page": page,
        "pages": range(1, -(-len(schools) // PAGE) + 1),
    }
    return render(request, "work/all_signals.html", context)


@require_http_methods(["GET", "POST"])
def signals(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Show a school's signals of one month; keep a note on one."""
    viewer = viewer_of_request(request)
    years, year = chosen_year(request, school_id)
    months = months_of(viewer=viewer, school_id=school_id, school_year=year)
    month = _month(request.GET.get("thang", ""), months)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and month is not None and form.is_valid():
        try:
            note_signal(
                school_id=school_id,
                school_year=year,
                month=month,
                signal_key=form.cleaned_data["key"],
                note=form.cleaned_data["note"],
                actor=actor_of(request),
                at=timezone.now(),
            )
            messages.success(request, _("Đã ghi kết quả xem xét."))
            return redirect(request.get_full_path())
        except HocbaError as error:
            refuse_in(form, error)
    note_reading(
        school_id=school_id,
        school_year=year,
        object_type="signals",
        object_id=str(school_id),
        actor=actor_of(request),
        at=timezone.now(),
    )
    lines = (
        signals_of(viewer=viewer, school_id=school_id, school_year=year, month=month)
        if month
        else []
    )
    context = {
        **tabs(viewer, school_id, "signals"),
        "lines": lines,
        "months": months,
        "month": month,
        "years": years,
        "year": year,
        "form": form,
    }
    return render(request, "work/signals.html", context, status=status_of(form))


def _month(asked: str, months: list[date]) -> date | None:
    """Return the month asked for ("2025-05"), else the newest in which something changed."""
    found = next((one for one in months if f"{one:%Y-%m}" == asked), None)
    return found or (months[0] if months else None)
