"""A sheet as a grid of cells found by header words, wherever they stand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import normalize

from hocba.core.assessment.findings import Place

_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
SCANNED_ROWS = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text (NFC, single spaces), its date when it is one, its place."""

    text: str
    date: date | None
    place: Place


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet."""

    name: str
    rows: Sequence[Sequence[Any]]

    def cell(self, row: int, column: int) -> Cell:
        """Return the cell (counted from 0); outside the sheet it is empty."""
        place = Place(self.name, f"{column_letters(column)}{row + 1}")
        value = None
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            value = self.rows[row][column]
        if isinstance(value, dict):
            found = date.fromisoformat(value["date"])
            return Cell(f"{found:%d/%m/%Y}", found, place)
        text = plain_text(value)
        return Cell(text, written_date(text), place)

    def width(self) -> int:
        """Number of columns."""
        return max((len(row) for row in self.rows), default=0)

    def find_header(self, required: str) -> int | None:
        """Return the row in which a header with this folded text stands."""
        for row in range(min(SCANNED_ROWS, len(self.rows))):
            if any(folded(plain_text(value)) == required for value in self.rows[row]):
                return row
        return None

    def headers(self, row: int) -> Mapping[str, int]:
        """Return folded header text → column of a row; the first of equal ones counts."""
        found: dict[str, int] = {}
        for column in range(self.width()):
            text = folded(self.cell(row, column).text)
            if text:
                found.setdefault(text, column)
        return found

    def labelled(self, label: str) -> tuple[str, Place] | None:
        """Return what follows "label:" in the head of the sheet."""
        wanted = folded(label)
        for row in range(min(SCANNED_ROWS, len(self.rows))):
            for column in range(self.width()):
                cell = self.cell(row, column)
                name, colon, value = cell.text.partition(":")
                if colon and folded(name) == wanted:
                    return value.strip(), cell.place
        return None

    def body(self, after: int) -> Iterator[int]:
        """Yield the rows below a header that hold anything."""
        for row in range(after + 1, len(self.rows)):
            if any(plain_text(value) for value in self.rows[row]):
                yield row


def plain_text(value: object) -> str:
    """Write a cell's value as a person would: NFC, single spaces, 8 for 8.0."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(round(value, 10))
    return " ".join(normalize("NFC", str(value)).split())


def folded(text: str) -> str:
    """Fold case, spaces and composition for comparing header words."""
    return " ".join(normalize("NFC", text).casefold().split())


def written_date(text: str) -> date | None:
    """Read dd/MM/yyyy (or ISO) written as text."""
    try:
        if found := _DATE.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return None


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
