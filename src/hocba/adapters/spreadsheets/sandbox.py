"""The parser's cell: a workbook is parsed in a child process bounded in memory, time and output.

This file is both sides. Run as a script it reads a workbook from standard input and writes its
cells as JSON; it imports nothing of the project, so that the child starts fast and knows nothing.
Values come from python-calamine; what calamine does not tell (formulas, error values, hidden rows,
how far a sheet reaches) comes from a streaming scan of the sheets' XML, before calamine allocates.
"""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from posixpath import join, normpath
from typing import Any
from xml.parsers import expat  # noqa: S407 - any DOCTYPE is refused before an entity could expand

MEMORY_BYTES = 768 * 1024 * 1024
SECONDS = 20
MAX_SHEETS, MAX_ROWS, MAX_COLUMNS = 60, 1000, 200
MAX_CELLS, MAX_TEXT = 100_000, 5_000_000
_CHUNK = 64 * 1024


class UnreadableWorkbookError(Exception):
    """The child could not read the file; `code` says whether it is broken or breaks a bound."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_cells(data: bytes, *, most_rows: int = MAX_ROWS) -> list[dict[str, Any]]:
    """Return the sheets: name, hidden, too_large, formulas, errors, hidden_cell, cells.

    A sheet that reaches beyond `most_rows` is told as too large and not read.

    A cell is [row, column, kind, text], counted from 0; kinds are s(tring), n(umber), d(ate),
    b(oolean), t(ime). Formulas and errors are A1 names; too_large and hidden_cell one such or "".

    Raises:
        UnreadableWorkbookError: "workbook.unreadable" or "workbook.too_heavy".
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own file, the data on standard input
            [sys.executable, "-I", __file__, str(most_rows)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired as late:
        raise UnreadableWorkbookError("workbook.too_heavy") from late
    if done.returncode != 0:
        raise UnreadableWorkbookError(
            "workbook.unreadable" if done.returncode == _BROKEN else "workbook.too_heavy"
        )
    sheets: list[dict[str, Any]] = json.loads(done.stdout)
    return sheets


_BROKEN, _HEAVY = 3, 4


class _TooHeavyError(Exception):
    """A bound is broken."""


def child() -> int:
    """Parse standard input under the limits; return the exit code."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        sheets = _sheets(sys.stdin.buffer.read(), int(sys.argv[1]))
        sys.stdout.write(json.dumps(sheets, ensure_ascii=False))
    except (_TooHeavyError, MemoryError, RecursionError):
        return _HEAVY
    except Exception:  # noqa: BLE001 - whatever a hostile file provokes, the answer is "broken"
        return _BROKEN
    return 0


def _sheets(data: bytes, most_rows: int) -> list[dict[str, Any]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with zipfile.ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            _drain(archive, entry)
        files = _sheet_files(archive)
        scans = {name: _scan(archive, path, most_rows) for name, path in files.items()}
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    about_sheets = [
        about for about in workbook.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet
    ]
    if len(about_sheets) > MAX_SHEETS:
        raise _TooHeavyError
    sheets, left = [], [MAX_CELLS, MAX_TEXT]
    for about in about_sheets:
        scan = scans[about.name]
        cells: list[list[Any]] = []
        if not scan.too_large:
            rows = workbook.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
            cells = list(_filled(rows, left))
        sheets.append(
            {
                "name": about.name,
                "hidden": about.visible != SheetVisibleEnum.Visible,
                "too_large": scan.too_large,
                "formulas": scan.formulas,
                "errors": scan.errors,
                "hidden_cell": scan.hidden_cell,
                "cells": cells,
            }
        )
    return sheets


def _drain(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack once into nothing: a size that lies fails here, on Python's own check of the CRC."""
    with archive.open(entry) as file:
        while file.read(_CHUNK):
            pass


def _filled(rows: list[list[Any]], left: list[int]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value == "" or value is None:
                continue
            kind, text = _plain(value)
            left[0] -= 1
            left[1] -= len(text)
            if min(left) < 0:
                raise _TooHeavyError
            yield [number, column, kind, text]


def _plain(value: Any) -> tuple[str, str]:
    """Kind and text; numbers with the 15 digits that Excel itself shows, so 8.2 stays 8.2."""
    if isinstance(value, bool):
        return "b", str(value).upper()
    if isinstance(value, int | float):
        return "n", format(value, ".15g")
    if isinstance(value, datetime):
        return "d", value.date().isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    if isinstance(value, time | timedelta):
        return "t", str(value)
    return "s", str(value)


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → path of its XML inside the archive."""
    targets: dict[str, str] = {}
    names: list[tuple[str, str]] = []

    def relation(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship":
            target = attributes["Target"]
            path = target.lstrip("/") if target.startswith("/") else join("xl", target)
            targets[attributes["Id"]] = normpath(path)

    def sheet(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet":
            names.append((attributes["name"], attributes["id"]))

    _walk(archive, "xl/_rels/workbook.xml.rels", relation)
    _walk(archive, "xl/workbook.xml", sheet)
    return {name: targets[identifier] for name, identifier in names}


class _Scan:
    """What one sheet's XML tells beyond values; positions may be left implicit by the writer."""

    def __init__(self, most_rows: int) -> None:
        self._most_rows = most_rows
        self.too_large = ""
        self.formulas: list[str] = []
        self.errors: list[str] = []
        self.hidden_cell = ""
        self._row = self._column = 0
        self._row_hidden = self._is_error = False
        self._hidden_columns: list[range] = []

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            self._row_hidden = attributes.get("hidden") in ("1", "true")
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self._hidden_columns.append(range(int(attributes["min"]), int(attributes["max"]) + 1))
        elif tag == "c":
            self._column += 1
            self._is_error = attributes.get("t") == "e"
            if reference := attributes.get("r"):
                self._column = _column_number(reference)
        elif tag in ("v", "f", "is") and self._row:
            self._filled(tag)

    def _filled(self, tag: str) -> None:
        reference = f"{_letters(self._column)}{self._row}"
        if self._row > self._most_rows or self._column > MAX_COLUMNS:
            self.too_large = self.too_large or reference
        if tag == "f":
            self.formulas.append(reference)
        elif self._is_error:
            self.errors.append(reference)
        if max(len(self.formulas), len(self.errors)) > MAX_CELLS:
            raise _TooHeavyError
        hidden = self._row_hidden or any(self._column in one for one in self._hidden_columns)
        if hidden and not self.hidden_cell:
            self.hidden_cell = reference


def _scan(archive: zipfile.ZipFile, path: str, most_rows: int) -> _Scan:
    scan = _Scan(most_rows)
    _walk(archive, path, scan.element)
    return scan


def _walk(archive: zipfile.ZipFile, path: str, start: Any) -> None:
    """Stream one part through expat: local names only, no DOCTYPE, nothing kept in memory."""
    parser = expat.ParserCreate()

    def element(tag: str, attributes: dict[str, str]) -> None:
        start(
            tag.rpartition(":")[2],
            {name.rpartition(":")[2]: value for name, value in attributes.items()},
        )

    def doctype(*_: object) -> None:
        raise ValueError("DOCTYPE")

    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = doctype
    with archive.open(path) as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _column_number(reference: str) -> int:
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        raise ValueError(reference)
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


if __name__ == "__main__":
    sys.exit(child())
