"""Who cosigned our checkpoints, whose checkpoints we cosign, and how the last comparisons ended."""

import django.db.models.expressions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql

TABLES = (
    "ledger_witnesscosignature",
    "ledger_witnessedlog",
    "ledger_witnessedcheckpoint",
    "ledger_logcheck",
)


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers."""
    for table in TABLES:
        for statement in append_only_sql(vendor=schema_editor.connection.vendor, table=table):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Four tables, append-only."""

    dependencies = [
        ('ledger', '0005_sealed_pdf'),
    ]

    operations = [
        migrations.CreateModel(
            name='LogCheck',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('passed', models.BooleanField()),
                ('differences', models.JSONField(default=list)),
                ('accepted_because', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='WitnessedLog',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('origin', models.CharField(max_length=200)),
                ('origin_sha256', models.CharField(max_length=64)),
                ('vkey', models.CharField(max_length=300, unique=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='WitnessCosignature',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('witness', models.CharField(max_length=300)),
                ('line', models.CharField(max_length=500)),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('size', 'witness'), name='cosignature_once_per_checkpoint')],
            },
        ),
        migrations.CreateModel(
            name='WitnessedCheckpoint',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('origin', models.CharField(max_length=200)),
                ('after_size', models.BigIntegerField()),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField(max_length=32)),
                ('note', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('origin', 'after_size'), name='witnessed_once_after'), models.CheckConstraint(condition=models.Q(('size__gt', models.F('after_size'))), name='witnessed_log_grows')],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
