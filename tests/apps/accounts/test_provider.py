"""Sign-in elsewhere: against a real provider on this machine, for accounts that are there."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from hocba.adapters.wording.spoken_codes import spoken_code
from hocba.apps.accounts.actions import deactivate_person
from hocba.apps.accounts.models import Person
from hocba.apps.audit.actions import CITY_WIDE
from hocba.apps.audit.queries import events_by
from tests.apps.accounts.phone import add_app
from tests.apps.accounts.provider import CLIENT, SECRET, Provider, running_provider

pytestmark = pytest.mark.django_db
NUMBER = "001180000777"
DOOR = "/dang-nhap/qua/oidc/"


@pytest.fixture(scope="module")
def _running() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(_running: Provider, settings: Any) -> Provider:
    app = {"provider_id": "oidc", "name": "Sở", "client_id": CLIENT, "secret": SECRET}
    app["settings"] = {"server_url": _running.issuer}
    settings.HOCBA_OIDC = app
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    _running.claims = {"sub": "s-1", "citizen_id": NUMBER, "preferred_username": "gv.lan"}
    cache.clear()
    return _running


@pytest.fixture
def teacher(make_person: Callable[..., Person]) -> Person:
    return make_person("gv.lan", citizen_id=NUMBER)


def come(client: Client, provider: Provider, address: str = DOOR) -> Any:
    """Go to the provider and come back."""
    there = client.get(address).headers["Location"]
    assert there.startswith(f"{provider.issuer}/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert asked["code_challenge_method"] == "S256"
    back = urlsplit(provider.authorize(asked))
    return client.get(f"{back.path}?{back.query}")


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_claim_opens_the_account_it_names(
    client: Client, provider: Provider, teacher: Person
) -> None:
    answer = come(client, provider, f"{DOOR}?next=/ky-so/")
    assert answer.headers["Location"] == "/ky-so/"
    assert client.session["_auth_user_id"] == str(teacher.pk)
    events = [event.action for event in events_by(school_id=CITY_WIDE, actor=teacher.pk)]
    assert events == ["accounts.signed_in"]
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("claims", [{}, {"citizen_id": "001180000778"}, {"citizen_id": ["x"]}])
def test_a_stranger_gets_no_account(
    client: Client, provider: Provider, teacher: Person, claims: dict[str, Any]
) -> None:
    provider.claims = {"sub": "s-2", "preferred_username": "gv.lan", "email": "a@b.vn"} | claims
    answer = come(client, provider)
    assert spoken_code("accounts.provider_stranger") in answer.content.decode()
    assert not is_in(client)
    assert Person.objects.count() == 1


def test_names_open_an_account_only_where_that_is_chosen(
    client: Client, provider: Provider, teacher: Person, settings: Any
) -> None:
    settings.HOCBA_OIDC_MATCH, settings.HOCBA_OIDC_CLAIM = "username", "preferred_username"
    provider.claims = {"sub": "s-3", "preferred_username": "GV.Lan"}
    come(client, provider)
    assert is_in(client)


def test_a_closed_account_stays_closed(
    client: Client, provider: Provider, teacher: Person, at: Any
) -> None:
    deactivate_person(person_id=teacher.pk, reason="", actor=None, at=at)
    answer = come(client, provider)
    assert spoken_code("accounts.person_inactive") in answer.content.decode()
    assert not is_in(client)


def test_the_second_factor_is_asked_for_all_the_same(
    client: Client, provider: Provider, teacher: Person
) -> None:
    come(client, provider)
    add_app(client)
    client.post("/dang-xuat/")
    assert come(client, provider).headers["Location"] == "/dang-nhap/ma/"
    assert not is_in(client)


@pytest.mark.parametrize("query", ["code=x&state=y", "error=server_error&state=y", ""])
def test_an_answer_that_nobody_asked_for_is_refused(
    client: Client, provider: Provider, query: str
) -> None:
    answer = client.get(f"{DOOR}ve/?{query}")
    assert spoken_code("accounts.provider_failed") in answer.content.decode()
    assert not is_in(client)


def test_without_a_provider_there_is_no_such_door(client: Client) -> None:
    assert client.get(DOOR).status_code == 404
    assert "Vào bằng" not in client.get("/dang-nhap/").content.decode()


def test_the_sign_in_page_shows_the_door(client: Client, provider: Provider) -> None:
    page = client.get("/dang-nhap/?next=/ky-so/").content.decode()
    assert f'href="{DOOR}?next=/ky-so/"' in page
    assert "Vào bằng Sở" in page
