"""Which file is the sealed PDF of an issued version (append-only), and who waits for one."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers."""
    vendor = schema_editor.connection.vendor
    for statement in append_only_sql(vendor=vendor, table="ledger_sealedpdf"):
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_lives'),
    ]

    operations = [
        migrations.CreateModel(
            name='PdfRequest',
            fields=[
                ('lookup_uuid', models.UUIDField(primary_key=True, serialize=False)),
                ('school_id', models.UUIDField()),
                ('school_year', models.CharField(max_length=9)),
                ('asked_at', models.DateTimeField()),
                ('prepared', models.TextField(blank=True)),
                ('prepared_pdf_sha256', models.CharField(blank=True, max_length=64)),
                ('prepared_by', models.UUIDField(null=True)),
                ('token_sha256', models.CharField(blank=True, max_length=64)),
                ('expires_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['school_id'], name='pdf_request_by_school')],
                'constraints': [models.CheckConstraint(condition=models.Q(('prepared', ''), models.Q(('expires_at__isnull', False), ('prepared_by__isnull', False), models.Q(('token_sha256', ''), _negated=True)), _connector='OR'), name='pdf_request_prepared_for_somebody')],
            },
        ),
        migrations.CreateModel(
            name='SealedPdf',
            fields=[
                ('pdf_sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('lookup_uuid', models.UUIDField()),
                ('certificate_sha256', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('lookup_uuid', 'certificate_sha256'), name='sealed_pdf_once_per_seal')],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
