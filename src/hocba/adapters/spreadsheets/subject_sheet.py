"""One subject's sheet: marks by the header words above them, terms by the row above those."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hocba.adapters.spreadsheets.grid import Cell, Grid, folded
from hocba.adapters.spreadsheets.lists import CODE, Findings
from hocba.adapters.spreadsheets.values import MarkCell, MarkRow
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.marks import AssessmentForm, MarkKind, Term
from hocba.core.assessment.reading import read_mark
from hocba.core.assessment.results import Outcome

_REGULAR = re.compile(r"đ?đgtx ?(\d)")
_KINDS = {
    "đđggk": MarkKind.MIDTERM,
    "đggk": MarkKind.MIDTERM,
    "đđgck": MarkKind.FINAL,
    "đgck": MarkKind.FINAL,
}
_STATED = {"đtbmhk", "mức"}
_YEAR = {"đtbmcn", "cả năm"}
_TERMS = {
    "học kì i": Term.FIRST,
    "học kì ii": Term.SECOND,
    "học kỳ i": Term.FIRST,
    "học kỳ ii": Term.SECOND,
    "hki": Term.FIRST,
    "hkii": Term.SECOND,
}


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands where in one sheet."""

    code: int
    name: int
    remark: int
    marks: tuple[tuple[int, Term, MarkKind, int], ...]
    stated: tuple[tuple[int, str], ...]
    body_after: int


def find_columns(grid: Grid, findings: Findings) -> Columns | None:
    """Find the two header rows and every column; report a header that is not there."""
    top = grid.find_header(CODE)
    wanted = {"mã học sinh": None, "họ và tên": None, "nhận xét": None}
    headers = grid.headers(top) if top is not None else {}
    missing = [name.capitalize() for name in wanted if name not in headers]
    if top is None or missing:
        for name in missing:
            findings.append(_header_missing(grid, top or 0, name))
        return None
    marks: list[tuple[int, Term, MarkKind, int]] = []
    stated: list[tuple[int, str]] = []
    term: Term | None = None
    for column in range(grid.width()):
        above = folded(grid.cell(top, column).text)
        below = folded(grid.cell(top + 1, column).text)
        term = _TERMS.get(above, None if above else term)
        if above in _YEAR or below in _YEAR:
            stated.append((column, "year"))
        elif below in _STATED and term is not None:
            stated.append((column, "first" if term is Term.FIRST else "second"))
        elif term is not None and (found := _mark_column(below)) is not None:
            marks.append((column, term, *found))
    columns = Columns(
        code=headers["mã học sinh"],
        name=headers["họ và tên"],
        remark=headers["nhận xét"],
        marks=tuple(marks),
        stated=tuple(stated),
        body_after=top + 1,
    )
    return columns if _has_all(grid, columns, top, findings) else None


def _mark_column(header: str) -> tuple[MarkKind, int] | None:
    if found := _REGULAR.fullmatch(header):
        return MarkKind.REGULAR, int(found[1])
    kind = _KINDS.get(header)
    return None if kind is None else (kind, 1)


def _has_all(grid: Grid, columns: Columns, top: int, findings: Findings) -> bool:
    """Every term needs a regular, a midterm and a final column; a column may not come twice."""
    present = [column[1:] for column in columns.marks]
    problems = []
    for term in Term:
        for kind, word in (
            (MarkKind.REGULAR, "ĐĐGtx 1"),
            (MarkKind.MIDTERM, "ĐĐGgk"),
            (MarkKind.FINAL, "ĐĐGck"),
        ):
            if (term, kind, 1) not in present:
                problems.append(_header_missing(grid, top + 1, f"{word} ({term.value})"))
    if len(present) != len(set(present)):
        problems.append(
            Finding("workbook.column_twice", Severity.BLOCK, grid.cell(top + 1, 0).place)
        )
    findings.extend(problems)
    return not problems


def _header_missing(grid: Grid, row: int, name: str) -> Finding:
    return Finding(
        "workbook.header_missing", Severity.BLOCK, grid.cell(row, 0).place, expected=name
    )


def mark_rows(
    grid: Grid,
    columns: Columns,
    form: AssessmentForm,
    formulas: frozenset[str],
    findings: Findings,
) -> Iterator[MarkRow]:
    """Read the students' rows of one subject."""
    for row in grid.body(columns.body_after):
        code, name = grid.cell(row, columns.code).text, grid.cell(row, columns.name).text
        if not code and not name:
            continue
        reader = _RowReader(code, name, form, formulas, findings)
        remark = grid.cell(row, columns.remark)
        yield MarkRow(
            student_code=code,
            full_name=name,
            marks=tuple(
                reader.mark(cell, term, kind, ordinal)
                for column, term, kind, ordinal in columns.marks
                for cell in (grid.cell(row, column),)
            ),
            stated={
                which: (reader.read(cell, Severity.WARN), cell.place)
                for column, which in columns.stated
                for cell in (grid.cell(row, column),)
            },
            remark=remark.text,
            remark_place=remark.place,
            place=grid.cell(row, columns.code).place,
        )


@dataclass(frozen=True, slots=True)
class _RowReader:
    code: str
    name: str
    form: AssessmentForm
    formulas: frozenset[str]
    findings: Findings

    def mark(self, cell: Cell, term: Term, kind: MarkKind, ordinal: int) -> MarkCell:
        value = self.read(cell, Severity.BLOCK)
        readable = value is not None or not cell.text
        return MarkCell(term, kind, ordinal, value, cell.place, readable)

    def read(self, cell: Cell, severity: Severity) -> Outcome | None:
        reading = read_mark(cell.text, form=self.form)
        if reading.problem:
            self._report(reading.problem, cell.place, severity, cell.text, reading.suggestion)
        elif cell.place.cell in self.formulas and severity is Severity.BLOCK:
            self._report("mark.formula", cell.place, severity, cell.text, "")
        return reading.value

    def _report(
        self, code: str, place: Place, severity: Severity, found: str, suggestion: str
    ) -> None:
        expected = suggestion or ("Đ, CĐ" if self.form is AssessmentForm.REMARK else "0 – 10")
        self.findings.append(
            Finding(
                code, severity, place, self.code, self.name, found, expected, "TT22/2021 Điều 5"
            )
        )
