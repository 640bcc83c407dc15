"""The audit trail is written once: triggers refuse changes, whatever the application asks for."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers."""
    vendor = schema_editor.connection.vendor
    for statement in append_only_sql(vendor=vendor, table="audit_auditevent"):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Append-only guards."""

    dependencies = [("audit", "0001_first")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
