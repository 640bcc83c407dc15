"""Who owes what: students × subjects of a class, each cell in words, and the sums by teacher.

What is complete is asked of `core.assessment`: a term is complete when it has its result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hocba.apps.gradebook.results import ClassResults, StudentResults, TaughtColumn
from hocba.apps.roster.values import EnrolledStudent
from hocba.core.assessment.averages import regular_count
from hocba.core.assessment.marks import (
    AssessmentMode,
    MarkKind,
    SubjectKey,
    SubjectYear,
    Term,
    TermMarks,
)
from hocba.core.assessment.regulation import Regulation

DONE, PARTLY, NOTHING, NOT_ASKED = "passed", "warn", "failed", "none"
WHOLE_YEAR = "year"


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One student in one subject: its light, how many marks and remarks are still owed."""

    state: str
    marks: int = 0
    surplus: bool = False
    remark: bool = False
    taught: bool = True


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One student: the subjects, then what the homeroom teacher owes (codes)."""

    pupil: EnrolledStudent
    cells: tuple[BoardCell, ...]
    own: tuple[tuple[str, bool], ...]  # "absences", "conduct", "remark": is it there?

    @property
    def complete(self) -> bool:
        """Whether nothing is owed for this student."""
        return all(cell.state in (DONE, NOT_ASKED) for cell in self.cells) and all(
            there for _, there in self.own
        )


@dataclass(frozen=True, slots=True)
class Debt:
    """What one teacher still owes in one subject of the class."""

    column: TaughtColumn
    students: int
    marks: int
    remarks: int


@dataclass(frozen=True, slots=True)
class Board:
    """The class's board for a term or the whole year; leavers are not on it."""

    columns: tuple[TaughtColumn, ...]
    rows: tuple[BoardRow, ...]
    debts: tuple[Debt, ...]
    own: tuple[tuple[str, int], ...]  # of the homeroom teacher: how many students lack it

    @property
    def complete(self) -> int:
        """How many students lack nothing."""
        return sum(row.complete for row in self.rows)


def board_of(results: ClassResults, *, scope: str, order: str) -> Board:
    """Return the board of a term ("HK1", "HK2") or of the whole year."""
    rows = tuple(
        BoardRow(
            one.pupil,
            tuple(_cells(one, results, scope)),
            tuple(_own(one, results.regulation, scope)),
        )
        for one in results.ordered(order)
        if one.pupil.left_date is None
    )
    return Board(
        columns=results.columns,
        rows=rows,
        debts=tuple(_debts(results.columns, rows)),
        own=tuple(
            (code, sum(not row.own[at][1] for row in rows))
            for at, (code, _) in enumerate(rows[0].own if rows else ())
        ),
    )


def _cells(one: StudentResults, results: ClassResults, scope: str) -> Iterator[BoardCell]:
    subjects = {subject.subject: subject for subject in one.record.year.subjects}
    for column in results.columns:
        subject = subjects.get(column.key)
        if subject is None:  # an elective of others
            yield BoardCell(NOT_ASKED, taught=False)
        elif subject.mode is AssessmentMode.EXEMPT:
            yield BoardCell(NOT_ASKED)
        else:
            yield _cell(one, subject, results.regulation, scope)


def _cell(
    one: StudentResults, subject: SubjectYear, regulation: Regulation, scope: str
) -> BoardCell:
    result = next(each for each in one.assessment.subjects if each.subject == subject.subject)
    owed, begun, surplus = 0, False, False
    for term, marks, outcome in (
        (Term.FIRST, subject.first, result.first),
        (Term.SECOND, subject.second, result.second),
    ):
        if scope in (term.value, WHOLE_YEAR):
            missing = missing_marks(subject, marks, regulation)
            begun = begun or outcome is not None or bool(_taken(marks))
            surplus = surplus or (outcome is None and missing == 0)
            owed += missing if outcome is None else 0
    remark = scope != Term.FIRST.value and not one.record.remarks.get(SubjectKey(subject.subject))
    if not owed and not remark and not surplus:
        return BoardCell(DONE)
    return BoardCell(PARTLY if begun or not owed else NOTHING, owed, surplus, remark)


def _taken(marks: TermMarks) -> int:
    return sum(one is not None for one in (*marks.regular, marks.midterm, marks.final))


def missing_marks(subject: SubjectYear, marks: TermMarks, regulation: Regulation) -> int:
    """How many assessments of a term are still to be recorded (Điều 6.2, 7)."""
    if marks.carried is not None:
        return 0
    taken = sum(one is not None for one in marks.regular)
    regular = max(0, regular_count(subject=subject, regulation=regulation) - taken)
    periodic = [(MarkKind.FINAL, marks.final)]
    if regulation.has_midterm:
        periodic.append((MarkKind.MIDTERM, marks.midterm))
    return regular + sum(one is None and kind not in marks.missed for kind, one in periodic)


def _own(one: StudentResults, regulation: Regulation, scope: str) -> Iterator[tuple[str, bool]]:
    """What the homeroom teacher owes; the first term's absences may come with the year's sum."""
    year = one.record.year
    if scope != Term.FIRST.value:
        yield "absences", year.absences_excused is not None and year.absences_unexcused is not None
    conduct = {
        Term.FIRST.value: [year.conduct_first],
        Term.SECOND.value: [year.conduct_second],
    }.get(scope, [year.conduct_first, year.conduct_second])
    if scope == WHOLE_YEAR and regulation.conduct is None:
        conduct.append(year.conduct_year)
    yield "conduct", bool(year.conduct_waiver) or None not in conduct
    if scope != Term.FIRST.value:
        yield "remark", bool(one.record.homeroom_remark.strip())


def _debts(columns: Sequence[TaughtColumn], rows: Sequence[BoardRow]) -> Iterator[Debt]:
    for at, column in enumerate(columns):
        cells = [row.cells[at] for row in rows]
        yield Debt(
            column,
            sum(cell.state in (PARTLY, NOTHING) for cell in cells),
            sum(cell.marks for cell in cells),
            sum(cell.remark for cell in cells),
        )
