"""What every page of the workplace shows around its content: name, roles, the way to one's work."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from hocba.apps.accounts.models import ROLES, Person
from hocba.apps.accounts.permissions import OVERSIGHT_ROLES
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.roster.queries import units_of_viewer
from hocba.web.help_pages import help_of

ENTRY_ROLES = ("subject_teacher", "homeroom_teacher", "principal", "deputy_principal")
SETUP_ROLES = ("it_officer", "clerk", "principal")
IMPORT_ROLES = ("it_officer", "principal")
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
PRINT_ROLES = ("clerk", "principal", "homeroom_teacher")
RECALL_ROLES = (
    "clerk",
    "principal",
    "homeroom_teacher",
    "subject_teacher",
    "authority_officer",
    "department_officer",
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav`, `person`, `place`; nothing for those who are not signed in."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {}
    viewer = viewer_of_request(request)
    units = {unit.pk: unit for unit in units_of_viewer(viewer=viewer)}
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
        "place": "; ".join(
            f"{ROLES[role]}, {units[unit_id].name}" for role, unit_id in roles if unit_id in units
        ),
    }
