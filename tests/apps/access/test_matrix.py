"""Every address × method × role × {own, other class, other year, other school} × state.

An address without a line in `matrix.toml` fails, and so does a line without an address.
"""

import logging
from collections.abc import Callable, Iterator
from string import Template
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from hocba.apps.accounts.models import ROLES as KNOWN_ROLES
from hocba.web.demo.city import City
from tests.apps.access.addresses import Row, listed, routes, workplace_rows
from tests.apps.access.worlds import REACH, ROLES, WITHIN, Values, Worlds, build_worlds
from tests.apps.city import _road, city, data_dir, walk

__all__ = ["_road", "city", "data_dir", "walk"]
pytestmark = [pytest.mark.django_db, pytest.mark.across_schools]
REFUSED, NO_SUCH_METHOD, NO_SUCH_THING = 403, 405, 404


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    known = set(routes())
    assert sorted(known - listed()) == [], "add a line to tests/apps/access/matrix.toml"
    assert sorted(listed() - known) == [], "lines about addresses that are gone"


def test_every_role_tries() -> None:
    assert set(ROLES) == set(KNOWN_ROLES) == set(REACH)


def test_the_table_speaks_of_known_roles() -> None:
    words = {"public", "signed-in", *ROLES}
    for row in workplace_rows():
        for said in row.may.values():
            assert {word.split(":")[0] for word in said} <= words, row.route


@pytest.fixture
def worlds(request: Any, city: City, walk: Callable[[str], UUID]) -> Worlds:
    return build_worlds(city, walk(request.param))


def outcome(answer: HttpResponse) -> str:
    """Say in a word what came of a request."""
    if answer.status_code == 302 and answer.headers["Location"].startswith("/dang-nhap/?next="):
        return "sign-in"
    words = {REFUSED: "refused", NO_SUCH_METHOD: "method", NO_SUCH_THING: "nothing"}
    return words.get(answer.status_code, "fails" if answer.status_code >= 500 else "answer")


def ask(client: Client, method: str, address: str, row: Row, values: Values) -> str:
    """Send a request whose effects are taken back."""
    with transaction.atomic():
        if method == "get":
            answer = client.get(address)
        elif row.send is not None:
            answer = client.post(address, row.send)
        else:
            body = Template(row.json).safe_substitute(values)
            answer = client.post(address, body, content_type="application/json")
        transaction.set_rollback(True)
    return outcome(answer)


def expected(row: Row, method: str, role: str | None, world: str, *, random: bool) -> set[str]:
    """Say which outcomes the table allows."""
    said = row.may[method]
    if not said:
        return {"method", "refused", "nothing", *({"sign-in"} if role is None else set())}
    answered = {"answer"}
    if random or row.unknown:
        answered |= {"nothing", "refused"}
    if "public" in said or (role and "signed-in" in said):
        return answered
    if role is None:
        return {"sign-in"}
    for word in said:
        name, _, reach = word.partition(":")
        if name == role and world in WITHIN[reach or REACH[role]]:
            return answered
    return {"refused", "nothing"}


RANDOM = {"uuid": UUID(int=77), "int": 987654}


def trials(row: Row, worlds: Worlds) -> Iterator[tuple[str, str, bool]]:
    """Give the address in every world in which it differs, and whether a part of it is made up."""
    seen = set()
    for world, values in worlds.values.items():
        filled, random = dict(values) | row.parts, False
        for name, kind in row.names().items():
            random = random or name not in filled
            filled.setdefault(name, RANDOM.get(kind, "khong-co"))
        address = row.fill(filled)
        if address not in seen:
            seen.add(address)
            yield world, address, random


def roles_to_try(row: Row, method: str, world: str) -> list[str | None]:
    """Everybody; but for a method that an address has not, one who may use the other is enough."""
    if row.may[method] and row.may[method] <= {"public", "signed-in"}:
        return [None, "clerk", "subject_head", "operator"]  # roles make no difference there
    if row.may[method]:
        return [None, *ROLES]
    others = [word.split(":")[0] for said in row.may.values() for word in sorted(said)]
    return [next((word for word in others if word in ROLES), "clerk")] if world == "own" else []


class Doors:
    """One signed-in browser per role."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._kept = {role: self.open(role) for role in (None, *ROLES)}

    def open(self, role: str | None) -> Client:
        """Sign in afresh."""
        client = Client(raise_request_exception=False)
        if role:
            client.force_login(self._worlds.people[role])
        return client

    def of(self, role: str | None, row: Row) -> Client:
        """Give a browser; who signs out needs one of their own."""
        return self.open(role) if row.route == "dang-xuat/" else self._kept[role]


@pytest.fixture
def _in_haste(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """Thousands of requests: no log lines, no database sessions, no words on a refusal."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    monkeypatch.setattr("hocba.web.trouble.render_to_string", lambda *_anything: "")
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.usefixtures("_in_haste")
@pytest.mark.parametrize("worlds", ["accepted", "issued"], indirect=True)
def test_who_may_what(worlds: Worlds) -> None:
    doors, wrong = Doors(worlds), []
    everywhere = "lookup_uuid" in worlds.values["own"]  # the last state is tried in every world
    for row in (row for row in workplace_rows() if everywhere or row.names()):
        for world, address, random in trials(row, worlds):
            for method in ("get", "post") if everywhere or world == "own" else ():
                for role in roles_to_try(row, method, world):
                    got = ask(doors.of(role, row), method, address, row, worlds.values[world])
                    wanted = expected(row, method, role, world, random=random)
                    if got not in wanted:
                        line = f"{method} {row.route} {row.parts or ''} {world} {role}: {got}"
                        wrong.append(f"{line}, not {'/'.join(sorted(wanted))}")
    assert not wrong, "\n" + "\n".join(wrong)
