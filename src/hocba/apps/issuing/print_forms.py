"""The form of the print queue: what to print, as which kind of file."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from hocba.apps.issuing.actions.print_jobs import PrintWish
from hocba.apps.roster.models import ClassGroup

_PRINTS = (
    ("pdf", _("Một tệp PDF để in")),
    ("zip", _("Mỗi học sinh một tệp PDF, trong một tệp ZIP")),
)
_PACKAGE = ("package", _("Gói học bạ của lớp: tệp XML, tệp kiểm tra, PDF đã đóng dấu (ZIP)"))


class PrintForm(forms.Form):
    """A wish; `job_id` makes a double click one request."""

    job_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    what = forms.ChoiceField(label=_("In học bạ của"))
    kind = forms.ChoiceField(
        label=_("Loại tệp"),
        help_text=_("Bản in ghi tên người yêu cầu ở chân mỗi trang."),
    )

    def __init__(
        self,
        *args: Any,
        classes: list[ClassGroup],
        office: bool,
        student: tuple[UUID, UUID, str] | None = None,
        **more: Any,
    ):
        """Offer one student (class, enrolment, name), or the classes and their grades."""
        super().__init__(*args, **more)
        what, kind = self.fields["what"], self.fields["kind"]
        assert isinstance(what, forms.ChoiceField)
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [*_PRINTS, *([_PACKAGE] if office and student is None else [])]
        if student is not None:
            class_id, enrolment_id, name = student
            what.choices = [(f"hs:{class_id}:{enrolment_id}", name)]
            return
        grades = sorted({(one.school_year, one.grade) for one in classes}, reverse=True)
        by_grade = [
            (f"khoi:{grade}:{year}", _("Khối %(grade)s, %(year)s") % {"grade": grade, "year": year})
            for year, grade in grades
        ]
        by_class = [
            (
                f"lop:{one.pk}",
                _("Lớp %(name)s, %(year)s") % {"name": one.name, "year": one.school_year},
            )
            for one in classes
        ]
        what.choices = [(_("Một lớp"), by_class)]
        if office:
            what.choices = [(_("Một lớp"), by_class), (_("Cả khối"), by_grade)]

    def wish(self) -> PrintWish:
        """Return what was chosen; the choices are of our own making."""
        head, *rest = self.cleaned_data["what"].split(":")
        kind = self.cleaned_data["kind"]
        if head == "khoi":
            return PrintWish(kind, grade=int(rest[0]), school_year=rest[1])
        only = UUID(rest[1]) if head == "hs" else None
        return PrintWish(kind, class_id=UUID(rest[0]), enrolment_id=only)
