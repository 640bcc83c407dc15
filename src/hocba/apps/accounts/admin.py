"""The operator's pages on people and roles: read-mostly, and every write is an action."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hocba.apps.accounts import actions
from hocba.apps.accounts.models import ROLES, Person, RoleAssignment
from hocba.core.errors import HocbaError

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _PersonForm = forms.ModelForm[Person]
    _RoleForm = forms.ModelForm[RoleAssignment]
else:  # Django's classes take no type parameters when they run
    _ModelAdmin = admin.ModelAdmin
    _PersonForm = _RoleForm = forms.ModelForm

admin.site.site_header = "Học bạ số"
admin.site.site_title = "Học bạ số"
admin.site.unregister(Group)


def operator_id(request: HttpRequest) -> UUID:
    """Key of the signed-in operator."""
    user = request.user
    if not isinstance(user, Person):
        raise HocbaError("access.denied")
    return user.pk


class ReadOnlyAdmin(_ModelAdmin):
    """A page that shows rows and changes none; every office's register starts from it."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted here."""
        return False


class NewPersonForm(_PersonForm):
    """What the operator fills in for a new account; the password is the person's own business."""

    class Meta:
        """Columns of the form."""

        model = Person
        fields = ("username", "full_name", "citizen_id", "is_staff", "is_superuser")

    def clean_citizen_id(self) -> str | None:
        """No number is None: two empty texts would collide."""
        return self.cleaned_data["citizen_id"] or None


class NewRoleForm(_RoleForm):
    """What the operator fills in for a new role."""

    role = forms.ChoiceField(label=gettext_lazy("Vai trò"), choices=list(ROLES.items()))

    class Meta:
        """Columns of the form."""

        model = RoleAssignment
        fields = ("person", "role", "unit_id", "valid_from", "valid_to")


class ActionAdmin(ReadOnlyAdmin):
    """A page whose only write is adding a row, by an action whose refusals become form errors."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Open the form to those who run the system."""
        return request.user.is_active and request.user.is_superuser

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """Everything, once the row is there."""
        return tuple(field.name for field in self.opts.fields) if obj else ()


@admin.register(Person)
class PersonAdmin(ActionAdmin):
    """People: opened, closed and opened again; their names and numbers are changed nowhere here."""

    list_display = ("username", "full_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "full_name")
    ordering = ("username",)
    exclude = ("password",)
    actions = ("deactivate", "reactivate")

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Take the short form for a new account."""
        if obj is None:
            kwargs.update(form=NewPersonForm, fields=NewPersonForm.Meta.fields)
        return super().get_form(request, obj, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Open the account by its action."""
        values = {name: form.cleaned_data[name] for name in NewPersonForm.Meta.fields}
        created = actions.create_person(**values, actor=operator_id(request), at=timezone.now())
        obj.pk = created.pk

    @admin.action(description=gettext_lazy("Ngừng hoạt động"))
    def deactivate(self, request: HttpRequest, people: QuerySet[Person]) -> None:
        """Close the chosen accounts."""
        self._each(request, people, actions.deactivate_person)

    @admin.action(description=gettext_lazy("Cho hoạt động lại"))
    def reactivate(self, request: HttpRequest, people: QuerySet[Person]) -> None:
        """Open the chosen accounts again."""
        self._each(request, people, actions.reactivate_person)

    def _each(self, request: HttpRequest, people: QuerySet[Person], act: Any) -> None:
        reason = _("Trang quản trị")
        for person in people:
            try:
                act(
                    person_id=person.pk,
                    reason=reason,
                    actor=operator_id(request),
                    at=timezone.now(),
                )
            except HocbaError as refusal:
                messages.error(request, f"{person.username}: {refusal.code}")


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ActionAdmin):
    """Roles: given and ended, never deleted."""

    list_display = ("person", "role", "unit_id", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("person",)
    search_fields = ("person__username", "person__full_name", "unit_id")
    autocomplete_fields = ("person",)
    ordering = ("-valid_from", "id")
    actions = ("end_today",)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Take the short form for a new role."""
        if obj is None:
            kwargs.update(form=NewRoleForm, fields=NewRoleForm.Meta.fields)
        return super().get_form(request, obj, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Give the role by its action."""
        values = dict(form.cleaned_data)
        person = values.pop("person")
        granted = actions.grant_role(
            person_id=person.pk, **values, actor=operator_id(request), at=timezone.now()
        )
        obj.pk = granted.pk

    @admin.action(description=gettext_lazy("Kết thúc hôm nay"))
    def end_today(self, request: HttpRequest, rows: QuerySet[RoleAssignment]) -> None:
        """End the chosen roles with this day."""
        today: date = timezone.localdate()
        for row in rows:
            try:
                actions.end_role(
                    assignment_id=row.pk,
                    last_day=today,
                    reason=_("Trang quản trị"),
                    actor=operator_id(request),
                    at=timezone.now(),
                )
            except HocbaError as refusal:
                messages.error(request, f"{row.person.username}: {refusal.code}")
