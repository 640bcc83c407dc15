"""Pages on certificates: who in a school can sign and for how long; the city plan's table."""

from collections import Counter
from urllib.parse import quote
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hocba.adapters.spreadsheets.tables import Table, Value, write_tables
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.certificates.expiry import (
    TITLES,
    PlanLine,
    StaffCertificate,
    plan_table,
    staff_certificates,
)
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.models import SCHOOL_LEVELS

_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def staff(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """List the staff who sign, the most urgent certificate first; export what is seen."""
    lines = staff_certificates(
        viewer=viewer_of_request(request), school_id=school_id, at=timezone.now()
    )
    count = Counter(line.state.value for line in lines)
    chosen = request.GET.get("loc", "")
    seen = [line for line in lines if chosen in ("", line.state.value)]
    if request.GET.get("xuat") == "xlsx":
        return _download(_staff_workbook(seen), "chung-thu-so.xlsx")
    filters = [("", "Tất cả", len(lines))]
    filters += [(state.value, title, count[state.value]) for state, title in TITLES.items()]
    page = Paginator(seen, _PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "lines": [{"line": line, "title": TITLES[line.state]} for line in page],
        "filters": filters,
        "chosen": chosen,
        "school_id": school_id,
    }
    return render(request, "work/staff_certificates.html", context)


@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """Show the table of the city's plan for the schools below; export it."""
    now = timezone.now()
    lines = plan_table(viewer=viewer_of_request(request), at=now)
    total = _total(lines)
    if request.GET.get("xuat") == "xlsx":
        return _download(_plan_workbook([*lines, total]), "chu-ky-so-theo-cap-hoc.xlsx")
    context = {
        "rows": [{"line": line, "title": _title(line)} for line in lines],
        "total": total,
        "day": now.astimezone(CITY_TIME),
    }
    return render(request, "work/certificate_plan.html", context)


def _total(lines: list[PlanLine]) -> PlanLine:
    return PlanLine(
        level="",
        is_public=True,
        schools=sum(line.schools for line in lines),
        staff=sum(line.staff for line in lines),
        holders=sum(line.holders for line in lines),
    )


def _title(line: PlanLine) -> str:
    if not line.level:
        return "Cộng"
    kind = "công lập" if line.is_public else "tư thục"
    return f"{SCHOOL_LEVELS[line.level]}, {kind}"


def _staff_workbook(lines: list[StaffCertificate]) -> bytes:
    rows: list[list[Value]] = [
        [
            number,
            line.name,
            "; ".join(line.roles),
            TITLES[line.state],
            line.not_after.astimezone(CITY_TIME).date() if line.not_after else None,
            line.days,
            line.issuer,
        ]
        for number, line in enumerate(lines, start=1)
    ]
    headings = ["STT", "Họ và tên", "Vai trò", "Tình trạng", "Hết hạn", "Còn (ngày)", "Nơi cấp"]
    return write_tables([Table("ChungThu", ["CHỨNG THƯ SỐ CỦA CÁN BỘ"], headings, rows)])


def _plan_workbook(lines: list[PlanLine]) -> bytes:
    rows: list[list[Value]] = [
        [
            _title(line),
            line.schools,
            line.staff,
            line.holders,
            line.missing,
            line.percent,
        ]
        for line in lines
    ]
    headings = ["Cấp học", "Số trường", "Tổng số CBGV", "Đã có chữ ký số", "Chưa có", "Tỷ lệ %"]
    return write_tables([Table("ChuKySo", ["CHỮ KÝ SỐ THEO CẤP HỌC"], headings, rows)])


def _download(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=_XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
