"""Signatures of some roles wait for an authority's time-stamp."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import leaf_foreign_key_sql


def tie_again(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes the table anew to add a column, and its triggers go with the old one."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in leaf_foreign_key_sql(
            vendor="sqlite",
            table="issuing_slot",
            columns=("school_id", "draft_id"),
            parent="issuing_draft",
            parent_columns=("school_id", "id"),
        ):
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('issuing', '0002_slot_belongs_to_draft'),
    ]

    operations = [
        migrations.AddField(
            model_name='slot',
            name='needs_stamp',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='slot',
            name='stamp_authority_sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='slot',
            name='stamped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='slot',
            index=models.Index(condition=models.Q(('needs_stamp', True), ('stamped_at__isnull', True), ('state', 'signed')), fields=['school_id', 'draft_id'], name='slot_awaits_stamp'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(('stamped_at__isnull', True), models.Q(('needs_stamp', True), ('state', 'signed')), _connector='OR'), name='slot_stamped_is_signed'),
        ),
        migrations.RunPython(tie_again, migrations.RunPython.noop),
    ]
