"""SQL that lets the database itself keep two promises: append-only tables, leaf foreign keys.

Only statements are made here; migrations run them. Triggers never write outside the row's table.
"""

from collections.abc import Sequence

_MESSAGE = "append-only"


def append_only_sql(*, vendor: str, table: str) -> tuple[str, ...]:
    """Return statements that make a table refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE.

    `vendor` is "sqlite" or "postgresql". On PostgreSQL the triggers also hold for partitions.

    Raises:
        ValueError: for another vendor.
    """
    if vendor == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}: {table}'); END"
            for verb in ("UPDATE", "DELETE")
        )
    if vendor != "postgresql":
        raise ValueError(vendor)
    function = f"{table}_append_only"
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{_MESSAGE}: {table}'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    )


def leaf_foreign_key_sql(
    *, vendor: str, table: str, columns: Sequence[str], parent: str, parent_columns: Sequence[str]
) -> tuple[str, ...]:
    """Return statements that tie a leaf table to another one by a composite key.

    Django's ForeignObject makes no constraint of its own, and SQLite cannot add one afterwards, so
    there a trigger keeps the promise on insert.

    Raises:
        ValueError: for another vendor.
    """
    name = f"{table}_belongs_to_{parent}"
    if vendor == "postgresql":
        return (
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(columns)}) "
            f"REFERENCES {parent} ({', '.join(parent_columns)})",
        )
    if vendor != "sqlite":
        raise ValueError(vendor)
    match = " AND ".join(
        f"{theirs} = NEW.{ours}" for ours, theirs in zip(columns, parent_columns, strict=True)
    )
    orphan = f"NOT EXISTS (SELECT 1 FROM {parent} WHERE {match})"  # noqa: S608 - our own names
    return (
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {orphan} "
        f"BEGIN SELECT RAISE(ABORT, 'foreign key: {name}'); END",
    )
