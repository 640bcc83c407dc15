"""Checking a workbook against its own sense, the circular and the people of the school."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from hocba.adapters.spreadsheets import read_class_workbook
from hocba.adapters.spreadsheets.check import check_workbook
from hocba.adapters.spreadsheets.values import ClassWorkbook
from hocba.apps.gradebook.grid import shown
from hocba.apps.gradebook.models import Mark
from hocba.apps.gradebook.staffing import check_staff
from hocba.apps.gradebook.standing import mark_value, standing
from hocba.apps.roster.queries import class_by_name, roll_of_class, unit_by_id
from hocba.core.assessment.findings import Finding, Severity
from hocba.core.assessment.regulation import regulation_for
from hocba.core.errors import HocbaError


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of a workbook before anything is written."""

    workbook: ClassWorkbook | None
    findings: tuple[Finding, ...]

    @property
    def file_blocked(self) -> bool:
        """Whether the file as a whole cannot be accepted."""
        return self.workbook is None or any(
            finding.severity is Severity.BLOCK and not finding.student_code
            for finding in self.findings
        )

    @property
    def blocked_students(self) -> frozenset[str]:
        """Codes of the students who cannot go on."""
        return frozenset(
            finding.student_code
            for finding in self.findings
            if finding.severity is Severity.BLOCK and finding.student_code
        )


def check_file(*, data: bytes, filename: str, school_id: UUID) -> Check:
    """Read and check a workbook for this school; writes nothing."""
    reading = read_class_workbook(data, filename=filename)
    workbook = reading.workbook
    if workbook is None:
        return Check(None, reading.findings)
    school_code = _school_code(school_id)
    findings = list(reading.findings)
    if workbook.school_code != school_code:
        findings.append(
            Finding(
                code="workbook.other_school",
                severity=Severity.BLOCK,
                found=workbook.school_code,
                expected=school_code,
            )
        )
    regulation = regulation_for(
        school_level=workbook.school_level, grade=workbook.grade, school_year=workbook.school_year
    )
    findings.extend(check_workbook(workbook, regulation=regulation))
    findings.extend(check_staff(workbook))
    findings.extend(check_typed(workbook, school_id=school_id))
    return Check(workbook, tuple(findings))


def check_typed(workbook: ClassWorkbook, *, school_id: UUID) -> Iterator[Finding]:
    """Report the marks that a teacher typed and the file would replace, with both values."""
    known = class_by_name(
        school_id=school_id, school_year=workbook.school_year, name=workbook.class_name
    )
    if known is None:
        return
    roll = {one.student_code: one.enrolment_id for one in roll_of_class(class_id=known.pk)}
    typed = {
        (row.enrolment_id, row.subject_key, row.term, row.kind, row.ordinal): mark_value(row)
        for row in standing(
            Mark,
            school_id=school_id,
            school_year=workbook.school_year,
            enrolment_ids=list(roll.values()),
        )
        if not row.origin_file
    }
    for sheet in workbook.sheets:
        for line in sheet.rows:
            for cell in line.marks:
                key = (cell.term.value, cell.kind.value, cell.ordinal)
                name = (roll.get(line.student_code), sheet.subject_key, *key)
                if name in typed and typed[name] != cell.value:
                    yield Finding(
                        "workbook.cell_typed",
                        Severity.WARN,
                        cell.place,
                        line.student_code,
                        line.full_name,
                        found=shown(cell.value) or "–",
                        expected=shown(typed[name]) or "–",
                    )


def _school_code(school_id: UUID) -> str:
    unit = unit_by_id(unit_id=school_id)
    if unit is None:
        raise HocbaError("access.denied")
    return unit.code
