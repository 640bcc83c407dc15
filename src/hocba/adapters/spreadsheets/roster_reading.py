"""Reading a workbook of a school year's set-up: rows with typed values and each its findings.

The container is looked at and parsed as class workbooks are; here only the head (which school,
which year), the columns and the cells of one kind are read. What rows mean is the roster's matter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from hocba.adapters.spreadsheets.columns import Findings, find_header, guess_header
from hocba.adapters.spreadsheets.grid import Cell, Grid, cell_name, grid_of
from hocba.adapters.spreadsheets.heading import written_class, written_year
from hocba.adapters.spreadsheets.layout import HEAD_LABELS, Column, Layout
from hocba.adapters.spreadsheets.roster_layouts import LAYOUTS, RosterKind, RosterLayout
from hocba.adapters.spreadsheets.sandbox import UnreadableWorkbookError, read_cells
from hocba.adapters.spreadsheets.source_file import file_problem
from hocba.adapters.spreadsheets.texts import TextReader
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.spelling import plain_words

MAX_ROWS = 6000
_GENDERS = {"nam": "Nam", "nu": "Nữ"}
_LONGEST, _LONGEST_ADDRESS = 200, 300
_GUIDE = "huongdan"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line: texts, dates and numbers by the keys of its layout; what cannot be read is absent.

    `findings` are about this line's cells alone.
    """

    place: Place
    texts: Mapping[str, str]
    dates: Mapping[str, date | None]
    numbers: Mapping[str, int | None]
    places: Mapping[str, Place]
    findings: tuple[Finding, ...]

    def text(self, key: str) -> str:
        """Return a text, "" when the cell is empty or the file has no such column."""
        return self.texts.get(key, "")


@dataclass(frozen=True, slots=True)
class RosterReading:
    """A file as read; `findings` speak of the file as a whole, a blocking one stops it."""

    digest: str
    rows: tuple[RosterRow, ...]
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """Whether the file as a whole says nothing that could be taken over."""
        return any(one.severity is Severity.BLOCK for one in self.findings)


def read_roster_workbook(
    data: bytes, *, filename: str, kind: RosterKind, school_code: str, school_year: str
) -> RosterReading:
    """Read one kind of set-up workbook for one school and year; nothing is raised or repaired."""
    digest = sha256(data).hexdigest()
    problem = file_problem(data, filename=filename)
    if problem is not None:
        return RosterReading(digest, (), (problem,))
    try:
        sheets = read_cells(data, most_rows=MAX_ROWS)
    except UnreadableWorkbookError as error:
        return RosterReading(digest, (), (Finding(error.code, Severity.BLOCK),))
    layout = LAYOUTS[kind]
    findings: Findings = []
    rows: list[RosterRow] = []
    for grid in _sheets_of_kind(sheets, layout, findings):
        _check_head(grid, school_code=school_code, school_year=school_year, findings=findings)
        rows += _rows(grid, layout, findings)
    if not rows and not any(one.severity is Severity.BLOCK for one in findings):
        findings.append(Finding("setup.no_rows", Severity.BLOCK, expected=layout.title))
    return RosterReading(digest, tuple(rows), tuple(findings))


def _sheets_of_kind(
    sheets: Sequence[Mapping[str, Any]], layout: RosterLayout, findings: Findings
) -> list[Grid]:
    """One sheet for the whole school or one for each class: every sheet with the right headings."""
    found = []
    for sheet in sheets:
        if sheet["too_large"]:
            place = Place(sheet["name"], sheet["too_large"])
            findings.append(Finding("workbook.sheet_too_large", Severity.BLOCK, place))
            continue
        grid = grid_of(sheet)
        words = plain_words(grid.name)
        if words in layout.sheet.words or _looks_right(grid, layout.sheet):
            found.append(grid)
        elif grid.cells and words.replace(" ", "") != _GUIDE:
            place = Place(grid.name)
            findings.append(Finding("setup.sheet_ignored", Severity.WARN, place, found=grid.name))
    if not found and not findings:
        findings.append(Finding("setup.no_sheet", Severity.BLOCK, expected=layout.title))
    return found


def _looks_right(grid: Grid, layout: Layout) -> bool:
    return layout.signature <= set(guess_header(grid, layout).columns)


def _check_head(grid: Grid, *, school_code: str, school_year: str, findings: Findings) -> None:
    """A file of another school or year is never taken for this one's."""
    for key, code, ours in (
        ("school_code", "workbook.other_school", school_code),
        ("school_year", "setup.other_year", school_year),
    ):
        title, labels = HEAD_LABELS[key]
        cell = grid.labelled(labels)
        text = "".join(cell.text.split()) if cell else ""
        told = written_year(text) if key == "school_year" else text
        place = cell.place if cell else Place(grid.name)
        if not told:
            found = cell.text if cell else ""
            findings.append(
                Finding("workbook.head", Severity.BLOCK, place, found=found, expected=title)
            )
        elif told != ours:
            findings.append(Finding(code, Severity.BLOCK, place, found=told, expected=ours))


def _rows(grid: Grid, layout: RosterLayout, findings: Findings) -> Iterator[RosterRow]:
    sheet, labelled_class = layout.sheet, _class_of_sheet(grid)
    if labelled_class:  # one sheet a class: the head says it, the column is not needed
        sheet = _without(sheet, "class_name")
    header = find_header(grid, sheet, findings)
    if header is None:
        return
    for number in range(header.row + 1, grid.height):
        cells = header.cells(grid, number, layout.sheet)
        if any(cells[key].text for key in sheet.signature):
            yield _row(cells, layout, grid, number, labelled_class)


def _class_of_sheet(grid: Grid) -> str:
    cell = grid.labelled(HEAD_LABELS["class_name"][1])
    return written_class(cell.text) if cell else ""


def _without(layout: Layout, key: str) -> Layout:
    columns = tuple(
        Column(one.key, one.title, one.words, one.required and one.key != key)
        for one in layout.columns
    )
    return Layout(layout.name, layout.words, columns, layout.signature - {key})


def _row(
    cells: Mapping[str, Cell], layout: RosterLayout, grid: Grid, number: int, class_name: str
) -> RosterRow:
    findings: Findings = []
    code = cells["student_code"].text if "student_code" in cells else ""
    name = cells["full_name"].text if "full_name" in cells else ""
    read = TextReader(code, name, findings)
    texts: dict[str, str] = {}
    dates: dict[str, date | None] = {}
    numbers: dict[str, int | None] = {}
    for key, cell in cells.items():
        if key in layout.dates:
            dates[key] = _date(cell, key, read)
        elif key in layout.numbers:
            numbers[key] = _number(cell, read)
        else:
            texts[key] = _text(cell, key, read)
    if class_name and not texts.get("class_name"):
        texts["class_name"] = class_name
    return RosterRow(
        Place(grid.name, cell_name(number, _first_column(cells))),
        texts,
        dates,
        numbers,
        {key: cell.place for key, cell in cells.items()},
        tuple(findings),
    )


def _first_column(cells: Mapping[str, Cell]) -> int:
    return min((cell.column for cell in cells.values() if cell.column >= 0), default=0)


def _text(cell: Cell, key: str, read: TextReader) -> str:
    if key == "citizen_id":
        return read.citizen_id(cell, restored="student.citizen_id_zeros")
    text = read.text(cell, limit=_LONGEST_ADDRESS if key == "address" else _LONGEST)
    if key == "gender":
        gender = _GENDERS.get(plain_words(text), "")
        if text and not gender:
            read.report("student.gender", cell, expected="Nam, Nữ")
        return gender
    return text


def _date(cell: Cell, key: str, read: TextReader) -> date | None:
    read.text(cell, limit=40)
    if cell.text and cell.date is None:
        code = "student.birth_date" if key == "birth_date" else "setup.date"
        read.report(code, cell, expected="dd/mm/yyyy")
    return cell.date


def _number(cell: Cell, read: TextReader) -> int | None:
    read.text(cell, limit=20)
    if not cell.text:
        return None
    if not cell.text.isdecimal() or int(cell.text) > MAX_ROWS:
        read.report("setup.number", cell, Severity.WARN)
        return None
    return int(cell.text)
