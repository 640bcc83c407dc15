"""A class workbook as values: what was written, where, and nothing judged yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hocba.core.assessment.findings import Finding, Place
from hocba.core.assessment.marks import (
    AssessmentForm,
    Level,
    Mark,
    MarkKind,
    Outcome,
    SubjectKey,
    Term,
)


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One line of DanhSach; `left_date` is read from the note of one who left during the year.

    `cells` says where each field stands, `place` where the student code does; `unreadable` names
    the fields where something stands that says nothing.
    """

    list_number: int
    student_code: str
    citizen_id: str
    full_name: str
    birth_date: date | None
    gender: str
    ethnicity: str
    birth_place: str
    address: str
    father_name: str
    mother_name: str
    note: str
    left_date: date | None
    joined_date: date | None
    place: Place
    cells: Mapping[str, Place]
    unreadable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One line of PhanCong: who teaches what."""

    subject_key: SubjectKey
    periods: int
    form: AssessmentForm
    teacher_name: str
    teacher_citizen_id: str
    place: Place
    cells: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """The homeroom teacher or the principal as PhanCong names them."""

    name: str
    citizen_id: str
    place: Place


@dataclass(frozen=True, slots=True)
class MarkCell:
    """One mark with its origin; None is an empty cell, or one that `readable` denies."""

    term: Term
    kind: MarkKind
    ordinal: int
    value: Mark | None
    place: Place
    readable: bool = True


@dataclass(frozen=True, slots=True)
class StatedResult:
    """An average or level that the file claims, as read and as it stands there."""

    value: Outcome | None
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One student in one subject's sheet; `stated` has "first", "second", "year"."""

    student_code: str
    full_name: str
    marks: tuple[MarkCell, ...]
    stated: Mapping[str, StatedResult]
    remark: str
    remark_place: Place
    place: Place
    remark_readable: bool = True


@dataclass(frozen=True, slots=True)
class SubjectSheet:
    """One subject of the class; not `readable` when its header could not be understood."""

    subject_key: SubjectKey
    sheet: str
    rows: tuple[MarkRow, ...]
    readable: bool = True


@dataclass(frozen=True, slots=True)
class HomeroomRow:
    """One line of GVCN; `unreadable` names the fields where something stands that says nothing."""

    student_code: str
    full_name: str
    conduct_first: Level | None
    conduct_second: Level | None
    absences_excused: int | None
    absences_unexcused: int | None
    award: str
    remark: str
    place: Place
    cells: Mapping[str, Place]
    unreadable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ClassWorkbook:
    """A whole class's year as handed in; `digest` is the SHA-256 of the file."""

    digest: str
    school_code: str
    school_name: str
    class_name: str
    grade: int
    school_year: str
    school_level: str
    students: tuple[StudentRow, ...]
    assignments: tuple[AssignmentRow, ...]
    homeroom_teacher: StaffRow | None
    principal: StaffRow | None
    sheets: tuple[SubjectSheet, ...]
    homeroom: tuple[HomeroomRow, ...]


@dataclass(frozen=True, slots=True)
class WorkbookReading:
    """What reading gave; no workbook when the file cannot be understood at all."""

    workbook: ClassWorkbook | None
    findings: tuple[Finding, ...]
