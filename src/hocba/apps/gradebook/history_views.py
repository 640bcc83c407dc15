"""Pages of the history: a school's classes, one class with its filters, one cell, an Excel file."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from hocba.adapters.spreadsheets.table_sheet import write_table
from hocba.apps.accounts.queries import names_of_people, viewer_of_request
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.actions import note_reading
from hocba.apps.gradebook.history import (
    EXPORTED,
    HOMEROOM_PART,
    Chosen,
    History,
    history_of_cell,
    history_of_class,
)
from hocba.apps.gradebook.reopening_views import cursor_of
from hocba.apps.gradebook.window_rights import can_see_signals, readable_subjects
from hocba.apps.gradebook.window_views import actor_of, chosen_year, tabs
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import (
    assignments_of_class,
    classes_of_school,
    homeroom_classes,
    teaching_duties,
    unit_by_id,
)
from hocba.core.assessment.subjects import subject_names
from hocba.core.errors import HocbaError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLES = ("Lúc", "Người sửa", "Học sinh", "Ô", "Trước", "Sau", "Lí do", "Nguồn", "Sau khi đóng sổ")
WIDTHS = (17, 24, 28, 30, 12, 12, 40, 34, 44)


@require_GET
def histories(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """List the classes whose history the viewer reads."""
    viewer = viewer_of_request(request)
    years, year = chosen_year(request, school_id)
    classes = _classes(viewer, school_id, year)
    context = {**tabs(viewer, school_id, "history"), "classes": classes}
    return render(request, "work/histories.html", {**context, "years": years, "year": year})


@require_GET
@never_cache
def history(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Show who changed what in a class, newest first."""
    viewer = viewer_of_request(request)
    chosen = _chosen(request)
    found = history_of_class(
        viewer=viewer,
        class_id=class_id,
        chosen=chosen,
        before=cursor_of(request.GET.get("truoc", "")),
    )
    _note(request, found)
    kept = {name: value for name, value in request.GET.items() if name != "truoc" and value}
    group = found.class_group
    context = {
        **tabs(viewer, group.school_id, "history"),
        "found": found,
        "chosen": chosen,
        "typed": kept,
        "subjects": _subjects(viewer, group),
        "query": urlencode(kept),
    }
    return render(request, "work/history.html", context)


@require_GET
@never_cache
def export(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Return what the filters let through as a workbook."""
    viewer, now = viewer_of_request(request), timezone.now()
    found = history_of_class(
        viewer=viewer, class_id=class_id, chosen=_chosen(request), limit=EXPORTED
    )
    _note(request, found)
    group = found.class_group
    asker = actor_of(request)
    school = unit_by_id(unit_id=group.school_id)
    data = write_table(
        name="Lịch sử sửa",
        about={
            "Trường": school.name if school else "",
            "Lớp": f"{group.name}, năm học {group.school_year}",
            "Người xuất": names_of_people(person_ids=[asker]).get(asker, ""),
            "Lúc": f"{now.astimezone(CITY_TIME):%d/%m/%Y %H:%M}",
            "Số dòng": str(len(found.changes)),
            "Còn nữa": _("có, hãy lọc hẹp lại") if found.next else _("không"),
        },
        titles=TITLES,
        widths=WIDTHS,
        rows=(
            (
                f"{one.at.astimezone(CITY_TIME):%d/%m/%Y %H:%M}",
                one.who,
                one.student,
                one.cell,
                one.before,
                one.after,
                one.reason,
                one.origin,
                one.permit,
            )
            for one in found.changes
        ),
    )
    name = quote(f"Lịch sử sửa {group.name} {group.school_year}.xlsx")
    return HttpResponse(
        data,
        content_type=XLSX,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


@require_GET
@never_cache
def cell(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Return one cell's history as a piece of a page, which the grid opens."""
    asked = request.GET
    try:
        enrolment_id = UUID(asked.get("hs", ""))
    except ValueError:
        raise HocbaError("gradebook.cell_unknown") from None
    changes = history_of_cell(
        viewer=viewer_of_request(request),
        class_id=class_id,
        enrolment_id=enrolment_id,
        subject_key=asked.get("mon", ""),
        term=asked.get("ki", "").upper(),
        column=asked.get("cot", ""),
    )
    return render(request, "work/cell_history.html", {"changes": changes})


def _chosen(request: HttpRequest) -> Chosen:
    """Read the filters; nonsense filters nothing."""
    asked = request.GET
    try:
        person = UUID(asked.get("nguoi", ""))
    except ValueError:
        person = None
    since, until = _day(asked.get("tu", "")), _day(asked.get("den", ""))
    return Chosen(
        subject=asked.get("mon", "")[:40],
        person=person,
        since=since,
        until=None if until is None else until + timedelta(days=1),
        only_after_lock=asked.get("sau-khoa") == "1",
        first_entries=asked.get("lan-dau") == "1",
    )


def _day(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return None if day is None else datetime.combine(day, time(), CITY_TIME)


def _note(request: HttpRequest, found: History) -> None:
    """Whoever reads from above the school leaves a trace."""
    group = found.class_group
    note_reading(
        school_id=group.school_id,
        school_year=group.school_year,
        object_type="class_history",
        object_id=str(group.pk),
        actor=actor_of(request),
        at=timezone.now(),
    )


def _subjects(viewer: Viewer, group: ClassGroup) -> list[tuple[str, str]]:
    names, readable = subject_names(), readable_subjects(viewer, class_group=group)
    taught = [
        (one.subject_key, names.get(one.subject_key, one.subject_key))
        for one in assignments_of_class(class_id=group.pk)
        if readable is None or one.subject_key in readable
    ]
    homeroom = [(HOMEROOM_PART, _("Phần của giáo viên chủ nhiệm"))] if readable is None else []
    return [*sorted(taught, key=lambda pair: pair[1]), *homeroom]


def _classes(viewer: Viewer, school_id: UUID, year: str) -> list[tuple[Any, str]]:
    if can_see_signals(viewer, school_id=school_id):
        found = classes_of_school(viewer=viewer, school_id=school_id, school_year=year)
        return [(one.pk, one.name) for one in found]
    mine = {
        one.class_id: one.class_name
        for one in teaching_duties(viewer=viewer, school_year=year)
        if one.school_id == school_id
    }
    led = homeroom_classes(viewer=viewer, school_year=year)
    mine |= {one.pk: one.name for one in led if one.school_id == school_id}
    if not mine and school_id not in viewer.units("subject_teacher", "homeroom_teacher"):
        raise HocbaError("access.denied")
    return sorted(mine.items(), key=lambda pair: pair[1])
