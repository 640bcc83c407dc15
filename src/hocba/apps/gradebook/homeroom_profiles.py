"""Profiles of a class: read, and corrected by the homeroom teacher with a reason."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from hocba.apps.accounts.queries import viewer_of_request
from hocba.apps.audit.queries import events_of
from hocba.apps.gradebook.homeroom_forms import CleanField
from hocba.apps.gradebook.homeroom_queries import LedClass, led_class
from hocba.apps.gradebook.homeroom_views import actor_of, asked_order, frame
from hocba.apps.gradebook.paging import Paged
from hocba.apps.roster.actions.particulars import REASON_LENGTHS, correct_particulars
from hocba.apps.roster.particulars import CORRECTABLE, particular_length, particular_name
from hocba.apps.roster.values import EnrolledStudent

WANTED = ("citizen_id", "ethnicity", "nationality", "birth_place", "address")
FIXED = ("full_name", "birth_date", "gender", "student_code", "citizen_id", "register_number")


class ParticularsForm(forms.Form):
    """What a family tells the homeroom teacher; what stood when the page was opened goes along."""

    reason = CleanField(
        label=gettext_lazy("Lí do sửa"),
        min_length=REASON_LENGTHS[0],
        max_length=REASON_LENGTHS[1],
        help_text=gettext_lazy("Ví dụ: gia đình nộp bản sao giấy khai sinh ngày 12/05/2025."),
        error_messages={
            "required": gettext_lazy("Hãy nêu lí do sửa, từ 5 đến 300 kí tự."),
            "min_length": gettext_lazy("Hãy nêu lí do sửa, từ 5 đến 300 kí tự."),
        },
    )

    def __init__(self, pupil: EnrolledStudent, data: Any = None):
        """Offer the fields that may be corrected, by their names in the roster."""
        super().__init__(data)
        reason = self.fields.pop("reason")
        for name in CORRECTABLE:
            self.fields[name] = CleanField(
                label=particular_name(name).capitalize(),
                required=False,
                max_length=particular_length(name),
                initial=getattr(pupil, name),
                show_hidden_initial=True,
            )
        self.fields["reason"] = reason

    def seen(self) -> dict[str, str]:
        """What stood in each field when the page was opened."""
        return {name: str(self.data.get(self.add_initial_prefix(name), "")) for name in CORRECTABLE}


@require_GET
@never_cache
def profiles(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """List the class with what each profile still lacks."""
    led = led_class(viewer=viewer_of_request(request), class_id=class_id)
    order = asked_order(request)
    rows = [
        {
            "pupil": one.pupil,
            "lacks": [particular_name(name) for name in WANTED if not getattr(one.pupil, name)],
        }
        for one in led.results.ordered(order)
    ]
    if request.GET.get("loc") == "thieu":
        rows = [row for row in rows if row["lacks"]]
    context = {
        "rows": Paged(request, rows),
        "order": order,
        "lacking": request.GET.get("loc") == "thieu",
    }
    return render(request, "work/homeroom_profiles.html", context | frame(request, led))


@require_http_methods(["GET", "POST"])
@never_cache
def profile(request: HttpRequest, class_id: UUID, enrolment_id: UUID) -> HttpResponse:
    """Show one profile; correct what may be corrected."""
    led = led_class(
        viewer=viewer_of_request(request), class_id=class_id, writing=request.method == "POST"
    )
    pupil = led.results.student(enrolment_id).pupil
    form = ParticularsForm(pupil, request.POST if request.method == "POST" else None)
    conflicts: list[dict[str, str]] = []
    if form.is_bound and form.is_valid():
        outcome = correct_particulars(
            enrolment_id=enrolment_id,
            seen=form.seen(),
            wanted={name: form.cleaned_data[name] for name in CORRECTABLE},
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            at=timezone.now(),
        )
        if not outcome.conflicts:
            done = _("Đã sửa hồ sơ.") if outcome.changed else _("Không có gì thay đổi.")
            messages.success(request, done)
            return redirect(request.get_full_path())
        conflicts = [
            {"field": particular_name(name), "theirs": theirs, "yours": form.cleaned_data[name]}
            for name, theirs in outcome.conflicts.items()
        ]
        form = ParticularsForm(pupil, _upon(request.POST, form, pupil))
    context = {
        "pupil": pupil,
        "fixed": [(particular_name(name), getattr(pupil, name)) for name in FIXED],
        "told": [(particular_name(name), getattr(pupil, name)) for name in CORRECTABLE],
        "form": form,
        "conflicts": conflicts,
        "events": _corrections(led, pupil),
    }
    status = 409 if conflicts else 422 if form.is_bound and not form.is_valid() else 200
    return render(
        request, "work/homeroom_profile.html", context | frame(request, led), status=status
    )


def _upon(data: Any, form: ParticularsForm, pupil: EnrolledStudent) -> Any:
    """Return the posted data set upon what stands now, so that saving again is a decision."""
    changed = data.copy()
    seen = form.seen()
    for name in CORRECTABLE:
        stands = getattr(pupil, name)
        if form.cleaned_data[name] == seen[name]:
            changed[name] = stands
        changed[form.add_initial_prefix(name)] = stands
    return changed


def _corrections(led: LedClass, pupil: EnrolledStudent) -> list[dict[str, Any]]:
    """What was corrected in this school, newest first."""
    events = events_of(
        school_id=led.group.school_id, object_type="student", object_id=str(pupil.student_id)
    )
    return [
        {
            "at": event.at,
            "reason": event.reason,
            "fields": [
                {
                    "name": particular_name(name),
                    "before": (event.before or {}).get(name),
                    "after": after,
                }
                for name, after in (event.after or {}).items()
            ],
        }
        for event in reversed(events)
        if event.action == "roster.particulars_corrected"
    ]
