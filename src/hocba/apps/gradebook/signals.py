"""Signals of one school and month: the history of changed marks as `core` looks at it.

A month at a time, so that a signal of a past month never changes again and what was noted on it
stays with it: a signal is known by its code and the versions it is about.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Count, Q

from hocba.adapters.wording.mark_histories import mark_cell
from hocba.adapters.wording.signals import TITLES, signal_sentence
from hocba.apps.accounts.queries import names_of_people
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.grid import Frame, frame_of, shown
from hocba.apps.gradebook.history import written_late
from hocba.apps.gradebook.models import Mark, SignalNote
from hocba.apps.gradebook.queries import mark_value, term_marks
from hocba.apps.gradebook.window_queries import schools_watched
from hocba.apps.gradebook.window_rights import require_see_signals
from hocba.apps.leaf import CITY_TIME
from hocba.apps.roster.queries import (
    assignments_of_classes,
    places_of_enrolments,
    unit_by_id,
)
from hocba.apps.roster.values import EnrolmentPlace
from hocba.core.assessment.averages import term_average
from hocba.core.assessment.marks import AssessmentForm, SubjectKey, Tenths, Term
from hocba.core.assessment.signals import RecordedChange, find_signals, signal_limits
from hocba.core.errors import HocbaError

_DECEMBER = 12
Sheet = tuple[UUID, str, str]  # enrolment, subject, term


@dataclass(frozen=True, slots=True)
class ChangedMark:
    """One changed mark that a signal is about."""

    at: datetime
    student: str
    class_id: UUID
    class_name: str
    cell: str
    subject_key: str
    before: str
    after: str
    actor: UUID


@dataclass(frozen=True, slots=True)
class Noted:
    """What one person noted on a signal."""

    who: str
    at: datetime
    note: str
    mine: bool


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal as shown: title, sentence with its figures, the marks, the notes."""

    key: str
    code: str
    title: str
    sentence: str
    marks: tuple[ChangedMark, ...]
    notes: tuple[Noted, ...]

    @property
    def mine(self) -> bool:
        """Whether the viewer has noted something already."""
        return any(one.mine for one in self.notes)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many marks of a school were changed, and changed after the book was closed."""

    changes: int
    after_lock: int
    notes: int


def months_of(*, viewer: Viewer, school_id: UUID, school_year: str) -> list[date]:
    """Return the months in which marks were changed, newest first.

    Raises:
        HocbaError: "access.denied".
    """
    require_see_signals(viewer, school_id=school_id)
    rows = Mark.objects.filter(school_id=school_id, school_year=school_year, version__gt=1)
    return [
        one.date() for one in rows.datetimes("written_at", "month", order="DESC", tzinfo=CITY_TIME)
    ]


def signals_of(
    *, viewer: Viewer, school_id: UUID, school_year: str, month: date
) -> list[SignalLine]:
    """Return the signals of one month with what was noted on them.

    Raises:
        HocbaError: "access.denied".
    """
    require_see_signals(viewer, school_id=school_id)
    lines = found_signals(school_id=school_id, school_year=school_year, month=month)
    notes: dict[str, list[SignalNote]] = defaultdict(list)
    for note in SignalNote.objects.filter(
        school_id=school_id, school_year=school_year, signal_key__in=[key for key, *_ in lines]
    ).order_by("noted_at"):
        notes[note.signal_key].append(note)
    people = {UUID(str(figures["actor"])) for _key, _code, figures, _marks in lines}
    writers = {one.noted_by for of_one in notes.values() for one in of_one}
    names = names_of_people(person_ids=people | writers)
    limits = signal_limits()
    night = {"night_from": limits.night_from, "night_until": limits.night_until}
    return [
        SignalLine(
            key=key,
            code=code,
            title=TITLES[code],
            sentence=signal_sentence(
                code, {**night, **figures}, actor=names.get(UUID(str(figures["actor"])), "")
            ),
            marks=marks,
            notes=tuple(
                Noted(
                    names.get(one.noted_by, ""),
                    one.noted_at,
                    one.note,
                    one.noted_by == viewer.person_id,
                )
                for one in notes[key]
            ),
        )
        for key, code, figures, marks in lines
    ]


Found = tuple[str, str, dict[str, int | str], tuple[ChangedMark, ...]]


def found_signals(*, school_id: UUID, school_year: str, month: date) -> list[Found]:
    """Look through one month; the number of questions does not grow with the changes."""
    since, until = bounds_of(month)
    changed = list(
        Mark.objects.filter(
            school_id=school_id,
            school_year=school_year,
            version__gt=1,
            written_at__gte=since,
            written_at__lt=until,
        ).order_by("written_at", "id")
    )
    if not changed:
        return []
    places = places_of_enrolments(enrolment_ids={row.enrolment_id for row in changed})
    told = {
        row.id: (change, mark)
        for row, change, mark in _replayed(school_id, school_year, changed, places)
    }
    ordered = [row for row in changed if row.id in told]
    found = find_signals([told[row.id][0] for row in ordered], zone=CITY_TIME)
    lines = []
    for one in found:
        rows = [ordered[place] for place in one.changes]
        text = "\n".join([one.code, *sorted(str(row.id) for row in rows)])
        key = hashlib.sha256(text.encode()).hexdigest()
        marks = tuple(told[row.id][1] for row in rows)
        lines.append((key, one.code, dict(one.figures), marks))
    return lines


def bounds_of(month: date) -> tuple[datetime, datetime]:
    """Return the first instants of a month and of the next, by the city's calendar."""
    first = month.replace(day=1)
    later = (
        first.replace(year=first.year + 1, month=1)
        if first.month == _DECEMBER
        else first.replace(month=first.month + 1)
    )
    return (
        datetime.combine(first, time(), CITY_TIME),
        datetime.combine(later, time(), CITY_TIME),
    )


def tallies(*, viewer: Viewer, school_ids: Collection[UUID], school_year: str) -> dict[UUID, Tally]:
    """Count changes and notes of several schools at once: what an office above looks at first.

    Raises:
        HocbaError: "access.denied" when one of the schools is not the viewer's to look at.
    """
    if not set(school_ids) <= {one.pk for one in schools_watched(viewer=viewer)}:
        raise HocbaError("access.denied")
    scope = {"school_id__in": list(school_ids), "school_year": school_year}
    changes = (
        Mark.objects.filter(**scope, version__gt=1)
        .annotate(late=written_late())
        .values("school_id")
        .annotate(changes=Count("id"), after=Count("id", filter=Q(late=True)))
    )
    counted = {row["school_id"]: (row["changes"], row["after"]) for row in changes}
    notes = SignalNote.objects.filter(**scope).values("school_id").annotate(all=Count("id"))
    noted = {row["school_id"]: row["all"] for row in notes}
    return {one: Tally(*counted.get(one, (0, 0)), noted.get(one, 0)) for one in school_ids}


def _replayed(
    school_id: UUID,
    school_year: str,
    changed: Sequence[Mark],
    places: dict[UUID, EnrolmentPlace],
) -> Iterator[tuple[Mark, RecordedChange, ChangedMark]]:
    """Play every touched sheet from its first version on: what stood before, which average."""
    wanted = {row.id for row in changed}
    sheets: dict[Sheet, list[Mark]] = defaultdict(list)
    touched = {(row.enrolment_id, row.subject_key, row.term) for row in changed}
    versions = Mark.objects.filter(
        school_id=school_id,
        school_year=school_year,
        enrolment_id__in={row.enrolment_id for row in changed},
        subject_key__in={row.subject_key for row in changed},
    ).annotate(late=written_late())
    for one in versions.order_by("written_at", "id"):
        sheets[one.enrolment_id, one.subject_key, one.term].append(one)
    frames = _frames(school_id, school_year, places)
    for sheet in sorted(touched, key=str):
        place = places[sheet[0]]
        frame = frames.get((place.class_id, sheet[1], sheet[2]))
        standing: dict[tuple[str, int], Mark] = {}
        for row in sheets[sheet]:
            cell = (row.kind, row.ordinal)
            before = standing.get(cell)
            average = _average(frame, standing)
            standing[cell] = row
            if row.id in wanted:
                yield (
                    row,
                    _recorded(row, before, average, _average(frame, standing)),
                    _shown(row, before, place),
                )


def _frames(
    school_id: UUID, school_year: str, places: dict[UUID, EnrolmentPlace]
) -> dict[tuple[UUID, str, str], Frame]:
    school = unit_by_id(unit_id=school_id)
    if school is None:
        raise HocbaError("access.denied")
    found = {}
    for row in assignments_of_classes(class_ids={one.class_id for one in places.values()}):
        group = row.class_group
        for term in Term:
            found[group.pk, row.subject_key, term.value] = frame_of(
                school_id=school_id,
                school_level=school.school_level,
                school_year=school_year,
                class_id=group.pk,
                class_name=group.name,
                grade=group.grade,
                subject_key=row.subject_key,
                periods=row.periods,
                term=term,
            )
    return found


def _average(frame: Frame | None, standing: dict[tuple[str, int], Mark]) -> Tenths | None:
    if frame is None or frame.form is AssessmentForm.REMARK:
        return None
    return term_average(
        marks=term_marks(standing.values()), required=frame.required, regulation=frame.regulation
    )


def _recorded(
    row: Mark, before: Mark | None, average_before: Tenths | None, average_after: Tenths | None
) -> RecordedChange:
    return RecordedChange(
        at=row.written_at,
        actor=str(row.written_by),
        student=str(row.enrolment_id),
        subject=SubjectKey(row.subject_key),
        term=Term(row.term),
        before=None if before is None else mark_value(before),
        after=mark_value(row),
        average_before=average_before,
        average_after=average_after,
        after_lock=bool(row.late),  # type: ignore[attr-defined]
    )


def _shown(row: Mark, before: Mark | None, place: EnrolmentPlace) -> ChangedMark:
    cell = mark_cell(subject_key=row.subject_key, term=row.term, kind=row.kind, ordinal=row.ordinal)
    return ChangedMark(
        at=row.written_at,
        student=place.full_name,
        class_id=place.class_id,
        class_name=place.class_name,
        cell=cell,
        subject_key=row.subject_key,
        before=shown(None if before is None else mark_value(before)),
        after=shown(mark_value(row)),
        actor=row.written_by,
    )
