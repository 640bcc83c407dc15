"""Which column is which: headers matched with a layout, and what is missing or unknown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hocba.adapters.spreadsheets.grid import SCANNED_ROWS, Cell, Grid
from hocba.adapters.spreadsheets.layout import LISTS, Column, Layout
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.spelling import plain_words

Findings = list[Finding]


@dataclass(frozen=True, slots=True)
class Header:
    """The row of the headers and the column of each key found in it."""

    row: int
    columns: Mapping[str, int]

    def cells(self, grid: Grid, row: int, layout: Layout) -> dict[str, Cell]:
        """Return a row's cells by key; a column that the sheet lacks gives an empty cell."""
        return {
            column.key: grid.cell(row, self.columns[column.key])
            if column.key in self.columns
            else Cell(row, -1, "", "", Place(grid.name))
            for column in layout.columns
        }


def guess_header(grid: Grid, layout: Layout) -> Header:
    """Return the row of the head in which most headers of the layout stand."""
    best = Header(0, {})
    for row in range(min(SCANNED_ROWS, grid.height)):
        columns: dict[str, int] = {}
        for cell in grid.row(row):
            if key := matched_key(cell, layout.columns):
                columns.setdefault(key, cell.column)
        if len(columns) > len(best.columns):
            best = Header(row, columns)
    return best


def matched_key(cell: Cell, columns: Iterable[Column]) -> str:
    """Return the key whose words this header says, with or without what stands in brackets."""
    for text in (cell.text, cell.text.partition("(")[0]):
        words = plain_words(text)
        for column in columns:
            if words in column.words:
                return column.key
    return ""


def find_header(grid: Grid, layout: Layout, findings: Findings) -> Header | None:
    """Find a list's header; report what is missing, twice there or unknown. None: unreadable."""
    header = guess_header(grid, layout)
    keys = [matched_key(cell, layout.columns) for cell in grid.row(header.row)]
    unknown = [
        cell for cell, key in zip(grid.row(header.row), keys, strict=True) if not key and cell.text
    ]
    lost = list(missing_columns(grid, header, layout, unknown))
    lost += doubled_columns(grid, header, layout)
    findings += lost
    findings += unknown_columns(unknown)
    return None if any(one.severity is Severity.BLOCK for one in lost) else header


def missing_columns(
    grid: Grid, header: Header, layout: Layout, unknown: Iterable[Cell]
) -> Iterator[Finding]:
    """Report the layout's columns that have no header; show the headers nobody understood."""
    place = Place(grid.name, f"A{header.row + 1}")
    others = ", ".join(cell.text for cell in unknown)
    for column in layout.columns:
        if column.key not in header.columns:
            severity = Severity.BLOCK if column.required else Severity.WARN
            yield Finding(
                "workbook.header_missing", severity, place, found=others, expected=column.title
            )


def doubled_columns(grid: Grid, header: Header, layout: Layout) -> Iterator[Finding]:
    """Report a header that stands twice: nobody can tell which column counts."""
    seen: set[str] = set()
    for cell in grid.row(header.row):
        key = matched_key(cell, layout.columns)
        if key and key in seen:
            yield Finding("workbook.column_twice", Severity.BLOCK, cell.place, found=cell.text)
        seen.add(key)


def unknown_columns(unknown: Iterable[Cell]) -> Iterator[Finding]:
    """Report the headers that no layout knows: their columns are not read."""
    for cell in unknown:
        yield Finding("workbook.column_unknown", Severity.WARN, cell.place, found=cell.shown)


def kind_of_list(grid: Grid) -> Layout | None:
    """Return which of the three lists a sheet is, by its name, else by its headers."""
    words = plain_words(grid.name)
    for layout in LISTS:
        if words in layout.words:
            return layout
    for layout in LISTS:
        if layout.signature <= set(guess_header(grid, layout).columns):
            return layout
    return None


def body(grid: Grid, header: Header) -> Iterator[int]:
    """Yield the rows below a header that speak of a student: a code, or a number and a name.

    Lines such as "Giáo viên bộ môn (kí tên)" under a table have neither.
    """
    code, name = header.columns["student_code"], header.columns["full_name"]
    number = header.columns.get("list_number")
    for row in range(header.row + 1, grid.height):
        numbered = number is None or grid.cell(row, number).text.isdecimal()
        if grid.cell(row, code).text or (numbered and grid.cell(row, name).text):
            yield row


def unheaded_columns(grid: Grid, header: Header, header_rows: Iterable[int]) -> Iterator[Finding]:
    """Report the columns that hold something for the students and have no header at all."""
    headed = {cell.column for row in header_rows for cell in grid.row(row) if cell.text}
    for row in body(grid, header):
        for cell in grid.row(row):
            if cell.column not in headed and cell.text:
                headed.add(cell.column)
                yield Finding(
                    "workbook.column_unheaded", Severity.WARN, cell.place, found=cell.shown
                )
