"""Steps, files, decisions, forwardings and deliveries stay as they were written."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql

TABLES = (
    "ledger_requeststep",
    "ledger_requestevidence",
    "ledger_decision",
    "ledger_forwarding",
    "ledger_delivery",
)


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers."""
    for table in TABLES:
        for statement in append_only_sql(vendor=schema_editor.connection.vendor, table=table):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Append-only guards."""

    dependencies = [("ledger", "0009_life_requests")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
