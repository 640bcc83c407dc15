"""A head lets a deputy sign, from a day to a day: to whom, for how long, and when it ends."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hocba.apps.accounts.actions import (
    deactivate_person,
    end_role,
    give_delegation,
    revoke_delegation,
)
from hocba.apps.accounts.models import Delegation, Person, RoleAssignment
from hocba.apps.accounts.queries import delegation_in_force, delegations_of_unit, viewer_of
from hocba.apps.audit.models import AuditEvent
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError

pytestmark = pytest.mark.django_db
ACT = "sign_transcripts"


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


@pytest.fixture
def deputy(make_person: Callable[..., Person], school: Unit) -> Person:
    """Phó hiệu trưởng."""
    return make_person("pho", ("deputy_principal", school))


@pytest.fixture
def give(
    principal: Person, deputy: Person, school: Unit, at: datetime
) -> Callable[..., Delegation]:
    """Give the deputy a week, unless something else is said."""

    def one(**changes: Any) -> Delegation:
        values: dict[str, Any] = {
            "delegation_id": uuid4(),
            "receiver_id": deputy.pk,
            "unit_id": school.pk,
            "act": ACT,
            "valid_from": at.date(),
            "valid_to": at.date() + timedelta(days=6),
            "reason": "Quyết định 12/QĐ-THCS",
            "actor": principal.pk,
            "at": at,
        }
        return give_delegation(**(values | changes))

    return one


def stands(deputy: Person, school: Unit, at: datetime) -> bool:
    found = delegation_in_force(receiver_id=deputy.pk, unit_id=school.pk, act=ACT, at=at)
    return found is not None


def test_it_stands_on_its_days_and_no_other(
    give: Callable[..., Delegation], deputy: Person, school: Unit, at: datetime
) -> None:
    given = give(valid_from=at.date() + timedelta(days=1))
    again = give(delegation_id=given.pk, valid_from=at.date() + timedelta(days=1))
    assert again == given
    found = [stands(deputy, school, at + timedelta(days=day)) for day in range(9)]
    assert found == [False, *[True] * 6, False, False]
    events = AuditEvent.objects.filter(school_id=school.pk, action="accounts.delegation_given")
    assert events.count() == 1


def test_it_ends_when_revoked_and_with_either_office(
    give: Callable[..., Delegation],
    deputy: Person,
    principal: Person,
    school: Unit,
    at: datetime,
) -> None:
    given, later = give(), at + timedelta(days=1)
    revoke_delegation(delegation_id=given.pk, reason="Đã về", actor=principal.pk, at=later)
    assert (stands(deputy, school, at), stands(deputy, school, later)) == (True, False)
    give()
    for person in (deputy, principal):
        role = RoleAssignment.objects.get(person=person)
        end_role(assignment_id=role.pk, last_day=at.date(), actor=None, at=at)
        assert (stands(deputy, school, at), stands(deputy, school, later)) == (True, False)
        RoleAssignment.objects.update(valid_to=None)
    deactivate_person(person_id=deputy.pk, reason="", actor=None, at=at)
    assert not stands(deputy, school, at)


def test_only_the_head_gives_it_and_only_to_a_deputy_of_the_school(
    give: Callable[..., Delegation],
    make_person: Callable[..., Person],
    deputy: Person,
    principal: Person,
    clerk: Person,
    it_officer: Person,
    school: Unit,
    other_school: Unit,
    at: datetime,
) -> None:
    stranger = make_person("pho2", ("deputy_principal", other_school))
    for receiver in (clerk, it_officer, principal, stranger):
        with refused("accounts.delegation_receiver"):
            give(receiver_id=receiver.pk)
    for actor in (deputy, clerk, it_officer, stranger):
        with refused("access.denied"):
            give(actor=actor.pk)
    given = give()
    with refused("access.denied"):
        revoke_delegation(delegation_id=given.pk, reason="x", actor=deputy.pk, at=at)
    with refused("access.denied"):
        delegations_of_unit(viewer=viewer_of(person_id=clerk.pk, at=at), unit_id=school.pk)
    seen = delegations_of_unit(viewer=viewer_of(person_id=deputy.pk, at=at), unit_id=school.pk)
    assert seen == [given]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "  "}, "accounts.delegation_reason"),
        ({"act": "edit_marks"}, "accounts.delegation_reason"),
        ({"valid_to": date(2024, 1, 1)}, "accounts.delegation_days"),
        ({"valid_from": date(2024, 1, 1)}, "accounts.delegation_days"),
        ({"valid_to": date(2099, 1, 1)}, "accounts.delegation_days"),
        ({"receiver_id": UUID(int=9)}, "accounts.person_unknown"),
    ],
)
def test_what_is_not_whole_is_refused(
    give: Callable[..., Delegation], changes: dict[str, Any], code: str
) -> None:
    with refused(code):
        give(**changes)
    assert not Delegation.objects.exists()


def test_two_at_the_same_time_to_the_same_deputy_are_refused(
    give: Callable[..., Delegation],
) -> None:
    give()
    with refused("accounts.delegation_overlaps"):
        give()
