"""Rows of a list of students against the roster: who is new, who comes, goes, changes class.

1. Rows are gathered by student. 2. What the cells themselves say is doubted. 3. The student's
seats of the year decide: enter, seat, move, leave, or leave alone. 4. Numbers are given at last:
those that stand never move, new ones take what the file says if it is free.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from hocba.adapters.spreadsheets.heading import written_class, written_grade
from hocba.adapters.spreadsheets.roster_reading import RosterRow
from hocba.apps.roster.identity import citizen_id_problem
from hocba.apps.roster.models import ClassGroup, Enrolment, Student, Unit
from hocba.apps.roster.setup.classes import GRADES, added_class, class_name_finding
from hocba.apps.roster.setup.numbers import give_numbers
from hocba.apps.roster.setup.values import Act, PlannedRow, Step, block, is_blocked, iso, warn
from hocba.core.assessment.findings import Finding

PARTICULARS = (
    "full_name",
    "citizen_id",
    "gender",
    "ethnicity",
    "birth_place",
    "address",
    "father_name",
    "mother_name",
)


@dataclass(slots=True)
class _Line:
    """One row while it is being thought about."""

    row: RosterRow
    class_name: str
    findings: list[Finding]
    steps: list[Step] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.row.text("student_code")

    @property
    def left(self) -> date | None:
        return self.row.dates.get("left_date")

    @property
    def joined(self) -> date | None:
        return self.row.dates.get("joined_date")


@dataclass(frozen=True, slots=True)
class _Roster:
    """What is on record of the people in the file: five queries whatever its length."""

    school: Unit
    classes: Mapping[str, ClassGroup]
    students: Mapping[str, Student]
    seats: Mapping[UUID, Sequence[Enrolment]]
    ours: frozenset[UUID]
    holders: Mapping[str, str]  # citizen id → student code


def plan_students(*, school: Unit, school_year: str, rows: Sequence[RosterRow]) -> list[PlannedRow]:
    """Return what each row would do; several queries, none for each row."""
    roster = _on_record(school, school_year, rows)
    lines = [_Line(row, written_class(row.text("class_name")), list(row.findings)) for row in rows]
    new_classes: dict[str, int] = {}
    by_student: dict[str, list[_Line]] = defaultdict(list)
    for line in lines:
        by_student[line.code].append(line)  # (1)
    twice = _twice(lines)
    for line in lines:  # (2)
        line.findings += _doubts(line, roster, twice)
        _enter_class(line, roster, new_classes)
    for code, own in by_student.items():  # (3)
        if code and not any(is_blocked(line.findings) for line in own):
            _plan_student(own, roster)
    give_numbers(  # (4)
        [line for line in lines if not is_blocked(line.findings)], roster.classes
    )
    return [
        PlannedRow(
            line.row.place,
            f"{line.row.text('full_name')} ({line.code})",
            tuple(line.steps),
            tuple(line.findings),
        )
        for line in lines
    ]


def _on_record(school: Unit, school_year: str, rows: Sequence[RosterRow]) -> _Roster:
    codes = {row.text("student_code") for row in rows}
    numbers = {row.text("citizen_id") for row in rows} - {""}
    classes = ClassGroup.objects.filter(school=school, school_year=school_year)
    students = {one.student_code: one for one in Student.objects.filter(student_code__in=codes)}
    seats: dict[UUID, list[Enrolment]] = defaultdict(list)
    of_year = Enrolment.objects.select_related("class_group").filter(
        student__student_code__in=codes, class_group__school_year=school_year
    )
    for seat in of_year.order_by("joined_date", "id"):
        seats[seat.student_id].append(seat)
    ours = Enrolment.objects.filter(
        student__student_code__in=codes, class_group__school=school
    ).values_list("student_id", flat=True)
    holders = Student.objects.filter(citizen_id__in=numbers)
    return _Roster(
        school=school,
        classes={one.name: one for one in classes},
        students=students,
        seats=seats,
        ours=frozenset(ours),
        holders={one.citizen_id or "": one.student_code for one in holders},
    )


def _twice(lines: Sequence[_Line]) -> frozenset[str]:
    """Citizen ids that the file gives to two students."""
    pairs = {(line.row.text("citizen_id"), line.code) for line in lines}
    count = Counter(number for number, _ in pairs if number)
    return frozenset(number for number, times in count.items() if times > 1)


def _doubts(line: _Line, roster: _Roster, twice: frozenset[str]) -> Iterator[Finding]:
    row = line.row
    unread = {one.place for one in line.findings}
    if not line.code:
        yield block(row, "student.code_missing", "student_code")
    if not row.text("full_name"):
        yield block(row, "student.name_missing", "full_name")
    if not row.text("gender") and row.places["gender"] not in unread:
        yield block(row, "student.gender_missing", "gender")
    if row.dates.get("birth_date") is None and not any(
        one.code == "student.birth_date" for one in line.findings
    ):
        yield block(row, "student.birth_date_missing", "birth_date")
    if len(line.code) > 20:
        yield block(row, "cell.too_long", "student_code", found=str(len(line.code)), expected="20")
    if line.left and line.joined and line.left < line.joined:
        yield block(row, "setup.leaves_before_joining", "left_date")
    number = row.text("citizen_id")
    if number in twice:
        yield block(row, "student.citizen_id_twice", "citizen_id", found=number)
    else:
        match told_problem(row, roster.holders):
            case "missing":
                yield warn(row, "setup.citizen_id_missing", "citizen_id")
            case "form":
                yield warn(row, "setup.citizen_id_form", "citizen_id", found=number)
            case "taken":
                yield warn(row, "setup.citizen_id_taken", "citizen_id", found=number)
            case "mismatch":
                yield warn(row, "setup.citizen_id_mismatch", "citizen_id", found=number)


def told_problem(row: RosterRow, holders: Mapping[str, str]) -> str:
    """Return what is wrong with the row's citizen id; it stops nobody and opens a case."""
    number = row.text("citizen_id")
    if number and holders.get(number, row.text("student_code")) != row.text("student_code"):
        return "taken"
    return citizen_id_problem(
        number, birth_date=row.dates.get("birth_date"), gender=row.text("gender")
    )


def _enter_class(line: _Line, roster: _Roster, new: dict[str, int]) -> None:
    """A class that is not there yet is entered with its first student, in plain sight."""
    name, grade = line.class_name, written_grade(line.class_name)
    if name in roster.classes or name in new:
        return
    if not name or grade not in GRADES[roster.school.school_level]:
        line.findings.append(class_name_finding(roster.school, line.row))
    else:
        new[name] = grade
        line.steps.append(added_class(name, grade))


def _plan_student(own: Sequence[_Line], roster: _Roster) -> None:
    """All rows of one student: at most one of them may say "is here now"."""
    staying = [line for line in own if line.left is None]
    doubled = len({line.class_name for line in own}) < len(own)
    if doubled or len(staying) > 1:
        for line in own:
            line.findings.append(
                block(line.row, "student.code_twice", "student_code", found=line.code)
                if doubled
                else block(line.row, "setup.student_two_classes", "class_name", found=line.code)
            )
        return
    gone = max((line.left for line in own if line.left), default=None)
    for line in staying:
        if gone and (line.joined is None or line.joined < gone):
            found = next(one.class_name for one in own if one.left)
            line.findings.append(block(line.row, "setup.transfer_date", "joined_date", found=found))
            return
    student = roster.students.get(own[0].code)
    for line in sorted(own, key=lambda one: one.left is None):  # who goes comes before who comes
        if student is None:
            if not any(_adds_student(other) for other in own):
                line.steps.append(_student_added(line, roster))
        elif line is own[-1]:
            _compare(line, student, roster)
        _seat(line, own, student, roster)


def _adds_student(line: _Line) -> bool:
    return any(step.act is Act.STUDENT_ADDED for step in line.steps)


def _student_added(line: _Line, roster: _Roster) -> Step:
    told: dict[str, Any] = {key: line.row.text(key) for key in PARTICULARS}
    told["birth_date"] = iso(line.row.dates["birth_date"])
    told["citizen_id"], unusable = _usable_number(line, roster)
    after = {key: value for key, value in told.items() if value}
    key = {"student": line.code, "class": line.class_name}
    return Step(Act.STUDENT_ADDED, key, {}, after | _told(unusable))


def _usable_number(line: _Line, roster: _Roster) -> tuple[str, str]:
    """Return the citizen id that can be kept, and the one that goes into a case instead."""
    number = line.row.text("citizen_id")
    if told_problem(line.row, roster.holders) in ("form", "taken"):
        return "", number
    return number, ""


def _told(number: str) -> dict[str, str]:
    return {"citizen_id_told": number[:60]} if number else {}


def _compare(line: _Line, student: Student, roster: _Roster) -> None:
    """Particulars that the file has otherwise; an empty cell says nothing."""
    born = line.row.dates["birth_date"]
    ours = student.pk in roster.ours
    if not ours and (
        student.full_name.casefold() != line.row.text("full_name").casefold()
        or student.birth_date != born
    ):
        line.findings.append(
            block(line.row, "setup.student_other_person", "student_code", found=line.code)
        )
        return
    number, unusable = _usable_number(line, roster)
    told: dict[str, str | None] = {key: line.row.text(key) for key in PARTICULARS}
    told |= {"citizen_id": number, "birth_date": iso(born)}
    stood = {key: getattr(student, key) for key in PARTICULARS}
    stood["birth_date"] = iso(student.birth_date)
    # A school may fill in what another has left empty, and change nothing else of who comes.
    differing = [
        key
        for key, value in told.items()
        if value and value != stood[key] and (ours or not stood[key])
    ]
    if differing:
        before = {key: stood[key] or "" for key in differing}
        after = {key: told[key] for key in differing} | _told(unusable)
        key = {"student": line.code, "class": line.class_name}
        line.steps.append(Step(Act.PARTICULARS, key, before, after))


def _seat(line: _Line, own: Sequence[_Line], student: Student | None, roster: _Roster) -> None:
    seats = roster.seats.get(student.pk, ()) if student else ()
    here = next((seat for seat in seats if _is(seat, line, roster)), None)
    if here is not None:
        _known_seat(line, here)
        return
    leaving_in_file = {other.class_name for other in own if other.left is not None}
    open_seats = [seat for seat in seats if seat.left_date is None]
    for seat in open_seats if line.left is None else ():
        if seat.class_group.school_id != roster.school.pk:
            code = line.code
            line.findings.append(
                block(line.row, "setup.student_elsewhere", "class_name", found=code)
            )
            return
        if seat.class_group.name in leaving_in_file:
            continue
        if line.joined is None:
            name = seat.class_group.name
            line.findings.append(block(line.row, "setup.transfer_date", "joined_date", found=name))
            return
        line.steps.append(_left(seat, line, line.joined))
    line.steps.append(
        Step(
            Act.ENROLLED,
            {"student": line.code, "class": line.class_name},
            {},
            {"joined_date": iso(line.joined), "left_date": iso(line.left)},
        )
    )


def _is(seat: Enrolment, line: _Line, roster: _Roster) -> bool:
    group = seat.class_group
    return group.school_id == roster.school.pk and group.name == line.class_name


def _known_seat(line: _Line, seat: Enrolment) -> None:
    """The seat is there: its number stays, a day of leaving or coming may be told."""
    number = line.row.numbers.get("list_number")
    if number and number != seat.list_number:
        line.findings.append(
            warn(
                line.row,
                "setup.number_kept",
                "list_number",
                found=str(number),
                expected=str(seat.list_number),
            )
        )
    if line.joined and line.joined != seat.joined_date:
        key = {"enrolment": str(seat.pk), "student": line.code, "class": line.class_name}
        before, after = {"joined_date": iso(seat.joined_date)}, {"joined_date": iso(line.joined)}
        line.steps.append(Step(Act.JOINED, key, before, after))
    if line.left and seat.left_date is None:
        line.steps.append(_left(seat, line, line.left))
    elif seat.left_date and line.left != seat.left_date:
        day = f"{seat.left_date:%d/%m/%Y}"
        line.findings.append(warn(line.row, "setup.left_kept", "left_date", expected=day))


def _left(seat: Enrolment, line: _Line, day: date) -> Step:
    if seat.joined_date and day < seat.joined_date:
        line.findings.append(block(line.row, "setup.leaves_before_joining", "left_date"))
    key = {"enrolment": str(seat.pk), "student": line.code, "class": seat.class_group.name}
    return Step(Act.LEFT, key, {"left_date": None}, {"left_date": iso(day)})
