"""Rows of a list of classes against the roster."""

from collections.abc import Sequence

from hocba.adapters.spreadsheets.heading import written_class, written_grade
from hocba.adapters.spreadsheets.roster_reading import RosterRow
from hocba.apps.roster.models import ClassGroup, Unit
from hocba.apps.roster.setup.values import Act, PlannedRow, Step, block
from hocba.core.assessment.findings import Finding

GRADES = {"THCS": range(6, 10), "THPT": range(10, 13), "GDTX": range(6, 13)}


def level_of_grade(grade: int) -> str:
    """Return the level whose programme a grade follows (a GDTX centre may teach both)."""
    return "THCS" if grade < GRADES["THPT"][0] else "THPT"


def plan_classes(*, school: Unit, school_year: str, rows: Sequence[RosterRow]) -> list[PlannedRow]:
    """Return what each row would add; a class that is there already is left alone."""
    known = ClassGroup.objects.filter(school=school, school_year=school_year)
    grades = dict(known.values_list("name", "grade"))
    planned = []
    for row in rows:
        name = written_class(row.text("class_name"))
        grade = row.numbers.get("grade") or written_grade(name)
        findings = list(row.findings)
        steps: list[Step] = []
        if not name or grade not in GRADES[school.school_level]:
            findings.append(class_name_finding(school, row))
        elif name not in grades:
            steps.append(added_class(name, grade))
            grades[name] = grade
        elif grades[name] != grade:
            findings.append(
                block(
                    row,
                    "setup.class_other_grade",
                    "grade",
                    found=str(grade),
                    expected=str(grades[name]),
                )
            )
        about = name or row.text("class_name")
        planned.append(PlannedRow(row.place, about, tuple(steps), tuple(findings)))
    return planned


def added_class(name: str, grade: int) -> Step:
    """Return the step that enters a class."""
    return Step(Act.CLASS_ADDED, {"class": name}, {}, {"grade": grade})


def class_name_finding(school: Unit, row: RosterRow) -> Finding:
    """Return why a class of this name cannot be in this school."""
    grades = GRADES[school.school_level]
    return block(
        row,
        "setup.class_name",
        "class_name",
        found=row.text("class_name"),
        expected=f"{grades[0]}A1 … {grades[-1]}A1",
    )
