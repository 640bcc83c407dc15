"""An account's first password: set by its person through a link that works once."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from hocba.apps.accounts.actions import deactivate_person, issue_activation
from hocba.apps.accounts.models import Person
from hocba.core.errors import HocbaError

pytestmark = pytest.mark.django_db
PASSWORD = "mua-thu-ha-noi-1954"


def fill_in(client: Client, path: str, password: str = PASSWORD) -> int:
    client.get(path)  # moves the token from the address into the session
    kept = path.rsplit("/", 2)[0] + "/set-password/"
    form = {"new_password1": password, "new_password2": password}
    return client.post(kept, form).status_code


def test_the_link_sets_a_password_once(client: Client, make_person: Callable[..., Person]) -> None:
    person = make_person("gv.moi")
    path = issue_activation(person_id=person.pk, actor=None, at=timezone.now())
    assert fill_in(client, path) == 302
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert Client().get(path).context["validlink"] is False


def test_a_weak_password_leaves_the_link_alive(
    client: Client, make_person: Callable[..., Person]
) -> None:
    path = issue_activation(person_id=make_person("x").pk, actor=None, at=timezone.now())
    assert fill_in(client, path, "12345678") == 200
    assert fill_in(client, path) == 302


def test_a_closed_account_gets_no_link(clerk: Person, at: datetime) -> None:
    deactivate_person(person_id=clerk.pk, reason="", actor=None, at=at)
    with pytest.raises(HocbaError, match="person_inactive"):
        issue_activation(person_id=clerk.pk, actor=None, at=at)


def test_the_first_operator_comes_from_the_command_line(client: Client) -> None:
    out = StringIO()
    call_command("create_operator", "quan.tri", "Lê Quản Trị", stdout=out)
    assert fill_in(client, out.getvalue().strip()) == 302
    assert client.login(username="quan.tri", password=PASSWORD)
    assert client.get("/quan-tri/").status_code == 200
    with pytest.raises(CommandError, match="username_taken"):
        call_command("create_operator", "quan.tri", "Lê Quản Trị")
