"""A table of results as a workbook: what is seen, nothing computed, nothing that runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import xlsxwriter

_FIXED = ("STT", "Mã học sinh", "Họ và tên")


@dataclass(frozen=True, slots=True)
class ResultsBook:
    """Lines above the table, heads after number, code and name, then one row a student."""

    about: Sequence[str]
    titles: Sequence[str]
    rows: Sequence[Sequence[str]]


def write_results_book(book: ResultsBook) -> bytes:
    """Return the workbook; a text that looks like a formula stays a text."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as file:
        page = file.add_worksheet("Kết quả")
        bold = file.add_format({"bold": True})
        head = file.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "top"})
        plain = file.add_format({"border": 1, "valign": "top", "text_wrap": True})
        mark = file.add_format({"border": 1, "num_format": "0.0", "valign": "top"})
        for number, text in enumerate(book.about):
            page.write_string(number, 0, text, bold if number == 0 else None)
        first = len(book.about) + 1
        for column, title in enumerate((*_FIXED, *book.titles)):
            page.write_string(first, column, title, head)
        for number, row in enumerate(book.rows, start=first + 1):
            page.write_number(number, 0, int(row[0]), plain)
            for column, text in enumerate(row[1:], start=1):
                figure = _figure(text) if column >= len(_FIXED) else None
                if figure is None:
                    page.write_string(number, column, text, plain)
                else:
                    page.write_number(number, column, figure, mark)
        page.set_column(1, 1, 14)
        page.set_column(2, 2, 28)
        page.set_column(3, len(_FIXED) + len(book.titles) - 1, 11)
        page.freeze_panes(first + 1, len(_FIXED))
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(first)
    return out.getvalue()


def _figure(text: str) -> float | None:
    whole, comma, tenth = text.partition(",")
    if not comma or not (whole.isdecimal() and tenth.isdecimal()):
        return None
    return int(whole + tenth) / 10
