"""Every action of the offices × role × {own school, a colleague, another school}.

An action without a line in `actions.toml` fails, and so does a line without an action.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from hocba.apps.accounts.models import Person
from hocba.apps.audit.models import AuditEvent
from hocba.core.errors import HocbaError
from tests.apps.access.listed_actions import Line, actions, callers, lines
from tests.apps.access.scene import Scene
from tests.apps.access.worlds import ROLES
from tests.apps.issuing.conftest import _issued, _pki_folder, case
from tests.apps.issuing.recalls import Case

__all__ = ["_issued", "_pki_folder", "case"]
BUG = "bug "  # no refusal: the arguments of scene.py do not fit
PAGES = ("views", "json", "pages", "forms", "files")


def test_every_action_has_a_line_and_every_line_an_action() -> None:
    known, told = set(actions()), set(lines())
    assert sorted(known - told) == [], "add a line to tests/apps/access/actions.toml"
    assert sorted(told - known) == [], "lines about actions that are gone"


def test_the_table_speaks_of_known_roles_and_actions() -> None:
    for line in lines().values():
        assert {word.partition(":")[0] for word in line.may} <= set(ROLES), line.name
        assert {*line.through, *line.inside} <= set(actions()), line.name


def module(name: str) -> str:
    return actions()[name].__module__


def test_a_step_is_called_by_the_actions_that_ask_and_by_nobody_else() -> None:
    for line in lines().values():
        if line.inside:
            found = {one for one, _ in callers()[line.name]}
            assert found == {module(name) for name in line.inside}, line.name


def test_what_asks_through_another_action_calls_it() -> None:
    for line in lines().values():
        for name in line.through:
            assert module(line.name) in {one for one, _ in callers()[name]}, (line.name, name)
            assert lines()[name].may or lines()[name].through, (line.name, name)


def test_no_page_calls_what_asks_nobody() -> None:
    for line in lines().values():
        if line.system:
            for one, _ in callers()[line.name]:
                assert not one.endswith(PAGES), (line.name, one)


def trials(scene: Scene, line: Line) -> Iterator[tuple[str, Person, bool]]:
    """Give everybody who tries, and whether they are let in."""
    for role, person in scene.insiders.items():
        yield role, person, line.admits(role, colleague=False, elsewhere=False)
    for role, person in scene.colleagues.items():
        yield f"colleague {role}", person, line.admits(role, colleague=True, elsewhere=False)
    for role, person in scene.strangers.items():
        colleague = role in scene.colleagues
        allowed = line.admits(role, colleague=colleague, elsewhere=True)
        yield f"elsewhere {role}", person, allowed


def refusals(answer: Any) -> Iterator[str]:
    """The codes in what an action returns that goes on after a refusal."""
    if isinstance(code := getattr(answer, "refusal", None), str):
        yield from [code] if code else []
    elif isinstance(answer, list | tuple) and not hasattr(answer, "_fields"):
        for one in answer:
            yield from refusals(one)


def attempt(scene: Scene, line: Line, person: Person) -> tuple[set[str], int]:
    """Call an action as somebody; return the codes of refusal and the new rows of the trail."""
    action = actions()[line.name]
    arguments = scene.arguments(line.name, action)
    with transaction.atomic():
        before = AuditEvent.objects.count()
        try:
            with transaction.atomic():
                codes = set(refusals(action(**arguments, actor=person.pk, at=scene.at)))
        except HocbaError as refusal:
            codes = {refusal.code}
        except Exception as bug:
            codes = {f"{BUG}{type(bug).__name__}: {bug}"}
        written = AuditEvent.objects.count() - before
        transaction.set_rollback(True)
    return codes, written


def wrongs(scene: Scene, line: Line) -> Iterable[str]:
    turned_away = {"access.denied", *line.refuses}
    for who, person, allowed in trials(scene, line):
        codes, written = attempt(scene, line, person)
        if allowed:
            if codes & turned_away or any(code.startswith(BUG) for code in codes):
                yield f"{line.name} refuses {who}: {sorted(codes)}"
        elif written:
            yield f"{line.name} lets {who} write"
        elif not (codes and codes <= turned_away) and not (line.silent and not codes):
            yield f"{line.name} tells {who}: {sorted(codes)}"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.across_schools
def test_who_may_do_what(case: Case, now: datetime) -> None:
    scene = Scene(case, now)
    asked = [line for line in lines().values() if line.may]
    found = [one for line in asked for one in wrongs(scene, line)]
    assert not found, "\n" + "\n".join(found)
