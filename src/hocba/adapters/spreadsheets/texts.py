"""Reading one student's cells as text, and reporting about that student."""

import re
from dataclasses import dataclass

from hocba.adapters.spreadsheets.columns import Findings
from hocba.adapters.spreadsheets.grid import Cell, strange_characters
from hocba.core.assessment.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class TextReader:
    """Knows whom a row is about and where findings go; no student means that the file is meant."""

    student_code: str
    student_name: str
    findings: Findings

    def text(self, cell: Cell, *, limit: int) -> str:
        """Return a cell's text; report formulas, formula-like text, odd characters, length."""
        if cell.formula:
            self.report("cell.formula", cell)
        elif cell.text.startswith("="):
            self.report("cell.formula_text", cell)
        elif cell.kind == "e":
            self.report("cell.error_value", cell)
        elif strange := strange_characters(cell.text):
            self.report("cell.characters", cell, found=strange)
        elif len(cell.text) > limit:
            self.report(
                "cell.too_long", cell, found=f"{len(cell.text)} kí tự", expected=f"≤ {limit}"
            )
        return cell.text

    def citizen_id(self, cell: Cell, *, restored: str) -> str:
        """Return twelve digits however they are grouped; zeros that Excel cut come back.

        A number loses its leading zeros in Excel and nothing else, so they are put back and the
        finding `restored` asks somebody to look.
        """
        digits = re.sub(r"[\s.\-]", "", self.text(cell, limit=40))
        if cell.kind == "n" and digits.isdecimal() and 9 <= len(digits) < 12:
            digits = digits.zfill(12)
            self.report(restored, cell, Severity.WARN, expected=digits)
        return digits

    def report(
        self,
        code: str,
        cell: Cell,
        severity: Severity = Severity.BLOCK,
        *,
        found: str | None = None,
        expected: str = "",
        clause: str = "",
    ) -> None:
        """Add a finding about this student at this cell."""
        self.findings.append(
            Finding(
                code,
                severity,
                cell.place,
                self.student_code,
                self.student_name,
                cell.shown if found is None else found,
                expected,
                clause,
            )
        )
