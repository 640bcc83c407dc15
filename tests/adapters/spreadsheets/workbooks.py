"""The sample workbooks, changed cell by cell, and a short way to ask what is found in them."""

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

from hocba.adapters.spreadsheets import WorkbookReading, read_class_workbook
from hocba.adapters.spreadsheets.check import check_workbook
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.regulation import Regulation, regulation_for

EXAMPLES = Path(__file__).parents[3] / "examples"
GOOD = EXAMPLES / "so-diem-9A1.xlsx"
FAULTY = EXAMPLES / "so-diem-9A2-loi.xlsx"

Change = Callable[[Workbook], None]


@cache
def _good_book() -> Workbook:
    return openpyxl.load_workbook(GOOD)


def with_cells(cells: Mapping[tuple[str, str], Any]) -> bytes:
    """Return the good workbook with these cells set; quick, since the book is loaded once."""
    book = _good_book()
    before = {(sheet, cell): book[sheet][cell].value for sheet, cell in cells}
    formats = {(sheet, cell): book[sheet][cell].number_format for sheet, cell in cells}
    try:
        for (sheet, cell), value in cells.items():
            book[sheet][cell] = value
        return saved(book)
    finally:
        for (sheet, cell), value in before.items():
            book[sheet][cell] = value
            book[sheet][cell].number_format = formats[sheet, cell]


def changed(change: Change) -> bytes:
    """Return the good workbook after a change of its sheets."""
    book = openpyxl.load_workbook(GOOD)  # a pickled copy would lose hidden rows
    change(book)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(
    data: bytes,
    *,
    parts: Mapping[str, bytes] | None = None,
    edit: Callable[[str, bytes], bytes] = lambda _, content: content,
) -> bytes:
    """Return an archive with parts edited and added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, edit(entry.filename, old.read(entry)))
        for name, content in (parts or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def read(data: bytes, filename: str = "so-diem.xlsx") -> WorkbookReading:
    """Read a workbook."""
    return read_class_workbook(data, filename=filename)


def regulation() -> Regulation:
    """Return the circular of the samples."""
    return regulation_for(school_level="THCS", grade=9, school_year="2024-2025")


def found_in(data: bytes, filename: str = "so-diem.xlsx") -> tuple[Finding, ...]:
    """Return everything found in a workbook, read and checked."""
    reading = read(data, filename)
    if reading.workbook is None:
        return reading.findings
    return (*reading.findings, *check_workbook(reading.workbook, regulation=regulation()))


@cache
def found_in_good() -> frozenset[Finding]:
    """Return what is found in the good workbook as it is (warnings only)."""
    return frozenset(found_in(GOOD.read_bytes()))


def news_in(data: bytes) -> list[Finding]:
    """Return what is found beyond what the good workbook has anyway."""
    return [finding for finding in found_in(data) if finding not in found_in_good()]


def told(findings: list[Finding] | tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    """Return code, sheet and cell of each finding."""
    return [(one.code, one.place.sheet, one.place.cell) for one in findings]


def blocked_students(findings: tuple[Finding, ...] | list[Finding]) -> set[str]:
    """Return the codes of the students who cannot go on."""
    return {one.student_code for one in findings if one.severity is Severity.BLOCK}
