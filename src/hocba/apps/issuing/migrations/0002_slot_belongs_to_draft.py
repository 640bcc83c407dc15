"""A slot belongs to a draft of its own school; the database says so too."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import leaf_foreign_key_sql


def tie(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the composite foreign key."""
    for statement in leaf_foreign_key_sql(
        vendor=schema_editor.connection.vendor,
        table="issuing_slot",
        columns=("school_id", "draft_id"),
        parent="issuing_draft",
        parent_columns=("school_id", "id"),
    ):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Composite foreign key between two leaf tables."""

    dependencies = [("issuing", "0001_initial")]
    operations = [migrations.RunPython(tie, migrations.RunPython.noop)]
