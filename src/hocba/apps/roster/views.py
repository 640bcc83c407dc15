"""Pages of the roster: a class list with its moves, and the citizen ids to be mended."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hocba.adapters.spreadsheets.tables import Table, Value, write_tables
from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.roster.actions import give_identity_cases, leave_class, move_to_class
from hocba.apps.roster.actions.moves import KEEPERS
from hocba.apps.roster.forms import MoveForm
from hocba.apps.roster.identity_queries import IdentityLine, identity_lines, possible_owners
from hocba.apps.roster.queries import class_for, classes_of_school, students_of_class
from hocba.apps.roster.setup_models import IDENTITY_PROBLEMS
from hocba.apps.roster.setup_queries import school_for_setup
from hocba.apps.roster.setup_views import PAGE, actor_of, chosen_year, download
from hocba.core.errors import HocbaError


@require_http_methods(["GET", "POST"])
def roll(request: HttpRequest, school_id: UUID, class_id: UUID) -> HttpResponse:
    """Show a class list with its stable numbers; note who leaves or moves on POST."""
    viewer = viewer_of_request(request)
    school_for_setup(viewer=viewer, school_id=school_id)
    group = class_for(viewer=viewer, class_id=class_id)
    if group.school_id != school_id:
        raise HocbaError("access.denied")
    if request.method == "POST":
        require_role(viewer, *KEEPERS, unit_id=school_id)
    students = students_of_class(viewer=viewer, class_id=class_id)
    others = classes_of_school(viewer=viewer, school_id=school_id, school_year=group.school_year)
    form = MoveForm(
        request.POST or None,
        seats=[
            (str(one.enrolment_id), f"{one.list_number}. {one.full_name}")
            for one in students
            if one.left_date is None
        ],
        classes=[
            (str(one.pk), _("Chuyển sang lớp %(name)s") % {"name": one.name})
            for one in others
            if one.pk != class_id
        ],
    )
    if request.method == "POST" and form.is_valid():
        _move(request, form)
        return redirect("class_roll", school_id=school_id, class_id=class_id)
    context = {
        "group": group,
        "students": students,
        "staying": sum(one.left_date is None for one in students),
        "form": form,
        "can_keep": any(viewer.has(role, school_id) for role in KEEPERS),
        "school_id": school_id,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "work/class_roll.html", context, status=status)


def _move(request: HttpRequest, form: MoveForm) -> None:
    told, actor, now = form.cleaned_data, actor_of(request), timezone.now()
    if told["target"] is None:
        leave_class(
            enrolment_id=told["enrolment"],
            left_date=told["day"],
            reason=told["reason"],
            actor=actor,
            at=now,
        )
        messages.success(request, _("Đã ghi ngày rời lớp; số thứ tự của lớp không đổi."))
        return
    move_to_class(
        enrolment_id=told["enrolment"],
        class_id=told["target"],
        joined_date=told["day"],
        reason=told["reason"],
        actor=actor,
        at=now,
    )
    messages.success(request, _("Đã chuyển lớp."))


@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """List missing and doubtful citizen ids; give them to somebody on POST; export what is seen."""
    viewer, year = viewer_of_request(request), chosen_year(request)
    owners = possible_owners(viewer=viewer, school_id=school_id)
    if request.method == "POST":
        _give(request, school_id)
        return redirect(request.get_full_path())
    lines = identity_lines(viewer=viewer, school_id=school_id, school_year=year, at=timezone.now())
    seen = _filtered(request, lines)
    if request.GET.get("xuat") == "xlsx":
        return download(_identity_workbook(seen, year), f"so-dinh-danh-{year}.xlsx")
    page = Paginator(seen, PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "total": len(seen),
        "year": year,
        "school_id": school_id,
        "owners": owners,
        "problems": IDENTITY_PROBLEMS,
        "classes": sorted({line.class_name for line in lines}),
        "chosen": {name: request.GET.get(name, "") for name in ("loi", "lop", "nguoi")},
        "query": request.GET.urlencode(),
    }
    return render(request, "work/identity_cases.html", context)


def _give(request: HttpRequest, school_id: UUID) -> None:
    try:
        cases = [UUID(value) for value in request.POST.getlist("case")]
        owner = UUID(request.POST["owner"]) if request.POST.get("owner") else None
    except ValueError:
        raise HocbaError("setup.owner_elsewhere") from None
    count = give_identity_cases(
        school_id=school_id,
        case_ids=cases,
        owner_id=owner,
        actor=actor_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("Đã giao %(count)s trường hợp.") % {"count": count})


def _filtered(request: HttpRequest, lines: list[IdentityLine]) -> list[IdentityLine]:
    problem, name, owner = (request.GET.get(key, "") for key in ("loi", "lop", "nguoi"))
    return [
        line
        for line in lines
        if problem in ("", line.problem)
        and name in ("", line.class_name)
        and owner in ("", str(line.owner_id or "-"))
    ]


def _identity_workbook(lines: list[IdentityLine], year: str) -> bytes:
    rows: list[list[Value]] = [
        [
            number,
            line.class_name,
            line.student_code,
            line.full_name,
            line.problem_title,
            line.told or line.citizen_id,
            line.owner or "Văn phòng nhà trường",
            line.opened_at.date(),
            line.days,
        ]
        for number, line in enumerate(lines, start=1)
    ]
    headings = ["STT", "Lớp", "Mã học sinh", "Họ và tên", "Cần sửa", "Số đã khai"]
    headings += ["Người phụ trách", "Từ ngày", "Số ngày"]
    title = f"SỐ ĐỊNH DANH CẦN BỔ SUNG, SỬA NĂM HỌC {year}"
    return write_tables([Table("SoDinhDanh", [title], headings, rows)])
