"""The head of every sheet: which school, class, level and year; all sheets must say the same."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hocba.adapters.spreadsheets.columns import Findings
from hocba.adapters.spreadsheets.grid import Grid
from hocba.adapters.spreadsheets.layout import HEAD_LABELS
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.regulation import regulation_for
from hocba.core.assessment.spelling import plain_words
from hocba.core.assessment.subjects import CURRENT, catalogue
from hocba.core.errors import HocbaError

_CLASS = re.compile(r"(\d{1,2})([A-ZĐ][A-ZĐ0-9.\-]{0,7}|[.\-/]\d{1,2})")
_YEAR = re.compile(r"(20\d\d)[-–—/](20\d\d)")
_SCHOOL_ROWS = 5


@dataclass(frozen=True, slots=True)
class Heading:
    """What the workbook is about; `regulation_name` is the circular that governs it."""

    school_code: str
    school_name: str
    class_name: str
    grade: int
    school_year: str
    school_level: str
    regulation_name: str


def read_heading(main: Grid, grids: Iterable[Grid], findings: Findings) -> Heading | None:
    """Read DanhSach's head and compare the others with it; None when it cannot be understood."""
    values: dict[str, str] = {}
    for key, (title, labels) in HEAD_LABELS.items():
        cell = main.labelled(labels)
        values[key] = _CLEANED[key](cell.text) if cell else ""
        if not values[key]:
            place = cell.place if cell else Place(main.name)
            found = cell.text if cell else ""
            findings.append(
                Finding("workbook.head", Severity.BLOCK, place, found=found, expected=title)
            )
    if not all(values.values()):
        return None
    _compare(values, main, grids, findings)
    return _governed(values, main, findings)


def _compare(
    values: Mapping[str, str], main: Grid, grids: Iterable[Grid], findings: Findings
) -> None:
    for grid in grids:
        for key, (_, labels) in HEAD_LABELS.items():
            cell = grid.labelled(labels) if grid is not main else None
            if cell and (_CLEANED[key](cell.text) or cell.text) != values[key]:
                findings.append(
                    Finding(
                        "workbook.sheet_of_other",
                        Severity.BLOCK,
                        cell.place,
                        found=cell.text,
                        expected=values[key],
                    )
                )


def _governed(values: Mapping[str, str], main: Grid, findings: Findings) -> Heading | None:
    """The level must be known and a circular must govern its grade in that year."""
    level, year = values["school_level"], values["school_year"]
    grade = written_grade(values["class_name"])
    try:
        catalogue(level)
        regulation = regulation_for(school_level=level, grade=grade, school_year=year)
        if regulation.programme != CURRENT:  # the layout has no columns for the older circulars
            raise HocbaError("assessment.no_regulation")
    except HocbaError as refusal:
        code = (
            "workbook.level"
            if refusal.code == "assessment.level_unknown"
            else "workbook.no_regulation"
        )
        found = level if code == "workbook.level" else f"lớp {values['class_name']}, {year}"
        findings.append(
            Finding(code, Severity.BLOCK, Place(main.name), found=found, expected="THCS, THPT")
        )
        return None
    return Heading(
        school_code=values["school_code"],
        school_name=_school_name(main),
        class_name=values["class_name"],
        grade=grade,
        school_year=year,
        school_level=level,
        regulation_name=regulation.name,
    )


def _school_name(grid: Grid) -> str:
    for cell in grid.head():
        if cell.row < _SCHOOL_ROWS and plain_words(cell.text).startswith("truong "):
            return cell.text
    return ""


def written_class(text: str) -> str:
    """Return a class's name as it is kept ("9a1" → "9A1"), or "" when it is none."""
    name = "".join(text.split()).upper()
    return name if _CLASS.fullmatch(name) else ""


def written_grade(class_name: str) -> int:
    """Return the grade with which a class's name begins, or 0."""
    matched = _CLASS.fullmatch(class_name)
    return int(matched[1]) if matched else 0


def written_year(text: str) -> str:
    """Return a school year as it is kept ("2024 - 2025" → "2024-2025"), or "" when it is none."""
    found = _YEAR.fullmatch("".join(text.split()))
    if found is None or int(found[2]) != int(found[1]) + 1:
        return ""
    return f"{found[1]}-{found[2]}"


def _level(text: str) -> str:
    words = plain_words(text)
    return _LEVELS.get(words, text.upper())


def _code(text: str) -> str:
    return "".join(text.split())


_LEVELS = {"trung hoc co so": "THCS", "trung hoc pho thong": "THPT"}
_CLEANED: Mapping[str, Callable[[str], str]] = {
    "class_name": written_class,
    "school_year": written_year,
    "school_level": _level,
    "school_code": _code,
}
