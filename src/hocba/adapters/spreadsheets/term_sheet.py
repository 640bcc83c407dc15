"""One subject of one class in one term as a workbook of its own: written as seen, read back.

Columns are found by the words of their headers, as in a class workbook; the head says which class,
subject and term the sheet is of, so that a file never lands in another one's place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import xlsxwriter

from hocba.adapters.spreadsheets.columns import (
    Findings,
    Header,
    body,
    doubled_columns,
    guess_header,
    missing_columns,
)
from hocba.adapters.spreadsheets.grid import Cell, Grid, clean_text, grid_of
from hocba.adapters.spreadsheets.layout import MARK_HEADERS, SUBJECT
from hocba.adapters.spreadsheets.sandbox import UnreadableWorkbookError, read_cells
from hocba.adapters.spreadsheets.source_file import file_problem
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.marks import MarkKind
from hocba.core.assessment.spelling import plain_words

FIXED = ("STT", "Mã học sinh", "Họ và tên")
_ABOUT: Mapping[str, tuple[str, ...]] = {
    "Lớp": ("lop",),
    "Môn": ("mon", "mon hoc"),
    "Học kì": ("hoc ki",),
    "Năm học": ("nam hoc",),
}


@dataclass(frozen=True, slots=True)
class TermSheet:
    """What the file says of one sheet; a row is number, code, name, then the columns' texts."""

    about: Mapping[str, str]  # Lớp, Môn, Học kì, Năm học
    titles: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class TermRow:
    """One student's line as read: texts by column ("regular-1", "midterm", "final", "remark")."""

    student_code: str
    full_name: str
    cells: Mapping[str, tuple[str, Place]]


@dataclass(frozen=True, slots=True)
class TermReading:
    """A file's lines and its digest; a blocking finding means that nothing of it can be used."""

    digest: str
    rows: tuple[TermRow, ...]
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """Whether the file cannot be used."""
        return any(one.severity is Severity.BLOCK for one in self.findings)


def write_term_sheet(sheet: TermSheet) -> bytes:
    """Return the workbook; a text that looks like a formula stays a text."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet("Điểm")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"border": 1, "valign": "top"})
        mark = book.add_format({"border": 1, "num_format": "0.0", "valign": "top"})
        for number, (title, value) in enumerate(sheet.about.items()):
            page.write_string(number, 0, f"{title}: {value}", bold)
        first = len(sheet.about) + 1
        for column, title in enumerate((*FIXED, *sheet.titles)):
            page.write_string(first, column, title, head)
        for number, row in enumerate(sheet.rows, start=first + 1):
            page.write_number(number, 0, int(row[0]), plain)
            for column, text in enumerate(row[1:], start=1):
                tenths = _number(text) if column >= len(FIXED) else None
                if tenths is None:
                    page.write_string(number, column, text, plain)
                else:
                    page.write_number(number, column, tenths, mark)
        page.set_column(1, 1, 14)
        page.set_column(2, 2, 28)
        page.set_column(len(FIXED) + len(sheet.titles) - 1, len(FIXED) + len(sheet.titles) - 1, 60)
        page.freeze_panes(first + 1, len(FIXED))
    return out.getvalue()


def read_term_sheet(data: bytes, *, filename: str, about: Mapping[str, str]) -> TermReading:
    """Read a sheet that must be of this class, subject, term and year; nothing is repaired."""
    digest = sha256(data).hexdigest()
    problem = file_problem(data, filename=filename)
    if problem is not None:
        return TermReading(digest, (), (problem,))
    try:
        grids = [grid_of(sheet) for sheet in read_cells(data) if not sheet["too_large"]]
    except UnreadableWorkbookError as error:
        return TermReading(digest, (), (Finding(error.code, Severity.BLOCK),))
    found = [(grid, guess_header(grid, SUBJECT)) for grid in grids]
    fitting = [pair for pair in found if SUBJECT.signature <= set(pair[1].columns)]
    if len(fitting) != 1:
        return TermReading(
            digest, (), (Finding("workbook.sheet_missing", Severity.BLOCK, expected="Điểm"),)
        )
    grid, header = fitting[0]
    findings = [*_of_other(grid, about), *missing_columns(grid, header, SUBJECT, ())]
    findings += doubled_columns(grid, header, SUBJECT)
    rows = tuple(_rows(grid, header, findings))
    return TermReading(digest, rows, tuple(one for one in findings if _matters(one)))


def _matters(finding: Finding) -> bool:
    """A sheet of one term has no average of the year and may come without its remarks."""
    return finding.code != "workbook.header_missing" or finding.expected in FIXED


def _of_other(grid: Grid, about: Mapping[str, str]) -> Findings:
    findings: Findings = []
    for title, labels in _ABOUT.items():
        cell = grid.labelled(labels)
        said, wanted = cell.text if cell else "", about[title]
        if plain_words(said) != plain_words(wanted):
            place = cell.place if cell else Place(grid.name)
            code = "workbook.sheet_of_other" if said else "workbook.head"
            found = f"{title}: {said}" if said else ""
            expected = f"{title}: {wanted}"
            findings.append(Finding(code, Severity.BLOCK, place, found=found, expected=expected))
    return findings


def _rows(grid: Grid, header: Header, findings: Findings) -> list[TermRow]:
    marks = _mark_columns(grid, header.row)
    rows, seen = [], set()
    for number in body(grid, header):
        cells = header.cells(grid, number, SUBJECT)
        code, name = cells["student_code"].text, cells["full_name"].text
        if code in seen:
            place = cells["student_code"].place
            findings.append(
                Finding("student.code_twice", Severity.BLOCK, place, code, name, found=code)
            )
        seen.add(code)
        taken = {key: grid.cell(number, column) for key, column in marks.items()}
        if "remark" in header.columns:
            taken["remark"] = cells["remark"]
        for cell in taken.values():
            _doubt(cell, code, name, findings)
        texts = {
            key: (cell.shown if key != "remark" else cell.text, cell.place)
            for key, cell in taken.items()
        }
        rows.append(TermRow(code, name, texts))
    return rows


def _mark_columns(grid: Grid, row: int) -> dict[str, int]:
    """Column of each mark's key; what a circular does not know is left to who compares."""
    columns: dict[str, int] = {}
    for cell in grid.row(row):
        words = plain_words(cell.text)
        for kind, said in MARK_HEADERS.items():
            if found := said.fullmatch(words):
                regular = kind is MarkKind.REGULAR
                key = f"regular-{int(found[1] or 1)}" if regular else kind.value
                columns.setdefault(key, cell.column)
    return columns


def _doubt(cell: Cell, code: str, name: str, findings: Findings) -> None:
    problem = "mark.formula" if cell.formula else "cell.error_value" if cell.kind == "e" else ""
    if problem:
        findings.append(Finding(problem, Severity.BLOCK, cell.place, code, name, found=cell.shown))


def _number(text: str) -> float | None:
    whole, comma, tenth = clean_text(text).partition(",")
    if not comma or not (whole.isdecimal() and tenth.isdecimal()):
        return None
    return int(whole + tenth) / 10
