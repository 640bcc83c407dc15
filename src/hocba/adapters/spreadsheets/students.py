"""DanhSach: the students of the class, their particulars, who came and who left during the year."""

import re
from collections.abc import Mapping
from datetime import date

from hocba.adapters.spreadsheets.columns import Findings, body, find_header, unheaded_columns
from hocba.adapters.spreadsheets.grid import Cell, Grid, written_date
from hocba.adapters.spreadsheets.layout import STUDENTS
from hocba.adapters.spreadsheets.texts import TextReader
from hocba.adapters.spreadsheets.values import StudentRow
from hocba.core.assessment.findings import Severity
from hocba.core.assessment.spelling import plain_words

_GENDERS = {"nam": "Nam", "nu": "Nữ"}
_LEFT = re.compile(r"\b(?:chuyen (?:di|truong|lop)|thoi hoc|nghi hoc|bo hoc|roi truong)\b")
_JOINED = re.compile(r"\b(?:chuyen den|tiep nhan|nhap hoc)\b")
_DAY = re.compile(r"\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{4}")
_TEXTS = ("ethnicity", "birth_place", "address", "father_name", "mother_name", "note")


def student_rows(grid: Grid, school_year: str, findings: Findings) -> list[StudentRow] | None:
    """Read the list; None when its header cannot be understood.

    What stands in a cell and says nothing is reported here, what is empty in `identity`.
    """
    header = find_header(grid, STUDENTS, findings)
    if header is None:
        return None
    findings += unheaded_columns(grid, header, [header.row])
    return [
        _student(header.cells(grid, row, STUDENTS), position, school_year, findings)
        for position, row in enumerate(body(grid, header), start=1)
    ]


def _student(
    cells: Mapping[str, Cell], position: int, school_year: str, findings: Findings
) -> StudentRow:
    read = TextReader(cells["student_code"].text, cells["full_name"].text, findings)
    left, joined = _movement(cells["note"], school_year, read)
    texts = {key: read.text(cells[key], limit=300 if key == "address" else 200) for key in _TEXTS}
    born, gender = _birth_date(cells["birth_date"], read), _gender(cells["gender"], read)
    read_as_values = {"birth_date": born, "gender": gender}
    return StudentRow(
        **texts,
        list_number=_list_number(cells["list_number"], position, read),
        student_code=read.text(cells["student_code"], limit=20),
        citizen_id=read.citizen_id(cells["citizen_id"], restored="student.citizen_id_zeros"),
        full_name=read.text(cells["full_name"], limit=200),
        birth_date=born,
        gender=gender,
        left_date=left,
        joined_date=joined,
        place=cells["student_code"].place,
        cells={key: cell.place for key, cell in cells.items()},
        unreadable=frozenset(
            key for key, value in read_as_values.items() if cells[key].text and not value
        ),
    )


def _list_number(cell: Cell, position: int, read: TextReader) -> int:
    """A number that cannot be read gives way to the position in the list."""
    if cell.text.isdecimal() and 0 < int(cell.text) <= 1000:
        return int(cell.text)
    if cell.text and not cell.formula:
        read.report("student.list_number", cell, Severity.WARN, expected=str(position))
    return position


def _birth_date(cell: Cell, read: TextReader) -> date | None:
    read.text(cell, limit=40)
    if cell.text and cell.date is None:
        read.report("student.birth_date", cell, expected="dd/mm/yyyy")
    return cell.date


def _gender(cell: Cell, read: TextReader) -> str:
    gender = _GENDERS.get(plain_words(read.text(cell, limit=20)), "")
    if cell.text and not gender:
        read.report("student.gender", cell, expected="Nam, Nữ")
    return gender


def _movement(cell: Cell, school_year: str, read: TextReader) -> tuple[date | None, date | None]:
    """Read "Chuyển đi ngày …" and "Chuyển đến ngày …"; other notes are shown to a person."""
    words = plain_words(cell.text)
    leaves, joins = _LEFT.search(words), _JOINED.search(words)
    if not words:
        return None, None
    written = _DAY.search(cell.text)
    day = written_date(written[0]) if written else None
    if not leaves and not joins:
        read.report("student.note", cell, Severity.WARN)
        return None, None
    if day is None or not _in_school_year(day, school_year):
        code = "student.left_date" if leaves else "student.joined_date"
        read.report(code, cell, Severity.BLOCK, expected=f"ngày trong năm học {school_year}")
        return None, None
    if leaves and day >= date(int(school_year[-4:]), 6, 1):
        read.report("student.left_after_year", cell, Severity.WARN)
        return None, None
    return (day, None) if leaves else (None, day)


def _in_school_year(day: date, school_year: str) -> bool:
    """From 1 August to 31 July; who leaves in June or July has finished the year all the same."""
    first = int(school_year[:4])
    return date(first, 8, 1) <= day <= date(first + 1, 7, 31)
