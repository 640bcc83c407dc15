"""More kinds of events in a transcript's life; the school's code stands with each issued version."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql

TABLES = ("ledger_logentry", "ledger_issuedtranscript")


def guard_again(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes a table anew to change it, and its triggers go with the old one."""
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for statement in append_only_sql(vendor="sqlite", table=table):
                schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Wider kind, conditional promise, one more column."""

    dependencies = [("ledger", "0003_stamps")]
    operations = [
        migrations.RemoveConstraint(
            model_name='logentry',
            name='log_entry_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='logentry',
            name='log_entry_once_per_kind_of_event',
        ),
        migrations.AddField(
            model_name='issuedtranscript',
            name='school_code',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AlterField(
            model_name='logentry',
            name='kind',
            field=models.CharField(max_length=16),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(fields=['lookup_uuid', 'index'], name='log_entry_of_transcript'),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['issued', 'recalled', 'replaced', 'civil_status', 'court_sealed', 'court_unsealed'])), name='log_entry_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['issued', 'recalled', 'replaced'])), fields=('lookup_uuid', 'kind'), name='log_entry_once_per_kind_of_event'),
        ),
        migrations.RunPython(guard_again, migrations.RunPython.noop),
    ]
