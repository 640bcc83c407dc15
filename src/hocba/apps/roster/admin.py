"""The operator's pages on the roster: read-only, every one of them."""

from django.contrib import admin

from hocba.apps.accounts.admin import ReadOnlyAdmin
from hocba.apps.roster.models import ClassGroup, Student, Unit


@admin.register(Unit)
class UnitAdmin(ReadOnlyAdmin):
    """Units."""

    list_display = ("code", "name", "kind", "parent", "valid_from", "valid_to")
    list_filter = ("kind", "is_public")
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    ordering = ("code",)


@admin.register(Student)
class StudentAdmin(ReadOnlyAdmin):
    """Students, found by their code; the operator needs no more than code and school."""

    list_display = ("student_code",)
    fields = ("id", "student_code")
    search_fields = ("=student_code",)
    ordering = ("student_code",)


@admin.register(ClassGroup)
class ClassGroupAdmin(ReadOnlyAdmin):
    """Classes."""

    list_display = ("name", "school_year", "grade", "school", "homeroom_teacher")
    list_filter = ("school_year", "grade")
    list_select_related = ("school", "homeroom_teacher")
    search_fields = ("name", "school__name", "school__code")
    ordering = ("school_year", "name", "id")
