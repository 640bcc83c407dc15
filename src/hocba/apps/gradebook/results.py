"""A class's results: every student's year judged by the circular, as its reader may see it.

The number of questions to the database does not grow with students or subjects. Students stand by
list number or by name, never by results (TT15/2026 Điều 22.2: no ranking, no comparison).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.apps.gradebook.queries import GradebookYear, gradebook_years, taught_subjects
from hocba.apps.gradebook.results_rights import READERS, ResultsScope, results_scope
from hocba.apps.roster.models import ClassGroup, TeachingAssignment
from hocba.apps.roster.queries import (
    assignments_of_class,
    assignments_of_classes,
    class_by_id,
    classes_of_school,
    homeroom_classes,
    roll_of_class,
    schools_below,
    teaching_duties,
    units_of_viewer,
)
from hocba.apps.roster.values import EnrolledStudent
from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.learning_rules import OverallAverage
from hocba.core.assessment.marks import (
    AssessmentForm,
    LearningLevel,
    Level,
    Outcome,
    SubjectKey,
    Term,
    level_word,
)
from hocba.core.assessment.regulation import Regulation, regulation_for
from hocba.core.assessment.results import YearAssessment
from hocba.core.assessment.spelling import name_order
from hocba.core.assessment.subjects import Subject, subject_by_key
from hocba.core.errors import HocbaError

YEAR = "year"
SCOPES = (Term.FIRST.value, Term.SECOND.value, YEAR)
BY_NUMBER, BY_NAME = "stt", "ten"


@dataclass(frozen=True, slots=True)
class TaughtColumn:
    """One subject of a class with the teacher who answers for it."""

    subject: Subject
    teacher_name: str

    @property
    def key(self) -> SubjectKey:
        """The subject's key."""
        return self.subject.key

    @property
    def name(self) -> str:
        """The subject's full name."""
        return self.subject.name

    @property
    def short(self) -> str:
        """The name as it fits a narrow column: the abbreviation that schools use, if any."""
        found = [one for one in self.subject.aliases if one.isupper()]
        return min(found, key=lambda one: max(map(len, one.split())), default=self.subject.name)

    @property
    def scored(self) -> bool:
        """Whether the subject has an average."""
        return self.subject.form is AssessmentForm.SCORED


@dataclass(frozen=True, slots=True)
class StudentResults:
    """One student of a class: who, what is recorded, what the circular makes of it."""

    pupil: EnrolledStudent
    record: GradebookYear
    assessment: YearAssessment

    def outcome(self, key: SubjectKey, scope: str) -> Outcome | None:
        """Return the result of a subject in a term or the year."""
        found = next((one for one in self.assessment.subjects if one.subject == key), None)
        if found is None:
            return None
        return {
            Term.FIRST.value: found.first,
            Term.SECOND.value: found.second,
            YEAR: found.year,
        }[scope]

    def learning(self, scope: str) -> LearningLevel | None:
        """Return kết quả học tập of a term or the year."""
        judged = self.assessment
        return {
            Term.FIRST.value: judged.learning_first,
            Term.SECOND.value: judged.learning_second,
            YEAR: judged.learning_year,
        }[scope].final

    def conduct(self, scope: str) -> Level | None:
        """Return kết quả rèn luyện of a term or the year."""
        conduct = self.assessment.conduct
        return {
            Term.FIRST.value: conduct.first,
            Term.SECOND.value: conduct.second,
            YEAR: conduct.year,
        }[scope]


@dataclass(frozen=True, slots=True)
class ClassResults:
    """A class judged, as far as its reader may see it."""

    class_group: ClassGroup
    regulation: Regulation
    scope: ResultsScope
    columns: tuple[TaughtColumn, ...]  # only those that may be shown
    students: tuple[StudentResults, ...]  # leavers among them, marked by their day

    @property
    def names(self) -> dict[str, str]:
        """Subject names by key."""
        return {str(one.key): one.name for one in self.columns}

    @property
    def legacy(self) -> bool:
        """Whether the circular speaks of học lực and hạnh kiểm (TT58/2011)."""
        return isinstance(self.regulation.learning, OverallAverage)

    def conduct_word(self, level: Level | None) -> str:
        """Return a conduct level in the words of the circular of that year."""
        return "" if level is None else self.regulation.conduct_words[level]

    def student(self, enrolment_id: UUID) -> StudentResults:
        """Return one student.

        Raises:
            HocbaError: "access.denied" for somebody who is not in this class.
        """
        for one in self.students:
            if one.pupil.enrolment_id == enrolment_id:
                return one
        raise HocbaError("access.denied")

    def ordered(self, by: str) -> tuple[StudentResults, ...]:
        """Return the students by list number, or by name as Vietnamese lists do."""
        if by != BY_NAME:
            return self.students
        return tuple(sorted(self.students, key=lambda one: name_order(one.pupil.full_name)))


def class_results(*, viewer: Viewer, class_id: UUID) -> ClassResults:
    """Return the class's results as this viewer may see them.

    Raises:
        HocbaError: "access.denied", also for a class that does not exist.
    """
    class_group = class_by_id(class_id=class_id)
    if class_group is None:
        raise HocbaError("access.denied")
    assignments = assignments_of_class(class_id=class_id)
    scope = results_scope(viewer, class_group=class_group, assignments=assignments)
    return judged_class(class_group=class_group, assignments=assignments, scope=scope)


def judged_class(
    *,
    class_group: ClassGroup,
    assignments: Sequence[TeachingAssignment],
    scope: ResultsScope,
) -> ClassResults:
    """Judge every student of a class; serves pages and actions that have asked for the right.

    Raises:
        HocbaError: "assessment.no_regulation".
    """
    level = class_group.school.school_level
    regulation = regulation_for(
        school_level=level, grade=class_group.grade, school_year=class_group.school_year
    )
    subjects = {
        one.subject_key: subject_by_key(
            SubjectKey(one.subject_key), school_level=level, name=regulation.programme
        )
        for one in assignments
    }
    taught = sorted(assignments, key=lambda one: subjects[one.subject_key].display_order)
    roll = roll_of_class(class_id=class_group.pk)
    records = gradebook_years(
        school_id=class_group.school_id,
        school_year=class_group.school_year,
        school_level=level,
        grade=class_group.grade,
        subjects=taught_subjects(taught, school_level=level, programme=regulation.programme),
        enrolment_ids=[pupil.enrolment_id for pupil in roll],
    )
    return ClassResults(
        class_group=class_group,
        regulation=regulation,
        scope=scope,
        columns=tuple(
            TaughtColumn(subjects[one.subject_key], one.teacher.full_name)
            for one in taught
            if scope.shows(one.subject_key)
        ),
        students=tuple(
            StudentResults(
                pupil,
                records[pupil.enrolment_id],
                assess_year(records[pupil.enrolment_id].year, regulation=regulation),
            )
            for pupil in roll
        ),
    )


@dataclass(frozen=True, slots=True)
class ReadableClass:
    """One class of the list, with what the viewer reads of it."""

    class_group: ClassGroup
    school_name: str
    part: str  # "all" | "subjects" | "reason"


def readable_classes(*, viewer: Viewer, school_year: str) -> list[ReadableClass]:
    """Return the classes whose results the viewer may open in one year, by school and name."""
    found: dict[UUID, ReadableClass] = {}

    def add(class_group: ClassGroup, school_name: str, part: str) -> None:
        found.setdefault(class_group.pk, ReadableClass(class_group, school_name, part))

    units = {unit.pk: unit for unit in units_of_viewer(viewer=viewer)}
    for unit in units.values():
        if unit.kind == "school" and any(viewer.has(role, unit.pk) for role in READERS):
            for one in classes_of_school(viewer=viewer, school_id=unit.pk, school_year=school_year):
                add(one, unit.name, "all")
    for one in homeroom_classes(viewer=viewer, school_year=school_year):
        add(one, units[one.school_id].name, "all")
    duties = teaching_duties(viewer=viewer, school_year=school_year)
    for row in assignments_of_classes(class_ids={duty.class_id for duty in duties}):
        add(row.class_group, row.class_group.school.name, "subjects")
    return sorted(
        found.values(),
        key=lambda one: (one.school_name, one.class_group.grade, one.class_group.name),
    )


def overseen_classes(*, viewer: Viewer, school_id: UUID, school_year: str) -> list[ReadableClass]:
    """Return a school's classes for an officer above it, who will be asked why they read.

    Raises:
        HocbaError: "access.denied".
    """
    school = next((one for one in overseen_schools(viewer=viewer) if one[0] == school_id), None)
    if school is None:
        raise HocbaError("access.denied")
    return [
        ReadableClass(one, school[1], "reason")
        for one in classes_of_school(viewer=viewer, school_id=school_id, school_year=school_year)
    ]


def overseen_schools(*, viewer: Viewer) -> list[tuple[UUID, str]]:
    """Return the schools below the viewer's offices, by name."""
    found: dict[UUID, str] = {}
    for unit_id in viewer.units("authority_officer", "department_officer"):
        found |= {school.pk: school.name for school in schools_below(unit_id=unit_id)}
    return sorted(found.items(), key=lambda pair: pair[1])


def level_text(level: LearningLevel | None) -> str:
    """Return a learning level as the form prints it; "" when there is none."""
    return "" if level is None else level_word(level)
