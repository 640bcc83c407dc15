"""A led class with a whole year of marks: every assessment of a subject alike, so that its average
is that mark.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hocba.apps.accounts.models import Person
from hocba.apps.gradebook.actions.entry import write_cells
from hocba.apps.gradebook.actions.homeroom import RecordEdit, save_records
from hocba.apps.gradebook.models import HomeroomRecord, Mark, Remark
from hocba.apps.gradebook.queries import standing
from hocba.apps.gradebook.results import ClassResults, StudentResults, judged_class
from hocba.apps.gradebook.results_rights import ResultsScope
from hocba.apps.roster.models import ClassGroup
from hocba.apps.roster.queries import assignments_of_class, class_by_id, roll_of_class
from hocba.apps.roster.values import AssignmentEntry
from hocba.core.assessment.averages import regular_count
from hocba.core.assessment.marks import AssessmentForm, SubjectYear, TermMarks
from hocba.core.assessment.regulation import regulation_for
from hocba.core.assessment.subjects import catalogue

SUBJECTS = {one.key: one for one in catalogue("THCS") if not one.optional}


def whole_programme(teacher: Person, *, others: Mapping[str, Person] | None = None) -> list[Any]:
    """Every compulsory subject of grade 9, taught by one teacher but for some."""
    return [
        AssignmentEntry(
            subject_key=key,
            periods=one.periods_by_grade[9],
            teacher_id=(others or {}).get(key, teacher).pk,
        )
        for key, one in SUBJECTS.items()
    ]


def pupils(group: ClassGroup) -> list[UUID]:
    """Enrolments by list number."""
    return [one.enrolment_id for one in roll_of_class(class_id=group.pk)]


def fill(
    group: ClassGroup,
    person: Person,
    *,
    at: datetime,
    marks: Mapping[UUID, Mapping[str, Any]],
    usual: int = 80,
) -> None:
    """Write the whole year of these students; `marks` names what is not `usual` or Đ."""
    rows = [row for one, other in marks.items() for row in _year(group, one, other, usual)]
    stands = {
        (row.enrolment_id, row.subject_key, row.term, row.kind, row.ordinal): row.version
        for row in standing(
            Mark, school_id=group.school_id, school_year="2024-2025", enrolment_ids=list(marks)
        )
    }
    keys = [(row.enrolment_id, row.subject_key, row.term, row.kind, row.ordinal) for row in rows]
    with transaction.atomic():
        seen = {key: stands.get(key, 0) for key in keys}
        write_cells(rows=rows, seen=seen, actor=person.pk, at=at)


def _year(
    group: ClassGroup, enrolment: UUID, other: Mapping[str, Any], usual: int
) -> Iterator[Mark]:
    regulation = regulation_for(school_level="THCS", grade=group.grade, school_year="2024-2025")
    for key, subject in SUBJECTS.items():
        periods = subject.periods_by_grade[group.grade]
        year = SubjectYear(key, subject.form, periods, TermMarks(), TermMarks())
        count = regular_count(subject=year, regulation=regulation)
        remark = subject.form is AssessmentForm.REMARK
        value = other.get(key, "Đ" if remark else usual)
        for term in ("HK1", "HK2"):
            for kind, ordinal in [
                *(("regular", n) for n in range(1, count + 1)),
                ("midterm", 1),
                ("final", 1),
            ]:
                yield Mark(
                    school_id=group.school_id,
                    school_year=group.school_year,
                    enrolment_id=enrolment,
                    subject_key=key,
                    term=term,
                    kind=kind,
                    ordinal=ordinal,
                    tenths=None if remark else value,
                    remark_level=value if remark else "",
                )


def say(group: ClassGroup, person: Person, *, at: datetime) -> None:
    """Write a remark of every subject for everybody."""
    rows = [
        Remark(
            school_id=group.school_id,
            school_year=group.school_year,
            enrolment_id=one,
            subject_key=key,
            text=f"Em số {number} học chăm.",
        )
        for number, one in enumerate(pupils(group))
        for key in SUBJECTS
    ]
    with transaction.atomic():
        write_cells(
            rows=rows,
            seen={(row.enrolment_id, row.subject_key): 0 for row in rows},
            actor=person.pk,
            at=at,
        )


def conduct(
    group: ClassGroup, person: Person, one: UUID, *levels: int | None, at: datetime, absent: int = 0
) -> None:
    """Write conduct of both terms and absences of one student."""
    first, second = levels
    row = next(
        iter(
            standing(
                HomeroomRecord,
                school_id=group.school_id,
                school_year=group.school_year,
                enrolment_ids=[one],
            )
        ),
        None,
    )
    said = {
        "conduct_first": first,
        "conduct_second": second,
        "absences_excused": absent,
        "absences_unexcused": 0,
    }
    edits = [RecordEdit(one, row.version if row else 0, said)]
    save_records(class_id=group.pk, edits=edits, actor=person.pk, at=at)


def judged(group: ClassGroup) -> ClassResults:
    """The class as it stands."""
    fresh = class_by_id(class_id=group.pk)
    assert fresh is not None
    return judged_class(
        class_group=fresh,
        assignments=assignments_of_class(class_id=group.pk),
        scope=ResultsScope(everything=True),
    )


def result(group: ClassGroup, one: UUID) -> StudentResults:
    """One student as they stand."""
    return judged(group).student(one)


def pupils_of(class_id: UUID) -> list[UUID]:
    """Enrolments of a class by list number."""
    return [one.enrolment_id for one in roll_of_class(class_id=class_id)]
