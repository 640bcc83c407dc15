"""Doubts about those who teach, lead the class and lead the school, as PhanCong names them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hocba.adapters.spreadsheets.grid import same_name
from hocba.adapters.spreadsheets.layout import ASSIGNMENTS, STAFF_LINES
from hocba.adapters.spreadsheets.values import ClassWorkbook
from hocba.core.assessment.findings import Finding, Place, Severity
from hocba.core.assessment.subjects import catalogue, subject_by_key

_CITIZEN_ID = re.compile(r"\d{12}")
_YOUNGEST = 18


@dataclass(frozen=True, slots=True)
class _Person:
    """One naming of one person; the homeroom teacher and the principal only warn.

    Marks are taken over without them, and composing waits for whoever they turn out to be.
    """

    name: str
    citizen_id: str
    place: Place
    severity: Severity


def check_staff_lines(workbook: ClassWorkbook) -> Iterator[Finding]:
    """Return the doubts about assignments and about the people named in them."""
    yield from _assignments(workbook)
    people = list(_people(workbook))
    for person in people:
        yield from _naming(person, int(workbook.school_year[:4]))
    yield from _same_number(people)
    yield from _same_person(people)
    sheet = workbook.assignments[0].place.sheet if workbook.assignments else ASSIGNMENTS.name
    for key, (title, _) in STAFF_LINES.items():
        if getattr(workbook, key) is None:
            yield Finding("staff.missing", Severity.WARN, Place(sheet), expected=title)


def _people(workbook: ClassWorkbook) -> Iterator[_Person]:
    for row in workbook.assignments:
        yield _Person(row.teacher_name, row.teacher_citizen_id, row.place, Severity.BLOCK)
    for head in (workbook.homeroom_teacher, workbook.principal):
        if head is not None:
            yield _Person(head.name, head.citizen_id, head.place, Severity.WARN)


def _naming(person: _Person, school_year: int) -> Iterator[Finding]:
    number = person.citizen_id
    if not person.name:
        yield Finding("staff.name_missing", person.severity, person.place, found=number)
    if not _CITIZEN_ID.fullmatch(number):
        yield Finding(
            "staff.citizen_id_form",
            person.severity,
            person.place,
            found=f"{person.name}: {number}",
            expected="12 chữ số",
        )
    elif (born := 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])) > school_year - _YOUNGEST:
        yield Finding(
            "staff.citizen_id_age",
            Severity.WARN,
            person.place,
            found=f"{person.name}: {number}",
            expected=str(born),
        )


def _same_number(people: list[_Person]) -> Iterator[Finding]:
    """One number for two names: a signature could not be told from another's."""
    first: dict[str, str] = {}
    for person in people:
        if person.citizen_id and person.name:
            known = first.setdefault(person.citizen_id, person.name)
            if not same_name(known, person.name):
                yield Finding(
                    "staff.citizen_id_twice",
                    Severity.BLOCK,
                    person.place,
                    found=f"{person.name}: {person.citizen_id}",
                    expected=known,
                )


def _same_person(people: list[_Person]) -> Iterator[Finding]:
    """One name with two numbers: namesakes, or one of the numbers is mistyped."""
    first: dict[str, str] = {}
    for person in people:
        if person.citizen_id and person.name:
            known = first.setdefault(person.name.casefold(), person.citizen_id)
            if known != person.citizen_id:
                yield Finding(
                    "staff.two_numbers",
                    Severity.WARN,
                    person.place,
                    found=f"{person.name}: {person.citizen_id}",
                    expected=known,
                )


def _assignments(workbook: ClassWorkbook) -> Iterator[Finding]:
    """Every subject of the programme has one line here and one sheet."""
    level = workbook.school_level
    assigned = Counter(row.subject_key for row in workbook.assignments)
    sheets = {sheet.subject_key: sheet.sheet for sheet in workbook.sheets}
    for row in workbook.assignments:
        name = subject_by_key(row.subject_key, school_level=level).name
        if row.subject_key not in sheets:
            place = row.cells["subject"]
            yield Finding("workbook.sheet_missing", Severity.BLOCK, place, expected=name)
        if assigned[row.subject_key] > 1:
            place = row.cells["subject"]
            yield Finding("assignment.twice", Severity.BLOCK, place, found=name)
    for subject in catalogue(level):
        if subject.key in sheets and subject.key not in assigned:
            place = Place(sheets[subject.key])
            yield Finding("assignment.missing", Severity.BLOCK, place, found=subject.name)
        elif not (subject.key in sheets or subject.key in assigned or subject.optional):
            yield Finding("workbook.subject_absent", Severity.BLOCK, expected=subject.name)
