"""The same sheet in Excel: what is seen goes out; what comes in is compared cell by cell first."""

from collections.abc import Iterator
from dataclasses import dataclass

from hocba.adapters.spreadsheets.grid import clean_text, same_name
from hocba.adapters.spreadsheets.term_sheet import TermReading, TermRow, TermSheet
from hocba.apps.gradebook.actions import CellEdit
from hocba.apps.gradebook.grid import REMARK, TERM_WORDS, Sheet, SheetCell, SheetRow, shown
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.marks import AssessmentForm
from hocba.core.assessment.reading import read_mark


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that the file would change."""

    student: str
    title: str
    before: str
    after: str
    edit: CellEdit


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the file would change, and what of it cannot be taken."""

    differences: tuple[Difference, ...]
    problems: tuple[Finding, ...]


def about_sheet(sheet: Sheet) -> dict[str, str]:
    """Return the head of the workbook, by which it is known again."""
    return {
        "Lớp": sheet.frame.class_name,
        "Môn": sheet.frame.subject.name,
        "Học kì": TERM_WORDS[sheet.frame.term].removeprefix("Học kì "),
        "Năm học": sheet.frame.school_year,
    }


def workbook_of(sheet: Sheet) -> TermSheet:
    """Return what is seen: marks, the term's average, the remarks."""
    scored = sheet.frame.form is AssessmentForm.SCORED
    titles = [*(column.title for column in sheet.columns), "ĐTBmhk" if scored else "Mức"]
    return TermSheet(
        about=about_sheet(sheet),
        titles=[*titles, "Nhận xét"],
        rows=[
            [
                str(row.list_number),
                row.student_code,
                row.full_name,
                *(cell.text for cell in row.cells),
                row.average,
                row.remark.text,
            ]
            for row in sheet.rows
        ],
    )


def compare(sheet: Sheet, reading: TermReading) -> Comparison:
    """Compare a file with what stands; nothing is written."""
    by_code = {row.student_code: row for row in sheet.rows}
    differences: list[Difference] = []
    problems = list(reading.findings)
    for line in reading.rows:
        row = by_code.get(line.student_code)
        if row is None or not same_name(row.full_name, line.full_name):
            problems.append(_about("sheet.student_unknown", line, found=line.student_code))
            continue
        for found in _line(sheet, row, line):
            if isinstance(found, Difference):
                differences.append(found)
            else:
                problems.append(found)
    return Comparison(tuple(differences), tuple(problems))


def _line(sheet: Sheet, row: SheetRow, line: TermRow) -> Iterator[Difference | Finding]:
    cells = {cell.column: cell for cell in (*row.cells, row.remark)}
    for key, (typed, place) in line.cells.items():
        cell = cells.get(key)
        if cell is None:
            if clean_text(typed):
                yield _about("sheet.column_surplus", line, found=typed, place=place)
            continue
        text, problem = _read(sheet, key, typed)
        if problem:
            expected = "Đ, CĐ" if sheet.frame.form is AssessmentForm.REMARK else "0 – 10"
            yield _about(problem, line, found=typed, expected=expected, place=place)
        elif text != cell.text:
            yield _difference(row, cell, text, place, line)


def _difference(
    row: SheetRow, cell: SheetCell, text: str, place: Place, line: TermRow
) -> Difference | Finding:
    if not cell.editable:
        return _about("sheet.cell_locked", line, found=cell.title, place=place)
    edit = CellEdit(row.enrolment_id, cell.column, text, cell.version, place)
    return Difference(row.full_name, cell.title, cell.text, text, edit)


def _read(sheet: Sheet, key: str, typed: str) -> tuple[str, str]:
    if key == REMARK:
        return clean_text(typed), ""
    reading = read_mark(typed, form=sheet.frame.form)
    return shown(reading.value), reading.problem


def _about(
    code: str, line: TermRow, *, found: str, expected: str = "", place: Place | None = None
) -> Finding:
    return Finding(
        code,
        Severity.WARN,
        place or Place(),
        line.student_code,
        line.full_name,
        found[:80],
        expected,
    )
