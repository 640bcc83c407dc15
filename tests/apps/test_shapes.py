"""The shape of leaf tables, in whatever database the suite runs (RELIABILITY §1).

One suite, three shapes: each test says what it expects of SQLite, of PostgreSQL, and of PostgreSQL
with partitioned leaves.
"""

import os
import re
from datetime import datetime
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from hocba.apps.audit.actions import record_event
from hocba.apps.audit.models import AuditEvent
from hocba.apps.leaf import leaf_models
from hocba.web.partitions import partition_leaf_tables

LEAVES = sorted(leaf_models(), key=lambda model: model._meta.label)
each_leaf = pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf._meta.label)
SCHOOL = UUID(int=7)


def shape() -> str:
    if connection.vendor != "postgresql":
        return "sqlite"
    return "partitioned" if os.environ.get("HOCBA_TEST_PARTITIONED") == "1" else "plain"


def kinds() -> set[str]:
    """Kinds of the leaf tables as PostgreSQL names them: r plain, p partitioned."""
    tables = [leaf._meta.db_table for leaf in LEAVES]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind::text FROM pg_class WHERE relname = ANY(%s)", [tables])
        return {kind for (kind,) in cursor.fetchall()}


def promises(leaf: type[models.Model]) -> set[str]:
    """Names of all constraints and indexes that the database really has."""
    table = leaf._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return set(connection.introspection.get_constraints(cursor, table))
        # Django's reader of SQLite's text stumbles over nested conditions; names are enough here.
        cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s", [table])
        return {name for (sql,) in cursor.fetchall() for name in re.findall(r'"(\w+)"', sql or "")}


def write_event(at: datetime, school_id: UUID = SCHOOL) -> None:
    record_event(
        school_id=school_id,
        school_year="2024-2025",
        action="x",
        object_type="x",
        object_id="x",
        before=None,
        after=None,
        actor=None,
        at=at,
    )


def test_the_audit_trail_is_a_leaf() -> None:
    assert AuditEvent in LEAVES


@each_leaf
def test_the_school_comes_first_in_every_key(leaf: type[models.Model]) -> None:
    uniques = [
        constraint.fields
        for constraint in leaf._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    assert all(fields[0] == "school_id" for fields in uniques)
    assert not any(field.unique for field in leaf._meta.fields if field is not leaf._meta.pk)


@each_leaf
def test_a_leaf_points_nowhere_or_to_a_leaf_by_its_school(leaf: type[models.Model]) -> None:
    for field in leaf._meta.get_fields():
        assert not isinstance(field, models.ForeignKey)
        if isinstance(field, models.ForeignObject):
            assert field.from_fields[0] == "school_id"


@each_leaf
@pytest.mark.django_db
def test_the_database_keeps_every_named_promise(leaf: type[models.Model]) -> None:
    named = {promise.name for promise in (*leaf._meta.constraints, *leaf._meta.indexes)}
    assert named <= promises(leaf)


@pytest.mark.django_db
def test_the_suite_runs_on_the_shape_that_was_asked_for() -> None:
    if shape() == "sqlite":
        assert connection.vendor == "sqlite"
    else:
        assert kinds() == {"p" if shape() == "partitioned" else "r"}


@pytest.mark.django_db
@pytest.mark.across_schools
def test_partitioning_keeps_every_promise_and_every_guard(at: datetime) -> None:
    if shape() == "sqlite":
        with pytest.raises(ImproperlyConfigured, match="only PostgreSQL"):
            call_command("partition_leaf_tables")
        return
    before = {leaf: promises(leaf) for leaf in LEAVES}
    call_command("partition_leaf_tables", partitions=2, verbosity=0)
    assert kinds() == {"p"}
    assert all(before[leaf] <= promises(leaf) for leaf in LEAVES)


@pytest.mark.django_db
@pytest.mark.across_schools
@pytest.mark.parametrize("verb", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditevent_p1"])
def test_guards_hold_on_the_whole_and_on_each_part(at: datetime, verb: str, table: str) -> None:
    if shape() == "sqlite":
        verb, table = "DELETE FROM {}", "audit_auditevent"
    else:
        partition_leaf_tables(connection=connection, partitions=2)
    for school in range(20):  # so that no part is empty
        write_event(at, school_id=UUID(int=school))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(verb.format(table))


@pytest.mark.django_db
@pytest.mark.across_schools
def test_partitioning_twice_changes_nothing_and_full_tables_are_refused(at: datetime) -> None:
    write_event(at)
    if shape() == "partitioned":
        assert partition_leaf_tables(connection=connection) == ()
        return
    with pytest.raises(ImproperlyConfigured, match="not empty|only PostgreSQL"):
        partition_leaf_tables(connection=connection)


@pytest.mark.django_db
def test_rows_of_one_school_lie_in_one_partition(at: datetime) -> None:
    for _ in range(3):
        write_event(at)
    places = {"sqlite": "'sqlite'", "plain": "tableoid", "partitioned": "tableoid"}[shape()]
    key = SCHOOL.hex if shape() == "sqlite" else SCHOOL
    with connection.cursor() as cursor:
        sql = f"SELECT DISTINCT {places} FROM audit_auditevent WHERE school_id = %s"
        cursor.execute(sql, [key])
        assert len(cursor.fetchall()) == 1
