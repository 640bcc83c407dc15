"""What was written stays: triggers refuse changes to these tables (the application role has no
right to UPDATE or DELETE them either; see the deployment guide).
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql

TABLES = ("gradebook_mark", "gradebook_remark", "gradebook_homeroomrecord")


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers."""
    for table in TABLES:
        for statement in append_only_sql(vendor=schema_editor.connection.vendor, table=table):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Append-only guards."""

    dependencies = [("gradebook", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
