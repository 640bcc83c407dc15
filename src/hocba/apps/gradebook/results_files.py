"""Files of a class's results: Excel of what is seen, and the printable bảng tổng hợp.

Each file says for whom it was made, of which school and under which number, and the making of it
is recorded.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from structlog.contextvars import get_contextvars

from hocba.adapters.pdf import class_results_pdf
from hocba.adapters.spreadsheets.results_book import ResultsBook, write_results_book
from hocba.adapters.wording.results import INSIDE
from hocba.apps.accounts.queries import person_by_id, viewer_of_request
from hocba.apps.gradebook.actions.results import record_export
from hocba.apps.gradebook.homeroom_views import actor_of, asked_order, asked_scope
from hocba.apps.gradebook.results import ClassResults, class_results
from hocba.apps.gradebook.results_paper import paper_of
from hocba.apps.gradebook.results_table import ResultsTable, table_of
from hocba.core.errors import HocbaError

Page = Callable[[HttpRequest, ClassResults], HttpResponse]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _of_class(view: Page) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """Hand a file's view the results of its class; nobody above the school takes one away."""

    @wraps(view)
    def asked(request: HttpRequest, class_id: UUID) -> HttpResponse:
        found = class_results(viewer=viewer_of_request(request), class_id=class_id)
        if not found.scope.takes_away:
            raise HocbaError("access.denied")
        return view(request, found)

    return asked


@require_GET
@never_cache
@_of_class
def excel(request: HttpRequest, found: ClassResults) -> HttpResponse:
    """Return what is seen as a workbook."""
    table, number = _taken(request, found, "xlsx")
    group, now = table.results.class_group, timezone.localtime()
    book = ResultsBook(
        about=[
            f"Kết quả lớp {group.name}, {INSIDE[table.scope]}, năm học {group.school_year}",
            group.school.name,
            f"Người xuất: {_who(request)}; lúc {now:%H:%M %d/%m/%Y}; mã yêu cầu {number}",
        ],
        titles=table.titles,
        rows=[
            [
                str(line.pupil.list_number),
                line.pupil.student_code,
                line.pupil.full_name,
                *table.cells(line),
            ]
            for line in table.lines
        ],
    )
    return _file(write_results_book(book), XLSX, f"Kết quả {group.name} {table.scope}.xlsx")


@require_GET
@never_cache
@_of_class
def paper(request: HttpRequest, found: ClassResults) -> HttpResponse:
    """Return the printable bảng tổng hợp kết quả; for those who see the whole class."""
    if not found.scope.everything:
        raise HocbaError("access.denied")
    table, number = _taken(request, found, "pdf")
    values = paper_of(table, who=_who(request), request_id=number, at=timezone.now())
    name = f"Bảng tổng hợp kết quả {table.results.class_group.name} {table.scope}.pdf"
    return _file(class_results_pdf(values, dated=timezone.now()), "application/pdf", name)


def _taken(request: HttpRequest, found: ClassResults, form: str) -> tuple[ResultsTable, str]:
    """Record that a file is made, under the request's number."""
    table = table_of(found, scope=asked_scope(request), order=asked_order(request))
    number = str(get_contextvars().get("request_id", ""))
    record_export(
        class_id=found.class_group.pk,
        form=form,
        scope=table.scope,
        request_id=number,
        actor=actor_of(request),
        at=timezone.now(),
    )
    return table, number


def _who(request: HttpRequest) -> str:
    person = person_by_id(person_id=actor_of(request))
    return person.full_name if person else ""


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=kind,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
