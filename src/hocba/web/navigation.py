"""What every page of the workplace shows around its content: name, roles, the way to one's work."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hocba.apps.accounts.models import ROLES, Person
from hocba.apps.accounts.permissions import OVERSIGHT_ROLES
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.roster.queries import units_of_viewer
from hocba.web.help_pages import help_of

# At most seven entries for a role: heads come to marks through results and the book, homeroom
# teachers to print through the class.
ENTRY_ROLES = ("subject_teacher", "homeroom_teacher")
SETUP_ROLES = ("it_officer", "clerk", "principal")
IMPORT_ROLES = ("it_officer",)
BOOK_ROLES = (
    "subject_teacher",
    "homeroom_teacher",
    "principal",
    "deputy_principal",
    "authority_officer",
    "department_officer",
)
LEADING_ROLES = ("homeroom_teacher",)
RESULT_ROLES = (
    "subject_teacher",
    "homeroom_teacher",
    "principal",
    "deputy_principal",
    "clerk",
    "authority_officer",
    "department_officer",
)
SIGNING_ROLES = (
    "subject_teacher",
    "homeroom_teacher",
    "principal",
    "deputy_principal",
    "clerk",
)
PRINT_ROLES = ("clerk", "principal")
RECALL_ROLES = (
    "clerk",
    "principal",
    "homeroom_teacher",
    "subject_teacher",
    "authority_officer",
    "department_officer",
)


_UNIT = "unit"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav`, `person`, `place`, `workplaces`; nothing without a sign-in."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {}
    everywhere = viewer_of_request(request)
    units = {unit.pk: unit for unit in units_of_viewer(viewer=everywhere)}
    here = _chosen_unit(request, list(units))
    roles_here = {pair for pair in everywhere.roles if here is None or pair[1] == here}
    viewer = replace(everywhere, roles=frozenset(roles_here))
    order = list(ROLES)
    roles = sorted(viewer.roles, key=lambda pair: (str(pair[1]), order.index(pair[0])))
    nav = [{"title": _("Việc đang chờ"), "url": reverse("start")}]
    if viewer.units(*ENTRY_ROLES):
        nav.append({"title": _("Nhập điểm"), "url": reverse("mark_duties")})
    if viewer.units(*BOOK_ROLES):
        nav.append({"title": _("Khóa sổ, lịch sử"), "url": reverse("books")})
    if viewer.units(*LEADING_ROLES):
        nav.append({"title": _("Chủ nhiệm"), "url": reverse("homeroom")})
    if viewer.units(*RESULT_ROLES):
        nav.append({"title": _("Kết quả"), "url": reverse("results_classes")})
    if viewer.units(*SIGNING_ROLES):
        nav.append({"title": _("Ký số"), "url": reverse("desk")})
    for role, unit_id in roles:
        if role in SETUP_ROLES:
            nav.append({"title": _("Thiết lập năm học"), "url": reverse("setup", args=[unit_id])})
        if role in IMPORT_ROLES:
            address = reverse("workbooks", args=[unit_id])
            nav.append({"title": _("Sổ điểm từ Excel"), "url": address})
    if viewer.units(*PRINT_ROLES):
        nav.append({"title": _("In học bạ"), "url": reverse("print_queues")})
    if viewer.units(*OVERSIGHT_ROLES):
        nav.append({"title": _("Chữ ký số"), "url": reverse("certificate_plan")})
    if viewer.units(*RECALL_ROLES):
        nav.append({"title": _("Thu hồi, thay thế"), "url": reverse("recalls")})
    if person.is_superuser:
        nav.append({"title": _("Quản trị"), "url": reverse("admin:index")})
    match = request.resolver_match
    return {
        "help": help_of(match.url_name if match else None),
        "nav": [item | {"current": request.path.startswith(item["url"])} for item in nav],
        "person": person.full_name,
        "workplaces": [
            {"id": unit.pk, "name": unit.name, "chosen": unit.pk == here} for unit in units.values()
        ]
        if len(units) > 1
        else [],
        "place": "; ".join(
            f"{ROLES[role]}, {units[unit_id].name}" for role, unit_id in roles if unit_id in units
        ),
    }


@require_POST
def choose_unit(request: HttpRequest) -> HttpResponse:
    """Choose in which of several schools or units one works now; rights are the same in all."""
    chosen = request.POST.get("noi", "")
    if chosen in {str(unit) for unit in viewer_of_request(request).units()}:
        request.session[_UNIT] = chosen
    return redirect("start")


def _chosen_unit(request: HttpRequest, units: list[UUID]) -> UUID | None:
    """Return where the person works now: the only unit, the chosen one, else the first by name."""
    chosen = request.session.get(_UNIT)
    return next((unit for unit in units if str(unit) == chosen), units[0] if units else None)
