"""Forms of the portal."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from hocba.adapters.pdf.examining import is_pdf

MAX_FILE_BYTES = 4 * 1024 * 1024


class LookupForm(forms.Form):
    """A lookup code and a birth date; both are needed, neither says whether the other exists."""

    code = forms.CharField(
        label=_("Mã tra cứu"),
        help_text=_("36 kí tự trên bản in, ví dụ 6f1c2b1e-8f0a-4c55-9d3c-0a8a3f6f7b21"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"class": "mono-input", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": _("Hãy nhập mã tra cứu.")},
    )
    birth_date = forms.DateField(
        label=_("Ngày sinh của học sinh"),
        help_text=_("Ví dụ 26/10/2010"),
        input_formats=["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"],
        widget=forms.DateInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={
            "required": _("Hãy nhập ngày sinh."),
            "invalid": _("Ngày sinh phải có dạng 26/10/2010."),
        },
    )

    def clean_code(self) -> UUID:
        """Read the code however it was typed."""
        try:
            return UUID("".join(str(self.cleaned_data["code"]).split()))
        except ValueError:
            raise forms.ValidationError(
                _("Mã tra cứu gồm 36 kí tự, hãy chép đúng cả dấu gạch nối.")
            ) from None


class FileForm(forms.Form):
    """A transcript as XML, as a bundle, or as a PDF with the XML inside."""

    document = forms.FileField(
        label=_("Tệp học bạ"),
        help_text=_("Tệp PDF, XML hoặc .hocba.json, tối đa 4 MB. Tệp không được lưu lại."),
        error_messages={
            "required": _("Hãy chọn tệp PDF, XML hoặc .hocba.json."),
            "empty": _("Tệp này rỗng."),
        },
    )

    def clean_document(self) -> bytes:
        """Bound the file, and tell kinds that cannot be checked from broken ones."""
        upload = self.cleaned_data["document"]
        if upload.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("Tệp lớn hơn 4 MB, không phải một học bạ số."))
        data: bytes = upload.read()
        if not is_pdf(data) and data.lstrip()[:1] not in (b"<", b"{"):
            raise forms.ValidationError(_("Đây không phải tệp PDF, XML hay .hocba.json."))
        return data
