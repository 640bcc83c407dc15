"""Pages of mark entry: the list of one's sheets, one sheet, its JSON address, the remark bank."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.gradebook.actions import CellEdit, add_phrase, remove_phrase, save_cells
from hocba.apps.gradebook.grid import REMARK, REMARK_LENGTH, TERM_WORDS, Sheet, rules_of
from hocba.apps.gradebook.grid_json import STATUS, doubt_sentences, read_save, refusal, worded
from hocba.apps.gradebook.grid_queries import (
    duties_of,
    duties_of_school,
    frame_for,
    phrases_of,
    sheet_for,
)
from hocba.apps.gradebook.permissions import HEADS
from hocba.apps.gradebook.remark_checks import remark_doubts
from hocba.apps.leaf import school_year_of
from hocba.apps.roster.queries import newest_school_year, school_years_taught
from hocba.core.assessment.marks import Term
from hocba.core.errors import HocbaError

TEACHERS = ("subject_teacher", "homeroom_teacher")


@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    """List the sheets that the person enters or, as homeroom teacher, reads."""
    viewer = viewer_of_request(request)
    headed = sorted(viewer.units(*HEADS))
    if not viewer.units(*TEACHERS) and headed:
        year = newest_school_year(school_id=headed[0]) or school_year_of(timezone.now())
        return redirect("school_mark_duties", school_id=headed[0], school_year=year)
    if not viewer.units(*TEACHERS):
        raise HocbaError("access.denied")
    years = school_years_taught(viewer=viewer) or [school_year_of(timezone.now())]
    chosen = request.GET.get("nam", "")
    year = chosen if chosen in years else years[0]
    rows = duties_of(viewer=viewer, school_year=year)
    return render(
        request,
        "work/mark_duties.html",
        {"mine": [row for row in rows if row.can_enter]}
        | {"read": [row for row in rows if not row.can_enter], "years": years, "year": year},
    )


@require_GET
def school_duties(request: HttpRequest, school_id: UUID, school_year: str) -> HttpResponse:
    """List every sheet of a school with what is missing, for its heads."""
    asked = request.GET.get("trang", "1")
    page = int(asked) if asked.isdecimal() and 0 < int(asked) < 1000 else 1
    rows, pages = duties_of_school(
        viewer=viewer_of_request(request), school_id=school_id, school_year=school_year, page=page
    )
    context = {"read": rows, "year": school_year, "page": page, "pages": range(1, pages + 1)}
    return render(request, "work/mark_duties.html", context)


@require_GET
@never_cache
def sheet(request: HttpRequest, class_id: UUID, subject_key: str, term: str) -> HttpResponse:
    """Show the grid of one subject of one class in one term."""
    viewer = viewer_of_request(request)
    found = sheet_for(
        viewer=viewer,
        class_id=class_id,
        subject_key=subject_key,
        term=term.upper(),
        at=timezone.now(),
    )
    context = {
        "sheet": found,
        "term": term,
        "term_word": TERM_WORDS[found.frame.term],
        "terms": [(one.value.lower(), TERM_WORDS[one]) for one in Term],
        "scored": found.frame.form.value == "scored",
        "most": REMARK_LENGTH,
        "phrases": phrases_of(viewer=viewer) if found.can_enter else [],
        "doubts": _doubts(found),
        "draft": f"hocba.diem {viewer.person_id} {class_id} {subject_key} {term}",
        "script": {"rules": rules_of(found.frame), "words": _words()},
    }
    return render(request, "work/mark_sheet.html", context)


@never_cache
def save(request: HttpRequest, class_id: UUID, subject_key: str, term: str) -> JsonResponse:
    """Save cells; the same request key with the same body gives the same answer."""
    if request.method != "POST":
        return JsonResponse({"code": "method"}, status=405, headers={"Allow": "POST"})
    try:
        request_id, edits = _read(request, class_id, subject_key, term)
        answer = worded(
            save_cells(
                class_id=class_id,
                subject_key=subject_key,
                term=term.upper(),
                edits=edits,
                request_id=request_id,
                actor=_actor(request),
                at=timezone.now(),
            )
        )
    except HocbaError as error:
        return JsonResponse(refusal(error), status=STATUS.get(error.code, 409))
    if any(edit.column == REMARK for edit in edits):
        viewer = viewer_of_request(request)
        answer["doubts"] = _doubts(
            sheet_for(
                viewer=viewer,
                class_id=class_id,
                subject_key=subject_key,
                term=term.upper(),
                at=timezone.now(),
            )
        )
    return JsonResponse(answer)


def _read(
    request: HttpRequest, class_id: UUID, subject_key: str, term: str
) -> tuple[UUID, list[CellEdit]]:
    """Read what is to be saved; who may not save hears that before what is wrong with the body."""
    try:
        return read_save(request)
    except HocbaError:
        frame_for(
            viewer=viewer_of_request(request),
            class_id=class_id,
            subject_key=subject_key,
            term=term.upper(),
            entering=True,
        )
        raise


@require_POST
def phrases(request: HttpRequest) -> HttpResponse:
    """Add a phrase to one's own remark bank, or take one out; back to where one was."""
    if not viewer_of_request(request).units("subject_teacher"):
        raise HocbaError("access.denied")
    if "bo" in request.POST:
        try:
            phrase_id = UUID(request.POST["bo"])
        except ValueError:
            raise HocbaError("gradebook.phrase_unfit") from None
        remove_phrase(phrase_id=phrase_id, actor=_actor(request), at=timezone.now())
    else:
        add_phrase(text=request.POST.get("cau", ""), actor=_actor(request), at=timezone.now())
    back = request.POST.get("ve", "")
    inside = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(f"{back}#kho" if inside else "mark_duties")


def _doubts(found: Sheet) -> list[str]:
    names = {row.enrolment_id: row.full_name for row in found.rows}
    texts = {row.enrolment_id: row.remark.text for row in found.rows if row.remark.text}
    return doubt_sentences(remark_doubts(names=names, texts=texts), names)


def _words() -> dict[str, Any]:
    """Sentences of `mark-grid.js`."""
    return {
        "saving": _("Đang lưu…"),
        "saved": _("Đã lưu lúc {time}."),
        "partly": _("Đã lưu lúc {time}; còn {n} ô cần xem lại."),
        "offline": _("Chưa lưu {n} ô: mất kết nối. Điểm được giữ trên máy này và sẽ tự gửi lại."),
        "signedOut": _("Phiên làm việc đã hết. Điểm vừa gõ được giữ trên máy này."),
        "restored": _("Có ô chưa kịp lưu lần trước, đang gửi lại."),
        "undone": _("Đã hoàn tác {n} ô."),
        "pasted": _("Đã dán {n} ô."),
        "pastedOut": " " + _("{n} ô nằm ngoài bảng nên bỏ qua."),
        "pastedClosed": " " + _("{n} ô đã khóa nên bỏ qua."),
        "filled": _("Đã điền {n} ô trống."),
        "missing": _("Còn thiếu {n} ô điểm"),
        "complete": _("Đã đủ điểm"),
        "conflict": _("{who} đã sửa lúc {when} thành “{theirs}”; bạn ghi “{yours}”."),
        "keepMine": _("Giữ của tôi: {yours}"),
        "takeTheirs": _("Lấy của người kia: {theirs}"),
        "nothing": _("để trống"),
        "closed": _("không sửa được"),
        "length": _("{who}: {n}/{most} kí tự"),
        "chooseStudent": _("Hãy chọn một ô của học sinh cần nhận xét trước."),
    }


def _actor(request: HttpRequest) -> UUID:
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    return request.user.id
