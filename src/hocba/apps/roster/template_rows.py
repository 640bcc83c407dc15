"""What a downloaded template holds: the year's data, or a first draft made of last year's.

A draft is a proposal for a person to mend: nothing says who was promoted, so everybody who stayed
moves up with the class.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from hocba.adapters.spreadsheets.roster_layouts import RosterKind
from hocba.adapters.spreadsheets.roster_template import roster_template
from hocba.adapters.spreadsheets.tables import Value
from hocba.apps.accounts.directory import roles_in_unit
from hocba.apps.accounts.models import ROLES
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.roster.models import (
    ClassGroup,
    ElectiveChoice,
    Enrolment,
    TeachingAssignment,
    Unit,
)
from hocba.apps.roster.setup.classes import GRADES, level_of_grade
from hocba.apps.roster.setup_queries import elective_titles, school_for_setup, subject_titles
from hocba.core.assessment.subjects import SubjectGroup, catalogue

Rows = Sequence[Mapping[str, Value]]
_PARTICULARS = (
    "student_code",
    "citizen_id",
    "full_name",
    "birth_date",
    "gender",
    "ethnicity",
    "birth_place",
    "address",
    "father_name",
    "mother_name",
)
_DRAFT = (
    "Tệp này là bản nháp lập từ năm học trước: mỗi lớp lên một khối. Em không được lên lớp, chuyển "
    "trường hoặc đổi lớp: hãy sửa cột Lớp hoặc xóa dòng trước khi nhập."
)


def filled_template(
    *, viewer: Viewer, school_id: UUID, kind: RosterKind, school_year: str
) -> bytes:
    """Return the template of a kind for a school and year.

    Raises:
        HocbaError: "access.denied".
    """
    school = school_for_setup(viewer=viewer, school_id=school_id)
    rows, notes = _ROWS[kind](school, school_year)
    return roster_template(
        kind,
        school_code=school.code,
        school_name=school.name,
        school_year=school_year,
        rows=rows,
        notes=notes,
    )


def _classes(school: Unit, school_year: str) -> tuple[Rows, list[str]]:
    classes = _classes_of(school, school_year)
    if classes:
        standing: Rows = [{"class_name": one.name, "grade": one.grade} for one in classes]
        return standing, []
    grades = GRADES[school.school_level]
    moved = [
        (_moved_up(one.name, one.grade), one.grade + 1)
        for one in _classes_of(school, _year_before(school_year))
        if one.grade + 1 in grades
    ]
    rows: Rows = [{"class_name": name, "grade": grade} for name, grade in moved]
    return rows, [_DRAFT] if rows else []


def _classes_of(school: Unit, school_year: str) -> list[ClassGroup]:
    rows = ClassGroup.objects.select_related("homeroom_teacher").filter(
        school=school, school_year=school_year
    )
    return list(rows.order_by("grade", "name"))


def _year_before(school_year: str) -> str:
    first = int(school_year[:4]) - 1
    return f"{first}-{first + 1}"


def _moved_up(name: str, grade: int) -> str:
    return f"{grade + 1}{name.removeprefix(str(grade))}"


def _students(school: Unit, school_year: str) -> tuple[Rows, list[str]]:
    seats = list(_seats(school, school_year))
    if seats:
        return [_student_row(seat, seat.class_group.name) for seat in seats], []
    grades = GRADES[school.school_level]
    moving = [
        seat
        for seat in _seats(school, _year_before(school_year))
        if seat.left_date is None and seat.class_group.grade + 1 in grades
    ]
    rows: list[Mapping[str, Value]] = []
    for seat in moving:
        name = _moved_up(seat.class_group.name, seat.class_group.grade)
        rows.append({**_student_row(seat, name), "joined_date": None, "left_date": None})
    return rows, [_DRAFT] if rows else []


def _seats(school: Unit, school_year: str) -> Iterable[Enrolment]:
    rows = Enrolment.objects.select_related("student", "class_group").filter(
        class_group__school=school, class_group__school_year=school_year
    )
    return rows.order_by("class_group__grade", "class_group__name", "list_number")


def _student_row(seat: Enrolment, class_name: str) -> Mapping[str, Value]:
    return {
        "list_number": seat.list_number,
        "class_name": class_name,
        "joined_date": seat.joined_date,
        "left_date": seat.left_date,
        **{name: getattr(seat.student, name) for name in _PARTICULARS},
    }


def _staff(school: Unit, _school_year: str) -> tuple[Rows, list[str]]:
    people: dict[UUID, dict[str, Value]] = {}
    for role in roles_in_unit(unit_id=school.pk):
        if role.valid_to is not None or not role.person.is_active:
            continue
        person, title = role.person, ROLES[role.role]
        row = people.setdefault(
            person.pk,
            {
                "list_number": len(people) + 1,
                "username": person.username,
                "citizen_id": person.citizen_id or "",
                "full_name": person.full_name,
                "role": "",
            },
        )
        row["role"] = "; ".join(filter(None, (str(row["role"]), title)))
    return list(people.values()), []


def _assignments(school: Unit, school_year: str) -> tuple[Rows, list[str]]:
    """Every duty of every class, whoever has it; a class lists what its programme has."""
    classes = _classes_of(school, school_year)
    standing = {
        (row.class_group_id, row.subject_key): row
        for row in TeachingAssignment.objects.select_related("teacher").filter(
            class_group__in=classes
        )
    }
    rows: list[Mapping[str, Value]] = []
    for group in classes:
        lead = group.homeroom_teacher
        rows.append(
            {
                "class_name": group.name,
                "subject": "Chủ nhiệm",
                "teacher": lead.full_name if lead else "",
                "citizen_id": (lead.citizen_id or "") if lead else "",
            }
        )
        for subject in catalogue(level_of_grade(group.grade)):
            row = standing.get((group.pk, subject.key))
            if row is None and subject.group is SubjectGroup.OPTIONAL:
                continue
            rows.append(
                {
                    "class_name": group.name,
                    "subject": subject.name,
                    "periods": row.periods
                    if row
                    else subject.periods_by_grade.get(group.grade) or None,
                    "teacher": row.teacher.full_name if row else "",
                    "citizen_id": (row.teacher.citizen_id or "") if row else "",
                }
            )
    return rows, []


def _electives(school: Unit, school_year: str) -> tuple[Rows, list[str]]:
    titles = subject_titles()
    chosen: dict[tuple[UUID, str], list[str]] = {}
    for choice in ElectiveChoice.objects.filter(
        school_id=school.pk, school_year=school_year, to_date__isnull=True
    ).order_by("subject_key"):
        key = (choice.enrolment_id, choice.kind)
        chosen.setdefault(key, []).append(titles.get(choice.subject_key, choice.subject_key))
    rows: Rows = [
        {
            "list_number": seat.list_number,
            "class_name": seat.class_group.name,
            "student_code": seat.student.student_code,
            "full_name": seat.student.full_name,
            "electives": "; ".join(chosen.get((seat.pk, "elective"), ())),
            "topics": "; ".join(chosen.get((seat.pk, "topic"), ())),
        }
        for seat in _seats(school, school_year)
        if seat.left_date is None and level_of_grade(seat.class_group.grade) == "THPT"
    ]
    return rows, [f"Các môn lựa chọn: {'; '.join(elective_titles())}."]


_ROWS = {
    RosterKind.CLASSES: _classes,
    RosterKind.STUDENTS: _students,
    RosterKind.STAFF: _staff,
    RosterKind.ASSIGNMENTS: _assignments,
    RosterKind.ELECTIVES: _electives,
}
