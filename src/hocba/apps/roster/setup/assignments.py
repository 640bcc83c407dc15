"""Rows of an assignment of teaching and homeroom against classes, staff and what stands.

What a file says here is a proposal: it counts when the principal has approved it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hocba.adapters.spreadsheets.heading import written_class, written_grade
from hocba.adapters.spreadsheets.layout import STAFF_LINES
from hocba.adapters.spreadsheets.roster_reading import RosterRow
from hocba.apps.accounts.directory import roles_in_unit
from hocba.apps.accounts.models import Person
from hocba.apps.roster.models import ClassGroup, TeachingAssignment, Unit
from hocba.apps.roster.setup.classes import level_of_grade
from hocba.apps.roster.setup.values import Act, PlannedRow, Step, block, is_blocked, warn
from hocba.core.assessment.findings import Finding
from hocba.core.assessment.spelling import plain_words
from hocba.core.assessment.subjects import Subject, find_subject

HOMEROOM = "homeroom"
_HOMEROOM_WORDS = STAFF_LINES["homeroom_teacher"][1]
_MOST_PERIODS = 1000


@dataclass(frozen=True, slots=True)
class _Staffing:
    """Classes of the year, who works in the school with which roles, what is assigned."""

    classes: Mapping[str, ClassGroup]
    staff: Mapping[str, Person]  # by personal number
    names: Mapping[str, Sequence[Person]]  # by folded name
    roles: frozenset[tuple[UUID, str]]
    standing: Mapping[tuple[str, str], TeachingAssignment]


def plan_assignments(
    *, school: Unit, school_year: str, rows: Sequence[RosterRow]
) -> list[PlannedRow]:
    """Return what each row would assign; rows without a teacher are left alone."""
    staffing = _on_record(school, school_year)
    keys = [(written_class(row.text("class_name")), _subject_key(row)) for row in rows]
    count = Counter(
        key for key, row in zip(keys, rows, strict=True) if key[1] and _names_somebody(row)
    )
    leads: dict[UUID, str] = {}
    planned = []
    for row, (class_name, subject_key) in zip(rows, keys, strict=True):
        findings = list(row.findings)
        steps: list[Step] = []
        about = f"{class_name or row.text('class_name')} · {row.text('subject')}"
        if _names_somebody(row):
            findings += _doubts(row, staffing, class_name, subject_key, count)
            teacher = _teacher(row, staffing, subject_key, findings)
            if teacher is not None and not is_blocked(findings):
                steps = _steps(row, staffing, (class_name, subject_key), teacher, findings)
                if subject_key == HOMEROOM:
                    _leads_once(row, teacher, class_name, leads, findings)
        planned.append(PlannedRow(row.place, about, tuple(steps), tuple(findings)))
    return planned


def _on_record(school: Unit, school_year: str) -> _Staffing:
    classes = ClassGroup.objects.select_related("homeroom_teacher").filter(
        school=school, school_year=school_year
    )
    rows = TeachingAssignment.objects.select_related("class_group", "teacher").filter(
        class_group__school=school, class_group__school_year=school_year
    )
    # A role counts that is held at any time of the year: assigning goes before the first day.
    roles = [
        role
        for role in roles_in_unit(unit_id=school.pk)
        if role.person.is_active
        and (role.valid_to is None or str(role.valid_to) >= f"{school_year[:4]}-08-01")
    ]
    people = {role.person_id: role.person for role in roles}
    names: dict[str, list[Person]] = {}
    for person in people.values():
        names.setdefault(plain_words(person.full_name), []).append(person)
    return _Staffing(
        classes={one.name: one for one in classes},
        staff={person.citizen_id: person for person in people.values() if person.citizen_id},
        names=names,
        roles=frozenset((role.person_id, role.role) for role in roles),
        standing={(row.class_group.name, row.subject_key): row for row in rows},
    )


def _names_somebody(row: RosterRow) -> bool:
    return bool(row.text("teacher") or row.text("citizen_id"))


def _subject(row: RosterRow) -> Subject | None:
    grade = written_grade(written_class(row.text("class_name")))
    return find_subject(row.text("subject"), school_level=level_of_grade(grade))


def _subject_key(row: RosterRow) -> str:
    if plain_words(row.text("subject")) in _HOMEROOM_WORDS:
        return HOMEROOM
    subject = _subject(row)
    return subject.key if subject else ""


def _doubts(
    row: RosterRow,
    staffing: _Staffing,
    class_name: str,
    subject_key: str,
    count: Mapping[tuple[str, str], int],
) -> Iterator[Finding]:
    if class_name not in staffing.classes:
        found = row.text("class_name")
        yield block(row, "setup.class_unknown", "class_name", found=found)
    if not subject_key:
        yield block(row, "setup.subject_unknown", "subject", found=row.text("subject"))
    elif count[class_name, subject_key] > 1:
        yield block(row, "assignment.twice", "subject", found=row.text("subject"))


def _teacher(
    row: RosterRow, staffing: _Staffing, subject_key: str, findings: list[Finding]
) -> Person | None:
    """The personal number decides; a name alone is enough when only one person bears it."""
    number, name = row.text("citizen_id"), row.text("teacher")
    if number:
        person = staffing.staff.get(number)
    else:
        same = staffing.names.get(plain_words(name), ())
        person = same[0] if len(same) == 1 else None
        if len(same) > 1:
            findings.append(block(row, "setup.teacher_namesakes", "teacher", found=name))
            return None
    if person is None:
        findings.append(block(row, "setup.teacher_unknown", "teacher", found=name or number))
    elif name and plain_words(name) != plain_words(person.full_name):
        expected = person.full_name
        findings.append(
            block(row, "workbook.staff_other_name", "teacher", found=name, expected=expected)
        )
    else:
        name = person.full_name
        if subject_key == HOMEROOM:
            if (person.pk, "homeroom_teacher") not in staffing.roles:
                code = "setup.teacher_not_homeroom_teacher"
                findings.append(block(row, code, "teacher", found=name))
        elif (person.pk, "subject_teacher") not in staffing.roles:
            code = "setup.teacher_not_subject_teacher"
            findings.append(block(row, code, "teacher", found=name))
    return person


def _steps(
    row: RosterRow,
    staffing: _Staffing,
    key: tuple[str, str],
    teacher: Person,
    findings: list[Finding],
) -> list[Step]:
    class_name, subject_key = key
    told = {"teacher": str(teacher.pk), "teacher_name": teacher.full_name, "confirmed": True}
    if subject_key == HOMEROOM:
        group = staffing.classes[class_name]
        stood = _stood(group.homeroom_teacher, group.homeroom_confirmed_at is not None)
        step = Step(Act.HOMEROOM, {"class": class_name}, stood, told)
        return [] if stood == told else [step]
    told["periods"] = periods = _periods(row, staffing, class_name, findings)
    assigned = staffing.standing.get(key)
    stood = _stood(assigned.teacher if assigned else None, bool(assigned and assigned.confirmed_at))
    if assigned:
        stood["periods"] = assigned.periods
        if row.numbers.get("periods") is None:
            told["periods"] = assigned.periods
    step = Step(Act.ASSIGNED, {"class": class_name, "subject": subject_key}, stood, told)
    return [step] if stood != told and periods else []


def _stood(teacher: Person | None, confirmed: bool) -> dict[str, object]:
    if teacher is None:
        return {}
    name = teacher.full_name
    return {"teacher": str(teacher.pk), "teacher_name": name, "confirmed": confirmed}


def _periods(row: RosterRow, staffing: _Staffing, class_name: str, findings: list[Finding]) -> int:
    subject = _subject(row)
    usual = subject.periods_by_grade.get(staffing.classes[class_name].grade, 0) if subject else 0
    told = row.numbers.get("periods")
    count = usual if told is None else told
    if not 0 < count <= _MOST_PERIODS:
        findings.append(block(row, "assignment.periods", "periods", expected=str(usual)))
    elif usual and count != usual:
        expected = str(usual)
        findings.append(
            warn(row, "assignment.periods_unusual", "periods", found=str(count), expected=expected)
        )
    return count


def _leads_once(
    row: RosterRow,
    teacher: Person,
    class_name: str,
    leads: dict[UUID, str],
    findings: list[Finding],
) -> None:
    other = leads.setdefault(teacher.pk, class_name)
    if other != class_name:
        findings.append(
            warn(row, "setup.homeroom_twice", "teacher", found=teacher.full_name, expected=other)
        )
