"""One table as a workbook to read: heads, rows of text, and whose it is. Nothing reads it back."""

import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter

_OPTIONS = {
    "in_memory": True,
    # A name that starts with "=" stays a name.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_table(
    *,
    name: str,
    about: Mapping[str, str],
    titles: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
) -> bytes:
    """Return the table under its title; `about` (school, class, filters, who, when) comes first."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        line = 0
        for label, value in about.items():
            sheet.write_string(line, 0, label, bold)
            sheet.write_string(line, 1, value)
            line += 1
        top = line + 1
        for number, title in enumerate(titles):
            sheet.write_string(top, number, title, head)
        sheet.freeze_panes(top + 1, 0)
        for line, row in enumerate(rows, start=top + 1):
            for number, value in enumerate(row):
                sheet.write_string(line, number, value, text)
    return out.getvalue()
