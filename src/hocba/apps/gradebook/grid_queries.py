"""Reading for the grid: one sheet, the list of a person's sheets, the remark bank."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.grid import REMARK as REMARK_COLUMN
from hocba.apps.gradebook.grid import (
    REMARK_TITLE,
    Column,
    Frame,
    Sheet,
    SheetCell,
    SheetRow,
    columns_of,
    frame_of,
    shown,
    takes_marks,
)
from hocba.apps.gradebook.grid_closures import Closure, closures_of
from hocba.apps.gradebook.models import Lock, Mark, Remark, RemarkPhrase
from hocba.apps.gradebook.permissions import (
    HEADS,
    can_enter_marks,
    can_read_marks,
    require_enter_marks,
)
from hocba.apps.gradebook.queries import mark_value, standing, term_marks
from hocba.apps.roster.elective_queries import combinations
from hocba.apps.roster.models import TeachingAssignment
from hocba.apps.roster.queries import (
    assignment_of,
    assignments_of_classes,
    classes_of_school,
    homeroom_classes,
    roll_of_class,
    sitting_in,
    teaching_duties,
)
from hocba.apps.roster.values import EnrolledStudent
from hocba.core.assessment.averages import remark_term, term_average
from hocba.core.assessment.marks import AssessmentForm, Outcome, SubjectKey, Term, TermMarks
from hocba.core.errors import HocbaError

PHRASES, PAGE = 60, 50


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of "Nhập điểm": a subject of a class, and what is missing in each term."""

    class_id: UUID
    class_name: str
    subject_key: str
    subject_name: str
    teacher_name: str
    can_enter: bool
    wanted: int  # marks a term
    missing: tuple[tuple[Term, int], ...]
    missing_remarks: int
    students: int


def frame_for(
    *, viewer: Viewer, class_id: UUID, subject_key: str, term: str, entering: bool
) -> tuple[Frame, TeachingAssignment]:
    """Return what a sheet is about, for somebody who may enter or (else) read it.

    Raises:
        HocbaError: "access.denied", also for what does not exist.
    """
    assignment = assignment_of(class_id=class_id, subject_key=subject_key)
    if assignment is None or term not in {one.value for one in Term}:
        raise HocbaError("access.denied")
    group, teacher_id = assignment.class_group, assignment.teacher_id
    if entering or not can_read_marks(viewer, class_group=group, subject_key=subject_key):
        require_enter_marks(viewer, class_group=group, teacher_id=teacher_id)
    return _frame(assignment, Term(term)), assignment


def sheet_for(
    *, viewer: Viewer, class_id: UUID, subject_key: str, term: str, at: datetime
) -> Sheet:
    """Return the grid of one subject of one class in one term, with what is open at that instant.

    Raises:
        HocbaError: "access.denied".
    """
    frame, assignment = frame_for(
        viewer=viewer, class_id=class_id, subject_key=subject_key, term=term, entering=False
    )
    everybody = roll_of_class(class_id=class_id)
    takers = _takers(frame.school_id, [pupil.enrolment_id for pupil in everybody])
    roll = [one for one in everybody if takers(one.enrolment_id, frame.subject.key)]
    ids = [pupil.enrolment_id for pupil in roll]
    marks = _marks_of(frame, ids)
    remarks = {row.enrolment_id: row for row in _standing_remarks(frame, ids)}
    highest = max(
        (row.ordinal for rows in marks.values() for row in rows if mark_value(row) is not None),
        default=0,
    )
    closures = closures_of(frame, at=at)
    columns = tuple(
        replace(one, closed=closures[one.kind].word) for one in columns_of(frame, highest=highest)
    )
    locked = locked_students(
        school_id=frame.school_id, school_year=frame.school_year, enrolment_ids=ids
    )
    return Sheet(
        frame=frame,
        columns=columns,
        rows=tuple(
            _row(
                frame,
                columns,
                pupil,
                marks.get(pupil.enrolment_id, []),
                remarks.get(pupil.enrolment_id),
                "locked" if pupil.enrolment_id in locked else "",
                closures,
            )
            for pupil in roll
        ),
        can_enter=can_enter_marks(
            viewer, class_group=assignment.class_group, teacher_id=assignment.teacher_id
        ),
        teacher_name=assignment.teacher.full_name,
        remark_closed=closures[REMARK_COLUMN].word,
    )


def locked_students(
    *, school_id: UUID, school_year: str, enrolment_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Return those of the students whose year is locked."""
    rows = Lock.objects.filter(
        school_id=school_id,
        school_year=school_year,
        enrolment_id__in=list(enrolment_ids),
        lifted_at__isnull=True,
    )
    return frozenset(rows.values_list("enrolment_id", flat=True))


def phrases_of(*, viewer: Viewer) -> list[RemarkPhrase]:
    """Return the viewer's own remark bank, in the order in which it was filled."""
    if viewer.person_id is None:
        return []
    rows = RemarkPhrase.objects.filter(person_id=viewer.person_id)
    return list(rows.order_by("created_at", "id")[:PHRASES])


def remark_texts(frame: Frame, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the standing remarks of one subject."""
    return {row.enrolment_id: row.text for row in _standing_remarks(frame, ids) if row.text}


def duties_of(*, viewer: Viewer, school_year: str) -> list[Duty]:
    """Return the sheets that the viewer enters or, as homeroom teacher, reads.

    The number of questions does not grow with classes or subjects.
    """
    duties = teaching_duties(viewer=viewer, school_year=school_year)
    led = homeroom_classes(viewer=viewer, school_year=school_year)
    wanted = {(duty.class_id, duty.subject_key) for duty in duties}
    led_ids = {one.pk for one in led}
    rows = assignments_of_classes(class_ids={duty.class_id for duty in duties} | led_ids)
    mine = [row for row in rows if (row.class_group_id, row.subject_key) in wanted]
    read = [row for row in rows if row.class_group_id in led_ids and row not in mine]
    return _counted(viewer, [*mine, *read])


def duties_of_school(
    *, viewer: Viewer, school_id: UUID, school_year: str, page: int
) -> tuple[list[Duty], int]:
    """Return a page of a school's sheets for its heads, and how many pages there are.

    Raises:
        HocbaError: "access.denied".
    """
    require_role(viewer, *HEADS, unit_id=school_id)
    classes = classes_of_school(viewer=viewer, school_id=school_id, school_year=school_year)
    rows = assignments_of_classes(class_ids={one.pk for one in classes})
    shown_rows = rows[(page - 1) * PAGE : page * PAGE]
    return _counted(viewer, shown_rows), max(1, -(-len(rows) // PAGE))


def _counted(viewer: Viewer, rows: Sequence[TeachingAssignment]) -> list[Duty]:
    """Count what is there in three questions for all rows."""
    sitting = sitting_in(class_ids={row.class_group_id for row in rows})
    schools = {row.class_group.school_id for row in rows}
    scope = {
        "school_id__in": list(schools),
        "school_year__in": list({row.class_group.school_year for row in rows}),
        "enrolment_id__in": [one for ids in sitting.values() for one in ids],
        "subject_key__in": list({row.subject_key for row in rows}),
    }
    marks: dict[tuple[UUID, str], dict[tuple[str, str, int], bool]] = defaultdict(dict)
    remarks: dict[tuple[UUID, str], bool] = {}
    if rows:
        written = Mark.objects.filter(**scope).order_by("version")
        for enrolment, subject, term, kind, ordinal, tenths, level in written.values_list(
            "enrolment_id", "subject_key", "term", "kind", "ordinal", "tenths", "remark_level"
        ):
            there = tenths is not None or level != ""
            marks[enrolment, subject][term, kind, ordinal] = there
        said = Remark.objects.filter(**scope).order_by("version")
        for enrolment, subject, text in said.values_list("enrolment_id", "subject_key", "text"):
            remarks[enrolment, subject] = text != ""
    takes = {
        school: _takers(school, [one for ids in sitting.values() for one in ids])
        for school in schools
    }
    return [
        _duty(
            viewer,
            row,
            [
                one
                for one in sitting[row.class_group_id]
                if takes[row.class_group.school_id](one, row.subject_key)
            ],
            marks,
            remarks,
        )
        for row in rows
    ]


def _takers(school_id: UUID, enrolment_ids: Collection[UUID]) -> Callable[[UUID, str], bool]:
    """Whether a student is taught a subject: not the electives that others have chosen."""
    chosen = combinations(school_id=school_id, enrolment_ids=enrolment_ids)
    return lambda one, key: one not in chosen or chosen[one].takes(SubjectKey(key))


def _duty(
    viewer: Viewer,
    row: TeachingAssignment,
    sitting: Sequence[UUID],
    marks: Mapping[tuple[UUID, str], Mapping[tuple[str, str, int], bool]],
    remarks: Mapping[tuple[UUID, str], bool],
) -> Duty:
    missing = []
    for term in Term:
        frame = _frame(row, term)
        columns = [one for one in columns_of(frame) if one.required]
        there = sum(
            marks.get((pupil, row.subject_key), {}).get((term.value, one.kind, one.ordinal), False)
            for pupil in sitting
            for one in columns
        )
        missing.append((term, len(columns) * len(sitting) - there))
    return Duty(
        class_id=row.class_group_id,
        class_name=row.class_group.name,
        subject_key=row.subject_key,
        subject_name=frame.subject.name,
        teacher_name=row.teacher.full_name,
        can_enter=can_enter_marks(viewer, class_group=row.class_group, teacher_id=row.teacher_id),
        wanted=len(columns) * len(sitting),
        missing=tuple(missing),
        missing_remarks=sum(not remarks.get((one, row.subject_key), False) for one in sitting),
        students=len(sitting),
    )


def _frame(row: TeachingAssignment, term: Term) -> Frame:
    group = row.class_group
    return frame_of(
        school_id=group.school_id,
        school_level=group.school.school_level,
        school_year=group.school_year,
        class_id=group.pk,
        class_name=group.name,
        grade=group.grade,
        subject_key=row.subject_key,
        periods=row.periods,
        term=term,
    )


def _marks_of(frame: Frame, ids: Collection[UUID]) -> dict[UUID, list[Mark]]:
    found: dict[UUID, list[Mark]] = defaultdict(list)
    for row in standing(
        Mark,
        school_id=frame.school_id,
        school_year=frame.school_year,
        enrolment_ids=ids,
        subject_keys=[frame.subject.key],
    ):
        if row.term == frame.term.value:
            found[row.enrolment_id].append(row)
    return found


def _standing_remarks(frame: Frame, ids: Collection[UUID]) -> list[Remark]:
    return standing(
        Remark,
        school_id=frame.school_id,
        school_year=frame.school_year,
        enrolment_ids=ids,
        subject_keys=[frame.subject.key],
    )


def _row(
    frame: Frame,
    columns: Sequence[Column],
    pupil: EnrolledStudent,
    marks: Sequence[Mark],
    remark: Remark | None,
    closed: str,
    closures: Mapping[str, Closure],
) -> SheetRow:
    by_cell = {(row.kind, row.ordinal): row for row in marks}
    here = pupil.left_date is None
    cells = []
    for one in columns:
        row = by_cell.get((one.kind.value, one.ordinal))
        text = shown(None if row is None else mark_value(row))
        version = row.version if row else 0
        opened = not closed and closures[one.kind].opens(pupil.enrolment_id)
        editable = opened and (takes_marks(frame, one) or bool(text))
        wanted = here and one.required
        cells.append(SheetCell(one.key, one.title, text, version, wanted, editable))
    said, version = (remark.text, remark.version) if remark else ("", 0)
    return SheetRow(
        enrolment_id=pupil.enrolment_id,
        list_number=pupil.list_number,
        student_code=pupil.student_code,
        full_name=pupil.full_name,
        left_date=pupil.left_date,
        closed=closed,
        cells=tuple(cells),
        average=shown(_average(frame, term_marks(marks))),
        remark=SheetCell(
            REMARK_COLUMN,
            REMARK_TITLE,
            said,
            version,
            here,
            not closed and closures[REMARK_COLUMN].opens(pupil.enrolment_id),
        ),
    )


def _average(frame: Frame, marks: TermMarks) -> Outcome | None:
    result = remark_term if frame.form is AssessmentForm.REMARK else term_average
    return result(marks=marks, required=frame.required, regulation=frame.regulation)
