"""The workplace: what waits for whom, and how far the transcripts of a class have come."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hocba.adapters.wording.verdicts import role_name
from hocba.apps.accounts.policy import has_second_factor, needs_second_factor
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.queries import import_runs
from hocba.apps.issuing.clerk import act_as_clerk, clerk_work
from hocba.apps.issuing.desk import SEAL, signing_as
from hocba.apps.issuing.print_queue import is_office
from hocba.apps.issuing.prints import prints_waiting
from hocba.apps.issuing.queries import (
    PROGRESS_ROLES,
    class_progress,
    drafts_of_class,
    waiting_by_class,
)
from hocba.apps.ledger.life_queries import waiting_count
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.permissions import is_homeroom_teacher
from hocba.apps.roster.queries import class_by_id, class_for, students_of_class, units_of_viewer
from hocba.apps.roster.setup_tasks import setup_tasks
from hocba.core.signing.verdict import SlotRole


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Show the tasks of every role that the person holds today."""
    viewer = viewer_of_request(request)
    schools = [unit for unit in units_of_viewer(viewer=viewer) if unit.kind == "school"]
    person_id, now = viewer.person_id, timezone.now()
    context = {
        "unprotected": person_id is not None
        and needs_second_factor(person_id=person_id, at=now)
        and not has_second_factor(person_id=person_id),
        "tasks": [
            *(task for school in schools for task in _tasks(viewer, school)),
            *(task for school in schools for task in setup_tasks(viewer, school)),
            *_recalls(viewer),
        ],
        "classes": [row for school in schools for row in _progress(viewer, school)],
    }
    return render(request, "work/start.html", context)


@require_http_methods(["GET", "POST"])
def transcripts(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """List the transcripts of one class with what each is waiting for; the clerk's acts on POST."""
    viewer = viewer_of_request(request)
    class_group = class_for(viewer=viewer, class_id=class_id)
    outcome = act_as_clerk(request, class_group) if request.method == "POST" else None
    pupils = {
        pupil.enrolment_id: pupil for pupil in students_of_class(viewer=viewer, class_id=class_id)
    }
    states = {
        "signing": _("Đang ký"),
        "sealed": _("Đã đóng dấu"),
        "issued": _("Đã phát hành"),
        "recalled": _("Đã thu hồi"),
    }
    prints = _print_address(viewer, class_group)
    rows = [
        {
            "number": pupils[line.enrolment_id].list_number,
            "name": pupils[line.enrolment_id].full_name,
            "state": line.state,
            "state_word": states[line.state],
            "signed": sum(at is not None for _role, _name, at in line.slots),
            "slots": len(line.slots),
            "waiting": _next_signers(line.slots),
            "print": f"{prints}?lop={class_id}&hoc-sinh={line.enrolment_id}"
            if prints and line.state == "issued"
            else "",
        }
        for line in drafts_of_class(
            viewer=viewer, school_id=class_group.school_id, class_id=class_id
        )
    ]
    is_clerk = viewer.has("clerk", class_group.school_id)
    work = clerk_work(school_id=class_group.school_id).get(class_id) if is_clerk else None
    context = {
        "work": work,
        "outcome": outcome,
        "class_name": class_group.name,
        "school_year": class_group.school_year,
        "issued_url": reverse("recall_class", args=[class_id])
        if any(row["state"] in ("issued", "recalled") for row in rows)
        else "",
        "prints": prints,
        "rows": sorted(rows, key=lambda row: int(str(row["number"]))),
    }
    return render(request, "work/transcripts.html", context)


def _print_address(viewer: Viewer, class_group: ClassGroup) -> str:
    """Return where the viewer has transcripts of this class printed, "" where not."""
    school_id = class_group.school_id
    own = is_homeroom_teacher(viewer, class_group=class_group)
    if not own and not is_office(viewer, school_id=school_id):
        return ""
    return reverse("print_queue", args=[school_id])


def _tasks(viewer: Viewer, school: Unit) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = []
    if viewer.has("it_officer", school.pk):
        open_runs = [
            run for run in import_runs(viewer=viewer, school_id=school.pk) if run.state == "checked"
        ]
        tasks.append(
            {
                "title": _("Sổ điểm chờ nhận"),
                "count": len(open_runs),
                "hint": _("Gửi tệp Excel của từng lớp, đọc chỗ cần sửa, rồi nhận vào sổ."),
                "url": reverse("workbooks", args=[school.pk]),
            }
        )
    if viewer.has("clerk", school.pk):
        tasks += _clerk_tasks(school)
    for signer in signing_as(viewer=viewer, school=school, at=timezone.now()):
        title = _("Đóng dấu học bạ lớp") if signer.kind == SEAL else _("Ký học bạ lớp")
        waiting = waiting_by_class(
            school_id=school.pk, signer_id=signer.signer_id, role=signer.role
        )
        for class_id, count in waiting.items():
            class_group = class_by_id(class_id=class_id)
            if class_group is not None:
                tasks.append(
                    {
                        "title": f"{title} {class_group.name}",
                        "count": count,
                        "hint": _("học bạ đang chờ chữ ký của bạn."),
                        "url": reverse("sign_class", args=[class_id, signer.kind]),
                    }
                )
        printed = prints_waiting(signer=signer)
        if printed:
            tasks.append(
                {
                    "title": _("Đóng dấu bản in"),
                    "count": printed,
                    "hint": _("bản in đang chờ con dấu của trường."),
                    "url": reverse("seal_prints", args=[school.pk]),
                }
            )
    return tasks


def _clerk_tasks(school: Unit) -> list[dict[str, Any]]:
    """Name the classes to compose and to issue."""
    tasks: list[dict[str, Any]] = []
    for class_id, work in clerk_work(school_id=school.pk).items():
        class_group = class_by_id(class_id=class_id)
        for title, count, hint in (
            (_("Phát hành học bạ lớp"), work.to_issue, _("học bạ đã đủ chữ ký và con dấu.")),
            (_("Lập học bạ lớp"), work.to_compose, _("học sinh chưa có học bạ.")),
        ):
            if class_group is not None and count:
                url = reverse("transcripts", args=[class_id])
                name = f"{title} {class_group.name}"
                tasks.append({"title": name, "count": count, "hint": hint, "url": url})
    return tasks


def _recalls(viewer: Viewer) -> list[dict[str, Any]]:
    count = waiting_count(viewer=viewer)
    if not count:
        return []
    return [
        {
            "title": _("Đề nghị thu hồi, thay thế"),
            "count": count,
            "hint": _("đề nghị đang chờ bạn duyệt hoặc thực hiện."),
            "url": reverse("recalls"),
        }
    ]


def _progress(viewer: Viewer, school: Unit) -> list[dict[str, Any]]:
    if not any(viewer.has(role, school.pk) for role in PROGRESS_ROLES):
        return []
    rows = []
    for one in class_progress(viewer=viewer, school_id=school.pk):
        class_group = class_by_id(class_id=one.class_id)
        if class_group is not None:
            rows.append(
                {
                    "name": f"{class_group.name}, {class_group.school_year}",
                    "url": reverse("transcripts", args=[one.class_id]),
                    "drafts": one.drafts,
                    "signed": one.signed,
                    "slots": one.slots,
                    "issued": one.states.get("issued", 0),
                }
            )
    return rows


def _next_signers(slots: tuple[tuple[str, str, Any], ...]) -> str:
    """Name whose turn it is: everybody of the first order that is not complete."""
    waiting = [(role, name) for role, name, at in slots if at is None]
    if not waiting:
        return ""
    first = waiting[0][0]
    names = [name for role, name in waiting if role == first]
    shown = ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
    return f"{role_name(SlotRole(first))}: {shown}"
