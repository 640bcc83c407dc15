"""Reads of the roster. Those without `viewer` serve actions of other offices, never a page."""

from collections.abc import Collection
from dataclasses import fields, replace
from uuid import UUID

from hocba.apps.accounts.viewer import Viewer
from hocba.apps.roster.models import ClassGroup, Enrolment, Student, TeachingAssignment, Unit
from hocba.apps.roster.permissions import (
    can_see_citizen_ids,
    require_read_class,
    require_read_school,
)
from hocba.apps.roster.values import (
    EnrolledStudent,
    EnrolmentPlace,
    TeachingDuty,
    masked_citizen_id,
)
from hocba.core.errors import HocbaError

_STUDENT_FIELDS = tuple(
    field.name
    for field in fields(EnrolledStudent)
    if field.name
    not in {"enrolment_id", "student_id", "list_number", "citizen_id", "joined_date", "left_date"}
)


def unit_by_id(*, unit_id: UUID) -> Unit | None:
    """Find the unit with this key, its parent at hand."""
    return Unit.objects.select_related("parent").filter(pk=unit_id).first()


def unit_by_code(*, code: str) -> Unit | None:
    """Find the unit with this code, its parent at hand."""
    return Unit.objects.select_related("parent").filter(code=code).first()


def department_of(*, unit_id: UUID) -> Unit | None:
    """Find the Sở above a unit (or the unit itself)."""
    unit = unit_by_id(unit_id=unit_id)
    while unit is not None and unit.kind != "department":
        unit = unit_by_id(unit_id=unit.parent_id) if unit.parent_id else None
    return unit


def all_schools() -> list[Unit]:
    """Return every school of the city, for sweeps that go through them one by one."""
    return list(Unit.objects.filter(kind="school").order_by("code"))


def schools_below(*, unit_id: UUID) -> list[Unit]:
    """Schools anywhere below a unit, by name."""
    level, found = [unit_id], []
    while level:
        children = list(Unit.objects.filter(parent_id__in=level).order_by("name", "id"))
        found += [child for child in children if child.kind == "school"]
        level = [child.pk for child in children if child.kind != "school"]
    return found


def units_of_viewer(*, viewer: Viewer) -> list[Unit]:
    """Units in which the viewer holds a role today, by name."""
    return list(Unit.objects.filter(pk__in=viewer.units()).order_by("name", "id"))


def class_by_id(*, class_id: UUID) -> ClassGroup | None:
    """Find a class, its school and homeroom teacher at hand."""
    classes = ClassGroup.objects.select_related("school", "homeroom_teacher")
    return classes.filter(pk=class_id).first()


def classes_by_id(*, class_ids: Collection[UUID]) -> dict[UUID, ClassGroup]:
    """Return classes by their keys, each with its school at hand."""
    return ClassGroup.objects.select_related("school").in_bulk(list(class_ids))


def class_by_name(*, school_id: UUID, school_year: str, name: str) -> ClassGroup | None:
    """Find a school's class of one year by its name, e.g. "9A1"."""
    classes = ClassGroup.objects.select_related("school", "homeroom_teacher")
    return classes.filter(school_id=school_id, school_year=school_year, name=name).first()


def class_for(*, viewer: Viewer, class_id: UUID) -> ClassGroup:
    """Return a class for a page; access.denied both when unknown and when not the viewer's."""
    found = class_by_id(class_id=class_id)
    if found is None:
        raise HocbaError("access.denied")
    require_read_class(viewer, class_group=found)
    return found


def classes_of_school(*, viewer: Viewer, school_id: UUID, school_year: str) -> list[ClassGroup]:
    """All classes of a school in one year, by grade and name."""
    require_read_school(viewer, school_id=school_id)
    classes = ClassGroup.objects.select_related("homeroom_teacher")
    found = classes.filter(school_id=school_id, school_year=school_year)
    return list(found.order_by("grade", "name"))


def homeroom_classes(*, viewer: Viewer, school_year: str) -> list[ClassGroup]:
    """Classes of which the viewer is homeroom teacher."""
    found = ClassGroup.objects.filter(
        homeroom_teacher_id=viewer.person_id,
        school_id__in=viewer.units("homeroom_teacher"),
        school_year=school_year,
    )
    return list(found.order_by("grade", "name"))


def teaching_duties(*, viewer: Viewer, school_year: str) -> list[TeachingDuty]:
    """Subjects and classes that the viewer teaches, by class name."""
    rows = TeachingAssignment.objects.select_related("class_group").filter(
        teacher_id=viewer.person_id,
        class_group__school_id__in=viewer.units("subject_teacher"),
        class_group__school_year=school_year,
    )
    return [
        TeachingDuty(
            school_id=row.class_group.school_id,
            class_id=row.class_group_id,
            class_name=row.class_group.name,
            grade=row.class_group.grade,
            subject_key=row.subject_key,
            periods=row.periods,
        )
        for row in rows.order_by("class_group__grade", "class_group__name", "subject_key")
    ]


def assignments_of_class(*, class_id: UUID) -> list[TeachingAssignment]:
    """Who teaches what in a class, by subject key, teachers at hand."""
    rows = TeachingAssignment.objects.select_related("teacher").filter(class_group_id=class_id)
    return list(rows.order_by("subject_key"))


def students_of_class(*, viewer: Viewer, class_id: UUID) -> list[EnrolledStudent]:
    """Return the list of a class for a page; personal numbers masked for most viewers."""
    class_group = class_for(viewer=viewer, class_id=class_id)
    students = roll_of_class(class_id=class_id)
    if can_see_citizen_ids(viewer, class_group=class_group):
        return students
    return [replace(one, citizen_id=masked_citizen_id(one.citizen_id)) for one in students]


def roll_of_class(*, class_id: UUID) -> list[EnrolledStudent]:
    """Return the list of a class in full, by list number, leavers included."""
    rows = Enrolment.objects.select_related("student").filter(class_group_id=class_id)
    return [_enrolled(row) for row in rows.order_by("list_number")]


def enrolled_student(*, enrolment_id: UUID) -> EnrolledStudent | None:
    """Find one line of a class list in full."""
    row = Enrolment.objects.select_related("student").filter(pk=enrolment_id).first()
    return _enrolled(row) if row else None


def names_of_enrolments(*, enrolment_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the students' names by the lines of their class lists."""
    rows = Enrolment.objects.filter(pk__in=list(enrolment_ids))
    return dict(rows.values_list("pk", "student__full_name"))


def enrolments_of_student(*, student_id: UUID) -> list[Enrolment]:
    """All classes a student has sat in, oldest year first, class and school at hand."""
    rows = Enrolment.objects.select_related("class_group__school").filter(student_id=student_id)
    return list(rows.order_by("class_group__school_year", "joined_date"))


def student_by_code(*, student_code: str) -> Student | None:
    """Find the student with this code."""
    return Student.objects.filter(student_code=student_code).first()


def _enrolled(row: Enrolment) -> EnrolledStudent:
    return EnrolledStudent(
        enrolment_id=row.pk,
        student_id=row.student_id,
        list_number=row.list_number,
        citizen_id=row.student.citizen_id or "",
        joined_date=row.joined_date,
        left_date=row.left_date,
        **{name: getattr(row.student, name) for name in _STUDENT_FIELDS},
    )


def school_years_taught(*, viewer: Viewer) -> list[str]:
    """School years in which the viewer teaches or is homeroom teacher, newest first."""
    taught = TeachingAssignment.objects.filter(teacher_id=viewer.person_id)
    led = ClassGroup.objects.filter(homeroom_teacher_id=viewer.person_id)
    years = {
        *taught.values_list("class_group__school_year", flat=True).distinct(),
        *led.values_list("school_year", flat=True).distinct(),
    }
    return sorted(years, reverse=True)


def newest_school_year(*, school_id: UUID) -> str:
    """Return the newest year in which the school has classes; "" when it has none."""
    years = ClassGroup.objects.filter(school_id=school_id).order_by("-school_year")
    return years.values_list("school_year", flat=True).first() or ""


def sitting_in(*, class_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Enrolments of those who have not left, by class: one question for all of them."""
    rows = Enrolment.objects.filter(class_group_id__in=class_ids, left_date__isnull=True)
    found: dict[UUID, list[UUID]] = {class_id: [] for class_id in class_ids}
    for class_id, enrolment_id in rows.values_list("class_group_id", "id"):
        found[class_id].append(enrolment_id)
    return found


def assignment_of(*, class_id: UUID, subject_key: str) -> TeachingAssignment | None:
    """Who teaches one subject of a class; class, school and teacher at hand."""
    rows = TeachingAssignment.objects.select_related("teacher", "class_group__school")
    return rows.filter(class_group_id=class_id, subject_key=subject_key).first()


def all_in_class(*, class_id: UUID, enrolment_ids: Collection[UUID]) -> bool:
    """Whether all of these enrolments, leavers included, are of the class."""
    found = Enrolment.objects.filter(class_group_id=class_id, id__in=enrolment_ids).count()
    return found == len(set(enrolment_ids))


def assignments_of_classes(*, class_ids: Collection[UUID]) -> list[TeachingAssignment]:
    """Who teaches what in these classes, by class and subject; class, school, teacher at hand."""
    rows = TeachingAssignment.objects.select_related("teacher", "class_group__school")
    found = rows.filter(class_group_id__in=class_ids)
    return list(found.order_by("class_group__grade", "class_group__name", "subject_key"))


def places_of_enrolments(*, enrolment_ids: Collection[UUID]) -> dict[UUID, EnrolmentPlace]:
    """Class, grade and student of each enrolment."""
    rows = Enrolment.objects.filter(pk__in=enrolment_ids)
    found = rows.values_list(
        "id",
        "class_group_id",
        "class_group__grade",
        "class_group__name",
        "student__full_name",
    )
    return {row[0]: EnrolmentPlace(*row[1:]) for row in found}


def school_years_of(*, school_id: UUID) -> list[str]:
    """School years in which a school has classes, newest first."""
    rows = ClassGroup.objects.filter(school_id=school_id)
    return sorted(rows.values_list("school_year", flat=True).distinct(), reverse=True)
