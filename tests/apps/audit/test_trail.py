"""The audit trail: written inside the act's transaction, and never changed afterwards."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from hocba.apps.audit.actions import CITY_WIDE, record_event
from hocba.apps.audit.models import AuditEvent
from hocba.apps.audit.queries import events_by, events_of

SCHOOL = UUID(int=7)


def write(at: datetime, school_id: UUID = SCHOOL, **changed: object) -> None:
    values: dict[str, object] = {
        "action": "gradebook.mark_changed",
        "object_type": "mark",
        "object_id": "m1",
        "before": {"tenths": 75},
        "after": {"tenths": 80, "at": at, "by": SCHOOL},
        "actor": SCHOOL,
    }
    record_event(school_id=school_id, school_year="2024-2025", at=at, **(values | changed))


@pytest.mark.django_db
def test_an_event_is_found_in_its_school_alone(at: datetime) -> None:
    write(at)
    write(at, school_id=CITY_WIDE, actor=None)
    (event,) = events_of(school_id=SCHOOL, object_type="mark", object_id="m1")
    assert (event.before, event.at) == ({"tenths": 75}, at)
    assert event.after["by"] == str(SCHOOL)
    assert len(events_by(school_id=SCHOOL, actor=SCHOOL)) == 1


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_a_bug(at: datetime) -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        write(at)


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"action": ""}, {"object_id": ""}, {"object_type": ""}])
def test_an_event_names_act_and_object(at: datetime, changed: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write(at, **changed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET reason = 'x' WHERE school_id = %s",
        "DELETE FROM audit_auditevent WHERE school_id = %s",
    ],
)
def test_no_statement_changes_an_event(at: datetime, statement: str) -> None:
    write(at)
    key = SCHOOL if connection.vendor == "postgresql" else SCHOOL.hex
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [key])
    assert AuditEvent.objects.filter(school_id=SCHOOL).count() == 1


@pytest.mark.django_db
@pytest.mark.across_schools
def test_no_statement_empties_the_trail(at: datetime) -> None:
    write(at)
    verb = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{verb} audit_auditevent")
