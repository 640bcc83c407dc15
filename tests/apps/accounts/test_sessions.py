"""Sessions: renewed at sign-in, listed by device and network, ended by their person."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.utils import timezone

from hocba.apps.accounts.models import Person
from hocba.apps.accounts.sessions import device_name, network_of
from hocba.apps.audit.actions import CITY_WIDE
from hocba.apps.audit.queries import events_by

pytestmark = pytest.mark.django_db
PASSWORD = "mua-thu-ha-noi-1954"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"


@pytest.fixture
def teacher(make_person: Callable[..., Person]) -> Person:
    return make_person("gv.lan", password=PASSWORD)


def sign_in(client: Client) -> str:
    data = {"username": "gv.lan", "password": PASSWORD}
    client.post("/dang-nhap/", data, headers={"User-Agent": CHROME}, REMOTE_ADDR="203.0.113.77")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_in(client: Client) -> bool:
    return client.get("/ban-lam-viec/").status_code == 200


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    return client


def test_a_cookie_planted_before_the_sign_in_opens_nothing(teacher: Person) -> None:
    victim = Client()
    session = victim.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    victim.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert sign_in(victim) != planted
    assert is_in(victim)
    assert not is_in(with_cookie(planted))


def test_a_stolen_cookie_is_worthless_after_a_new_password(teacher: Person) -> None:
    owner = Client()
    stolen = sign_in(owner)
    assert is_in(with_cookie(stolen))
    new = "mua-xuan-ha-noi-2025"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    owner.post("/doi-mat-khau/", form)
    assert is_in(owner)
    assert not is_in(with_cookie(stolen))


def test_a_cookie_is_worthless_after_signing_out(teacher: Person) -> None:
    owner = Client()
    kept = sign_in(owner)
    owner.post("/dang-xuat/")
    assert not is_in(with_cookie(kept))


def test_the_list_tells_device_and_network_and_no_address(teacher: Person) -> None:
    here, there = Client(), Client()
    sign_in(there)
    sign_in(here)
    page = here.get("/tai-khoan/", REMOTE_ADDR="203.0.113.77")
    shown = page.context["sessions"]
    assert [(one.device, one.network) for one in shown] == [
        ("Chrome, Windows", "203.0.113.0/24"),
        ("Chrome, Windows", "203.0.113.0/24"),
    ]
    assert sum(one.is_this for one in shown) == 1
    assert "203.0.113.77" not in page.content.decode()


def test_other_sessions_are_ended_and_only_ones_own(
    teacher: Person, make_person: Callable[..., Person]
) -> None:
    here, there, elsewhere = Client(), Client(), Client()
    sign_in(here)
    kept = UserSession.objects.get().pk
    sign_in(there)
    sign_in(elsewhere)
    stranger = Client()
    stranger.force_login(make_person("nguoi.la"))
    stranger.post("/tai-khoan/phien/", {"session": str(kept)})
    assert is_in(here)
    one = UserSession.objects.exclude(pk=kept).order_by("pk")[0].pk
    here.post("/tai-khoan/phien/", {"session": str(one)})
    assert [is_in(client) for client in (here, there, elsewhere)] == [True, False, True]
    here.post("/tai-khoan/phien/")
    assert [is_in(client) for client in (here, there, elsewhere)] == [True, False, False]
    events = [event.action for event in events_by(school_id=CITY_WIDE, actor=teacher.pk)]
    assert events.count("accounts.sessions_ended") == 2


def test_when_a_session_was_seen_is_written_every_few_minutes_only(teacher: Person) -> None:
    client = Client()
    sign_in(client)
    client.get("/ban-lam-viec/")
    past = timezone.now() - timedelta(minutes=7)
    UserSession.objects.update(last_seen_at=past)
    client.get("/ban-lam-viec/")
    assert UserSession.objects.get().last_seen_at == past
    session = client.session
    session["seen_at"] = past.timestamp()
    session.save()
    client.get("/ban-lam-viec/")
    assert UserSession.objects.get().last_seen_at > past


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (CHROME, "Chrome, Windows"),
        (CHROME.replace("Chrome/", "coc_coc_browser/131.0 Chrome/"), "Cốc Cốc, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("curl/8", ""),
    ],
)
def test_devices_are_named_in_two_words(told: str, named: str) -> None:
    assert device_name(told) == named


def test_networks_hide_the_machine() -> None:
    assert network_of("198.51.100.200") == "198.51.100.0/24"
    assert network_of("2001:db8:1:2:3::9") == "2001:db8:1::/48"
