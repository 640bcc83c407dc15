"""Doubts about students: codes, personal numbers, names, dates of birth."""

import re
from collections import Counter
from collections.abc import Iterator

from hocba.adapters.spreadsheets.about import about
from hocba.adapters.spreadsheets.values import ClassWorkbook, StudentRow
from hocba.core.assessment.findings import Finding, Severity

_CODE = re.compile(r"\d{10}")
_CITIZEN_ID = re.compile(r"\d{12}")
_NAME = re.compile(
    r"[A-ZÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĂĐĨŨƠƯẠ-Ỹ'’.\- ]+", re.IGNORECASE
)  # letters of Vietnamese; fonts of old machines show others
_USUAL_AGE = 5  # a first-grader is 6 in the year that grade 1 begins: born in year - grade - 5
_YOUNGER, _OLDER, _OUT_OF_REACH = 1, 3, 8


def check_students(workbook: ClassWorkbook) -> Iterator[Finding]:
    """Return the doubts about the class list, each at the cell to mend."""
    if not workbook.students:
        yield Finding("workbook.no_students", Severity.BLOCK)
    for student in workbook.students:
        yield from _once(student, workbook)
        yield from _particulars(student)
        yield from _citizen_id(student)
        yield from _age(student, workbook)


def _once(student: StudentRow, workbook: ClassWorkbook) -> Iterator[Finding]:
    """What no two students may share."""
    staff = {row.teacher_citizen_id for row in workbook.assignments} | {
        head.citizen_id for head in (workbook.homeroom_teacher, workbook.principal) if head
    }
    for key, code, others in (
        ("student_code", "student.code_twice", frozenset[str]()),
        ("citizen_id", "student.citizen_id_twice", frozenset(staff)),
        ("list_number", "student.list_number_twice", frozenset()),
    ):
        value = getattr(student, key)
        count = Counter(getattr(one, key) for one in workbook.students)[value]
        if value and (count > 1 or value in others):
            yield about(student, code, student.cells[key], found=str(value))


def _particulars(student: StudentRow) -> Iterator[Finding]:
    for key, code in (
        ("student_code", "student.code_missing"),
        ("full_name", "student.name_missing"),
        ("birth_date", "student.birth_date_missing"),
        ("gender", "student.gender_missing"),
        ("ethnicity", "student.ethnicity_missing"),
        ("birth_place", "student.birth_place_missing"),
        ("address", "student.address_missing"),
    ):
        if not getattr(student, key) and key not in student.unreadable:
            yield about(student, code, student.cells[key])
    if student.student_code and not _CODE.fullmatch(student.student_code):
        yield about(
            student,
            "student.code_form",
            student.cells["student_code"],
            Severity.WARN,
            found=student.student_code,
            expected="10 chữ số",
        )
    if student.full_name and not _NAME.fullmatch(student.full_name):
        yield about(
            student,
            "student.name_letters",
            student.cells["full_name"],
            Severity.WARN,
            found=student.full_name,
        )


def _citizen_id(student: StudentRow) -> Iterator[Finding]:
    """12 digits: 3 of the province, 1 of century and sex, 2 of the birth year (NĐ 137/2015)."""
    number, place = student.citizen_id, student.cells["citizen_id"]
    if not number:
        yield about(student, "student.citizen_id_missing", place, expected="12 chữ số")
    elif not _CITIZEN_ID.fullmatch(number):
        yield about(
            student,
            "student.citizen_id_form",
            place,
            found=f"{number} ({len(number)} chữ số)" if number.isdecimal() else number,
            expected="12 chữ số",
        )
    elif (expected := _expected_digits(student)) and number[3:6] != expected:
        yield about(
            student,
            "student.citizen_id_other",
            place,
            found=number,
            expected=f"{number[:3]}{expected}{number[6:]}",
        )


def _expected_digits(student: StudentRow) -> str:
    born = student.birth_date
    if born is None or not student.gender:
        return ""
    return f"{2 * (born.year // 100 - 19) + (student.gender == 'Nữ')}{born.year % 100:02}"


def _age(student: StudentRow, workbook: ClassWorkbook) -> Iterator[Finding]:
    if student.birth_date is None:
        return
    usual = int(workbook.school_year[:4]) - workbook.grade - _USUAL_AGE
    older = usual - student.birth_date.year
    if not -_YOUNGER <= older <= _OLDER:
        out_of_reach = not -_OLDER <= older <= _OUT_OF_REACH
        yield about(
            student,
            "student.age",
            student.cells["birth_date"],
            Severity.BLOCK if out_of_reach else Severity.WARN,
            found=f"{student.birth_date:%d/%m/%Y}",
            expected=str(usual),
        )
