"""The homeroom teacher's sheets as forms: one small form a student, all sent together.

What was typed survives an error; after a conflict the form holds what its editor would have upon
what stands now, so that saving again is a decision and not an accident.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from hocba.adapters.spreadsheets.grid import clean_text, strange_characters
from hocba.adapters.wording.findings import finding_sentence
from hocba.apps.gradebook.actions.homeroom import RecordEdit, SubjectAgain, SummerEdit
from hocba.apps.gradebook.grid import shown
from hocba.apps.gradebook.homeroom_queries import SummerRows
from hocba.apps.gradebook.models import HomeroomRecord
from hocba.apps.gradebook.results import ClassResults, StudentResults
from hocba.apps.gradebook.three_way import FieldConflict
from hocba.apps.roster.values import EnrolledStudent
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import AssessmentForm, Level, Tenths
from hocba.core.assessment.reading import read_mark
from hocba.core.assessment.regulation import Regulation
from hocba.core.assessment.results import SummerAction

REMARK_LENGTH, AWARD_LENGTH, FORM_LENGTH = 1000, 300, 300
MOST_ABSENCES = 365
TERM_FIELDS: Mapping[str, Mapping[str, str]] = {
    "HK1": {
        "excused": "excused_first",
        "unexcused": "unexcused_first",
        "conduct": "conduct_first",
    },
    "HK2": {
        "excused": "excused_second",
        "unexcused": "unexcused_second",
        "conduct": "conduct_second",
    },
    "year": {
        "excused": "absences_excused",
        "unexcused": "absences_unexcused",
        "conduct": "conduct_year",
    },
}


class CleanField(forms.CharField):
    """A text without what cannot stand in a transcript: control characters, runs of spaces."""

    def to_python(self, value: Any) -> str:
        """Compose and tidy."""
        return clean_text(str(super().to_python(value)))

    def validate(self, value: Any) -> None:
        """Refuse what nobody can read."""
        super().validate(value)
        if strange := strange_characters(value):
            finding = Finding("cell.characters", Severity.BLOCK, found=strange)
            raise forms.ValidationError(finding_sentence(finding))


class StudentLine(forms.Form):
    """One student's line of a sheet; `seen` is the version that its editor has before them."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, pupil: EnrolledStudent, *, data: Any, seen: int, initial: dict[str, Any]):
        """Name the line by the student's list number."""
        super().__init__(data, prefix=f"hs{pupil.list_number}", initial=initial | {"seen": seen})
        self.pupil = pupil
        self.conflicts: list[dict[str, Any]] = []

    @property
    def errors_told(self) -> list[tuple[str, str, str]]:
        """(field's id, field's label, sentence) of each error."""
        return [
            (self[name].id_for_label, str(self[name].label), str(sentence))
            for name, sentences in self.errors.items()
            if name in self.fields
            for sentence in sentences
        ]

    def _label(self, name: str, words: str, **attrs: Any) -> None:
        field = self.fields[name]
        field.widget.attrs |= {"aria-label": f"{self.pupil.full_name}: {words}", **attrs}


def levels(regulation: Regulation) -> list[tuple[str, str]]:
    """Conduct levels in the words of that year's circular, best first."""
    return [
        ("", "—"),
        *((str(one.value), regulation.conduct_words[one]) for one in sorted(Level, reverse=True)),
    ]


def _level_field(regulation: Regulation) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=levels(regulation), coerce=int, empty_value=None, required=False
    )


def _absence_field() -> forms.IntegerField:
    return forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_ABSENCES,
        widget=forms.TextInput,
        error_messages={
            "invalid": _("Số buổi nghỉ phải là số nguyên, ví dụ 0 hoặc 3."),
            "min_value": _("Số buổi nghỉ không được âm."),
            "max_value": _("Số buổi nghỉ lớn hơn 365. Hãy kiểm tra lại."),
        },
    )


class TermLine(StudentLine):
    """Absences and conduct of one student in a term; of the year what the terms do not give."""

    excused = _absence_field()
    unexcused = _absence_field()

    def __init__(
        self,
        pupil: EnrolledStudent,
        *,
        scope: str,
        record: HomeroomRecord | None,
        regulation: Regulation,
        data: Any = None,
    ):
        """Show what stands; a sum over both terms is not entered by hand."""
        self.names = dict(TERM_FIELDS[scope])
        initial = {name: getattr(record, column, None) for name, column in self.names.items()}
        super().__init__(pupil, data=data, seen=record.version if record else 0, initial=initial)
        self.summed: dict[str, int | None] = {}
        if scope == "year":
            for name, column in (("excused", "excused"), ("unexcused", "unexcused")):
                terms = [getattr(record, f"{column}_{one}", None) for one in ("first", "second")]
                if None not in terms:
                    self.summed[name] = initial[name]
                    del self.fields[name], self.names[name]
        if scope != "year" or regulation.conduct is None:
            self.fields["conduct"] = _level_field(regulation)
            self._label("conduct", str(_("kết quả rèn luyện")), **{"data-col": "conduct"})
        else:
            del self.names["conduct"]
        for name, words in (("excused", _("nghỉ có phép")), ("unexcused", _("nghỉ không phép"))):
            if name in self.fields:
                attrs = {"inputmode": "numeric", "autocomplete": "off", "data-col": name}
                self._label(name, str(words), **attrs, maxlength=3)

    def edit(self) -> RecordEdit:
        """Return what was handed in."""
        values = {column: self.cleaned_data[name] for name, column in self.names.items()}
        return RecordEdit(self.pupil.enrolment_id, self.cleaned_data["seen"], values)


class RemarkLine(StudentLine):
    """The summary remark and praise of other kinds; titles of the year are computed."""

    remark = CleanField(
        required=False,
        max_length=REMARK_LENGTH,
        label=_("Nhận xét chung"),
        widget=forms.Textarea(attrs={"rows": 3, "data-limit": REMARK_LENGTH}),
        error_messages={
            "max_length": _("Nhận xét dài %(show_value)s kí tự, tối đa %(limit_value)s.")
        },
    )
    award = CleanField(
        required=False,
        max_length=AWARD_LENGTH,
        label=_("Khen thưởng khác"),
        error_messages={
            "max_length": _("Khen thưởng dài %(show_value)s kí tự, tối đa %(limit_value)s.")
        },
    )
    names: Mapping[str, str] = {"remark": "remark", "award": "award"}

    def __init__(self, pupil: EnrolledStudent, *, record: HomeroomRecord | None, data: Any = None):
        """Show what stands."""
        initial = {name: getattr(record, name, "") for name in self.names}
        super().__init__(pupil, data=data, seen=record.version if record else 0, initial=initial)
        self._label("remark", str(_("nhận xét chung")))
        self._label("award", str(_("khen thưởng khác")))

    def edit(self) -> RecordEdit:
        """Return what was handed in."""
        values = {name: self.cleaned_data[name] for name in self.names}
        return RecordEdit(self.pupil.enrolment_id, self.cleaned_data["seen"], values)


class SummerLine(StudentLine):
    """One student's summer: the subjects that the circular opens, the training, the end of it."""

    closed = forms.BooleanField(required=False, label=_("Đã kết thúc hè"))

    def __init__(
        self,
        student: StudentResults,
        *,
        results: ClassResults,
        rows: SummerRows,
        data: Any = None,
    ):
        """Offer what is open to this student."""
        enrolment_id = student.pupil.enrolment_id
        record = rows.records.get(enrolment_id)
        promotion = student.assessment.promotion
        super().__init__(
            student.pupil,
            data=data,
            seen=record.version if record else 0,
            initial={"closed": bool(record and record.closed)},
        )
        self.subjects: list[dict[str, Any]] = []
        self._label("closed", str(_("đã kết thúc hè")))
        self.trains = SummerAction.TRAINING in promotion.actions
        if self.trains:
            self._add_training(
                record.training if record else None,
                record.training_form if record else "",
                results.regulation,
            )
        columns = {str(one.key): one for one in results.columns}
        for key in promotion.reassess_subjects:
            row = rows.subjects.get((enrolment_id, str(key)))
            self._add_subject(
                str(key), columns[str(key)].name, columns[str(key)].scored, row, student
            )

    def _add_training(self, level: int | None, form: str, regulation: Regulation) -> None:
        self.fields["training"] = _level_field(regulation)
        self.fields["training_form"] = CleanField(required=False, max_length=FORM_LENGTH)
        self.initial.update({"training": level, "training_form": form})
        self._label("training", str(_("kết quả sau rèn luyện trong hè")))
        self._label("training_form", str(_("hình thức rèn luyện trong hè")))

    def _add_subject(
        self, key: str, name: str, scored: bool, row: Any, student: StudentResults
    ) -> None:
        form = AssessmentForm.SCORED if scored else AssessmentForm.REMARK
        self.fields[f"chosen-{key}"] = forms.BooleanField(required=False)
        self.fields[f"result-{key}"] = MarkField(form)
        self.fields[f"seen-{key}"] = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
        result = None
        if row is not None:
            result = row.remark_level or (None if row.tenths is None else shown(Tenths(row.tenths)))
        self.initial.update(
            {
                f"chosen-{key}": bool(row and row.chosen),
                f"result-{key}": result or "",
                f"seen-{key}": row.version if row else 0,
            }
        )
        self._label(f"chosen-{key}", f"{_('đánh giá lại')} {name}")
        self._label(f"result-{key}", f"{_('kết quả đánh giá lại')} {name}", autocomplete="off")
        year = next(one for one in student.assessment.subjects if one.subject == key).year
        self.subjects.append({"key": key, "name": name, "year": shown(year)})

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The subjects with their fields, for the page."""
        return [
            one
            | {
                "chosen": self[f"chosen-{one['key']}"],
                "result": self[f"result-{one['key']}"],
                "seen": self[f"seen-{one['key']}"],
            }
            for one in self.subjects
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a result of a subject that is not chosen."""
        for one in self.subjects:
            result = f"result-{one['key']}"
            if self.cleaned_data.get(result) is not None and not self.cleaned_data.get(
                f"chosen-{one['key']}"
            ):
                self.add_error(result, str(_("Hãy đánh dấu môn này trước khi ghi kết quả.")))
        return self.cleaned_data

    def edit(self) -> SummerEdit:
        """Return what was handed in."""
        said = self.cleaned_data
        return SummerEdit(
            enrolment_id=self.pupil.enrolment_id,
            seen=said["seen"],
            training=said.get("training"),
            training_form=said.get("training_form", ""),
            closed=said["closed"],
            subjects=tuple(
                SubjectAgain(
                    one["key"],
                    said[f"seen-{one['key']}"],
                    said[f"chosen-{one['key']}"],
                    said[f"result-{one['key']}"],
                )
                for one in self.subjects
            ),
        )


class MarkField(forms.CharField):
    """A mark as typed, read as everywhere else."""

    def __init__(self, form: AssessmentForm):
        """Read for a scored subject, or one assessed by remarks."""
        super().__init__(required=False, max_length=20)
        self.form = form

    def clean(self, value: Any) -> Any:
        """Return the mark, None where nothing was typed."""
        reading = read_mark(str(super().clean(value)), form=self.form)
        if reading.problem:
            scale = "0 – 10" if self.form is AssessmentForm.SCORED else "Đ, CĐ"
            expected = reading.suggestion or scale
            finding = Finding(reading.problem, Severity.BLOCK, found=str(value), expected=expected)
            raise forms.ValidationError(finding_sentence(finding))
        return reading.value


def after_conflict(
    data: Any,
    lines: Iterable[StudentLine],
    conflicts: Sequence[FieldConflict],
    clashing: Mapping[tuple[Any, ...], Mapping[str, Any]],
) -> Any:
    """Return the posted data with each row in conflict set upon what stands now."""
    changed = data.copy()
    prefixes = {line.pupil.enrolment_id: line for line in lines}
    versions = {one.key: one.version for one in conflicts}
    for key, said in clashing.items():
        line = prefixes[key[0]]
        end = f"-{key[1]}" if len(key) > 1 else ""
        changed[line.add_prefix(f"seen{end}")] = str(versions[key])
        for name, text in _typed(line, key, said).items():
            changed[line.add_prefix(name)] = text
    return changed


def _typed(line: StudentLine, key: tuple[Any, ...], said: Mapping[str, Any]) -> dict[str, str]:
    """What a row says as it would have been typed, by field of its line."""
    if len(key) > 1:
        result = said["remark_level"] or (
            "" if said["tenths"] is None else shown(Tenths(said["tenths"]))
        )
        chosen = {f"chosen-{key[1]}": "on"} if said["chosen"] else {f"chosen-{key[1]}": ""}
        return chosen | {f"result-{key[1]}": result}
    names: Mapping[str, str] = getattr(line, "names", {name: name for name in said})
    return {
        name: "" if said[column] is None or said[column] is False else str(said[column])
        for name, column in names.items()
    }


def conflict_lines(
    conflicts: Sequence[FieldConflict], people: Mapping[UUID, str], words: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the conflicts for the page: whose field, both values, who wrote the other one."""
    return [
        {
            "enrolment_id": one.key[0],
            "field": words.get(one.field, one.field),
            "yours": one.yours,
            "theirs": one.theirs,
            "who": people.get(one.written_by, ""),
            "at": one.written_at,
        }
        for one in conflicts
    ]
