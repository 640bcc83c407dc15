"""Forms of the roster's pages."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_WORKBOOK_BYTES = 20 * 1024 * 1024
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SetupWorkbookForm(forms.Form):
    """A workbook of the set-up, to be shown before anything is written."""

    workbook = forms.FileField(
        label=_("Tệp đã điền (.xlsx)"),
        help_text=_("Tối đa 20 MB và 6.000 dòng. Xem trước từng dòng, chưa ghi gì."),
        error_messages={
            "required": _("Hãy chọn tệp .xlsx đã điền."),
            "empty": _("Tệp này rỗng. Hãy tải tệp mẫu rồi điền lại."),
        },
    )

    def clean_workbook(self) -> object:
        """Bound the size before a byte is read."""
        upload = self.cleaned_data["workbook"]
        if upload.size > MAX_WORKBOOK_BYTES:
            raise forms.ValidationError(_("Tệp lớn hơn 20 MB. Hãy xóa ảnh và trang thừa."))
        return upload


class ReasonForm(forms.Form):
    """Why something is undone or returned."""

    reason = forms.CharField(
        label=_("Lí do"),
        max_length=300,
        error_messages={"required": _("Hãy nêu lí do.")},
    )


class MoveForm(forms.Form):
    """One student leaves a class, or moves to another one of the school."""

    enrolment = forms.TypedChoiceField(
        label=_("Học sinh"), coerce=UUID, error_messages={"required": _("Hãy chọn học sinh.")}
    )
    target = forms.TypedChoiceField(
        label=_("Việc"),
        coerce=lambda value: UUID(value) if value else None,
        empty_value=None,
        required=False,
        help_text=_("Rời lớp: học sinh ở lại danh sách, số thứ tự của lớp không đổi."),
    )
    day = forms.DateField(
        label=_("Từ ngày"),
        widget=DAY,
        error_messages={
            "required": _("Hãy chọn ngày."),
            "invalid": _("Hãy ghi ngày dạng ngày/tháng/năm."),
        },
    )
    reason = forms.CharField(
        label=_("Lí do"), max_length=300, error_messages={"required": _("Hãy nêu lí do.")}
    )

    def __init__(
        self,
        *args: Any,
        seats: list[tuple[str, str]],
        classes: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        """Offer who is in the class and where they may go."""
        super().__init__(*args, **kwargs)
        self.fields["enrolment"].choices = [("", "—"), *seats]  # type: ignore[attr-defined]
        leave = ("", _("Rời lớp (chuyển trường, thôi học)"))
        self.fields["target"].choices = [leave, *classes]  # type: ignore[attr-defined]
