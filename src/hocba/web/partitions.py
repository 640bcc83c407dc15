"""The third database shape: leaf tables of PostgreSQL hash-partitioned by school.

Turns the empty leaf tables of a freshly migrated database into partitioned ones of the same name,
with the same columns, checks, keys, indexes, triggers, grants and foreign keys. What is a leaf is
read from the models. Full tables are refused: moving data belongs to a maintenance window, not
here. Row-level security is refused too: set policies afterwards.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from hocba.apps.leaf import leaf_models

Rows = list[tuple[Any, ...]]

_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0
      AND (conrelid = ANY(%s::regclass[]) OR confrelid = ANY(%s::regclass[]))
    ORDER BY 1, 2"""
_KEYS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('p', 'u') ORDER BY contype, conname"""
_INDEXES = """
    SELECT pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1"""
_TRIGGERS = """
    SELECT pg_get_triggerdef(oid), tgtype::int & 1 = 1 FROM pg_trigger
    WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY 1"""
_GRANTS = """
    SELECT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
           privilege_type
    FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = %s::regclass ORDER BY 1, 2"""
_STATE = """
    SELECT relkind = 'p', relrowsecurity, relacl IS NOT NULL,
           quote_ident(pg_get_userbyid(relowner))
    FROM pg_class WHERE oid = %s::regclass"""
_ON_TABLE = re.compile(r" ON \S+ ")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What LIKE … INCLUDING ALL would lose or rename."""

    table: str
    owner: str
    keys: Rows
    indexes: Rows
    triggers: Rows
    grants: Rows | None  # None: never granted or revoked, the owner's defaults apply


def partition_leaf_tables(
    *, connection: BaseDatabaseWrapper, partitions: int = 8
) -> tuple[str, ...]:
    """Partition every leaf table that is not yet; return the tables changed.

    (1) read what must come back; (2) drop the foreign keys that touch a leaf; (3) build each table
    anew; (4) restore the foreign keys. All in one transaction: PostgreSQL's DDL rolls back.
    """
    if connection.vendor != "postgresql":
        raise ImproperlyConfigured("only PostgreSQL has partitions")
    quote = connection.ops.quote_name
    tables = sorted(quote(model._meta.db_table) for model in leaf_models())
    with transaction.atomic(using=connection.alias):
        # (1)
        plain = [table for table in tables if not _is_partitioned(connection, table)]
        shapes = [_shape_of(connection, table) for table in plain]
        foreign_keys = _rows(connection, _FOREIGN_KEYS, [plain, plain])
        # (2)
        for table, name, _definition in foreign_keys:
            _run(connection, f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}")
        # (3)
        for shape in shapes:
            _rebuild(connection, shape, partitions)
        # (4)
        for table, name, definition in foreign_keys:
            _run(connection, f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}")
    return tuple(plain)


def _is_partitioned(connection: BaseDatabaseWrapper, table: str) -> bool:
    return bool(_rows(connection, _STATE, [table])[0][0])


def _shape_of(connection: BaseDatabaseWrapper, table: str) -> _Shape:
    _partitioned, row_security, has_grants, owner = _rows(connection, _STATE, [table])[0]
    if row_security:
        raise ImproperlyConfigured(f"{table} has row-level security; partition it before that")
    if _rows(connection, f"SELECT 1 FROM {table} LIMIT 1"):  # noqa: S608 - quoted name
        raise ImproperlyConfigured(f"{table} is not empty")
    return _Shape(
        table=table,
        owner=owner,
        keys=_rows(connection, _KEYS, [table]),
        indexes=_rows(connection, _INDEXES, [table]),
        triggers=_rows(connection, _TRIGGERS, [table]),
        grants=_rows(connection, _GRANTS, [table]) if has_grants else None,
    )


def _rebuild(connection: BaseDatabaseWrapper, shape: _Shape, partitions: int) -> None:
    table, quote = shape.table, connection.ops.quote_name
    bare = table.strip('"')
    old = quote(f"{bare}_plain")
    _run(connection, f"ALTER TABLE {table} RENAME TO {old}")
    _run(
        connection,
        f"CREATE TABLE {table} (LIKE {old} INCLUDING ALL EXCLUDING INDEXES)"
        " PARTITION BY HASH (school_id)",
    )
    # Names of keys and indexes are free again only when the old table is gone.
    _run(connection, f"DROP TABLE {old}")
    parts = [quote(f"{bare}_p{number}") for number in range(partitions)]
    for number, part in enumerate(parts):
        _run(
            connection,
            f"CREATE TABLE {part} PARTITION OF {table}"
            f" FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})",
        )
    for name, definition in shape.keys:
        _run(connection, f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}")
    for (definition,) in shape.indexes:
        _run(connection, definition)
    for definition, for_each_row in shape.triggers:
        _run(connection, definition)
        # PostgreSQL hands row triggers down to the parts, and keeps statement triggers to itself.
        for part in [] if for_each_row else parts:
            _run(connection, _ON_TABLE.sub(f" ON {part} ", definition, count=1))
    _restore_grants(connection, shape)


def _restore_grants(connection: BaseDatabaseWrapper, shape: _Shape) -> None:
    """Grants and revocations: an append-only table must not come back writable."""
    _run(connection, f"ALTER TABLE {shape.table} OWNER TO {shape.owner}")
    if shape.grants is None:
        return
    _run(connection, f"REVOKE ALL ON {shape.table} FROM PUBLIC, {shape.owner}")
    for grantee, privilege in shape.grants:
        _run(connection, f"GRANT {privilege} ON {shape.table} TO {grantee}")


def _rows(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any] | None = None
) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
