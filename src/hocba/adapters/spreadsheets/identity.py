"""Doubts about people: codes, personal numbers, names, dates of birth."""

from collections import Counter
from collections.abc import Iterator

from hocba.adapters.spreadsheets.values import ClassWorkbook, StudentRow
from hocba.core.assessment.findings import Finding, Place, Severity


def check_people(workbook: ClassWorkbook) -> Iterator[Finding]:
    """Return the doubts about students and staff."""
    codes = Counter(student.student_code for student in workbook.students)
    numbers = Counter(student.list_number for student in workbook.students)
    citizens = Counter(student.citizen_id for student in workbook.students)
    for student in workbook.students:
        if not student.student_code:
            yield _about(student, "student.code_missing")
        elif codes[student.student_code] > 1:
            yield _about(student, "student.code_twice", found=student.student_code)
        if numbers[student.list_number] > 1:
            yield _about(student, "student.list_number_twice", found=str(student.list_number))
        if student.citizen_id and citizens[student.citizen_id] > 1:
            yield _about(student, "student.citizen_id_twice", found=student.citizen_id)
        yield from _particulars(student, workbook)
    yield from _staff(workbook)


def _particulars(student: StudentRow, workbook: ClassWorkbook) -> Iterator[Finding]:
    if not student.full_name:
        yield _about(student, "student.name_missing")
    if student.gender not in ("Nam", "Nữ"):
        yield _about(student, "student.gender", found=student.gender, expected="Nam, Nữ")
    for value, code in (
        (student.ethnicity, "student.ethnicity_missing"),
        (student.birth_place, "student.birth_place_missing"),
        (student.address, "student.address_missing"),
    ):
        if not value:
            yield _about(student, code)
    number = student.citizen_id
    if not number:
        yield _about(student, "student.citizen_id_missing", expected="12 chữ số")
    elif len(number) != 12 or not number.isdecimal():
        yield _about(student, "student.citizen_id_form", found=number, expected="12 chữ số")
    elif (expected := _expected_digits(student)) and number[3:6] != expected:
        yield _about(
            student, "student.citizen_id_other", found=number, expected=f"{number[:3]}{expected}…"
        )
    born = student.birth_date
    if born and not 9 <= int(workbook.school_year[:4]) - born.year - (workbook.grade - 6) <= 16:
        yield _about(student, "student.age", found=f"{born:%d/%m/%Y}")


def _expected_digits(student: StudentRow) -> str:
    """Century-and-sex digit and two digits of the birth year (Luật Căn cước; NĐ 137/2015)."""
    born = student.birth_date
    if born is None or student.gender not in ("Nam", "Nữ"):
        return ""
    digit = 2 * (born.year // 100 - 19) + (student.gender == "Nữ")
    return f"{digit}{born.year % 100:02}"


def _staff(workbook: ClassWorkbook) -> Iterator[Finding]:
    people = [(row.teacher_name, row.teacher_citizen_id, row.place) for row in workbook.assignments]
    for staff, word in (
        (workbook.homeroom_teacher, "GVCN"),
        (workbook.principal, "Hiệu trưởng"),
    ):
        if staff is None:
            yield Finding("staff.missing", Severity.WARN, Place("PhanCong"), expected=word)
        else:
            people.append((staff.name, staff.citizen_id, staff.place))
    names: dict[str, str] = {}
    for name, number, place in people:
        if not name:
            yield Finding("staff.name_missing", Severity.BLOCK, place)
        if len(number) != 12 or not number.isdecimal():
            yield Finding(
                "staff.citizen_id_form",
                Severity.BLOCK,
                place,
                found=f"{name}: {number}",
                expected="12 chữ số",
            )
        elif names.setdefault(number, name).casefold() != name.casefold():
            yield Finding(
                "staff.citizen_id_twice",
                Severity.BLOCK,
                place,
                found=f"{name}: {number}",
                expected=names[number],
            )


def _about(student: StudentRow, code: str, *, found: str = "", expected: str = "") -> Finding:
    return Finding(
        code,
        Severity.BLOCK,
        student.place,
        student.student_code,
        student.full_name,
        found,
        expected,
    )
