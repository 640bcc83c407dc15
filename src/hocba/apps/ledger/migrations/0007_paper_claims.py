"""What the QR codes on paper say (append-only); what is not in force is found without a scan."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers."""
    vendor = schema_editor.connection.vendor
    for statement in append_only_sql(vendor=vendor, table="ledger_paperclaim"):
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0006_witnesses'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperClaim',
            fields=[
                ('lookup_uuid', models.UUIDField(primary_key=True, serialize=False)),
                ('signed', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(condition=models.Q(('kind', 'issued'), _negated=True), fields=['index'], name='log_entry_after_issue'),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
