"""The two sides that no role of a school has: the public portal, and the operator's own pages."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client

from hocba.apps.accounts.models import Person
from hocba.apps.roster.models import ClassGroup
from tests.apps.access.addresses import TABLE, Row

pytestmark = pytest.mark.django_db
MADE_UP = {
    "code": "00000000-0000-4000-8000-000000000077",
    "batch_id": "00000000-0000-4000-8000-000000000077",
    "rest": "0/000",
    "index": "0",
    "origin": "khong.co",
    "content_type_id": "1",
    "object_id": "1",
}
REGEX = {
    "api/v1/^log/entries/(?P<digest>[0-9a-f]{64})$": f"/api/v1/log/entries/{'0' * 64}",
    "quan-tri/^(?P<app_label>accounts|roster|certificates)/$": "/quan-tri/accounts/",
    "quan-tri/(?P<url>.*)$": "/quan-tri/khong-co/",
}


def address(route: str) -> str:
    return REGEX.get(route) or Row(route, {}).fill(MADE_UP)


@pytest.fixture
def anybody(client: Client) -> Client:
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("route", TABLE["public"])
def test_the_portal_asks_nobody_to_sign_in(anybody: Client, route: str) -> None:
    said = TABLE["public"][route]
    for method in (anybody.get, anybody.post):
        answer = method(address(route))
        assert "/dang-nhap/" not in answer.headers.get("Location", "")
        if said == "key":
            assert answer.status_code in (401, 405)
        elif method == anybody.post and "post" not in said:
            assert answer.status_code == 405
        assert answer.status_code < 500 or answer.status_code == 503


@pytest.mark.parametrize("route", TABLE["operator"])
def test_djangos_pages_are_the_operators(
    anybody: Client, principal: Person, operator: Person, route: str
) -> None:
    said = TABLE["operator"][route]
    elsewhere = ("/dang-nhap/", "/quan-tri/login/", "/doi-mat-khau/")
    for person in (None, principal):
        if person:
            anybody.force_login(person)
        answer = anybody.get(address(route))
        led_away = answer.status_code == 302 and answer.headers["Location"].startswith(elsewhere)
        if said != "door":
            assert led_away or answer.status_code in (403, 404, 405), (route, person)
    if said == "operator":
        anybody.force_login(operator)
        assert anybody.get(address(route)).status_code in (200, 400, 403, 404), route


def test_the_operator_sees_the_registers_and_changes_none(
    anybody: Client, operator: Person, class_9a1: ClassGroup
) -> None:
    found = {
        f"{model._meta.app_label}/{model._meta.model_name}": model for model in admin.site._registry
    }
    assert sorted(found) == sorted(TABLE["registers"]), "say in matrix.toml what is seen there"
    anybody.force_login(operator)
    for name, model in found.items():
        here = f"/quan-tri/{name}/"
        assert anybody.get(here).status_code == 200
        added = anybody.get(f"{here}add/").status_code
        assert added == (200 if "add" in TABLE["registers"][name] else 403)
        row = model._default_manager.first()
        if row is not None:
            assert anybody.post(f"{here}{row.pk}/change/", {}).status_code == 403
            assert anybody.post(f"{here}{row.pk}/delete/", {"post": "yes"}).status_code == 403
            assert type(row)._default_manager.filter(pk=row.pk).exists()


SILENT = (
    "mark",
    "remark",
    "draft",
    "slot",
    "issued",
    "event",
    "absence",
    "conduct",
    "authenticator",
)


def test_no_register_of_the_operators_holds_results() -> None:
    for model in admin.site._registry:
        assert not any(word in str(model._meta.model_name) for word in SILENT)


def test_personal_facts_of_students_are_on_no_operators_page(
    anybody: Client, operator: Person, class_9a1: ClassGroup
) -> None:
    student = class_9a1.enrolments.first().student
    anybody.force_login(operator)
    pages = [
        anybody.get(f"/quan-tri/roster/student/{end}").content.decode()
        for end in ("", f"{student.pk}/change/", f"{student.pk}/history/")
    ]
    for page in pages:
        assert student.citizen_id not in page
        assert student.birth_date.strftime("%d/%m/%Y") not in page
        assert student.full_name not in page
        assert student.full_name not in page


def test_every_school_keeps_its_people_out_of_the_operators_reach(
    anybody: Client, operator: Person, class_9a1: ClassGroup, make_person: Callable[..., Person]
) -> None:
    anybody.force_login(operator)
    for here in (f"/hoc-ba/{class_9a1.pk}/", f"/so-diem/{class_9a1.school_id}/"):
        assert anybody.get(here).status_code == 403
