"""Forms of recall requests: what is asked, with files and corrected marks, and what is decided."""

from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from hocba.adapters.wording.recalls import KINDS, REASONS
from hocba.apps.issuing.standing_year import ProposedCell
from hocba.core.registry.procedures import RequestKind
from hocba.core.registry.procedures.approvals import MAX_REASON, MIN_REASON

CELL = "diem"


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class EvidenceField(forms.FileField):
    """Several files; how many, how large and of which kind is judged by the action."""

    widget = ManyFiles(attrs={"accept": ".pdf,.png,.jpg,.jpeg"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the list of uploads."""
        several = data if isinstance(data, list | tuple) else [data]
        return [super(EvidenceField, self).clean(one, initial) for one in several if one]


class RecallForm(forms.Form):
    """A request about one issued version; `request_id` makes a double click one request."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(label=_("Loại đề nghị"))
    reason_code = forms.ChoiceField(label=_("Lí do"))
    reason = forms.CharField(
        label=_("Nêu rõ"),
        min_length=MIN_REASON,
        max_length=MAX_REASON,
        help_text=_("Sai gì, vì sao, phát hiện khi nào. Người duyệt và nhật ký giữ lại lời này."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Hãy nêu lí do, từ 10 đến 500 kí tự.")},
    )
    evidence = EvidenceField(
        label=_("Tệp minh chứng"),
        required=False,
        help_text=_(
            "Biên bản, bài kiểm tra, quyết định: PDF, PNG, JPEG; tối đa 5 tệp, mỗi tệp 10 MB."
        ),
    )

    def __init__(self, *args: Any, kinds: list[RequestKind], reasons: list[str], **more: Any):
        """Offer the kinds that the person may ask for."""
        super().__init__(*args, **more)
        kind, reason = self.fields["kind"], self.fields["reason_code"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(reason, forms.ChoiceField)
        kind.choices = [(one.value, KINDS[one]) for one in kinds]
        reason.choices = [(one, REASONS[one]) for one in reasons]


class DecisionForm(forms.Form):
    """A decision on a request: words, and for a decision from outside its number and file."""

    reason = forms.CharField(
        label=_("Ý kiến"),
        required=False,
        max_length=MAX_REASON,
        help_text=_("Bắt buộc khi từ chối, rút hoặc hủy bản thay thế (từ 10 kí tự)."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    decision_number = forms.CharField(label=_("Số quyết định"), required=False, max_length=60)
    evidence = EvidenceField(label=_("Tệp quyết định"), required=False)

    def __init__(self, *args: Any, outside: bool = False, **more: Any):
        """Ask for number and file where the decision was made elsewhere."""
        super().__init__(*args, **more)
        if not outside:
            del self.fields["decision_number"], self.fields["evidence"]


def proposed_cells(data: QueryDict) -> tuple[ProposedCell, ...]:
    """Read the new marks that were typed; empty boxes mean "as it is"."""
    cells = []
    for name, typed in data.items():
        parts = name.split(".")
        if len(parts) == 5 and parts[0] == CELL and str(typed).strip() and parts[4].isdecimal():
            cells.append(ProposedCell(parts[1], parts[2], parts[3], int(parts[4]), str(typed)))
    return tuple(cells)
