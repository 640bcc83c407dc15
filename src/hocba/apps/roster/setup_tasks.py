"""What of the set-up waits for somebody, as tasks of the start page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from hocba.apps.accounts.viewer import Viewer
from hocba.apps.roster.models import SetupImport, Unit
from hocba.apps.roster.setup.states import ImportState


def setup_tasks(viewer: Viewer, school: Unit) -> list[dict[str, Any]]:
    """Return the assignments that wait for this school's principal, one task each."""
    if not viewer.has("principal", school.pk):
        return []
    waiting = SetupImport.objects.filter(school_id=school.pk, state=ImportState.WAITING)
    return [
        {
            "title": _("Phân công chờ duyệt"),
            "count": run.counts["them"] + run.counts["doi"],
            "hint": _("phân công giảng dạy, chủ nhiệm năm học %(year)s chờ bạn duyệt.")
            % {"year": run.school_year},
            "url": reverse("setup_import", args=[school.pk, run.id]),
        }
        for run in waiting.order_by("submitted_at")
    ]
