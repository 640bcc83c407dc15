"""Excel out: one table a sheet with typed cells, as templates and exports.

Codes and names are text cells ("@"), so Excel cuts no leading zero and computes nothing: no text
ever becomes a formula, whatever it begins with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

import xlsxwriter

Value = str | int | float | date | None
_NARROW, _WIDE = 10, 44


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name, lines above the table, headings, rows, and rows kept free for typing."""

    sheet: str
    lines: Sequence[str]
    headings: Sequence[str]
    rows: Sequence[Sequence[Value]]
    free_rows: int = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """A sheet of plain lines that reading passes over."""

    sheet: str
    lines: Sequence[str]


def write_tables(tables: Iterable[Table], *, advice: Advice | None = None) -> bytes:
    """Write the tables as an .xlsx and return its bytes; the same content gives the same bytes."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": datetime(2025, 1, 1)})  # noqa: DTZ001 - a fixed stamp
        for table in tables:
            _write(book, table)
        if advice is not None:
            sheet = book.add_worksheet(advice.sheet)
            sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
            for number, line in enumerate(advice.lines):
                sheet.write_string(number, 0, line)
    return buffer.getvalue()


def _write(book: "xlsxwriter.Workbook", table: Table) -> None:
    sheet = book.add_worksheet(table.sheet)
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
    title = book.add_format({"bold": True})
    for number, line in enumerate(table.lines):
        sheet.write_string(number, 0, line, title if number == 0 else None)
    first = len(table.lines) + 1
    for column, heading in enumerate(table.headings):
        values = [row[column] for row in table.rows]
        sheet.set_column(column, column, _width(heading, values), text)
        sheet.write_string(first, column, heading, head)
    for number, row in enumerate(table.rows, start=first + 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, datetime(*value.timetuple()[:3]), day)  # noqa: DTZ001
            elif isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif value:
                sheet.write_string(number, column, value, text)
    last = first + len(table.rows) + table.free_rows
    sheet.freeze_panes(first + 1, 0)
    sheet.autofilter(first, 0, max(last, first + 1), max(len(table.headings) - 1, 0))
    sheet.set_landscape()
    sheet.repeat_rows(first)


def _width(heading: str, values: Iterable[Value]) -> int:
    longest = max((len(str(value)) for value in values if value is not None), default=0)
    return min(max(_NARROW, len(heading), longest) + 2, _WIDE)
