"""Forms of the gradebook."""

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_WORKBOOK_BYTES = 20 * 1024 * 1024


class WorkbookForm(forms.Form):
    """A class workbook to be checked."""

    workbook = forms.FileField(
        label=_("Tệp sổ theo dõi và đánh giá học sinh (.xlsx)"),
        help_text=_("Một lớp một tệp, tối đa 20 MB. Kiểm tra trước, chưa ghi gì vào sổ."),
        error_messages={
            "required": _("Hãy chọn tệp .xlsx của lớp."),
            "empty": _("Tệp này rỗng. Hãy xuất lại từ phần mềm hoặc Excel."),
        },
    )

    def clean_workbook(self) -> object:
        """Bound the size before a byte is read."""
        upload = self.cleaned_data["workbook"]
        if upload.size > MAX_WORKBOOK_BYTES:
            raise forms.ValidationError(
                _("Tệp lớn hơn 20 MB. Sổ của một lớp thường dưới 1 MB: hãy xóa ảnh, trang thừa.")
            )
        return upload


class TermSheetForm(WorkbookForm):
    """The workbook of one sheet of the grid, to be compared with what stands."""

    workbook = forms.FileField(
        label=_("Tệp Excel của bảng điểm này (.xlsx)"),
        help_text=_("Dùng tệp đã xuất từ trang nhập điểm. Xem chỗ khác nhau trước, chưa ghi gì."),
        error_messages={
            "required": _("Hãy chọn tệp .xlsx của bảng điểm."),
            "empty": _("Tệp này rỗng. Hãy xuất lại từ trang nhập điểm."),
        },
    )
