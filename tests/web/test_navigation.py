"""The way to one's work: at most seven entries for a role, one school at a time."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hocba.apps.accounts.models import ROLES, Person
from hocba.apps.roster.models import Unit

pytestmark = pytest.mark.django_db


def entries(client: Client) -> list[str]:
    return [item["title"] for item in client.get("/ban-lam-viec/").context["nav"]]


@pytest.fixture
def unit_of(department: Unit, authority: Unit, school: Unit) -> Callable[[str], Unit]:
    above = {"authority_officer": authority, "department_officer": department}
    return lambda role: above.get(role, department if role == "operator" else school)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_few_entries_and_each_opens(
    client: Client, make_person: Callable[..., Person], unit_of: Callable[[str], Unit], role: str
) -> None:
    more: dict[str, Any] = {"is_staff": True, "is_superuser": True} if role == "operator" else {}
    client.force_login(make_person("mot.nguoi", (role, unit_of(role)), **more))
    nav = client.get("/ban-lam-viec/").context["nav"]
    assert 1 <= len(nav) <= 7
    assert len({item["title"] for item in nav}) == len(nav)
    for item in nav:
        assert client.get(item["url"], follow=True).status_code == 200, item


def test_a_teacher_who_leads_a_class_and_a_group_has_few_entries(
    client: Client, make_person: Callable[..., Person], school: Unit
) -> None:
    roles = ("subject_teacher", "homeroom_teacher", "subject_head")
    client.force_login(make_person("mot.nguoi", *((role, school) for role in roles)))
    assert len(entries(client)) <= 7


def test_who_works_in_two_schools_chooses_one(
    client: Client, make_person: Callable[..., Person], school: Unit, other_school: Unit
) -> None:
    person = make_person("hai.noi", ("it_officer", school), ("subject_teacher", other_school))
    client.force_login(person)
    seen = {}
    for unit in (school, other_school):
        client.post("/chon-noi/", {"noi": str(unit.pk)})
        seen[unit.pk] = entries(client)
    assert "Thiết lập năm học" in seen[school.pk]
    assert "Thiết lập năm học" not in seen[other_school.pk]
    client.post("/chon-noi/", {"noi": "00000000-0000-4000-8000-000000000000"})
    assert entries(client) == seen[other_school.pk]


def test_the_frame_asks_the_same_few_questions_for_everybody(
    client: Client,
    make_person: Callable[..., Person],
    school: Unit,
    other_school: Unit,
    django_assert_num_queries: Any,
) -> None:
    one = make_person("mot.noi", ("subject_head", school))
    two = make_person("hai.noi", ("subject_head", school), ("subject_head", other_school))
    for person in (one, two):
        client.force_login(person)
        client.get("/tro-giup/")  # the first request of a session writes when it was seen
        with django_assert_num_queries(5):
            client.get("/tro-giup/")


def test_the_account_page_asks_as_much_for_many_sessions_as_for_few(
    make_person: Callable[..., Person], django_assert_max_num_queries: Any
) -> None:
    person = make_person("gv.lan", password="mua-thu-ha-noi-1954")
    clients = [Client() for _ in range(6)]
    for client in clients:
        client.post("/dang-nhap/", {"username": "gv.lan", "password": "mua-thu-ha-noi-1954"})
    assert person.is_active
    with django_assert_max_num_queries(14):
        assert len(clients[0].get("/tai-khoan/").context["sessions"]) == 6
