"""From bytes to a class workbook, or to the reasons why not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hocba.adapters.spreadsheets.assignments import staffing
from hocba.adapters.spreadsheets.columns import Findings, kind_of_list
from hocba.adapters.spreadsheets.grid import Grid, grid_of
from hocba.adapters.spreadsheets.heading import Heading, read_heading
from hocba.adapters.spreadsheets.homeroom import homeroom_rows
from hocba.adapters.spreadsheets.layout import ASSIGNMENTS, HOMEROOM, LISTS, STUDENTS
from hocba.adapters.spreadsheets.sandbox import UnreadableWorkbookError, read_cells
from hocba.adapters.spreadsheets.source_file import file_problem
from hocba.adapters.spreadsheets.students import student_rows
from hocba.adapters.spreadsheets.subjects import subject_sheets
from hocba.adapters.spreadsheets.values import ClassWorkbook, WorkbookReading
from hocba.core.assessment.findings import Finding, Place, Severity

_UNNAMED = re.compile(r"(?:sheet|trang|trang_tính|bảng)\s*\d+", re.IGNORECASE)


def read_class_workbook(data: bytes, *, filename: str) -> WorkbookReading:
    """Read a school's "Sổ theo dõi và đánh giá học sinh" of one class (.xlsx).

    1. The container is looked at, unopened. 2. A child process parses it. 3. The three lists are
    found by name or by headers. 4. The head says which class and year; every sheet must agree.
    5. Lists and subject sheets are read. Without a workbook the findings say what the file lacks.
    """
    # (1)
    problem = file_problem(data, filename=filename)
    if problem is not None:
        return WorkbookReading(None, (problem,))
    # (2)
    try:
        sheets = read_cells(data)
    except UnreadableWorkbookError as error:
        return WorkbookReading(None, (Finding(error.code, Severity.BLOCK),))
    findings: Findings = []
    _look_at_sheets(sheets, findings)
    # (3)
    grids = [grid_of(sheet) for sheet in sheets]
    lists, others = _sorted_out(grids, findings)
    if _blocked(findings):
        return WorkbookReading(None, tuple(findings))
    # (4)
    heading = read_heading(lists[STUDENTS.name], grids, findings)
    if heading is None:
        return WorkbookReading(None, tuple(findings))
    # (5)
    workbook = _workbook(_Source(sha256(data).hexdigest(), lists, others), heading, findings)
    return WorkbookReading(workbook, tuple(findings))


@dataclass(frozen=True, slots=True)
class _Source:
    digest: str
    lists: Mapping[str, Grid]
    others: Sequence[Grid]


def _workbook(source: _Source, heading: Heading, findings: Findings) -> ClassWorkbook | None:
    level, grade = heading.school_level, heading.grade
    students = student_rows(source.lists[STUDENTS.name], heading.school_year, findings)
    staff = staffing(
        source.lists[ASSIGNMENTS.name], school_level=level, grade=grade, findings=findings
    )
    homeroom = homeroom_rows(source.lists[HOMEROOM.name], findings)
    sheets = subject_sheets(source.others, heading, findings)
    if students is None or staff is None or homeroom is None:
        return None
    return ClassWorkbook(
        digest=source.digest,
        school_code=heading.school_code,
        school_name=heading.school_name,
        class_name=heading.class_name,
        grade=grade,
        school_year=heading.school_year,
        school_level=level,
        students=tuple(students),
        assignments=tuple(staff.assignments),
        homeroom_teacher=staff.heads.get("homeroom_teacher"),
        principal=staff.heads.get("principal"),
        sheets=tuple(sheets),
        homeroom=tuple(homeroom),
    )


def _look_at_sheets(sheets: Sequence[Mapping[str, Any]], findings: Findings) -> None:
    """Report sheets that reach too far, and what is hidden from the eyes of who signs."""
    for sheet in sheets:
        name = sheet["name"]
        if sheet["too_large"]:
            place = Place(name, sheet["too_large"])
            findings.append(Finding("workbook.sheet_too_large", Severity.BLOCK, place))
        if sheet["hidden"]:
            findings.append(Finding("workbook.sheet_hidden", Severity.WARN, Place(name)))
        elif sheet["hidden_cell"]:
            place = Place(name, sheet["hidden_cell"])
            findings.append(Finding("workbook.cells_hidden", Severity.WARN, place))


def _sorted_out(grids: Sequence[Grid], findings: Findings) -> tuple[dict[str, Grid], list[Grid]]:
    """Tell the three lists from the rest; each must be there once."""
    lists: dict[str, Grid] = {}
    others: list[Grid] = []
    for grid in grids:
        layout = kind_of_list(grid)
        if layout is None:
            if grid.cells or not _UNNAMED.fullmatch(grid.name):
                others.append(grid)
        elif layout.name in lists:
            findings.append(
                Finding(
                    "workbook.sheet_twice",
                    Severity.BLOCK,
                    Place(grid.name),
                    found=grid.name,
                    expected=lists[layout.name].name,
                )
            )
        else:
            lists[layout.name] = grid
    for layout in LISTS:
        if layout.name not in lists:
            findings.append(Finding("workbook.sheet_missing", Severity.BLOCK, expected=layout.name))
    return lists, others


def _blocked(findings: Findings) -> bool:
    return any(finding.severity is Severity.BLOCK for finding in findings)
