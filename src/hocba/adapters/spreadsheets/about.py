"""Findings about one student of the class list."""

from hocba.adapters.spreadsheets.values import StudentRow
from hocba.core.assessment.findings import Finding, Place, Severity


def about(
    student: StudentRow,
    code: str,
    place: Place,
    severity: Severity = Severity.BLOCK,
    *,
    found: str = "",
    expected: str = "",
    clause: str = "",
) -> Finding:
    """Return a finding that names this student."""
    return Finding(
        code,
        severity,
        place,
        student.student_code,
        student.full_name,
        found,
        expected,
        clause,
    )
