"""The second step of a sign-in: real codes, once each, behind walls; step-up before grave acts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from hocba.apps.accounts import throttling
from hocba.apps.accounts.models import Person, SpentCode
from hocba.apps.audit.actions import CITY_WIDE
from hocba.apps.audit.queries import events_by
from hocba.apps.roster.models import Unit
from tests.apps.accounts.phone import add_app, code_at

pytestmark = pytest.mark.django_db
PASSWORD = "mua-thu-ha-noi-1954"


@pytest.fixture
def teacher(make_person: Callable[..., Person], school: Unit) -> Person:
    cache.clear()
    return make_person("gv.lan", ("subject_teacher", school), password=PASSWORD)


def first_step(client: Client) -> str:
    answer = client.post("/dang-nhap/", {"username": "gv.lan", "password": PASSWORD})
    return answer.headers["Location"]


def second_step(client: Client, code: str) -> bool:
    client.post("/dang-nhap/ma/", {"code": code})
    return "_auth_user_id" in client.session


@pytest.fixture
def secret(client: Client, teacher: Person) -> str:
    """Secret of the teacher's app; the client is signed out again."""
    first_step(client)
    kept = add_app(client)
    client.post("/dang-xuat/")
    cache.clear()  # what one process remembers: the database alone must hold the promises below
    return kept


def later() -> float:
    """Return the next half minute: its code is taken too, and was not shown when the app came."""
    return timezone.now().timestamp() + 30


def test_a_password_alone_no_longer_opens(client: Client, teacher: Person, secret: str) -> None:
    assert first_step(client) == "/dang-nhap/ma/"
    assert "_auth_user_id" not in client.session
    assert client.get("/ban-lam-viec/").status_code == 302
    assert not second_step(client, "000000")
    assert second_step(client, code_at(secret, later()))
    events = [event.action for event in events_by(school_id=CITY_WIDE, actor=teacher.pk)]
    assert events.count("accounts.signed_in") == 2
    assert "accounts.second_factor_changed" in events


def test_a_code_works_once_in_every_process(client: Client, secret: str) -> None:
    code = code_at(secret, later())
    first_step(client)
    assert second_step(client, code)
    cache.clear()  # another process knows nothing of this one's memory
    thief = Client()
    first_step(thief)
    assert not second_step(thief, code)
    assert not second_step(thief, f" {code[:3]} {code[3:]}")


def test_the_code_that_added_the_app_opens_nothing(client: Client, teacher: Person) -> None:
    first_step(client)
    now = timezone.now().timestamp()
    secret = add_app(client, moment=now)
    cache.clear()
    thief = Client()
    first_step(thief)
    assert not second_step(thief, code_at(secret, now))


def test_guessing_codes_ends_at_a_wall(client: Client, secret: str) -> None:
    first_step(client)
    for number in range(throttling.PER_ACCOUNT_AND_ADDRESS):
        second_step(client, f"{number:06}")
    assert not second_step(client, code_at(secret, later()))
    page = client.post("/dang-nhap/ma/", {"code": "123456"}).content.decode()
    assert "Sai quá nhiều lần" in page


def test_nobody_comes_to_the_second_step_without_the_first(client: Client, secret: str) -> None:
    assert client.get("/dang-nhap/ma/").headers["Location"].startswith("/dang-nhap/")
    assert not second_step(client, code_at(secret, later()))


def test_spent_codes_are_forgotten_and_name_nobody(secret: str) -> None:
    row = str(SpentCode.objects.values().get())
    assert "gv.lan" not in row
    after = timezone.now() + throttling.WINDOW + timedelta(seconds=1)
    assert throttling.spend_code(account="x", code="1", at=after)
    assert SpentCode.objects.count() == 1


def test_the_secret_is_sealed_in_the_database(secret: str) -> None:
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert stored.count("v1.") == 2


def test_a_spare_code_opens_once(client: Client, teacher: Person) -> None:
    first_step(client)
    add_app(client)
    listed = client.get("/tai-khoan/ma-du-phong/").context["unused_codes"]
    assert len(listed) == 10
    assert listed[0] in client.get("/tai-khoan/ma-du-phong/tep/").content.decode()
    for opened in (True, False):
        other = Client()
        first_step(other)
        assert second_step(other, listed[0]) is opened


@pytest.fixture
def production(settings: Any) -> Any:
    """Policy of a production installation."""
    settings.HOCBA_SECOND_FACTOR = settings.HOCBA_STEP_UP = True
    return settings


def test_a_role_that_signs_must_have_a_second_factor(
    client: Client, teacher: Person, production: Any
) -> None:
    first_step(client)
    assert client.get("/ban-lam-viec/").headers["Location"] == "/tai-khoan/"
    assert "bắt buộc" in client.get("/tai-khoan/").content.decode()
    add_app(client)
    assert client.get("/ban-lam-viec/").status_code == 200


def test_who_only_reads_may_do_without(
    client: Client, make_person: Callable[..., Person], school: Unit, production: Any
) -> None:
    client.force_login(make_person("to.truong", ("subject_head", school)))
    assert client.get("/ban-lam-viec/").status_code == 200


def test_the_last_factor_of_a_signer_stays(
    client: Client, teacher: Person, production: Any
) -> None:
    first_step(client)
    add_app(client)
    cache.clear()
    client.post("/tai-khoan/ung-dung/bo/")
    assert Authenticator.objects.filter(user=teacher, type="totp").exists()
    production.HOCBA_SECOND_FACTOR = False
    client.post("/tai-khoan/ung-dung/bo/")
    assert not Authenticator.objects.filter(user=teacher).exists()  # spare codes went with it


def test_grave_acts_ask_again_after_five_minutes(
    client: Client, secret: str, production: Any
) -> None:
    first_step(client)
    second_step(client, code_at(secret, later()))
    assert client.get("/tai-khoan/ma-du-phong/").status_code == 200
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [one | {"at": one["at"] - 301} for one in records]
    session.save()
    answer = client.get("/tai-khoan/ma-du-phong/")
    assert answer.headers["Location"].startswith("/dang-nhap/lai/ma/?next=")
    # The password alone does not do for somebody who has a second factor.
    client.post("/dang-nhap/lai/", {"password": PASSWORD})
    assert client.get("/tai-khoan/ma-du-phong/").status_code == 302
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    again = client.post(answer.headers["Location"], {"code": spare})
    assert again.headers["Location"] == "/tai-khoan/ma-du-phong/"
    assert client.get("/tai-khoan/ma-du-phong/").status_code == 200


def test_an_old_session_grants_no_role_until_it_is_signed_in_again(
    client: Client, operator: Person, clerk: Person, other_school: Unit, settings: Any
) -> None:
    settings.HOCBA_STEP_UP = True
    operator.set_password(PASSWORD)
    operator.save()
    client.force_login(operator)
    form = {
        "person": clerk.pk,
        "role": "subject_teacher",
        "unit_id": other_school.pk,
        "valid_from": "01/08/2025",
    }
    assert client.get("/quan-tri/accounts/roleassignment/add/").status_code == 200
    asked = client.post("/quan-tri/accounts/roleassignment/add/", form)
    assert asked.headers["Location"].startswith("/dang-nhap/lai/?next=")
    assert not clerk.roles.filter(unit_id=other_school.pk).exists()
    client.post(asked.headers["Location"], {"password": PASSWORD})  # what was sent is done now
    assert clerk.roles.filter(unit_id=other_school.pk).exists()


def test_signing_is_opened_by_a_fresh_sign_in_alone(
    client: Client, clerk: Person, school: Unit, settings: Any
) -> None:
    settings.HOCBA_STEP_UP = True
    clerk.set_password(PASSWORD)
    clerk.save()
    client.force_login(clerk)
    here = f"/ky-so/ban-in/{school.pk}/"
    assert client.get(here).headers["Location"].startswith("/dang-nhap/lai/?next=")
    answer = client.post(f"{here}chuan-bi/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "accounts.sign_in_again")
    client.post(f"/dang-nhap/lai/?next={here}", {"password": PASSWORD})
    assert client.get(here).status_code == 200


def test_who_has_nothing_to_show_again_signs_in_anew(
    client: Client, clerk: Person, school: Unit, settings: Any
) -> None:
    settings.HOCBA_STEP_UP = True
    client.force_login(clerk)  # by the provider: no password here, no second factor
    answer = client.get(f"/ky-so/ban-in/{school.pk}/")
    assert answer.status_code == 409
    assert "đăng xuất" in answer.content.decode()
