"""Tables of the roster office: units valid in time, students, classes, who sits and who teaches.

City-wide tables with simple keys: a global promise ("one student code, one student") lives only in
such a table. Leaf tables name these rows by their UUID.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hocba.apps.roster.setup_models import ElectiveChoice as ElectiveChoice
from hocba.apps.roster.setup_models import IdentityCase as IdentityCase
from hocba.apps.roster.setup_models import SetupChange as SetupChange
from hocba.apps.roster.setup_models import SetupImport as SetupImport

UNIT_KINDS = {"department": "Sở", "authority": "Cấp quản lý", "school": "Trường"}
SCHOOL_LEVELS = {
    "THCS": "Trung học cơ sở",
    "THPT": "Trung học phổ thông",
    "GDTX": "Giáo dục thường xuyên",
}
GENDERS = ("Nam", "Nữ")


class Unit(models.Model):
    """A department, an authority or a school, from a day to a day; a tree through `parent`."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField("loại", max_length=10, choices=list(UNIT_KINDS.items()))
    code = models.CharField("mã", max_length=20)
    name = models.CharField("tên", max_length=200)
    parent = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, related_name="children", verbose_name="thuộc"
    )
    school_level = models.CharField("cấp học", max_length=4, blank=True)
    ward = models.CharField("xã, phường", max_length=100, blank=True)
    province = models.CharField("tỉnh, thành phố", max_length=100, blank=True)
    is_public = models.BooleanField("công lập", default=True)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True)

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"],
                name="unit_code_once",
                violation_error_message="Mã đơn vị này đã có.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(UNIT_KINDS)),
                name="unit_kind_known",
                violation_error_message="Loại đơn vị này không có trong danh mục.",
            ),
            models.CheckConstraint(
                condition=(Q(kind="school") & Q(school_level__in=list(SCHOOL_LEVELS)))
                | (~Q(kind="school") & Q(school_level="")),
                name="unit_school_has_level",
                violation_error_message="Trường phải có cấp học; đơn vị khác thì không.",
            ),
            models.CheckConstraint(
                condition=Q(kind="department") | Q(parent__isnull=False),
                name="unit_below_department_has_parent",
                violation_error_message="Đơn vị này phải thuộc một đơn vị cấp trên.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="unit_ends_after_start",
                violation_error_message="Ngày kết thúc phải sau ngày bắt đầu.",
            ),
        ]

    def __str__(self) -> str:
        """Return the unit's name."""
        return self.name


class Student(models.Model):
    """One student of the city, whatever schools they attend; the particulars of the transcript."""

    id = models.UUIDField(primary_key=True)
    student_code = models.CharField("mã học sinh", max_length=20)
    citizen_id = models.CharField("số định danh cá nhân", max_length=12, null=True)
    full_name = models.CharField("họ và tên", max_length=200)
    birth_date = models.DateField("ngày sinh")
    gender = models.CharField("giới tính", max_length=3)
    ethnicity = models.CharField("dân tộc", max_length=50, blank=True)
    nationality = models.CharField("quốc tịch", max_length=50, blank=True)
    birth_place = models.CharField("nơi sinh", max_length=200, blank=True)
    home_town = models.CharField("quê quán", max_length=200, blank=True)
    address = models.CharField("chỗ ở hiện nay", max_length=300, blank=True)
    father_name = models.CharField("họ tên cha", max_length=200, blank=True)
    mother_name = models.CharField("họ tên mẹ", max_length=200, blank=True)
    guardian_name = models.CharField("họ tên người giám hộ", max_length=200, blank=True)
    priority_group = models.CharField("đối tượng", max_length=100, blank=True)
    register_number = models.CharField("số sổ đăng bộ", max_length=30, blank=True)

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "học sinh"
        verbose_name_plural = "học sinh"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["student_code"],
                name="student_code_once",
                violation_error_message="Mã học sinh này đã có.",
            ),
            models.UniqueConstraint(
                fields=["citizen_id"],
                name="student_citizen_id_once",
                violation_error_message="Số định danh cá nhân này đã thuộc một học sinh khác.",
            ),
            models.CheckConstraint(
                condition=Q(citizen_id__isnull=True) | Q(citizen_id__regex=r"^[0-9]{12}$"),
                name="student_citizen_id_has_12_digits",
                violation_error_message="Số định danh cá nhân phải có đúng 12 chữ số.",
            ),
            models.CheckConstraint(
                condition=Q(gender__in=GENDERS),
                name="student_gender_known",
                violation_error_message="Giới tính phải là Nam hoặc Nữ.",
            ),
        ]

    def __str__(self) -> str:
        """Return the student's code, which is less personal than the name."""
        return self.student_code


class ClassGroup(models.Model):
    """One class of one school in one school year."""

    id = models.UUIDField(primary_key=True)
    school = models.ForeignKey(
        Unit, on_delete=models.RESTRICT, related_name="classes", verbose_name="trường"
    )
    school_year = models.CharField("năm học", max_length=9)
    grade = models.PositiveSmallIntegerField("khối")
    name = models.CharField("lớp", max_length=20)
    homeroom_teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        verbose_name="giáo viên chủ nhiệm",
    )
    homeroom_confirmed_by = models.UUIDField("hiệu trưởng phân công", null=True)
    homeroom_confirmed_at = models.DateTimeField("phân công lúc", null=True)

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "lớp"
        verbose_name_plural = "lớp"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "school_year", "name"],
                name="class_group_name_once",
                violation_error_message="Trường đã có lớp này trong năm học.",
            ),
            models.CheckConstraint(
                condition=Q(grade__gte=6) & Q(grade__lte=12),
                name="class_group_grade_6_to_12",
                violation_error_message="Khối phải từ 6 đến 12.",
            ),
            models.CheckConstraint(
                condition=Q(school_year__regex=r"^[0-9]{4}-[0-9]{4}$"),
                name="class_group_school_year_form",
                violation_error_message="Năm học phải có dạng 2024-2025.",
            ),
        ]

    def __str__(self) -> str:
        """Return the class's name and year."""
        return f"{self.name} {self.school_year}"


class Enrolment(models.Model):
    """One student in one class; who leaves stays on the list with the day of leaving."""

    id = models.UUIDField(primary_key=True)
    class_group = models.ForeignKey(
        ClassGroup, on_delete=models.RESTRICT, related_name="enrolments", verbose_name="lớp"
    )
    student = models.ForeignKey(
        Student, on_delete=models.RESTRICT, related_name="enrolments", verbose_name="học sinh"
    )
    list_number = models.PositiveSmallIntegerField("số thứ tự")
    joined_date = models.DateField("ngày vào", null=True)
    left_date = models.DateField("ngày rời", null=True)

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "học sinh trong lớp"
        verbose_name_plural = "học sinh trong lớp"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["class_group", "student"],
                name="enrolment_once_per_class",
                violation_error_message="Học sinh này đã có trong lớp.",
            ),
            models.UniqueConstraint(
                fields=["class_group", "list_number"],
                name="enrolment_list_number_once",
                violation_error_message="Số thứ tự này đã có trong lớp.",
            ),
            models.CheckConstraint(
                condition=Q(left_date__isnull=True)
                | Q(joined_date__isnull=True)
                | Q(left_date__gte=F("joined_date")),
                name="enrolment_leaves_after_joining",
                violation_error_message="Ngày rời lớp phải sau ngày vào lớp.",
            ),
        ]

    def __str__(self) -> str:
        """Return the row's identifier."""
        return str(self.id)


class TeachingAssignment(models.Model):
    """Who teaches one subject in one class, for how many periods a year."""

    id = models.UUIDField(primary_key=True)
    class_group = models.ForeignKey(
        ClassGroup, on_delete=models.RESTRICT, related_name="assignments", verbose_name="lớp"
    )
    subject_key = models.CharField("môn", max_length=40)
    periods = models.PositiveSmallIntegerField("số tiết cả năm")
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.RESTRICT,
        related_name="+",
        verbose_name="giáo viên",
    )
    confirmed_by = models.UUIDField("hiệu trưởng duyệt", null=True)
    confirmed_at = models.DateTimeField("duyệt lúc", null=True)

    class Meta:
        """Names of the promises kept by the database."""

        verbose_name = "phân công giảng dạy"
        verbose_name_plural = "phân công giảng dạy"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["class_group", "subject_key"],
                name="teaching_assignment_once_per_subject",
                violation_error_message="Môn này của lớp đã được phân công.",
            ),
            models.CheckConstraint(
                condition=Q(periods__gt=0),
                name="teaching_assignment_has_periods",
                violation_error_message="Số tiết phải lớn hơn 0.",
            ),
        ]

    def __str__(self) -> str:
        """Return the subject's key."""
        return self.subject_key
