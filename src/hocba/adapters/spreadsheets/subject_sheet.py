"""One subject's sheet: marks by the header above them, terms by the header that spans them."""

from collections.abc import Iterator
from dataclasses import dataclass

from hocba.adapters.spreadsheets.columns import (
    Findings,
    Header,
    body,
    doubled_columns,
    guess_header,
    matched_key,
    missing_columns,
    unheaded_columns,
    unknown_columns,
)
from hocba.adapters.spreadsheets.grid import Cell, Grid
from hocba.adapters.spreadsheets.layout import (
    MARK_HEADERS,
    MARK_TITLES,
    SUBJECT,
    TERM_GROUPS,
    TERM_RESULT,
)
from hocba.adapters.spreadsheets.texts import TextReader
from hocba.adapters.spreadsheets.values import MarkCell, MarkRow, StatedResult
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.marks import AssessmentForm, MarkKind, Term
from hocba.core.assessment.reading import read_mark
from hocba.core.assessment.spelling import plain_words

_SCALE = {AssessmentForm.SCORED: "0 – 10", AssessmentForm.REMARK: "Đ, CĐ"}
_STATED = {Term.FIRST: "first", Term.SECOND: "second"}


@dataclass(frozen=True, slots=True)
class MarkColumn:
    """One column of marks."""

    column: int
    term: Term
    kind: MarkKind
    ordinal: int


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands where in one sheet; `header.row` is the last row of the header."""

    header: Header
    marks: tuple[MarkColumn, ...]
    stated: tuple[tuple[int, str], ...]


def looks_like_marks(grid: Grid) -> bool:
    """Whether a sheet of an unknown name is a table of marks all the same."""
    main = guess_header(grid, SUBJECT)
    return SUBJECT.signature <= set(main.columns) and _group_row(grid, main) is not None


def find_columns(grid: Grid, findings: Findings) -> Columns | None:
    """Find the two header rows and every column; None when a needed one is not there."""
    main = guess_header(grid, SUBJECT)
    groups = _group_row(grid, main)
    unknown: list[Cell] = []
    marks: tuple[MarkColumn, ...] = ()
    stated: tuple[tuple[int, str], ...] = ()
    if groups is not None:
        marks, stated = _term_columns(grid, groups, main, unknown)
    problems = [
        *missing_columns(grid, main, SUBJECT, unknown),
        *doubled_columns(grid, main, SUBJECT),
        *_missing_marks(grid, main, marks, unknown),
        *_doubled_marks(grid, main, marks),
    ]
    findings += problems
    findings += unknown_columns(unknown)
    if any(problem.severity is Severity.BLOCK for problem in problems):
        return None
    last = max(main.row, (groups or 0) + 1)
    if "year" in main.columns:
        stated = (*stated, (main.columns["year"], "year"))
    header = Header(last, main.columns)
    findings += unheaded_columns(grid, header, [last - 1, last])
    return Columns(header, marks, stated)


def _group_row(grid: Grid, main: Header) -> int | None:
    """The row of "HỌC KÌ I": beside the student code, or one above it."""
    for row in (main.row, main.row - 1):
        if any(_term_of(cell) for cell in grid.row(row)):
            return row
    return None


def _term_of(cell: Cell) -> Term | None:
    words = plain_words(cell.text)
    return next((term for term, said in TERM_GROUPS.items() if said.fullmatch(words)), None)


def _term_columns(
    grid: Grid, groups: int, main: Header, unknown: list[Cell]
) -> tuple[tuple[MarkColumn, ...], tuple[tuple[int, str], ...]]:
    """Walk the columns; a spanning header holds until the next one. Unknown ones are put aside."""
    marks: list[MarkColumn] = []
    stated: list[tuple[int, str]] = []
    term: Term | None = None
    for column in range(grid.width):
        above, below = grid.cell(groups, column), grid.cell(groups + 1, column)
        if above.text:
            term = _term_of(above)
        if column in main.columns.values():
            continue
        if above.text and term is None and not matched_key(above, SUBJECT.columns):
            unknown.append(above)
        if term is None or not below.text:
            continue
        if found := _mark_header(below, term, marks):
            marks.append(found)
        elif TERM_RESULT.fullmatch(plain_words(below.text)):
            stated.append((column, _STATED[term]))
        else:
            unknown.append(below)
    return tuple(marks), tuple(stated)


def _mark_header(cell: Cell, term: Term, known: list[MarkColumn]) -> MarkColumn | None:
    words = plain_words(cell.text)
    for kind, said in MARK_HEADERS.items():
        if found := said.fullmatch(words):
            before = sum(one.term is term and one.kind is kind for one in known)
            ordinal = before + 1 if kind is MarkKind.REGULAR else 1
            return MarkColumn(cell.column, term, kind, int(found[1] or ordinal))
    return None


def _missing_marks(
    grid: Grid, main: Header, marks: tuple[MarkColumn, ...], unknown: list[Cell]
) -> Iterator[Finding]:
    """Every term needs a regular, a midterm and a final column."""
    present = {(one.term, one.kind) for one in marks}
    others = ", ".join(cell.text for cell in unknown)
    for term in Term:
        for kind, title in MARK_TITLES.items():
            if (term, kind) not in present:
                yield Finding(
                    "workbook.header_missing",
                    Severity.BLOCK,
                    Place(grid.name, f"A{main.row + 1}"),
                    found=others,
                    expected=f"{title} ({term.value})",
                )


def _doubled_marks(grid: Grid, main: Header, marks: tuple[MarkColumn, ...]) -> Iterator[Finding]:
    seen: set[tuple[Term, MarkKind, int]] = set()
    for one in marks:
        key = (one.term, one.kind, one.ordinal)
        if key in seen:
            cell = grid.cell(main.row + 1, one.column)
            yield Finding("workbook.column_twice", Severity.BLOCK, cell.place, found=cell.text)
        seen.add(key)


def mark_rows(
    grid: Grid, columns: Columns, *, form: AssessmentForm, clause: str, findings: Findings
) -> Iterator[MarkRow]:
    """Read the students' rows of one subject; each mark keeps its cell."""
    rows = list(body(grid, columns.header))
    for column, _ in columns.stated:
        computed = [cell for row in rows if (cell := grid.cell(row, column)).formula]
        if computed:
            TextReader("", "", findings).report(
                "average.formula", computed[0], Severity.WARN, found=str(len(computed))
            )
    for row in rows:
        cells = columns.header.cells(grid, row, SUBJECT)
        code, name = cells["student_code"].text, cells["full_name"].text
        read = _MarkReader(TextReader(code, name, findings), form, clause)
        yield MarkRow(
            student_code=code,
            full_name=name,
            marks=tuple(read.mark(grid.cell(row, one.column), one) for one in columns.marks),
            stated={which: read.stated(grid.cell(row, column)) for column, which in columns.stated},
            remark=read.about.text(cells["remark"], limit=1000),
            remark_place=cells["remark"].place,
            place=cells["student_code"].place,
            remark_readable=not cells["remark"].formula,
        )


@dataclass(frozen=True, slots=True)
class _MarkReader:
    """Reads one student's marks of one subject."""

    about: TextReader
    form: AssessmentForm
    clause: str

    def mark(self, cell: Cell, where: MarkColumn) -> MarkCell:
        """Read one mark; the circular's own reader decides what it says."""
        reading = read_mark(cell.text, form=self.form)
        problem, offer = reading.problem, reading.suggestion
        if cell.formula:
            problem, offer = "mark.formula", ""
        elif cell.kind == "e":
            problem, offer = "cell.error_value", ""
        elif cell.kind in ("d", "t") and problem:
            problem, offer = "mark.date", _typed_before_excel(cell)
        if problem:
            expected = offer or _SCALE[self.form]
            self.about.report(problem, cell, expected=expected, clause=self.clause)
        value = None if problem else reading.value
        return MarkCell(where.term, where.kind, where.ordinal, value, cell.place, not problem)

    def stated(self, cell: Cell) -> StatedResult:
        """Read what the file claims; a computed cell's last value counts, however many digits."""
        reading = read_mark(cell.text, form=self.form)
        if reading.problem and not cell.formula:
            self.about.report("average.unreadable", cell, Severity.WARN, expected=_SCALE[self.form])
        return StatedResult(reading.value, cell.text, cell.place)


def _typed_before_excel(cell: Cell) -> str:
    """8.5 typed on a machine of another language becomes 8 May: what may have been meant."""
    day = cell.date
    return f"{day.day},{day.month}" if day and day.day <= 10 and day.month <= 9 else ""
