"""Set-up workbooks for tests, written by the same code that writes the templates."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hocba.adapters.spreadsheets.roster_layouts import RosterKind
from hocba.adapters.spreadsheets.roster_template import roster_template
from hocba.apps.roster.actions import confirm_setup, hand_in_setup
from hocba.apps.roster.models import SetupImport, Unit
from hocba.apps.roster.setup.values import Plan

YEAR = "2025-2026"
Row = Mapping[str, Any]


def workbook(kind: str, rows: list[Row], school: Unit, *, year: str = YEAR) -> bytes:
    """Return a filled workbook of one kind."""
    return roster_template(
        RosterKind(kind),
        school_code=school.code,
        school_name=school.name,
        school_year=year,
        rows=rows,
    )


def student(number: int, name: str, class_name: str = "6A1", **more: Any) -> Row:
    """One line of a list of students, with a citizen id that fits."""
    girl = "Thị" in name
    return {
        "list_number": number,
        "class_name": class_name,
        "student_code": f"01000701{number:04}",
        "citizen_id": f"001{3 if girl else 2}14{number:06}",
        "full_name": name,
        "birth_date": date(2014, 1 + number % 12, 1 + number % 28),
        "gender": "Nữ" if girl else "Nam",
        "ethnicity": "Kinh",
        "birth_place": "Hà Nội",
        "address": "Phường Văn Miếu, Hà Nội",
        **more,
    }


class Desk:
    """The IT officer's desk: hand in and confirm in one breath, or step by step."""

    def __init__(self, school: Unit, actor: UUID, at: datetime) -> None:
        self.school, self.actor, self.at = school, actor, at

    def hand_in(self, kind: str, rows: list[Row], **more: Any) -> tuple[UUID | None, Plan]:
        """Hand a workbook in and return its import and its plan."""
        return hand_in_setup(
            school_id=self.school.pk,
            kind=kind,
            school_year=YEAR,
            data=workbook(kind, rows, self.school, **more),
            filename=f"{kind}.xlsx",
            actor=self.actor,
            at=self.at,
        )

    def confirm(self, import_id: UUID, plan: Plan) -> SetupImport:
        """Confirm what was shown."""
        return confirm_setup(
            school_id=self.school.pk,
            import_id=import_id,
            plan_sha256=plan.digest,
            actor=self.actor,
            at=self.at,
        )

    def bring(self, kind: str, rows: list[Row]) -> SetupImport:
        """Hand in and confirm a workbook in which nothing is wrong."""
        import_id, plan = self.hand_in(kind, rows)
        assert import_id is not None
        assert not plan.blocked, codes(plan)
        return self.confirm(import_id, plan)


def codes(plan: Plan) -> list[str]:
    """Codes of all findings, the file's first."""
    found = [finding.code for finding in plan.findings]
    return found + [finding.code for row in plan.rows for finding in row.findings]


Refused = Callable[[str], Any]
