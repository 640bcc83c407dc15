"""Forms of khóa sổ: a window's scope and days, khóa sổ, a request to reopen."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hocba.adapters.wording.windows import GROUP_NAMES, TERM_NAMES
from hocba.apps.gradebook.actions.reopen import HOURS
from hocba.apps.gradebook.window_models import COLUMN_GROUPS
from hocba.apps.gradebook.windows import MAX_REASON, Scope
from hocba.apps.leaf import CITY_TIME

_DAY = timedelta(days=1)
_GROUPS = [("", _("Mọi cột")), *((key, GROUP_NAMES[key]) for key in COLUMN_GROUPS)]


def _reason_field(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Lí do"),
        help_text=help_text,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Hãy nêu lí do.")},
    )


class ScopeForm(forms.Form):
    """A part of the book: empty fields mean all of it."""

    term = forms.ChoiceField(label=_("Học kì"), required=False, choices=list(TERM_NAMES.items()))
    grade = forms.ChoiceField(label=_("Khối"), required=False)
    subject_key = forms.ChoiceField(label=_("Môn"), required=False)
    column_group = forms.ChoiceField(label=_("Nhóm cột"), required=False, choices=_GROUPS)

    def __init__(
        self,
        *args: Any,
        grades: Iterable[int] = (),
        subjects: Iterable[tuple[str, str]] = (),
        **more: Any,
    ) -> None:
        """Offer the grades and subjects that the school has."""
        super().__init__(*args, **more)
        self.fields["grade"].choices = [  # type: ignore[attr-defined]
            ("", _("Mọi khối")),
            *((str(one), _("Khối %(grade)s") % {"grade": one}) for one in grades),
        ]
        self.fields["subject_key"].choices = [  # type: ignore[attr-defined]
            ("", _("Mọi môn")),
            *subjects,
        ]

    def scope(self) -> Scope:
        """Return what was chosen."""
        data = self.cleaned_data
        return Scope(
            data["term"], int(data["grade"] or 0), data["subject_key"], data["column_group"]
        )


class DaysForm(forms.Form):
    """First and last day of a window, and why; both days are open ones."""

    opens = forms.DateField(
        label=_("Mở từ đầu ngày"),
        required=False,
        help_text=_("Để trống: đã mở từ trước."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    closes = forms.DateField(
        label=_("Đóng khi hết ngày"),
        required=False,
        help_text=_("Để trống: mở cho tới khi có người đổi hoặc khóa sổ."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = _reason_field(_("Người khác sẽ đọc được lí do này."))
    seen = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)

    def instants(self) -> tuple[datetime | None, datetime | None]:
        """Return when the window opens and closes, by the city's calendar."""
        opens, closes = self.cleaned_data["opens"], self.cleaned_data["closes"]
        return (
            None if opens is None else datetime.combine(opens, time(), CITY_TIME),
            None if closes is None else datetime.combine(closes + _DAY, time(), CITY_TIME),
        )

    @staticmethod
    def days(opens_at: datetime | None, closes_at: datetime | None) -> dict[str, Any]:
        """Return the initial days of a window that is there."""
        last = None if closes_at is None else closes_at - timedelta(microseconds=1)
        return {
            "opens": None if opens_at is None else opens_at.astimezone(CITY_TIME).date(),
            "closes": None if last is None else last.astimezone(CITY_TIME).date(),
        }


class WindowForm(ScopeForm, DaysForm):
    """A new window."""

    field_order = (
        "term",
        "grade",
        "subject_key",
        "column_group",
        "opens",
        "closes",
        "reason",
        "seen",
    )


class LockForm(ScopeForm):
    """Khóa sổ of a scope."""

    reason = _reason_field(_("Ví dụ: đã tổng kết học kì I, biên bản ngày 10/01."))


class ReopeningForm(forms.Form):
    """A request to open a closed part of one class's book."""

    part = forms.ChoiceField(label=_("Phần cần mở"))
    hours = forms.TypedChoiceField(
        label=_("Cần mở trong"),
        coerce=int,
        choices=[(one, _("%(hours)s giờ") % {"hours": one}) for one in HOURS],
        initial=24,
        help_text=_("Tính từ lúc được duyệt; hết giờ hệ thống tự đóng."),
    )
    reason = _reason_field(_("Sai gì, ở đâu, vì sao bây giờ mới sửa."))

    def __init__(self, *args: Any, parts: Iterable[tuple[str, str]] = (), **more: Any) -> None:
        """Offer what is closed."""
        super().__init__(*args, **more)
        self.fields["part"].choices = list(parts)  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """A decision on a request: the reason is needed to refuse alone."""

    reason = forms.CharField(
        label=_("Lí do từ chối"),
        help_text=_("Chỉ cần khi từ chối; người gửi sẽ đọc được."),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
