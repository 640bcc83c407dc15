"""People and their dated roles: who is who on which day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from hocba.apps.accounts import actions
from hocba.apps.accounts.models import Person, RoleAssignment
from hocba.apps.accounts.permissions import can_role, require_role
from hocba.apps.accounts.queries import holders_of, staff_of_unit, viewer_of
from hocba.apps.accounts.viewer import Viewer
from hocba.apps.audit.actions import CITY_WIDE
from hocba.apps.audit.queries import events_of
from hocba.apps.roster.models import Unit
from hocba.core.errors import HocbaError

pytestmark = pytest.mark.django_db


def refused(code: str) -> pytest.RaisesExc[HocbaError]:
    return pytest.raises(HocbaError, check=lambda error: error.code == code)


def test_names_are_stored_composed_and_trimmed(at: datetime) -> None:
    person = actions.create_person(
        username=" gv.hoa ", full_name="Nguye\u0302\u0303n  Hoa", actor=None, at=at
    )
    assert (person.username, person.full_name) == ("gv.hoa", "Nguyễn Hoa")
    assert not person.has_usable_password()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"username": "GV.LAN"}, "accounts.username_taken"),
        ({"username": "x", "citizen_id": "001180000777"}, "accounts.citizen_id_taken"),
        ({"username": "x", "citizen_id": "12"}, "accounts.citizen_id_form"),
    ],
)
def test_an_account_is_one_persons(
    make_person: Callable[..., Person], at: datetime, values: dict[str, str], code: str
) -> None:
    make_person("gv.lan", citizen_id="001180000777")
    with refused(code):
        actions.create_person(**({"full_name": "A"} | values), actor=None, at=at)


def test_the_database_itself_refuses_a_malformed_personal_number(db: None, at: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(id=CITY_WIDE, username="x", full_name="X", citizen_id="12")


def test_roles_begin_and_end_with_their_days(
    make_person: Callable[..., Person], school: Unit, at: datetime
) -> None:
    person = make_person("gv.lan")
    days = {"valid_from": date(2025, 1, 6), "valid_to": date(2025, 1, 10)}
    actions.grant_role(
        person_id=person.pk, role="clerk", unit_id=school.pk, **days, actor=None, at=at
    )
    seen = {
        day: viewer_of(person_id=person.pk, at=datetime(2025, 1, day, 12, tzinfo=UTC)).has(
            "clerk", school.pk
        )
        for day in (5, 6, 10, 11)
    }
    assert seen == {5: False, 6: True, 10: True, 11: False}


def test_a_role_ends_at_midnight_in_hanoi_not_in_greenwich(
    make_person: Callable[..., Person], school: Unit, clerk: Person, at: datetime
) -> None:
    role = RoleAssignment.objects.get(person=clerk)
    actions.end_role(assignment_id=role.pk, last_day=date(2025, 6, 30), actor=None, at=at)
    last = datetime(2025, 6, 30, 16, 59, tzinfo=UTC)
    assert viewer_of(person_id=clerk.pk, at=last).has("clerk", school.pk)
    assert not viewer_of(person_id=clerk.pk, at=last + timedelta(minutes=1)).roles


def test_the_same_grant_again_changes_nothing(
    principal: Person, school: Unit, at: datetime
) -> None:
    role = RoleAssignment.objects.get(person=principal)
    again = actions.grant_role(
        person_id=principal.pk,
        role="principal",
        unit_id=school.pk,
        valid_from=role.valid_from,
        actor=None,
        at=at,
    )
    assert again.pk == role.pk
    found = events_of(school_id=school.pk, object_type="role_assignment", object_id=str(role.pk))
    assert [event.action for event in found] == ["accounts.role_granted"]


@pytest.mark.parametrize(
    ("role", "start", "code"),
    [
        ("principal", date(2025, 1, 1), "accounts.role_overlaps"),
        ("it_officer", date(2025, 1, 1), "accounts.roles_conflict"),
        ("king", date(2025, 1, 1), "accounts.role_unknown"),
    ],
)
def test_grants_that_are_refused(
    principal: Person, school: Unit, at: datetime, role: str, start: date, code: str
) -> None:
    with refused(code):
        actions.grant_role(
            person_id=principal.pk,
            role=role,
            unit_id=school.pk,
            valid_from=start,
            actor=None,
            at=at,
        )


@pytest.mark.parametrize(
    ("held", "asked", "elsewhere"),
    [
        ("principal", "clerk", False),
        ("clerk", "deputy_principal", False),
        ("deputy_principal", "it_officer", False),
        ("principal", "deputy_principal", False),
        ("subject_teacher", "operator", True),
        ("operator", "authority_officer", True),
    ],
)
def test_hard_conflicts(
    make_person: Callable[..., Person],
    school: Unit,
    other_school: Unit,
    at: datetime,
    held: str,
    asked: str,
    elsewhere: bool,
) -> None:
    """Some pairs never meet in one unit, some not even in two."""
    person = make_person("hai.ghe", (held, school))
    days = {"valid_from": date(2025, 1, 1), "actor": None, "at": at}
    with refused("accounts.roles_conflict"):
        actions.grant_role(person_id=person.pk, role=asked, unit_id=school.pk, **days)
    grant = {"person_id": person.pk, "role": asked, "unit_id": other_school.pk}
    if elsewhere:
        with refused("accounts.roles_conflict"):
            actions.grant_role(**grant, **days)
    else:
        actions.grant_role(**grant, **days)


def test_nobody_grants_themselves(principal: Person, school: Unit, at: datetime) -> None:
    with refused("accounts.own_role"):
        actions.grant_role(
            person_id=principal.pk,
            role="clerk",
            unit_id=school.pk,
            valid_from=date(2025, 1, 1),
            actor=principal.pk,
            at=at,
        )


def test_a_role_is_not_prolonged_by_ending_it(clerk: Person, at: datetime) -> None:
    role = RoleAssignment.objects.get(person=clerk)
    actions.end_role(assignment_id=role.pk, last_day=date(2025, 6, 30), actor=None, at=at)
    with refused("accounts.role_already_ended"):
        actions.end_role(assignment_id=role.pk, last_day=date(2025, 7, 30), actor=None, at=at)
    with refused("accounts.role_ends_before_start"):
        actions.end_role(assignment_id=role.pk, last_day=date(2024, 1, 1), actor=None, at=at)


def test_a_closed_account_has_no_roles(clerk: Person, school: Unit, at: datetime) -> None:
    actions.deactivate_person(person_id=clerk.pk, reason="nghỉ việc", actor=None, at=at)
    assert not viewer_of(person_id=clerk.pk, at=at).roles
    assert holders_of(role="clerk", unit_id=school.pk, at=at) == []
    actions.reactivate_person(person_id=clerk.pk, reason="nhầm", actor=None, at=at)
    assert holders_of(role="clerk", unit_id=school.pk, at=at) == [clerk]


def test_nobody_closes_their_own_account(clerk: Person, at: datetime) -> None:
    with refused("accounts.own_account"):
        actions.deactivate_person(person_id=clerk.pk, reason="", actor=clerk.pk, at=at)


def test_every_act_on_a_person_is_in_the_trail(clerk: Person, at: datetime) -> None:
    actions.set_password(person_id=clerk.pk, password="mua-thu-ha-noi-1954", actor=None, at=at)
    actions.deactivate_person(person_id=clerk.pk, reason="nghỉ", actor=None, at=at)
    found = events_of(school_id=CITY_WIDE, object_type="person", object_id=str(clerk.pk))
    names = [event.action.removeprefix("accounts.") for event in found]
    assert names == ["person_created", "password_set", "person_deactivated"]
    assert "mua-thu" not in str([(event.before, event.after) for event in found])


def test_a_weak_password_is_a_finding(clerk: Person, at: datetime) -> None:
    with pytest.raises(ValidationError):
        actions.set_password(person_id=clerk.pk, password="12345678", actor=None, at=at)


def test_unknown_people_are_refused(stranger_id: UUID, at: datetime) -> None:
    with refused("accounts.person_unknown"):
        actions.deactivate_person(person_id=stranger_id, reason="", actor=None, at=at)


def test_rights_are_of_one_unit(
    principal: Person,
    school: Unit,
    other_school: Unit,
    viewer_for: Callable[[Person], Viewer],
) -> None:
    viewer = viewer_for(principal)
    assert can_role(viewer, "clerk", "principal", unit_id=school.pk)
    assert not can_role(viewer, "principal", unit_id=other_school.pk)
    with refused("access.denied"):
        require_role(viewer, "principal", unit_id=other_school.pk)
    assert not replace(viewer, roles=frozenset()).units()


def test_the_staff_list_is_its_heads_business(
    principal: Person, clerk: Person, school: Unit, viewer_for: Callable[[Person], Viewer]
) -> None:
    rows = staff_of_unit(viewer=viewer_for(principal), unit_id=school.pk)
    assert {row.role for row in rows} == {"principal", "clerk"}
    with refused("access.denied"):
        staff_of_unit(viewer=viewer_for(clerk), unit_id=school.pk)
