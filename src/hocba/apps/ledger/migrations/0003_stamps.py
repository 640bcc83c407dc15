"""What authorities said of the signers' certificates is kept with each issued version."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql


def guard_again(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes the table anew to add a column, and its triggers go with the old one."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in append_only_sql(vendor="sqlite", table="ledger_issuedtranscript"):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """One more column."""

    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.AddField(
            model_name="issuedtranscript",
            name="evidence",
            field=models.JSONField(default=list),
        ),
        migrations.RunPython(guard_again, migrations.RunPython.noop),
    ]
