"""Walls wait for no disk: on PostgreSQL their table is written without a log.

Two writes a look-up would each wait for the disk otherwise. What a crash or a failover forgets is
who guessed how often in the last hours, no more.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forget_in_a_crash(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the table out of the write-ahead log, where there is one."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE portal_wall SET UNLOGGED")


class Migration(migrations.Migration):
    """Unlogged walls."""

    dependencies = [("portal", "0002_append_only")]
    operations = [migrations.RunPython(forget_in_a_crash, migrations.RunPython.noop)]
