"""Reading the gradebook: what stands, and a student's year as the circular wants it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from hocba.apps.accounts.permissions import require_role
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.blobs import blob_store
from hocba.apps.gradebook.check import Check, check_file
from hocba.apps.gradebook.models import (
    HomeroomRecord,
    ImportRun,
    Lock,
    Mark,
    Reassessment,
    Remark,
    SummerRecord,
)
from hocba.apps.gradebook.standing import Row
from hocba.apps.gradebook.standing import mark_value as mark_value
from hocba.apps.gradebook.standing import standing as standing
from hocba.apps.roster.elective_queries import Combination, combinations
from hocba.apps.roster.models import TeachingAssignment
from hocba.core.assessment.marks import (
    AssessmentForm,
    Level,
    MarkKind,
    StudentYear,
    SubjectKey,
    SubjectYear,
    Summer,
    Term,
    TermMarks,
)
from hocba.core.assessment.marks import Mark as MarkValue
from hocba.core.assessment.subjects import CURRENT, subject_by_key
from hocba.core.errors import HocbaError

READERS = ("it_officer", "principal", "clerk", "homeroom_teacher", "subject_teacher")


@dataclass(frozen=True, slots=True)
class TaughtSubject:
    """One subject of a class as assigned: key, form of assessment, periods a year."""

    key: SubjectKey
    form: AssessmentForm
    periods: int


@dataclass(frozen=True, slots=True)
class GradebookYear:
    """One student's year as it stands in the gradebook."""

    enrolment_id: UUID
    year: StudentYear
    remarks: Mapping[SubjectKey, str]
    homeroom_remark: str
    other_award: str


def taught_subjects(
    assignments: Iterable[TeachingAssignment], *, school_level: str, programme: str = CURRENT
) -> list[TaughtSubject]:
    """Return the subjects of a class as the gradebook wants them; of which year's curriculum."""
    return [
        TaughtSubject(
            key=SubjectKey(item.subject_key),
            form=subject_by_key(
                SubjectKey(item.subject_key), school_level=school_level, name=programme
            ).form,
            periods=item.periods,
        )
        for item in assignments
    ]


def gradebook_years(
    *,
    school_id: UUID,
    school_year: str,
    school_level: str,
    grade: int,
    subjects: Iterable[TaughtSubject],
    enrolment_ids: Collection[UUID],
) -> dict[UUID, GradebookYear]:
    """Return each student's standing year, ready for `core.assessment.assess_year`.

    As many queries whatever the size of the class. A student is not taught the electives that
    others of the class have chosen.
    """

    def of_students(model: type[Row]) -> list[Row]:
        return standing(
            model, school_id=school_id, school_year=school_year, enrolment_ids=enrolment_ids
        )

    marks: dict[UUID, dict[tuple[str, str], list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for mark in of_students(Mark):
        marks[mark.enrolment_id][mark.subject_key, mark.term].append(mark)
    remarks: dict[UUID, dict[SubjectKey, str]] = defaultdict(dict)
    for remark in of_students(Remark):
        remarks[remark.enrolment_id][SubjectKey(remark.subject_key)] = remark.text
    homeroom = {row.enrolment_id: row for row in of_students(HomeroomRecord)}
    summers = _summers(of_students(SummerRecord), of_students(Reassessment))
    taught = tuple(subjects)
    chosen = combinations(school_id=school_id, enrolment_ids=enrolment_ids)
    years = {}
    for enrolment_id in enrolment_ids:
        record = homeroom.get(enrolment_id)
        years[enrolment_id] = GradebookYear(
            enrolment_id=enrolment_id,
            year=StudentYear(
                school_level=school_level,
                grade=grade,
                school_year=school_year,
                subjects=_subject_years(taught, marks[enrolment_id], chosen.get(enrolment_id)),
                conduct_first=_level(record, "conduct_first"),
                conduct_second=_level(record, "conduct_second"),
                absences_excused=None if record is None else record.absences_excused,
                absences_unexcused=None if record is None else record.absences_unexcused,
                conduct_year=_level(record, "conduct_year"),
                summer=summers.get(enrolment_id, Summer()),
            ),
            remarks=remarks[enrolment_id],
            homeroom_remark="" if record is None else record.remark,
            other_award="" if record is None else record.award,
        )
    return years


def import_runs(*, viewer: Viewer, school_id: UUID) -> list[ImportRun]:
    """Return the school's handed-in workbooks, newest first.

    Raises:
        HocbaError: "access.denied".
    """
    require_role(viewer, "it_officer", "principal", unit_id=school_id)
    return list(ImportRun.objects.filter(school_id=school_id).order_by("-handed_in_at")[:50])


def checked_workbook(*, viewer: Viewer, school_id: UUID, run_id: UUID) -> tuple[ImportRun, Check]:
    """Return a handed-in workbook with its findings, found afresh from the kept bytes.

    Raises:
        HocbaError: "access.denied", "gradebook.run_unknown".
    """
    require_role(viewer, "it_officer", "principal", unit_id=school_id)
    run = ImportRun.objects.filter(school_id=school_id, id=run_id).first()
    if run is None:
        raise HocbaError("gradebook.run_unknown")
    data = blob_store().get(run.file_sha256)
    return run, check_file(data=data, filename=run.filename, school_id=school_id)


def _subject_years(
    taught: Iterable[TaughtSubject],
    marks: Mapping[tuple[str, str], list[Mark]],
    chosen: Combination | None,
) -> tuple[SubjectYear, ...]:
    """Leave out the electives that others of the class have chosen."""
    own = (item for item in taught if chosen is None or chosen.takes(item.key))
    return tuple(_subject_year(item, marks, chosen) for item in own)


def _subject_year(
    taught: TaughtSubject,
    marks: Mapping[tuple[str, str], list[Mark]],
    chosen: Combination | None,
) -> SubjectYear:
    return SubjectYear(
        subject=taught.key,
        form=taught.form,
        periods=taught.periods,
        first=term_marks(marks.get((taught.key, Term.FIRST.value), [])),
        second=term_marks(marks.get((taught.key, Term.SECOND.value), [])),
        has_topics=chosen is not None and taught.key in chosen.topics,
    )


def term_marks(marks: Iterable[Mark]) -> TermMarks:
    """Return the standing rows of one subject and term as a value; a withdrawn mark is a gap.

    A gap after the last mark is none: who withdraws a mark too many has the right number again.
    """
    by_kind: dict[str, dict[int, MarkValue]] = defaultdict(dict)
    for mark in marks:
        value = mark_value(mark)
        if value is not None:
            by_kind[mark.kind][mark.ordinal] = value
    regular = by_kind[MarkKind.REGULAR.value]
    return TermMarks(
        regular=tuple(regular.get(ordinal) for ordinal in range(1, max(regular, default=0) + 1)),
        midterm=by_kind[MarkKind.MIDTERM.value].get(1),
        final=by_kind[MarkKind.FINAL.value].get(1),
    )


def _summers(
    records: Iterable[SummerRecord], subjects: Iterable[Reassessment]
) -> dict[UUID, Summer]:
    """What the summer brought, by student; a subject chosen and not yet judged is not in it."""
    reassessed: dict[UUID, dict[SubjectKey, MarkValue]] = defaultdict(dict)
    for row in subjects:
        result = mark_value(row)
        if result is not None:
            reassessed[row.enrolment_id][SubjectKey(row.subject_key)] = result
    by_student = {row.enrolment_id: row for row in records}
    found = {}
    for one in {*by_student, *reassessed}:
        record = by_student.get(one)
        training = None if record is None else record.training
        found[one] = Summer(
            reassessed=reassessed.get(one, {}),
            conduct=None if training is None else Level(training),
            closed=record is not None and record.closed,
        )
    return found


def _level(record: HomeroomRecord | None, field: str) -> Level | None:
    value = None if record is None else getattr(record, field)
    return None if value is None else Level(value)


def blobs_named(*, school_id: UUID) -> list[str]:
    """Return the digest of every workbook that a school handed in."""
    return list(ImportRun.objects.filter(school_id=school_id).values_list("file_sha256", flat=True))


def enrolments_with_records(school_id: UUID, enrolment_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these enrolments with marks, remarks, homeroom records or a lock."""
    return {
        found
        for model in (Mark, Remark, HomeroomRecord, Lock)
        for found in model._default_manager.filter(
            school_id=school_id, enrolment_id__in=list(enrolment_ids)
        ).values_list("enrolment_id", flat=True)
    }
