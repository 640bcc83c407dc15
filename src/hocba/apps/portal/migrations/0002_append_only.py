"""A recorded pull stays: triggers refuse changes."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers."""
    vendor = schema_editor.connection.vendor
    for statement in append_only_sql(vendor=vendor, table="portal_pull"):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Append-only guards."""

    dependencies = [("portal", "0001_first")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
