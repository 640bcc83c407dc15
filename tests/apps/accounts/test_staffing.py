"""Who opens accounts and gives roles: the actions ask it themselves, whoever calls them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from hocba.apps.accounts import actions
from hocba.apps.accounts.models import Person
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError

pytestmark = pytest.mark.django_db
FIRST_DAY = date(2025, 1, 1)


def denied() -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == "access.denied")


@pytest.fixture
def newcomer(make_person: Callable[..., Person]) -> Person:
    return make_person("nguoi.moi")


@pytest.mark.parametrize(
    ("giver", "role", "gives"),
    [
        ("it_officer", "subject_teacher", True),
        ("clerk", "homeroom_teacher", True),
        ("it_officer", "clerk", False),
        ("clerk", "principal", False),
        ("principal", "clerk", True),
        ("principal", "principal", False),
        ("principal", "authority_officer", False),
        ("principal", "operator", False),
        ("deputy_principal", "subject_teacher", False),
        ("subject_teacher", "subject_teacher", False),
        ("department_officer", "principal", False),
        ("operator", "principal", True),
    ],
)
def test_who_gives_which_role(
    newcomer: Person,
    make_person: Callable[..., Person],
    school: Unit,
    at: datetime,
    giver: str,
    role: str,
    gives: bool,
) -> None:
    grant: dict[str, Any] = {"person_id": newcomer.pk, "valid_from": FIRST_DAY, "at": at}
    grant |= {"role": role, "unit_id": school.pk, "actor": make_person("ai.do", (giver, school)).pk}
    if gives:
        assigned = actions.grant_role(**grant)
        actions.end_role(assignment_id=assigned.pk, last_day=FIRST_DAY, actor=grant["actor"], at=at)
        return
    with denied():
        actions.grant_role(**grant)
    assigned = actions.grant_role(**grant | {"actor": None})
    with denied():
        actions.end_role(assignment_id=assigned.pk, last_day=FIRST_DAY, actor=grant["actor"], at=at)


def test_nobody_gives_roles_in_another_school(
    newcomer: Person, principal: Person, it_officer: Person, other_school: Unit, at: datetime
) -> None:
    for actor in (principal, it_officer):
        with denied():
            actions.grant_role(
                person_id=newcomer.pk,
                role="subject_teacher",
                unit_id=other_school.pk,
                valid_from=FIRST_DAY,
                actor=actor.pk,
                at=at,
            )


def test_a_school_keeps_only_accounts_that_are_its_own(
    it_officer: Person,
    make_person: Callable[..., Person],
    school: Unit,
    other_school: Unit,
    at: datetime,
) -> None:
    """Who left another school is not let back into it by the school that hires them."""
    act: dict[str, Any] = {"reason": "Danh sách nhân sự", "actor": it_officer.pk, "at": at}
    own = make_person("gv.nha", ("subject_teacher", school))
    assert not actions.deactivate_person(person_id=own.pk, **act).is_active
    assert actions.reactivate_person(person_id=own.pk, **act).is_active
    head = make_person("hieu.truong", ("principal", school))
    both = make_person("gv.hai", ("subject_teacher", school), ("subject_teacher", other_school))
    for person in (head, both):
        with denied():
            actions.deactivate_person(person_id=person.pk, **act)
        actions.deactivate_person(person_id=person.pk, **act | {"actor": None})
        with denied():
            actions.reactivate_person(person_id=person.pk, **act)


def test_only_the_console_and_operators_open_the_operators_door(
    it_officer: Person, operator: Person, at: datetime
) -> None:
    entry: dict[str, Any] = {"full_name": "A", "is_staff": True, "is_superuser": True, "at": at}
    with denied():
        actions.create_person(username="may.chu", actor=it_officer.pk, **entry)
    made = actions.create_person(username="may.chu", actor=operator.pk, **entry)
    again = actions.create_person(username="may.chu.2", actor=made.pk, **entry)
    assert again.is_superuser


def test_a_password_is_its_persons_alone(
    operator: Person, principal: Person, clerk: Person, at: datetime
) -> None:
    for actor in (operator, principal):
        with denied():
            actions.set_password(
                person_id=clerk.pk, password="mua-thu-ha-noi-1954", actor=actor.pk, at=at
            )
        with denied():
            actions.end_sessions(person_id=clerk.pk, sessions=[1], actor=actor.pk, at=at)
    with denied():
        actions.issue_activation(person_id=clerk.pk, actor=principal.pk, at=at)
    assert actions.issue_activation(person_id=clerk.pk, actor=operator.pk, at=at)
