"""One student's standing year, and what proposed marks would make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.queries import GradebookYear, gradebook_years
from hocba.apps.gradebook.queries import taught_subjects as taught_subjects
from hocba.apps.issuing import corrected_fields
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.permissions import is_homeroom_teacher
from hocba.apps.roster.queries import assignments_of_class
from hocba.core.assessment.marks import (
    AssessmentForm,
    LearningLevel,
    MarkKind,
    StudentYear,
    SubjectKey,
    Term,
    level_word,
)
from hocba.core.assessment.marks import Mark as MarkValue
from hocba.core.assessment.reading import read_mark
from hocba.core.assessment.regulation import Regulation, regulation_for
from hocba.core.assessment.simulate import Fact, MarkChange, changed_year, effects_between
from hocba.core.assessment.subjects import subject_by_key
from hocba.core.errors import HocbaError
from hocba.core.transcript.build import outcome_text

PLACE = ("subject", "term", "kind", "ordinal")


@dataclass(frozen=True, slots=True)
class ProposedCell:
    """One mark, or another field of the year, as proposed on the form: its place, what was typed.

    The homeroom teacher's fields have no subject; only marks have a term and an ordinal.
    """

    subject: str
    term: str
    kind: str
    ordinal: int
    typed: str


@dataclass(frozen=True, slots=True)
class StandingYear:
    """A student's year with the rules it is judged by."""

    book: GradebookYear
    regulation: Regulation
    school_level: str

    @property
    def year(self) -> StudentYear:
        """The marks, conduct and absences."""
        return self.book.year

    def form(self, subject: SubjectKey) -> AssessmentForm:
        """Return how a subject is assessed."""
        return subject_by_key(subject, school_level=self.school_level).form

    def names(self) -> dict[str, str]:
        """Return the subjects' names by key."""
        return {
            one.subject: subject_by_key(one.subject, school_level=self.school_level).name
            for one in self.year.subjects
        }


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Proposed cells with what stands there, and every result they would alter, as JSON values."""

    corrections: tuple[dict[str, Any], ...]
    effects: tuple[dict[str, Any], ...]


def standing_year(*, class_group: ClassGroup, enrolment_id: UUID) -> StandingYear:
    """Return the year of one student as it stands in the gradebook."""
    school, level = class_group.school, class_group.school.school_level
    years = gradebook_years(
        school_id=school.pk,
        school_year=class_group.school_year,
        school_level=level,
        grade=class_group.grade,
        subjects=taught_subjects(assignments_of_class(class_id=class_group.pk), school_level=level),
        enrolment_ids=[enrolment_id],
    )
    regulation = regulation_for(
        school_level=level, grade=class_group.grade, school_year=class_group.school_year
    )
    return StandingYear(years[enrolment_id], regulation, level)


def own_parts(*, viewer: Viewer, class_group: ClassGroup) -> set[str]:
    """Return the subjects of a class that the viewer teaches; "" is the homeroom teacher's part."""
    own = {
        item.subject_key
        for item in assignments_of_class(class_id=class_group.pk)
        if item.teacher_id == viewer.person_id
        and viewer.has("subject_teacher", class_group.school_id)
    }
    return own | {""} if is_homeroom_teacher(viewer, class_group=class_group) else own


def cells_of(standing: StandingYear) -> list[dict[str, Any]]:
    """Return every mark of the year as a place with its value, in the order of the form."""
    found: list[dict[str, Any]] = []
    for subject in standing.year.subjects:
        for term, marks in ((Term.FIRST, subject.first), (Term.SECOND, subject.second)):
            places: list[tuple[MarkKind, int, MarkValue | None]] = [
                (MarkKind.REGULAR, n, value) for n, value in enumerate(marks.regular, start=1)
            ]
            places += [(MarkKind.MIDTERM, 1, marks.midterm), (MarkKind.FINAL, 1, marks.final)]
            found += [
                {
                    "subject": str(subject.subject),
                    "term": term.value,
                    "kind": kind.value,
                    "ordinal": ordinal,
                    "before": outcome_text(value),
                }
                for kind, ordinal, value in places
            ]
    return found


def what_if(standing: StandingYear, cells: Sequence[ProposedCell]) -> WhatIf:
    """Read the proposed cells against what stands, and simulate them together.

    Raises:
        HocbaError: "issuing.cell_unknown", "issuing.cell_unchanged", "issuing.field_unreadable",
            "assessment.no_such_mark".
    """
    places = {
        _place(one): one["before"]
        for one in (*cells_of(standing), *corrected_fields.fields_of(standing.book))
    }
    corrections: dict[tuple[Any, ...], dict[str, Any]] = {}
    changed = standing.year
    for cell in cells:
        place = cell.subject, cell.term, cell.kind, cell.ordinal
        if place not in places or place in corrections:
            raise HocbaError("issuing.cell_unknown")
        after, changed = _read(standing, cell, changed)
        if after == places[place]:
            raise HocbaError("issuing.cell_unchanged")
        corrections[place] = dict(zip(PLACE, place, strict=True)) | {
            "before": places[place],
            "after": after,
        }
    effects = effects_between(standing.year, changed, regulation=standing.regulation)
    return WhatIf(
        tuple(corrections.values()),
        tuple(
            {
                "about": one.about,
                "before": _text(one.about, one.before),
                "after": _text(one.about, one.after),
            }
            for one in effects
        ),
    )


def _read(standing: StandingYear, cell: ProposedCell, year: StudentYear) -> tuple[str, StudentYear]:
    """Return what was typed in the form's words, and the year as it would then be."""
    if is_field(cell.kind):
        word = corrected_fields.read_field(cell.kind, cell.typed)
        return word, corrected_fields.changed_year(year, cell.kind, word)
    subject = SubjectKey(cell.subject)
    value = read_mark(cell.typed, form=standing.form(subject)).value
    if value is None:
        raise HocbaError("issuing.cell_unknown")
    change = MarkChange(subject, Term(cell.term), MarkKind(cell.kind), value, cell.ordinal)
    return outcome_text(value), changed_year(year, change)


def _place(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(one[name] for name in PLACE)


def is_field(kind: str) -> bool:
    """Whether a place is no mark: a remark, or a field of the homeroom teacher's part."""
    return kind == corrected_fields.REMARK or kind in corrected_fields.HOMEROOM


def value_of(
    correction: Mapping[str, Any], name: str, *, school_level: str
) -> MarkValue | str | int | None:
    """Return a stored correction's "before" or "after" as the gradebook stores it."""
    if is_field(correction["kind"]):
        return corrected_fields.stored_value(correction["kind"], correction[name])
    return mark_of(correction, name, school_level=school_level)


def mark_of(correction: Mapping[str, Any], name: str, *, school_level: str) -> MarkValue | None:
    """Return a stored correction's mark ("before" or "after") as a value."""
    form = subject_by_key(SubjectKey(correction["subject"]), school_level=school_level).form
    return read_mark(correction[name], form=form).value


def _text(about: str, value: Fact) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "có" if value else "chưa"
    if isinstance(value, LearningLevel):
        return level_word(value)
    if about.startswith("average."):
        return outcome_text(value)  # type: ignore[arg-type]
    return str(value)
