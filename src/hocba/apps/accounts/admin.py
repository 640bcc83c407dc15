"""The operator's pages on people and roles: read-mostly, and every write is an action."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.accounts import actions
from hocba.apps.accounts.models import ROLES, Person, RoleAssignment
from hocba.apps.accounts.policy import fresh_to_send
from hocba.core.errors import HocbaError

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _Form = forms.ModelForm[Any]
else:  # Django's classes take no type parameters when they run
    _ModelAdmin = admin.ModelAdmin
    _Form = forms.ModelForm

admin.site.site_header = "Học bạ số"
admin.site.site_title = "Học bạ số"
admin.site.unregister(Group)
# Second factors, devices and sign-in elsewhere are their person's, not the operator's.
for _model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


def operator_id(request: HttpRequest) -> UUID:
    """Key of the signed-in operator."""
    user = request.user
    if not isinstance(user, Person):
        raise HocbaError("access.denied")
    return user.pk


def _tell(request: HttpRequest, person: Person, refusal: HocbaError) -> None:
    sentence = refusal_sentence(refusal, gettext=gettext)
    messages.error(request, f"{person.username}: {sentence}")


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


class ActionForm(_Form):
    """A form whose last step of validation is the act itself, so that a refusal is said on it."""

    actor_id: UUID  # set by the page on the class it makes for one request

    def act(self, values: dict[str, Any]) -> Model:
        """Do what the form asks for; raises HocbaError."""
        raise AssertionError("a form of this kind says what it does")

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc] # the stubs leave it out
        if self.errors:
            return
        try:
            self.instance = self.act(dict(self.cleaned_data))
        except HocbaError as refusal:
            self.add_error(None, refusal_sentence(refusal, gettext=gettext))


class NewPersonForm(ActionForm):
    """What the operator fills in for a new account; the password is the person's own business."""

    class Meta:
        """Columns of the form."""

        model = Person
        fields = ("username", "full_name", "citizen_id", "is_staff", "is_superuser")

    def act(self, values: dict[str, Any]) -> Model:
        """Open the account."""
        return actions.create_person(**values, actor=self.actor_id, at=timezone.now())


class NewRoleForm(ActionForm):
    """What the operator fills in for a new role."""

    role = forms.ChoiceField(label=gettext_lazy("Vai trò"), choices=list(ROLES.items()))

    class Meta:
        """Columns of the form."""

        model = RoleAssignment
        fields = ("person", "role", "unit_id", "valid_from", "valid_to")

    def act(self, values: dict[str, Any]) -> Model:
        """Give the role."""
        person = values.pop("person")
        return actions.grant_role(
            person_id=person.pk, **values, actor=self.actor_id, at=timezone.now()
        )


class ActionAdmin(ReadOnlyAdmin):
    """A page whose only write is adding a row through an ActionForm."""

    new_form: type[ActionForm]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Open the form to those who run the system."""
        return request.user.is_active and request.user.is_superuser

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """Everything but what nobody is to read here, once the row is there."""
        hidden = self.exclude or ()
        return tuple(one.name for one in self.opts.fields if one.name not in hidden) if obj else ()

    @method_decorator(fresh_to_send)
    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Open an account or give a role only to who signed in just now."""
        return super().add_view(request, *args, **kwargs)

    @method_decorator(fresh_to_send)
    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Act on chosen rows only for who signed in just now."""
        return super().changelist_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Take the form of the act for a new row, signed by who fills it in."""
        if obj is not None:
            return super().get_form(request, obj, *args, **kwargs)
        kwargs.update(form=self.new_form, exclude=(), fields=self.new_form.Meta.fields)  # type: ignore[attr-defined]
        form: Any = super().get_form(request, obj, *args, **kwargs)
        form.actor_id = operator_id(request)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write nothing more: the act has been done."""


@admin.register(Person)
class PersonAdmin(ActionAdmin):
    """People: opened, closed and opened again; their names and numbers are changed nowhere here."""

    list_display = ("username", "full_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "full_name")
    ordering = ("username",)
    exclude = ("password", "citizen_id")
    new_form = NewPersonForm
    actions = ("issue_activation", "deactivate", "reactivate")

    @admin.action(description=gettext_lazy("Tạo liên kết kích hoạt"))
    def issue_activation(self, request: HttpRequest, people: QuerySet[Person]) -> None:
        """Show one link per chosen account, to be handed to its person."""
        for person in people:
            try:
                path = actions.issue_activation(
                    person_id=person.pk, actor=operator_id(request), at=timezone.now()
                )
            except HocbaError as refusal:
                _tell(request, person, refusal)
                continue
            messages.info(request, f"{person.username}: {request.build_absolute_uri(path)}")

    @admin.action(description=gettext_lazy("Ngừng hoạt động"))
    def deactivate(self, request: HttpRequest, people: QuerySet[Person]) -> None:
        """Close the chosen accounts."""
        self._each(request, people, actions.deactivate_person)

    @admin.action(description=gettext_lazy("Cho hoạt động lại"))
    def reactivate(self, request: HttpRequest, people: QuerySet[Person]) -> None:
        """Open the chosen accounts again."""
        self._each(request, people, actions.reactivate_person)

    def _each(self, request: HttpRequest, people: QuerySet[Person], act: Any) -> None:
        reason = gettext("Trang quản trị")
        for person in people:
            try:
                act(
                    person_id=person.pk,
                    reason=reason,
                    actor=operator_id(request),
                    at=timezone.now(),
                )
            except HocbaError as refusal:
                _tell(request, person, refusal)


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ActionAdmin):
    """Roles: given and ended, never deleted."""

    list_display = ("person", "role", "unit_id", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("person",)
    search_fields = ("person__username", "person__full_name", "unit_id")
    autocomplete_fields = ("person",)
    new_form = NewRoleForm
    ordering = ("-valid_from", "id")
    actions = ("end_today",)

    @admin.action(description=gettext_lazy("Kết thúc hôm nay"))
    def end_today(self, request: HttpRequest, rows: QuerySet[RoleAssignment]) -> None:
        """End the chosen roles with this day."""
        today: date = timezone.localdate()
        for row in rows:
            try:
                actions.end_role(
                    assignment_id=row.pk,
                    last_day=today,
                    reason=gettext("Trang quản trị"),
                    actor=operator_id(request),
                    at=timezone.now(),
                )
            except HocbaError as refusal:
                _tell(request, row.person, refusal)
