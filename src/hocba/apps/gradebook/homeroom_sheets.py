"""Sheets of the homeroom teacher that are filled in: absences and conduct, remarks, the summer."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.adapters.wording.results import BADGES, SCOPES, decision_words
from hocba.apps.accounts.queries import names_of_people, viewer_of_request
from hocba.apps.gradebook.actions.homeroom import Saved, save_records, save_summer
from hocba.apps.gradebook.grid_json import doubt_sentences
from hocba.apps.gradebook.homeroom_forms import (
    REMARK_LENGTH,
    RemarkLine,
    StudentLine,
    SummerLine,
    TermLine,
    after_conflict,
    conflict_lines,
)
from hocba.apps.gradebook.homeroom_queries import (
    LedClass,
    homeroom_records,
    led_class,
    summer_rows,
)
from hocba.apps.gradebook.homeroom_views import (
    KEPT,
    actor_of,
    asked_order,
    asked_scope,
    frame,
)
from hocba.apps.gradebook.paging import Paged
from hocba.apps.gradebook.remark_checks import remark_doubts
from hocba.apps.gradebook.results import StudentResults, level_text
from hocba.core.assessment.marks import Level
from hocba.core.errors import HocbaError

COLUMNS = {
    "conduct_first": "rèn luyện học kì I",
    "conduct_second": "rèn luyện học kì II",
    "conduct_year": "rèn luyện cả năm",
    "absences_excused": "nghỉ có phép cả năm",
    "absences_unexcused": "nghỉ không phép cả năm",
    "excused_first": "nghỉ có phép học kì I",
    "unexcused_first": "nghỉ không phép học kì I",
    "excused_second": "nghỉ có phép học kì II",
    "unexcused_second": "nghỉ không phép học kì II",
    "award": "khen thưởng khác",
    "remark": "nhận xét chung",
    "training": "kết quả rèn luyện trong hè",
    "training_form": "hình thức rèn luyện",
    "closed": "kết thúc hè",
    "chosen": "chọn đánh giá lại",
    "tenths": "điểm đánh giá lại",
    "remark_level": "mức đánh giá lại",
}
Lines = Sequence[StudentLine]


class _Sheet:
    """One request upon a sheet: its lines, what saving them came to."""

    def __init__(self, request: HttpRequest, led: LedClass, students: Sequence[StudentResults]):
        self.request, self.led = request, led
        self.paged = Paged(request, students)
        self.refusal = ""
        self.conflicts: list[dict[str, Any]] = []

    @property
    def open_ones(self) -> list[StudentResults]:
        """Students of the page whose line may be filled in."""
        if not self.led.can_write:
            return []
        locked = self.led.locked
        return [one for one in self.paged.lines if one.pupil.enrolment_id not in locked]

    def told(self, lines: Lines, saved: Saved) -> None:
        """Say whose fields clash."""
        people = names_of_people(person_ids={one.written_by for one in saved.conflicts})
        self.conflicts = conflict_lines(saved.conflicts, people, COLUMNS)
        names = {line.pupil.enrolment_id: line.pupil.full_name for line in lines}
        for one in self.conflicts:
            one["student"] = names[one["enrolment_id"]]
            for side in ("yours", "theirs"):
                one[side] = _shown(one["field"], one[side], self.led)

    def status(self, lines: Lines) -> int:
        """409 after a conflict or a refusal, 422 when something typed cannot be read."""
        if self.refusal or self.conflicts:
            return 409
        return 422 if any(line.is_bound and line.errors for line in lines) else 200


def _shown(field: str, value: Any, led: LedClass) -> str:
    if value is None or value == "":
        return "—"
    if field.startswith(("rèn luyện", "kết quả rèn luyện")):
        return led.results.conduct_word(Level(value))
    if isinstance(value, bool):
        return _("có") if value else _("không")
    return str(value)


def _here(led: LedClass, order: str) -> list[StudentResults]:
    return [one for one in led.results.ordered(order) if one.pupil.left_date is None]


def _fill(sheet: _Sheet, build: Any, save: Any) -> tuple[list[StudentLine], HttpResponse | None]:
    """Take what was sent; return the lines to show, or the answer when everything is saved."""
    request = sheet.request
    if request.method != "POST":
        return build(None), None
    lines = build(request.POST)
    unread = [line for line in lines if not line.is_valid()]
    if unread:
        return lines, None
    try:
        saved: Saved = save(
            class_id=sheet.led.group.pk,
            edits=[line.edit() for line in lines],
            actor=actor_of(request),
            at=timezone.now(),
        )
    except HocbaError as error:
        if error.code not in KEPT:
            raise
        sheet.refusal = refusal_sentence(error, gettext=_)
        return lines, None
    if saved.conflicts:
        sheet.told(lines, saved)
        return build(after_conflict(request.POST, lines, saved.conflicts, saved.clashing)), None
    text = ngettext("Đã lưu %(n)s học sinh.", "Đã lưu %(n)s học sinh.", saved.students)
    none = _("Không có gì thay đổi.")
    messages.success(request, text % {"n": saved.students} if saved.students else none)
    return lines, redirect(request.get_full_path())


@require_http_methods(["GET", "POST"])
@never_cache
def sheet(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Absences and conduct of the class in a term."""
    led = _led(request, class_id)
    scope, order = asked_scope(request), asked_order(request)
    page = _Sheet(request, led, _here(led, order))
    records = homeroom_records(led)

    def build(data: Any) -> list[StudentLine]:
        return [
            TermLine(
                one.pupil,
                scope=scope,
                record=records.get(one.pupil.enrolment_id),
                regulation=led.results.regulation,
                data=data,
            )
            for one in page.open_ones
        ]

    lines, done = _fill(page, build, save_records)
    if done is not None:
        return done
    context = {
        "rows": _rows(page, lines),
        "scope": scope,
        "scopes": SCOPES.items(),
        "order": order,
        "judged_year": led.results.regulation.conduct is None,
        "limit": led.results.regulation.promotion.absence_limit,
    }
    return _answer(request, page, lines, "work/homeroom_sheet.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def remarks(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Summary remarks and praise of other kinds."""
    led = _led(request, class_id)
    order = asked_order(request)
    page = _Sheet(request, led, _here(led, order))
    records = homeroom_records(led)

    def build(data: Any) -> list[StudentLine]:
        return [
            RemarkLine(one.pupil, record=records.get(one.pupil.enrolment_id), data=data)
            for one in page.open_ones
        ]

    lines, done = _fill(page, build, save_records)
    if done is not None:
        return done
    names = {one.pupil.enrolment_id: one.pupil.full_name for one in led.results.students}
    texts = {
        one.pupil.enrolment_id: one.record.homeroom_remark
        for one in led.results.students
        if one.record.homeroom_remark
    }
    context = {
        "rows": _rows(page, lines),
        "order": order,
        "limit": REMARK_LENGTH,
        "doubts": doubt_sentences(remark_doubts(names=names, texts=texts), names),
    }
    return _answer(request, page, lines, "work/homeroom_remarks.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def summer(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Reassessment and training of those whom the circular sends into the summer."""
    led = _led(request, class_id)
    order = asked_order(request)
    sent = [one for one in _here(led, order) if one.assessment.promotion.actions]
    page = _Sheet(request, led, sent)
    rows = summer_rows(led)

    def build(data: Any) -> list[StudentLine]:
        return [
            SummerLine(one, results=led.results, rows=rows, data=data) for one in page.open_ones
        ]

    lines, done = _fill(page, build, save_summer)
    if done is not None:
        return done
    context = {"rows": _rows(page, lines), "order": order}
    return _answer(request, page, lines, "work/homeroom_summer.html", context)


def _led(request: HttpRequest, class_id: UUID) -> LedClass:
    return led_class(
        viewer=viewer_of_request(request), class_id=class_id, writing=request.method == "POST"
    )


def _rows(page: _Sheet, lines: Lines) -> list[dict[str, Any]]:
    """Every student of the page with the line to fill in, or what stands when it is closed."""
    by_student = {line.pupil.enrolment_id: line for line in lines}
    rows = []
    for one in page.paged.lines:
        judged = one.assessment
        summer_learning = judged.summer.learning.final if judged.summer.learning else None
        rows.append(
            {
                "student": one,
                "pupil": one.pupil,
                "line": by_student.get(one.pupil.enrolment_id),
                "locked": one.pupil.enrolment_id in page.led.locked,
                "conduct_year": page.led.results.conduct_word(judged.conduct.year),
                "conduct_first": page.led.results.conduct_word(judged.conduct.first),
                "conduct_second": page.led.results.conduct_word(judged.conduct.second),
                "learning_year": level_text(judged.learning_year.final),
                "learning_after": level_text(summer_learning),
                "conduct_after": page.led.results.conduct_word(judged.summer.conduct),
                "absences": judged.absences,
                "decision": decision_words(judged.promotion, completes=judged.completes_level),
                "badge": BADGES[judged.promotion.decision.value],
            }
        )
    return rows


def _answer(
    request: HttpRequest, page: _Sheet, lines: Lines, template: str, context: dict[str, Any]
) -> HttpResponse:
    context |= {
        "paged": page.paged,
        "conflicts": page.conflicts,
        "refusal": page.refusal,
        "errors": [
            (line.pupil.full_name, *told)
            for line in lines
            if line.is_bound
            for told in line.errors_told
        ],
        "can_save": bool(lines),
    }
    return render(request, template, context | frame(request, page.led), status=page.status(lines))
