"""The three lists of the workbook: DanhSach (students), PhanCong (teachers), GVCN (homeroom)."""

import re
from collections.abc import Iterator, Mapping

from hocba.adapters.spreadsheets.grid import Cell, Grid, folded, written_date
from hocba.adapters.spreadsheets.values import AssignmentRow, HomeroomRow, StaffRow, StudentRow
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.marks import LEVEL_WORDS, AssessmentForm, Level
from hocba.core.assessment.subjects import find_subject

STUDENTS, ASSIGNMENTS, HOMEROOM = "DanhSach", "PhanCong", "GVCN"
CODE = "mã học sinh"
_STUDENT_HEADERS = {
    "list_number": "stt",
    "student_code": CODE,
    "citizen_id": "số định danh cá nhân",
    "full_name": "họ và tên",
    "birth_date": "ngày sinh",
    "gender": "giới tính",
    "ethnicity": "dân tộc",
    "birth_place": "nơi sinh",
    "address": "chỗ ở hiện nay",
    "father_name": "họ tên cha",
    "mother_name": "họ tên mẹ",
    "note": "ghi chú",
}
_STUDENT_TEXTS = set(_STUDENT_HEADERS) - {"list_number", "birth_date"}
_ASSIGNMENT_HEADERS = {
    "subject": "môn học",
    "periods": "số tiết/năm",
    "form": "hình thức đánh giá",
    "teacher": "giáo viên",
    "citizen_id": "số định danh gv",
}
_HOMEROOM_HEADERS = {
    "student_code": CODE,
    "full_name": "họ và tên",
    "conduct_first": "kq rèn luyện hki",
    "conduct_second": "kq rèn luyện hkii",
    "absences_excused": "nghỉ có phép",
    "absences_unexcused": "nghỉ không phép",
    "award": "khen thưởng",
    "remark": "nhận xét của gvcn",
}
_LEFT = re.compile(r"chuyển (?:đi|trường).*?(\d{1,2}[./-]\d{1,2}[./-]\d{4})")
_FORMS = {"điểm số": AssessmentForm.SCORED, "nhận xét": AssessmentForm.REMARK}
_LEVELS = {word.casefold(): level for level, word in LEVEL_WORDS.items()} | {
    "t": Level.GOOD,
    "k": Level.FAIR,
    "đ": Level.ACHIEVED,
    "cđ": Level.NOT_ACHIEVED,
}
Findings = list[Finding]


def columns_of(
    grid: Grid, anchor: str, wanted: Mapping[str, str], findings: Findings
) -> tuple[int, dict[str, int]] | None:
    """Find the header row by its anchor and the wanted columns in it; report what is not there."""
    row = grid.find_header(anchor)
    if row is None:
        findings.append(
            Finding(
                "workbook.header_missing",
                Severity.BLOCK,
                grid.cell(0, 0).place,
                found="",
                expected=anchor.capitalize(),
            )
        )
        return None
    present = grid.headers(row)
    missing = [name for name in wanted.values() if name not in present]
    for name in missing:
        findings.append(
            Finding(
                "workbook.header_missing",
                Severity.BLOCK,
                grid.cell(row, 0).place,
                found=", ".join(present),
                expected=name.capitalize(),
            )
        )
    if missing:
        return None
    return row, {field: present[name] for field, name in wanted.items()}


def student_rows(grid: Grid, findings: Findings) -> Iterator[StudentRow]:
    """Read DanhSach."""
    found = columns_of(grid, CODE, _STUDENT_HEADERS, findings)
    if found is None:
        return
    header, columns = found
    for row in grid.body(header):
        cells = {field: grid.cell(row, column) for field, column in columns.items()}
        if not cells["student_code"].text and not cells["full_name"].text:
            continue
        yield _student(cells, findings)


def _student(cells: Mapping[str, Cell], findings: Findings) -> StudentRow:
    code, name = cells["student_code"].text, cells["full_name"].text
    number = cells["list_number"].text
    born = cells["birth_date"]
    note = cells["note"].text
    if born.date is None:
        findings.append(_about(code, name, "student.birth_date", born, expected="dd/mm/yyyy"))
    if not number.isdecimal():
        findings.append(_about(code, name, "student.list_number", cells["list_number"]))
    left = _LEFT.search(note.casefold())
    texts = {field: cells[field].text for field in _STUDENT_TEXTS}
    return StudentRow(
        **texts,
        list_number=int(number) if number.isdecimal() else 0,
        birth_date=born.date,
        left_date=written_date(left[1]) if left else None,
        place=cells["student_code"].place,
    )


def assignment_rows(
    grid: Grid, school_level: str, findings: Findings
) -> tuple[list[AssignmentRow], dict[str, StaffRow]]:
    """Read PhanCong: the subjects with their teachers, and the lines "GVCN", "Hiệu trưởng"."""
    found = columns_of(grid, "môn học", _ASSIGNMENT_HEADERS, findings)
    rows: list[AssignmentRow] = []
    staff: dict[str, StaffRow] = {}
    if found is None:
        return rows, staff
    header, columns = found
    for row in grid.body(header):
        cells = {field: grid.cell(row, column) for field, column in columns.items()}
        what = cells["subject"]
        if folded(what.text) in ("gvcn", "hiệu trưởng"):
            staff[folded(what.text)] = StaffRow(
                cells["teacher"].text, cells["citizen_id"].text, cells["citizen_id"].place
            )
            continue
        read = _assignment(cells, school_level, findings) if what.text else None
        if read is not None:
            rows.append(read)
    return rows, staff


def _assignment(
    cells: Mapping[str, Cell], school_level: str, findings: Findings
) -> AssignmentRow | None:
    what, periods, form = cells["subject"], cells["periods"].text, cells["form"].text
    subject = find_subject(what.text, school_level=school_level)
    problem: tuple[str, Cell, str] | None = None
    if subject is None:
        problem = "workbook.subject_unknown", what, ""
    elif not periods.isdecimal() or int(periods) == 0:
        problem = "assignment.periods", cells["periods"], ""
    elif _FORMS.get(folded(form)) is not subject.form:
        wanted = next(word for word, value in _FORMS.items() if value is subject.form)
        problem = "assignment.form", cells["form"], wanted.capitalize()
    if problem is not None or subject is None:
        code, cell, expected = problem or ("workbook.subject_unknown", what, "")
        findings.append(
            Finding(code, Severity.BLOCK, cell.place, found=cell.text, expected=expected)
        )
        return None
    return AssignmentRow(
        subject_key=subject.key,
        periods=int(periods),
        form=subject.form,
        teacher_name=cells["teacher"].text,
        teacher_citizen_id=cells["citizen_id"].text,
        place=cells["citizen_id"].place,
    )


def homeroom_rows(grid: Grid, findings: Findings) -> Iterator[HomeroomRow]:
    """Read GVCN."""
    found = columns_of(grid, CODE, _HOMEROOM_HEADERS, findings)
    if found is None:
        return
    header, columns = found
    for row in grid.body(header):
        cells = {field: grid.cell(row, column) for field, column in columns.items()}
        code, name = cells["student_code"].text, cells["full_name"].text
        if not code and not name:
            continue
        yield HomeroomRow(
            student_code=code,
            full_name=name,
            conduct_first=_level(cells["conduct_first"], code, name, findings),
            conduct_second=_level(cells["conduct_second"], code, name, findings),
            absences_excused=_count(cells["absences_excused"], code, name, findings),
            absences_unexcused=_count(cells["absences_unexcused"], code, name, findings),
            award=cells["award"].text,
            remark=cells["remark"].text,
            place=cells["student_code"].place,
            cells={field: cell.place for field, cell in cells.items()},
        )


def _level(cell: Cell, code: str, name: str, findings: Findings) -> Level | None:
    level = _LEVELS.get(folded(cell.text))
    if cell.text and level is None:
        findings.append(
            _about(code, name, "conduct.words", cell, expected="Tốt, Khá, Đạt, Chưa đạt")
        )
    return level


def _count(cell: Cell, code: str, name: str, findings: Findings) -> int | None:
    if not cell.text:
        return None
    if not cell.text.isdecimal() or int(cell.text) > 400:
        findings.append(_about(code, name, "absences.number", cell, expected="0, 1, 2, …"))
        return None
    return int(cell.text)


def _about(code: str, name: str, what: str, cell: Cell, *, expected: str = "") -> Finding:
    return Finding(
        what,
        Severity.BLOCK,
        cell.place,
        student_code=code,
        student_name=name,
        found=cell.text,
        expected=expected,
    )
