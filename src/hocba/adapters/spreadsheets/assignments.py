"""PhanCong: who teaches what, how many periods, in which form; homeroom teacher and principal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hocba.adapters.spreadsheets.columns import Findings, find_header
from hocba.adapters.spreadsheets.grid import Cell, Grid
from hocba.adapters.spreadsheets.layout import ASSIGNMENTS, STAFF_LINES
from hocba.adapters.spreadsheets.texts import TextReader
from hocba.adapters.spreadsheets.values import AssignmentRow, StaffRow
from hocba.core.assessment.findings import Severity
from hocba.core.assessment.marks import AssessmentForm
from hocba.core.assessment.spelling import plain_words
from hocba.core.assessment.subjects import find_subject

_FORMS = {
    "diem so": AssessmentForm.SCORED,
    "cho diem": AssessmentForm.SCORED,
    "nhan xet ket hop diem so": AssessmentForm.SCORED,
    "nhan xet": AssessmentForm.REMARK,
    "danh gia bang nhan xet": AssessmentForm.REMARK,
}
_FORM_WORDS = {AssessmentForm.SCORED: "Điểm số", AssessmentForm.REMARK: "Nhận xét"}
_MOST_PERIODS = 1000


@dataclass(slots=True)
class Staffing:
    """What PhanCong says."""

    assignments: list[AssignmentRow] = field(default_factory=list)
    heads: dict[str, StaffRow] = field(default_factory=dict)


def staffing(grid: Grid, *, school_level: str, grade: int, findings: Findings) -> Staffing | None:
    """Read the sheet; None when its header cannot be understood."""
    header = find_header(grid, ASSIGNMENTS, findings)
    if header is None:
        return None
    read, found = TextReader("", "", findings), Staffing()
    for row in range(header.row + 1, grid.height):
        cells = header.cells(grid, row, ASSIGNMENTS)
        if not cells["subject"].text:
            continue
        words = plain_words(cells["subject"].text)
        head = next((key for key, (_, known) in STAFF_LINES.items() if words in known), "")
        if head:
            found.heads[head] = StaffRow(
                read.text(cells["teacher"], limit=200),
                read.citizen_id(cells["citizen_id"], restored="staff.citizen_id_zeros"),
                cells["citizen_id"].place,
            )
        elif any(cells[key].text for key in ("periods", "form", "teacher", "citizen_id")):
            assignment = _assignment(cells, school_level, grade, read)
            found.assignments += [assignment] if assignment else []
    return found


def _assignment(
    cells: Mapping[str, Cell], school_level: str, grade: int, read: TextReader
) -> AssignmentRow | None:
    subject = find_subject(cells["subject"].text, school_level=school_level)
    if subject is None:
        read.report("workbook.subject_unknown", cells["subject"])
        return None
    periods, usual = cells["periods"], subject.periods_by_grade.get(grade, 0)
    count = int(periods.text) if periods.text.isdecimal() else 0
    read.text(periods, limit=20)
    if not 0 < count <= _MOST_PERIODS:
        read.report("assignment.periods", periods, expected=str(usual))
        count = usual
    elif usual and count != usual:
        read.report("assignment.periods_unusual", periods, Severity.WARN, expected=str(usual))
    if _FORMS.get(plain_words(read.text(cells["form"], limit=60))) is not subject.form:
        read.report("assignment.form", cells["form"], expected=_FORM_WORDS[subject.form])
    return AssignmentRow(
        subject_key=subject.key,
        periods=count,
        form=subject.form,
        teacher_name=read.text(cells["teacher"], limit=200),
        teacher_citizen_id=read.citizen_id(cells["citizen_id"], restored="staff.citizen_id_zeros"),
        place=cells["citizen_id"].place,
        cells={key: cell.place for key, cell in cells.items()},
    )
