"""Signing in: the page, the walls against guessing, the way out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hocba.apps.accounts import throttling
from hocba.apps.accounts.actions import deactivate_person
from hocba.apps.accounts.models import Person, SignInAttempt
from hocba.apps.audit.actions import CITY_WIDE
from hocba.apps.audit.queries import events_by

pytestmark = pytest.mark.django_db
PASSWORD = "mua-thu-ha-noi-1954"
HERE = "/dang-nhap/"


@pytest.fixture
def teacher(make_person: Callable[..., Person]) -> Person:
    return make_person("gv.lan", password=PASSWORD)


def attempt(client: Client, password: str, username: str = "gv.lan", **more: str) -> int:
    data = {"username": username, "password": password}
    return client.post(HERE, data, **more).status_code


def test_the_right_password_opens_and_is_remembered(client: Client, teacher: Person) -> None:
    assert attempt(client, PASSWORD) == 302
    assert client.session["_auth_user_id"] == str(teacher.pk)
    actions = [event.action for event in events_by(school_id=CITY_WIDE, actor=teacher.pk)]
    assert actions == ["accounts.signed_in"]


def test_a_name_is_known_however_it_is_typed(client: Client, teacher: Person) -> None:
    assert attempt(client, PASSWORD, username=" GV.Lan ") == 302


def test_wrong_password_and_unknown_name_read_the_same(client: Client, teacher: Person) -> None:
    def answer(name: str) -> list[str]:
        response = client.post(HERE, {"username": name, "password": "sai"})
        return [str(error) for error in response.context["form"].non_field_errors()]

    assert answer("gv.lan") == answer("khong.co") != []


def test_five_failures_close_the_door_even_to_the_right_password(
    client: Client, teacher: Person
) -> None:
    for _ in range(throttling.PER_ACCOUNT_AND_ADDRESS):
        attempt(client, "sai")
    assert attempt(client, PASSWORD) == 200
    assert attempt(client, PASSWORD, REMOTE_ADDR="10.0.0.9") == 302


def test_the_door_opens_again_after_a_while(client: Client, teacher: Person) -> None:
    for _ in range(throttling.PER_ACCOUNT_AND_ADDRESS + 1):
        attempt(client, "sai")
    SignInAttempt.objects.update(at=timezone.now() - throttling.WINDOW)
    assert attempt(client, PASSWORD) == 302
    assert not SignInAttempt.objects.exists()


def test_guessing_one_account_from_many_addresses_ends_too(client: Client, teacher: Person) -> None:
    for number in range(throttling.PER_ACCOUNT):
        attempt(client, "sai", REMOTE_ADDR=f"10.1.0.{number}")
    assert attempt(client, PASSWORD, REMOTE_ADDR="10.2.0.1") == 200


def test_guessing_many_accounts_from_one_address_ends_too(client: Client, teacher: Person) -> None:
    now = timezone.now()
    for number in range(throttling.PER_ADDRESS):
        throttling.open_attempt(account=f"gv{number}", address="127.0.0.1", at=now)
    assert attempt(client, PASSWORD) == 200
    assert throttling.open_attempt(
        account="gv.lan", address="127.0.0.1", at=now + throttling.WINDOW + timedelta(seconds=1)
    )


def test_the_table_of_attempts_names_nobody(client: Client, teacher: Person) -> None:
    attempt(client, "sai")
    row = str(SignInAttempt.objects.values().get())
    assert "gv.lan" not in row
    assert "127.0.0.1" not in row


def test_a_closed_account_stays_out_and_loses_its_session(client: Client, teacher: Person) -> None:
    attempt(client, PASSWORD)
    deactivate_person(person_id=teacher.pk, reason="", actor=None, at=timezone.now())
    assert attempt(client, PASSWORD) == 200
    assert client.get("/quan-tri/").status_code == 302


def test_behind_our_proxy_the_last_address_counts(
    client: Client, teacher: Person, settings: object
) -> None:
    settings.HOCBA_BEHIND_PROXY = True  # type: ignore[attr-defined]
    for number in range(throttling.PER_ACCOUNT_AND_ADDRESS):
        attempt(client, "sai", HTTP_X_FORWARDED_FOR=f"1.1.1.{number}, 203.0.113.5")
    assert attempt(client, PASSWORD, HTTP_X_FORWARDED_FOR="9.9.9.9, 203.0.113.5") == 200
    assert attempt(client, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.5, 203.0.113.6") == 302


def test_signing_out_is_a_post(client: Client, teacher: Person) -> None:
    attempt(client, PASSWORD)
    assert client.get("/dang-xuat/").status_code == 405
    client.post("/dang-xuat/")
    assert "_auth_user_id" not in client.session


def test_the_operators_pages_have_no_door_of_their_own(client: Client, teacher: Person) -> None:
    answer = client.post("/quan-tri/login/?next=/quan-tri/", {"username": "x", "password": "y"})
    assert answer.headers["Location"] == "/dang-nhap/?next=%2Fquan-tri%2F"
    client.force_login(teacher)
    assert client.get("/quan-tri/", follow=True).status_code == 403


def test_a_changed_password_keeps_this_session_and_ends_the_others(
    client: Client, teacher: Person
) -> None:
    elsewhere = Client()
    attempt(client, PASSWORD)
    attempt(elsewhere, PASSWORD)
    new = "mua-xuan-ha-noi-2025"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/doi-mat-khau/", form).status_code == 302
    events = [event.action for event in events_by(school_id=CITY_WIDE, actor=teacher.pk)]
    assert events[-1] == "accounts.password_set"
    statuses = [one.get("/quan-tri/login/").status_code for one in (client, elsewhere)]
    assert statuses == [403, 302]
