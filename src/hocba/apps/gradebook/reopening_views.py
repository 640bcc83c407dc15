"""Pages of mở khóa: what waits, asking for it, one request with the decision on it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hocba.adapters.wording.windows import GROUP_NAMES, STATE_WORDS, TERM_NAMES
from hocba.apps.accounts.queries import names_of_people, viewer_of_request
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.actions import (
    approve_reopening,
    ask_reopening,
    close_reopening,
    refuse_reopening,
    withdraw_reopening,
)
from hocba.apps.gradebook.grid_queries import locked_students
from hocba.apps.gradebook.models import Reopening
from hocba.apps.gradebook.reopening_queries import reopening_for, reopenings_for
from hocba.apps.gradebook.window_forms import AnswerForm, ReopeningForm
from hocba.apps.gradebook.window_queries import PAGE, closed_parts
from hocba.apps.gradebook.window_rights import can_decide, can_end, writes_part
from hocba.apps.gradebook.window_views import actor_of, refuse_in, status_of
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import (
    class_by_id,
    homeroom_classes,
    roll_of_class,
    school_years_taught,
    teaching_duties,
)
from hocba.core.assessment.subjects import subject_names
from hocba.core.errors import HocbaError

HOMEROOM = "chu-nhiem"
TABS = ("cho-toi", "dang-xet", "tat-ca")


@require_GET
def reopenings(request: HttpRequest) -> HttpResponse:
    """List requests: those that wait for me, those under way, all."""
    viewer, asked = viewer_of_request(request), request.GET.get("loc", "")
    chosen = asked if asked in TABS else "tat-ca"
    before = cursor_of(request.GET.get("truoc", ""))
    rows = reopenings_for(viewer=viewer, tab=chosen, before=before, at=timezone.now())
    last = rows[PAGE - 1].row if len(rows) > PAGE else None
    context = {
        "rows": rows[:PAGE],
        "chosen": chosen,
        "next": f"{last.asked_at.isoformat()}_{last.id}" if last else "",
        "teaches": bool(viewer.units("subject_teacher", "homeroom_teacher")),
    }
    return render(request, "work/reopenings.html", context)


@require_GET
def reopening_parts(request: HttpRequest) -> HttpResponse:
    """Choose the class and subject whose book is to be opened."""
    viewer = viewer_of_request(request)
    if not viewer.units("subject_teacher", "homeroom_teacher"):
        raise HocbaError("access.denied")
    years = school_years_taught(viewer=viewer)
    year = years[0] if years else ""
    names = subject_names()
    lines = [
        (one.class_id, one.class_name, one.subject_key, names.get(one.subject_key, ""))
        for one in teaching_duties(viewer=viewer, school_year=year)
    ]
    led = homeroom_classes(viewer=viewer, school_year=year)
    lines += [(one.pk, one.name, HOMEROOM, GROUP_NAMES["homeroom"]) for one in led]
    return render(request, "work/reopening_parts.html", {"lines": lines, "year": year})


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, class_id: UUID, subject_key: str) -> HttpResponse:
    """Ask that a closed part be opened."""
    viewer, now = viewer_of_request(request), timezone.now()
    class_group, key = _asked_part(viewer, class_id, subject_key)
    parts = closed_parts(
        class_group=class_group, subject_key=key, homeroom=subject_key == HOMEROOM, at=now
    )
    choices = [
        (
            f"{term}.{group}",
            f"{GROUP_NAMES[group]}, {TERM_NAMES[term]} ({STATE_WORDS[state]})",
        )
        for term, group, state in parts
    ]
    form = ReopeningForm(request.POST or None, parts=choices)
    chosen = request.POST.getlist("students")
    if request.method == "POST" and form.is_valid():
        try:
            row = _send(request, class_group, key, form, chosen, now)
            messages.success(request, _("Đã gửi đề nghị mở khóa."))
            return redirect("reopening", school_id=row.school_id, reopening_id=row.id)
        except HocbaError as error:
            refuse_in(form, error)
    context = {
        "form": form,
        "class_group": class_group,
        "subject": subject_names().get(key, GROUP_NAMES["homeroom"]),
        "parts": choices,
        "students": _students(class_group),
        "chosen": chosen,
        "two_people": any(state == "locked" for _term, _group, state in parts),
    }
    return render(request, "work/reopening_ask.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def reopening(request: HttpRequest, school_id: UUID, reopening_id: UUID) -> HttpResponse:
    """Show one request with its story; decide on it, take it back, close it."""
    viewer, now = viewer_of_request(request), timezone.now()
    line, acts, students = reopening_for(
        viewer=viewer, school_id=school_id, reopening_id=reopening_id, at=now
    )
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, line.row, form.cleaned_data["reason"], now)
            return redirect("reopening", school_id=school_id, reopening_id=reopening_id)
        except HocbaError as error:
            refuse_in(form, error)
    row = line.row
    context = {
        "line": line,
        "acts": acts,
        "students": students,
        "locked": sum(locked for _name, locked in students),
        "names": names_of_people(person_ids=[row.endorsed_by, row.granted_by]),
        "form": form,
        "may_decide": can_decide(viewer, reopening=row),
        "may_withdraw": row.asked_by == viewer.person_id
        and line.state in ("requested", "endorsed"),
        "may_close": line.state == "open" and can_end(viewer, reopening=row),
    }
    return render(request, "work/reopening.html", context, status=status_of(form))


def _asked_part(viewer: Viewer, class_id: UUID, subject_key: str) -> tuple[ClassGroup, str]:
    """Return class and subject ("" for the homeroom part) when the viewer writes there."""
    class_group = class_by_id(class_id=class_id)
    homeroom = subject_key == HOMEROOM
    key, group = ("", "homeroom") if homeroom else (subject_key, "regular")
    if class_group is None or not writes_part(
        viewer, class_group=class_group, subject_key=key, column_group=group
    ):
        raise HocbaError("access.denied")
    return class_group, key


def _send(
    request: HttpRequest,
    class_group: ClassGroup,
    subject_key: str,
    form: ReopeningForm,
    chosen: list[str],
    now: datetime,
) -> Reopening:
    term, _dot, group = form.cleaned_data["part"].partition(".")
    try:
        students = [UUID(one) for one in chosen]
    except ValueError:
        raise HocbaError("gradebook.cell_unknown") from None
    return ask_reopening(
        class_id=class_group.pk,
        subject_key=subject_key,
        term=term,
        column_group=group,
        students=students,
        reason=form.cleaned_data["reason"],
        hours=form.cleaned_data["hours"],
        actor=actor_of(request),
        at=now,
    )


def _students(class_group: ClassGroup) -> list[tuple[str, str, bool]]:
    """Return key, name and whether their transcript is in signing or issued."""
    roll = [one for one in roll_of_class(class_id=class_group.pk) if one.left_date is None]
    locked = locked_students(
        school_id=class_group.school_id,
        school_year=class_group.school_year,
        enrolment_ids=[one.enrolment_id for one in roll],
    )
    return [(str(one.enrolment_id), one.full_name, one.enrolment_id in locked) for one in roll]


def _decide(request: HttpRequest, row: Reopening, reason: str, now: datetime) -> None:
    acts: dict[str, tuple[Callable[..., str], str]] = {
        "duyet": (approve_reopening, _("Đã duyệt.")),
        "tu-choi": (refuse_reopening, _("Đã từ chối.")),
        "rut": (withdraw_reopening, _("Đã rút đề nghị.")),
        "dong": (close_reopening, _("Đã đóng lại.")),
    }
    chosen = request.POST.get("viec", "")
    if chosen not in acts:
        raise HocbaError("gradebook.reopening_state")
    act, told = acts[chosen]
    more = {"reason": reason} if chosen == "tu-choi" else {}
    act(school_id=row.school_id, reopening_id=row.id, actor=actor_of(request), at=now, **more)
    messages.success(request, told)


def cursor_of(text: str) -> tuple[datetime, UUID] | None:
    """Read where the page before ended; nonsense is the first page."""
    instant, _dash, key = text.partition("_")
    try:
        at = parse_datetime(instant)
        return None if at is None or at.tzinfo is None else (at, UUID(key))
    except ValueError:
        return None
