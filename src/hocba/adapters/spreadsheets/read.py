"""From bytes to a class workbook, or to the reasons why not."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from hocba.adapters.spreadsheets import lists
from hocba.adapters.spreadsheets.grid import Grid, folded
from hocba.adapters.spreadsheets.sandbox import UnreadableWorkbookError, read_cells
from hocba.adapters.spreadsheets.source_file import file_problem, formula_cells
from hocba.adapters.spreadsheets.subject_sheet import find_columns, mark_rows
from hocba.adapters.spreadsheets.values import ClassWorkbook, SubjectSheet, WorkbookReading
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.subjects import find_subject

_CLASS = re.compile(r"(6|7|8|9|10|11|12)[A-ZĐ0-9.]{1,8}")
_YEAR = re.compile(r"20\d\d-20\d\d")
_LISTS = (lists.STUDENTS, lists.ASSIGNMENTS, lists.HOMEROOM)


def read_class_workbook(data: bytes, *, filename: str) -> WorkbookReading:
    """Read a school's "Sổ theo dõi và đánh giá học sinh" of one class (.xlsx).

    Without a workbook, the findings say what the file is or lacks. `filename` is only looked at
    for its ending.
    """
    problem = file_problem(data)
    if problem is None and filename.lower().endswith((".xls", ".xlsm", ".xlsb", ".csv")):
        problem = _stop("workbook.not_xlsx", found=filename[-60:])
    if problem is not None:
        return WorkbookReading(None, (problem,))
    try:
        sheets = read_cells(data)
    except UnreadableWorkbookError:
        return WorkbookReading(None, (_stop("workbook.unreadable"),))
    findings: list[Finding] = []
    for sheet in sheets:
        if sheet["too_large"]:
            findings.append(_stop("workbook.sheet_too_large", place=Place(sheet["name"])))
        if sheet["hidden"]:
            findings.append(Finding("workbook.sheet_hidden", Severity.WARN, Place(sheet["name"])))
    grids = {folded(sheet["name"]): Grid(sheet["name"], sheet["rows"]) for sheet in sheets}
    for name in _LISTS:
        if folded(name) not in grids:
            findings.append(_stop("workbook.sheet_missing", expected=name))
    if any(finding.severity is Severity.BLOCK for finding in findings):
        return WorkbookReading(None, tuple(findings))
    workbook = _workbook(data, grids, findings)
    return WorkbookReading(workbook, tuple(findings))


def _stop(code: str, *, place: Place = Place(), found: str = "", expected: str = "") -> Finding:  # noqa: B008 - a frozen value
    return Finding(code, Severity.BLOCK, place, found=found, expected=expected)


def _workbook(
    data: bytes, grids: Mapping[str, Grid], findings: list[Finding]
) -> ClassWorkbook | None:
    head = _head(grids, findings)
    if head is None:
        return None
    level = head["school_level"]
    students = tuple(lists.student_rows(grids[folded(lists.STUDENTS)], findings))
    assignments, staff = lists.assignment_rows(grids[folded(lists.ASSIGNMENTS)], level, findings)
    homeroom = tuple(lists.homeroom_rows(grids[folded(lists.HOMEROOM)], findings))
    sheets = _subject_sheets(data, grids, level, findings)
    if any(finding.code == "workbook.header_missing" for finding in findings):
        return None
    return ClassWorkbook(
        digest=sha256(data).hexdigest(),
        school_code=head["school_code"],
        school_name=head["school_name"],
        class_name=head["class_name"],
        grade=int(_CLASS.fullmatch(head["class_name"])[1]),  # type: ignore[index] # matched in _head
        school_year=head["school_year"],
        school_level=level,
        students=students,
        assignments=tuple(assignments),
        homeroom_teacher=staff.get("gvcn"),
        principal=staff.get("hiệu trưởng"),
        sheets=sheets,
        homeroom=homeroom,
    )


def _head(grids: Mapping[str, Grid], findings: list[Finding]) -> dict[str, str] | None:
    """Class, year, level and school from the head of DanhSach; every sheet must say the same."""
    labels = {
        "class_name": "Lớp",
        "school_year": "Năm học",
        "school_level": "Cấp học",
        "school_code": "Mã trường",
    }
    main = grids[folded(lists.STUDENTS)]
    head = {"school_name": _school_name(main)}
    for field, label in labels.items():
        value, place = main.labelled(label) or ("", Place(main.name))
        shape = {"class_name": _CLASS, "school_year": _YEAR}.get(field)
        if not value or (shape is not None and not shape.fullmatch(value)):
            findings.append(_stop("workbook.head", place=place, found=value, expected=label))
            return None
        head[field] = value
        for grid in grids.values():
            other = grid.labelled(label)
            if other is not None and other[0] != value:
                findings.append(
                    _stop("workbook.sheet_of_other", place=other[1], found=other[0], expected=value)
                )
    if head["school_level"] != "THCS":
        findings.append(_stop("workbook.level", found=head["school_level"], expected="THCS"))
        return None
    return head


def _school_name(grid: Grid) -> str:
    for row in range(5):
        text = grid.cell(row, 0).text
        if folded(text).startswith("trường"):
            return text
    return ""


def _subject_sheets(
    data: bytes, grids: Mapping[str, Grid], level: str, findings: list[Finding]
) -> tuple[SubjectSheet, ...]:
    formulas = formula_cells(data)
    sheets: list[SubjectSheet] = []
    for key, grid in grids.items():
        if key in {folded(name) for name in _LISTS}:
            continue
        subject = find_subject(grid.name, school_level=level)
        if subject is None:
            findings.append(
                _stop("workbook.subject_unknown", place=Place(grid.name), found=grid.name)
            )
            continue
        if _twice(sheets, subject.key):
            findings.append(
                _stop("workbook.subject_twice", place=Place(grid.name), found=grid.name)
            )
            continue
        columns = find_columns(grid, findings)
        if columns is not None:
            rows = mark_rows(
                grid, columns, subject.form, formulas.get(grid.name, frozenset()), findings
            )
            sheets.append(SubjectSheet(subject.key, grid.name, tuple(rows)))
    return tuple(sheets)


def _twice(sheets: Sequence[SubjectSheet], key: str) -> bool:
    return any(sheet.subject_key == key for sheet in sheets)
