"""States of the database and the data folder that a session builds once and tests come back to.

Rows travel as the database stores them, past models and SQL log, for nothing is tested here; files
travel as copies, for tests spoil them. Alike on SQLite, PostgreSQL and partitioned tables.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

Row = tuple[Any, ...] | bytes  # SQLite's values, or a line of PostgreSQL's COPY
# What migrations write, and Django again after every flush.
_OF_DJANGO = {"django_content_type", "auth_permission"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What came on top of an earlier state (its rows), and all files at that moment."""

    added: Mapping[str, Sequence[Row]]
    folder: Path


def keep(*, data: Path, folder: Path, on: Sequence[Kept] = ()) -> Kept:
    """Keep what stands in the database and in `data`; `on` are the states it was built on.

    Raises:
        ValueError: when rows of those states changed or went away; only additions can be kept.
    """
    added = {}
    for table in _tables():
        rows = _read(table)
        before = {row for kept in on for row in kept.added.get(table, ())}
        if before - set(rows):
            raise ValueError(f"{table}: rows of an earlier state changed")
        added[table] = [row for row in rows if row not in before]
    shutil.copytree(data, folder)
    return Kept(added, folder)


def bring_back(kept: Kept, *, data: Path) -> None:
    """Add the rows and put the files where they were."""
    shutil.copytree(kept.folder, data, dirs_exist_ok=True)
    with transaction.atomic():
        for table in _tables():
            if kept.added.get(table):
                _write(table, kept.added[table])
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
                cursor.execute(statement)


def is_at(*states: Kept) -> bool:
    """Whether the database holds these states and nothing else; every write leaves an event."""
    table = apps.get_model("audit", "AuditEvent")._meta.db_table
    found = sum(len(kept.added[table]) for kept in states)
    with connection.cursor():  # connects
        cursor = connection.connection.cursor()
    cursor.execute(f"SELECT count(*) FROM {table}")
    return bool(cursor.fetchone()[0] == found)


def _models() -> list[type[Model]]:
    """Every model with a table of its own, what is pointed to first."""
    left = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in _OF_DJANGO
    ]
    ordered: list[type[Model]] = []
    while left:
        free = [
            model
            for model in left
            if not any(
                field.related_model in left and field.related_model is not model
                for field in model._meta.get_fields()
                if (field.many_to_one or field.one_to_one) and not field.auto_created
            )
        ]
        ordered += free or left
        left = [model for model in left if model not in ordered]
    return ordered


def _tables() -> list[str]:
    return [model._meta.db_table for model in _models()]


def _read(table: str) -> list[Row]:
    with connection.cursor():
        cursor = connection.connection.cursor()
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as lines:
            return b"".join(map(bytes, lines)).splitlines(keepends=True)
    # An expression has no declared type, so that nothing converts the stored value.
    names = cursor.execute("SELECT name FROM pragma_table_info(?)", [table]).fetchall()
    columns = ", ".join(f'+"{name}"' for (name,) in names)
    return [tuple(row) for row in cursor.execute(f"SELECT {columns} FROM {table}")]


def _write(table: str, rows: Sequence[Row]) -> None:
    cursor = connection.connection.cursor()
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} FROM STDIN") as lines:
            lines.write(b"".join(rows))  # type: ignore[arg-type]
        return
    marks = ", ".join("?" * len(rows[0]))
    cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
