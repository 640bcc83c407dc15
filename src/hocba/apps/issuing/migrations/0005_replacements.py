"""A recalled version leaves room for the one that replaces it."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import leaf_foreign_key_sql

TIED = ("issuing_slot", "issuing_remoteitem")


def untie(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes the drafts' table anew; a trigger that names it would stop the renaming."""
    if schema_editor.connection.vendor == "sqlite":
        for table in TIED:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_belongs_to_issuing_draft")


def tie_again(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the promise again once the table is there."""
    if schema_editor.connection.vendor == "sqlite":
        for table in TIED:
            for statement in leaf_foreign_key_sql(
                vendor="sqlite",
                table=table,
                columns=("school_id", "draft_id"),
                parent="issuing_draft",
                parent_columns=("school_id", "id"),
            ):
                schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('issuing', '0004_remote_signing'),
    ]

    operations = [
        migrations.RunPython(untie, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='draft',
            name='draft_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='draft',
            name='draft_one_living_per_enrolment',
        ),
        migrations.AddField(
            model_name='draft',
            name='replaces_uuid',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='request_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('signing', 'sealed', 'issued', 'withdrawn', 'recalled'))), name='draft_state_known'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('withdrawn', 'recalled')), _negated=True), fields=('school_id', 'enrolment_id'), name='draft_one_living_per_enrolment', violation_error_message='Học sinh này đã có học bạ đang ký hoặc đã phát hành.'),
        ),
        migrations.RunPython(tie_again, migrations.RunPython.noop),
    ]
