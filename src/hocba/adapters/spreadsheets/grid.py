"""A sheet as a grid of cells whose columns are found by header words, wherever they stand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import category, normalize

from hocba.core.assessment.findings import Place
from hocba.core.assessment.spelling import plain_words

_DATE = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_NOT_TEXT = ("Cc", "Cf", "Cs", "Co", "Cn")
SCANNED_ROWS = 30
ERROR_TEXT = "#LỖI!"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text (NFC, single spaces), what kind Excel holds it for, its place.

    Kinds are those of `sandbox`, e(rror), and "" when nothing stands here. `formula` says that the
    text is only what Excel last computed.
    """

    row: int
    column: int
    text: str
    kind: str
    place: Place
    formula: bool = False

    @property
    def date(self) -> date | None:
        """The date that stands here, as an Excel date or written out (dd/mm/yyyy, ISO)."""
        return written_date(self.text) if self.kind in ("d", "s") else None

    @property
    def shown(self) -> str:
        """The text as a Vietnamese reader writes it: comma decimals, dd/mm/yyyy."""
        if self.kind == "n":
            return self.text.replace(".", ",")
        if self.kind == "d" and (day := written_date(self.text)):
            return f"{day:%d/%m/%Y}"
        return self.text if len(self.text) <= 80 else f"{self.text[:79]}…"


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: only the filled cells are kept."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    height: int
    width: int

    def cell(self, row: int, column: int) -> Cell:
        """Return the cell (counted from 0); one that is not filled has an empty text."""
        known = self.cells.get((row, column))
        return known or Cell(row, column, "", "", Place(self.name, cell_name(row, column)))

    def head(self) -> Iterator[Cell]:
        """Yield the filled cells of the first rows, where titles and headers stand."""
        for (row, _), cell in self.cells.items():
            if row < SCANNED_ROWS:
                yield cell

    def row(self, number: int) -> Iterator[Cell]:
        """Yield the filled cells of one row, left to right."""
        for column in range(self.width):
            if cell := self.cells.get((number, column)):
                yield cell

    def labelled(self, labels: Sequence[str]) -> Cell | None:
        """Return the cell of the head that says "label: value", with the value as its text."""
        for cell in self.head():
            name, colon, value = cell.text.partition(":")
            if colon and plain_words(name) in labels:
                text = value.strip()
                if not text:
                    return self.cell(cell.row, cell.column + 1)
                return Cell(cell.row, cell.column, text, cell.kind, cell.place)
        return None


def grid_of(sheet: Mapping[str, Any]) -> Grid:
    """Build a grid from one sheet of the sandbox."""
    name, formulas = sheet["name"], set(sheet["formulas"])
    cells = {}
    for row, column, kind, raw in sheet["cells"]:
        text = clean_text(raw)
        place = Place(name, cell_name(row, column))
        if text or place.cell in formulas:
            cells[row, column] = Cell(row, column, text, kind, place, place.cell in formulas)
    # A formula that no program has computed yet, or an error value, would look empty.
    for reference in (formulas | set(sheet["errors"])) - {one.place.cell for one in cells.values()}:
        row, column = _position(reference)
        text = ERROR_TEXT if reference in sheet["errors"] else ""
        place = Place(name, reference)
        cells[row, column] = Cell(row, column, text, "e", place, reference in formulas)
    return Grid(
        name=name,
        cells=dict(sorted(cells.items())),
        height=max((row for row, _ in cells), default=-1) + 1,
        width=max((column for _, column in cells), default=-1) + 1,
    )


def clean_text(text: str) -> str:
    """Compose (NFC), drop invisible marks of copied text, keep single spaces."""
    return " ".join(normalize("NFC", text).translate(_INVISIBLE).split())


def strange_characters(text: str) -> str:
    """Return the control, direction and unassigned characters of a cleaned text, as U+ numbers."""
    strange = sorted({letter for letter in text if category(letter) in _NOT_TEXT})
    return " ".join(f"U+{ord(letter):04X}" for letter in strange)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: case, spaces, the seat of a tone (hòa, hoà) aside."""
    return _name_key(one) == _name_key(other)


def _name_key(name: str) -> list[str]:
    words = []
    for word in normalize("NFD", name.casefold()).split():
        tones = "".join(sorted(letter for letter in word if letter in _TONES))
        words.append("".join(letter for letter in word if letter not in _TONES) + tones)
    return words


_TONES = "\u0300\u0301\u0303\u0309\u0323"


def written_date(text: str) -> date | None:
    """Read dd/mm/yyyy (or ISO); None for anything else or a day that does not exist."""
    try:
        if found := _DATE.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return None


def cell_name(row: int, column: int) -> str:
    """(0, 0) → A1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _position(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :]) - 1, column - 1
