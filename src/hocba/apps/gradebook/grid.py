"""The mark grid as a value: one subject of one class in one term, students down, marks across.

What stands in which column, what a cell shows and how what was typed becomes a row. Nothing is read
or written here; the law (how many marks, what a mark may be) is asked of `core.assessment`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from hocba.core.assessment.averages import regular_count
from hocba.core.assessment.marks import (
    AssessmentForm,
    Mark,
    MarkKind,
    RemarkLevel,
    SubjectKey,
    SubjectYear,
    Term,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation, regulation_for
from hocba.core.assessment.subjects import Subject, subject_by_key

REMARK, REMARK_TITLE = "remark", "Nhận xét cả năm"
REMARK_LENGTH = 1000
MORE_WHERE_ALLOWED = 2  # columns beyond the minimum under a circular that sets a minimum only
_REGULAR = re.compile(r"regular-([1-9]\d?)")
TERM_WORDS: Mapping[Term, str] = {Term.FIRST: "Học kì I", Term.SECOND: "Học kì II"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of marks; one that is not `required` is beyond what the circular wants.

    `closed` is why its part of the book takes nothing now ("đã khóa sổ"), "" when it is open.
    """

    key: str
    title: str
    kind: MarkKind
    ordinal: int
    required: bool = True
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is fixed before a mark is entered: the class's subject, its term and its law."""

    school_id: UUID
    school_year: str
    class_id: UUID
    class_name: str
    grade: int
    subject: Subject
    term: Term
    required: int
    regulation: Regulation

    @property
    def form(self) -> AssessmentForm:
        """How the subject is assessed."""
        return self.subject.form


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell as shown; `version` 0: nothing was ever written; `wanted`: it may not stay empty."""

    column: str
    title: str
    text: str
    version: int
    wanted: bool
    editable: bool

    @property
    def missing(self) -> bool:
        """Whether something is still to be entered."""
        return self.wanted and not self.text


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One student's line; `closed` says why nothing can be entered, "" when it can."""

    enrolment_id: UUID
    list_number: int
    student_code: str
    full_name: str
    left_date: date | None
    closed: str
    cells: tuple[SheetCell, ...]
    average: str
    remark: SheetCell


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole grid as its reader may see it."""

    frame: Frame
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    can_enter: bool
    teacher_name: str
    remark_closed: str  # as `Column.closed`

    @property
    def missing_marks(self) -> int:
        """How many required marks are not there."""
        return sum(cell.missing for row in self.rows for cell in row.cells)

    @property
    def missing_remarks(self) -> int:
        """How many students have no remark yet."""
        return sum(row.remark.missing for row in self.rows)


def frame_of(
    *,
    school_id: UUID,
    school_level: str,
    school_year: str,
    class_id: UUID,
    class_name: str,
    grade: int,
    subject_key: str,
    periods: int,
    term: Term,
) -> Frame:
    """Return the frame of a sheet.

    Raises:
        HocbaError: "assessment.no_regulation", "assessment.subject_unknown".
    """
    regulation = regulation_for(school_level=school_level, grade=grade, school_year=school_year)
    subject = subject_by_key(
        SubjectKey(subject_key), school_level=school_level, name=regulation.programme
    )
    year = SubjectYear(subject.key, subject.form, periods, TermMarks(), TermMarks())
    required = regular_count(subject=year, regulation=regulation)
    return Frame(
        school_id, school_year, class_id, class_name, grade, subject, term, required, regulation
    )


def columns_of(frame: Frame, *, highest: int = 0) -> tuple[Column, ...]:
    """Return the columns; marks up to the ordinal `highest` are there and must be seen."""
    more = 0 if frame.regulation.regular_exact else MORE_WHERE_ALLOWED
    regular = [
        Column(f"regular-{n}", f"ĐĐGtx {n}", MarkKind.REGULAR, n, n <= frame.required)
        for n in range(1, max(frame.required + more, highest) + 1)
    ]
    midterm = Column("midterm", "ĐĐGgk", MarkKind.MIDTERM, 1)
    final = Column("final", "ĐĐGck", MarkKind.FINAL, 1)
    return (*regular, *([midterm] if frame.regulation.has_midterm else []), final)


def column_named(frame: Frame, key: str) -> Column | None:
    """Return the column with this key, one beyond the required ones included; None for others."""
    found = _REGULAR.fullmatch(key)
    highest = int(found[1]) if found else 0
    return next((one for one in columns_of(frame, highest=highest) if one.key == key), None)


def takes_marks(frame: Frame, column: Column) -> bool:
    """Whether a mark may be written here; a surplus column is there to be emptied."""
    return column.required or not frame.regulation.regular_exact


def shown(value: Mark | None) -> str:
    """Return a mark or average as people write it: 8,5; Đ; nothing."""
    if value is None:
        return ""
    return value.value if isinstance(value, RemarkLevel) else f"{value // 10},{value % 10}"


def rules_of(frame: Frame) -> dict[str, Any]:
    """Return the numbers that `mark-rules.js` needs to show an average while somebody types."""
    weights, (share, whole) = frame.regulation.weights, frame.regulation.remark_share
    return {
        "form": frame.form.value,
        "required": frame.required,
        "exact": frame.regulation.regular_exact,
        "midterm": frame.regulation.has_midterm,
        "weights": {
            "regular": weights.regular,
            "midterm": weights.midterm,
            "final": weights.final,
        },
        "share": [share, whole],
    }
