"""GVCN: conduct, absences, award and remark of each student, as the homeroom teacher wrote them."""

from collections.abc import Mapping

from hocba.adapters.spreadsheets.columns import Findings, body, find_header, unheaded_columns
from hocba.adapters.spreadsheets.grid import Cell, Grid
from hocba.adapters.spreadsheets.layout import HOMEROOM
from hocba.adapters.spreadsheets.texts import TextReader
from hocba.adapters.spreadsheets.values import HomeroomRow
from hocba.core.assessment.marks import LEVEL_WORDS, Level
from hocba.core.assessment.spelling import plain_words

_SHORT = {"t": Level.GOOD, "k": Level.FAIR, "d": Level.ACHIEVED, "cd": Level.NOT_ACHIEVED}
_LEVELS = {plain_words(word): level for level, word in LEVEL_WORDS.items()} | _SHORT
_MOST_SESSIONS = 300  # a school year has 35 weeks of at most 6 sessions on the one-session plan
_JUDGED = ("conduct_first", "conduct_second", "absences_excused", "absences_unexcused", "remark")


def homeroom_rows(grid: Grid, findings: Findings) -> list[HomeroomRow] | None:
    """Read the sheet; None when its header cannot be understood."""
    header = find_header(grid, HOMEROOM, findings)
    if header is None:
        return None
    findings += unheaded_columns(grid, header, [header.row])
    return [_homeroom(header.cells(grid, row, HOMEROOM), findings) for row in body(grid, header)]


def _homeroom(cells: Mapping[str, Cell], findings: Findings) -> HomeroomRow:
    code, name = cells["student_code"].text, cells["full_name"].text
    read = TextReader(code, name, findings)
    values = {
        "conduct_first": _level(cells["conduct_first"], read),
        "conduct_second": _level(cells["conduct_second"], read),
    }
    counts = {
        "absences_excused": _count(cells["absences_excused"], read),
        "absences_unexcused": _count(cells["absences_unexcused"], read),
    }
    known = {key for key, value in (values | counts).items() if value is not None}
    known |= {"remark"} if not cells["remark"].formula else set()
    return HomeroomRow(
        student_code=code,
        full_name=name,
        conduct_first=values["conduct_first"],
        conduct_second=values["conduct_second"],
        absences_excused=counts["absences_excused"],
        absences_unexcused=counts["absences_unexcused"],
        award=read.text(cells["award"], limit=300),
        remark=read.text(cells["remark"], limit=1000),
        place=cells["student_code"].place,
        cells={key: cell.place for key, cell in cells.items()},
        unreadable=frozenset(_written(cells) - known),
    )


def _written(cells: Mapping[str, Cell]) -> set[str]:
    return {key for key in _JUDGED if cells[key].text or cells[key].formula}


def _level(cell: Cell, read: TextReader) -> Level | None:
    if cell.formula:
        read.report("cell.formula", cell)
        return None
    level = _LEVELS.get(plain_words(cell.text))
    if cell.text and level is None:
        read.report("conduct.words", cell, expected=", ".join(LEVEL_WORDS.values()))
    return level


def _count(cell: Cell, read: TextReader) -> int | None:
    if cell.formula:
        read.report("cell.formula", cell)
        return None
    if not cell.text:
        return None
    if cell.kind == "d" or not cell.text.isdecimal() or int(cell.text) > _MOST_SESSIONS:
        read.report("absences.number", cell, expected=f"0 – {_MOST_SESSIONS}")
        return None
    return int(cell.text)
