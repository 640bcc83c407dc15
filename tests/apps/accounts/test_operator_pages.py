"""The operator's pages: what can be done there is done by actions, the rest is only read."""

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory

from hocba.apps.accounts.admin import ReadOnlyAdmin
from hocba.apps.accounts.models import Person, RoleAssignment
from hocba.apps.audit.actions import CITY_WIDE
from hocba.apps.audit.queries import events_by
from hocba.apps.roster.models import ClassGroup, Unit

pytestmark = pytest.mark.django_db
PEOPLE = "/quan-tri/accounts/person/"
ROLES = "/quan-tri/accounts/roleassignment/"


@pytest.fixture
def desk(client: Client, operator: Person) -> Client:
    client.force_login(operator)
    return client


def test_only_the_operator_comes_in(client: Client, principal: Person) -> None:
    client.force_login(principal)
    assert client.get(PEOPLE).status_code == 302


def test_every_list_opens(desk: Client, class_9a1: ClassGroup, clerk: Person) -> None:
    for model, page in admin.site._registry.items():
        label = f"/quan-tri/{model._meta.app_label}/{model._meta.model_name}/"
        assert desk.get(label).status_code == 200, label
        row = model._default_manager.first()
        if row is not None:
            assert desk.get(f"{label}{row.pk}/change/").status_code == 200, label
        assert isinstance(page, ReadOnlyAdmin), label


def test_nothing_is_changed_or_deleted_there(rf: RequestFactory, operator: Person) -> None:
    request = rf.get("/")
    request.user = operator
    for page in admin.site._registry.values():
        assert not page.has_change_permission(request)
        assert not page.has_delete_permission(request)
    addable = {
        model for model, page in admin.site._registry.items() if page.has_add_permission(request)
    }
    assert addable == {Person, RoleAssignment}


def test_secrets_and_personal_numbers_are_not_on_the_page(desk: Client, clerk: Person) -> None:
    page = desk.get(f"{PEOPLE}{clerk.pk}/change/").content.decode()
    assert clerk.full_name in page
    assert clerk.password not in page
    assert str(clerk.citizen_id) not in page


def test_an_account_is_opened_by_its_action(desk: Client, operator: Person) -> None:
    form = {"username": "gv.moi", "full_name": "Trần Thị Mới", "citizen_id": ""}
    assert desk.post(f"{PEOPLE}add/", form).status_code == 302
    person = Person.objects.get(username="gv.moi")
    assert not person.has_usable_password()
    (event,) = events_by(school_id=CITY_WIDE, actor=operator.pk)
    assert (event.action, event.object_id) == ("accounts.person_created", str(person.pk))


def test_a_taken_name_is_an_error_beside_its_field(desk: Client, clerk: Person) -> None:
    form = {"username": "van.thu", "full_name": "X", "citizen_id": "1"}
    response = desk.post(f"{PEOPLE}add/", form)
    errors = response.context["adminform"].form.errors
    assert errors["__all__"] == [
        "Tên đăng nhập này đã có người dùng.",
        "Số định danh cá nhân phải có đúng 12 chữ số.",
    ]


def test_accounts_are_closed_and_opened_again(desk: Client, clerk: Person) -> None:
    for act, active in (("deactivate", False), ("reactivate", True)):
        desk.post(PEOPLE, {"action": act, "_selected_action": [str(clerk.pk)]})
        clerk.refresh_from_db()
        assert clerk.is_active is active


def test_the_operator_does_not_close_their_own(desk: Client, operator: Person) -> None:
    desk.post(PEOPLE, {"action": "deactivate", "_selected_action": [str(operator.pk)]})
    operator.refresh_from_db()
    assert operator.is_active


def test_roles_are_given_and_ended(desk: Client, clerk: Person, other_school: Unit) -> None:
    form: dict[str, Any] = {
        "person": clerk.pk,
        "role": "clerk",
        "unit_id": other_school.pk,
        "valid_from": "01/08/2025",
    }
    assert desk.post(f"{ROLES}add/", form).status_code == 302
    role = RoleAssignment.objects.get(unit_id=other_school.pk)
    assert role.valid_from == date(2025, 8, 1)
    desk.post(ROLES, {"action": "end_today", "_selected_action": [str(role.pk)]})
    role.refresh_from_db()
    assert role.valid_to is not None


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("principal", "Người này đã giữ vai trò này trong thời gian đó."),
        ("it_officer", "Hai vai trò này không được do một người giữ cùng lúc."),
    ],
)
def test_a_refused_role_is_said_on_the_form(
    desk: Client, principal: Person, school: Unit, role: str, sentence: str
) -> None:
    form: dict[str, Any] = {
        "person": principal.pk,
        "role": role,
        "unit_id": school.pk,
        "valid_from": "01/09/2025",
    }
    response = desk.post(f"{ROLES}add/", form)
    assert response.status_code == 200
    assert response.context["adminform"].form.non_field_errors() == [sentence]
