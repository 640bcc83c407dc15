"""The workplace: what waits for whom, and how far the transcripts of a class have come."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hocba.adapters.wording.verdicts import role_name
from hocba.apps.accounts.models import Person
from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.queries import import_runs
from hocba.apps.issuing.queries import class_progress, drafts_of_class, waiting_by_class
from hocba.apps.ledger.life_queries import waiting_count
from hocba.apps.roster.models import Unit
from hocba.apps.roster.queries import class_by_id, class_for, students_of_class, units_of_viewer
from hocba.core.errors import HocbaError
from hocba.core.signing.verdict import SlotRole

PROGRESS_ROLES = ("clerk", "principal", "it_officer", "homeroom_teacher")


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Show the tasks of every role that the person holds today."""
    viewer = viewer_of_request(request)
    schools = [unit for unit in units_of_viewer(viewer=viewer) if unit.kind == "school"]
    context = {
        "tasks": [
            *(task for school in schools for task in _tasks(request, viewer, school)),
            *_recalls(viewer),
        ],
        "classes": [row for school in schools for row in _progress(viewer, school)],
    }
    return render(request, "work/start.html", context)


@require_GET
def transcripts(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """List the transcripts of one class with what each is waiting for."""
    viewer = viewer_of_request(request)
    class_group = class_for(viewer=viewer, class_id=class_id)
    pupils = {
        pupil.enrolment_id: pupil for pupil in students_of_class(viewer=viewer, class_id=class_id)
    }
    states = {
        "signing": _("Đang ký"),
        "sealed": _("Đã đóng dấu"),
        "issued": _("Đã phát hành"),
        "recalled": _("Đã thu hồi"),
    }
    rows = [
        {
            "number": pupils[line.enrolment_id].list_number,
            "name": pupils[line.enrolment_id].full_name,
            "state": line.state,
            "state_word": states[line.state],
            "signed": sum(at is not None for _role, _name, at in line.slots),
            "slots": len(line.slots),
            "waiting": _next_signers(line.slots),
        }
        for line in drafts_of_class(
            viewer=viewer, school_id=class_group.school_id, class_id=class_id
        )
    ]
    context = {
        "class_name": class_group.name,
        "school_year": class_group.school_year,
        "issued_url": reverse("recall_class", args=[class_id])
        if any(row["state"] in ("issued", "recalled") for row in rows)
        else "",
        "rows": sorted(rows, key=lambda row: int(str(row["number"]))),
    }
    return render(request, "work/transcripts.html", context)


def _tasks(request: HttpRequest, viewer: Viewer, school: Unit) -> list[dict[str, Any]]:
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
    for signer_id, title in _signer_ids(request, viewer, school):
        for class_id, count in waiting_by_class(school_id=school.pk, signer_id=signer_id).items():
            class_group = class_by_id(class_id=class_id)
            if class_group is not None:
                tasks.append(
                    {
                        "title": f"{title} {class_group.name}",
                        "count": count,
                        "hint": _("học bạ đang chờ chữ ký của bạn."),
                        "url": reverse("transcripts", args=[class_id]),
                    }
                )
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


def _signer_ids(request: HttpRequest, viewer: Viewer, school: Unit) -> list[tuple[str, str]]:
    """Return under which names this person is waited for: the own number, the school's seal."""
    if not isinstance(request.user, Person):
        raise HocbaError("access.denied")
    found = []
    if request.user.citizen_id:
        found.append((request.user.citizen_id, _("Ký học bạ lớp")))
    if viewer.has("clerk", school.pk):
        found.append((school.code, _("Đóng dấu học bạ lớp")))
    return found


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
