"""What was shown before signing, who fills a slot for another, what was given back."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql, leaf_foreign_key_sql

TIES = (
    ("issuing_sessionitem", "session_id", "issuing_signingsession"),
    ("issuing_sessionitem", "draft_id", "issuing_draft"),
    ("issuing_transcriptreturn", "draft_id", "issuing_draft"),
)


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Tie the new tables; SQLite made the slots' table anew, which lost its trigger."""
    vendor = schema_editor.connection.vendor
    again = (("issuing_slot", "draft_id", "issuing_draft"),) if vendor == "sqlite" else ()
    for table, column, parent in (*TIES, *again):
        for statement in leaf_foreign_key_sql(
            vendor=vendor,
            table=table,
            columns=("school_id", column),
            parent=parent,
            parent_columns=("school_id", "id"),
        ):
            schema_editor.execute(statement)
    for statement in append_only_sql(vendor=vendor, table="issuing_signingsession"):
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('issuing', '0005_replacements'),
    ]

    operations = [
        migrations.CreateModel(
            name='SessionItem',
            fields=[
                ('school_id', models.UUIDField(verbose_name='mã trường')),
                ('id', models.UUIDField(verbose_name='mã dòng')),
                ('pk', models.CompositePrimaryKey('school_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('session_id', models.UUIDField()),
                ('draft_id', models.UUIDField()),
                ('slot_key', models.CharField(max_length=20)),
                ('version', models.PositiveSmallIntegerField()),
                ('document_sha256', models.CharField(max_length=64)),
                ('covered_sha256', models.CharField(max_length=64)),
                ('must_open', models.BooleanField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('refusal', models.CharField(blank=True, max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='SigningSession',
            fields=[
                ('school_id', models.UUIDField(verbose_name='mã trường')),
                ('id', models.UUIDField(verbose_name='mã dòng')),
                ('pk', models.CompositePrimaryKey('school_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('school_year', models.CharField(max_length=9)),
                ('person_id', models.UUIDField()),
                ('kind', models.CharField(max_length=10)),
                ('signer_id', models.CharField(max_length=20)),
                ('opened_at', models.DateTimeField()),
                ('shown', models.TextField()),
                ('shown_sha256', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='TranscriptReturn',
            fields=[
                ('school_id', models.UUIDField(verbose_name='mã trường')),
                ('id', models.UUIDField(verbose_name='mã dòng')),
                ('pk', models.CompositePrimaryKey('school_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('school_year', models.CharField(max_length=9)),
                ('class_id', models.UUIDField()),
                ('enrolment_id', models.UUIDField()),
                ('draft_id', models.UUIDField()),
                ('slot_key', models.CharField(max_length=20)),
                ('signer_id', models.CharField(max_length=20)),
                ('signer_name', models.CharField(max_length=200)),
                ('subjects', models.CharField(blank=True, max_length=300)),
                ('returned_by', models.UUIDField()),
                ('returner_name', models.CharField(max_length=200)),
                ('returner_role', models.CharField(max_length=12)),
                ('reason', models.CharField(max_length=500)),
                ('returned_at', models.DateTimeField()),
                ('state', models.CharField(default='open', max_length=8)),
                ('answer', models.CharField(blank=True, max_length=500)),
                ('answered_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('new_draft_id', models.UUIDField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='slot',
            name='capacity',
            field=models.CharField(blank=True, default='', max_length=8),
        ),
        migrations.AddField(
            model_name='slot',
            name='delegation_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='slot',
            name='session_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='slot',
            name='stand_in_id',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
        migrations.AddField(
            model_name='slot',
            name='stand_in_reason',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('capacity', ''), ('stand_in_id', '')), models.Q(('capacity__in', ('KY_THAY', 'KT')), models.Q(('stand_in_id', ''), _negated=True)), _connector='OR'), name='slot_stand_in_has_capacity'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('capacity', 'KY_THAY'), _negated=True), models.Q(('stand_in_reason', ''), _negated=True), _connector='OR'), name='slot_in_place_says_why'),
        ),
        migrations.AddField(
            model_name='sessionitem',
            name='draft',
            field=models.ForeignObject(from_fields=['school_id', 'draft_id'], on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='issuing.draft', to_fields=['school_id', 'id']),
        ),
        migrations.AddIndex(
            model_name='signingsession',
            index=models.Index(fields=['school_id', 'person_id', 'opened_at'], name='session_mine'),
        ),
        migrations.AddField(
            model_name='sessionitem',
            name='session',
            field=models.ForeignObject(from_fields=['school_id', 'session_id'], on_delete=django.db.models.deletion.RESTRICT, related_name='items', to='issuing.signingsession', to_fields=['school_id', 'id']),
        ),
        migrations.AddField(
            model_name='transcriptreturn',
            name='draft',
            field=models.ForeignObject(from_fields=['school_id', 'draft_id'], on_delete=django.db.models.deletion.RESTRICT, related_name='returns', to='issuing.draft', to_fields=['school_id', 'id']),
        ),
        migrations.AddIndex(
            model_name='sessionitem',
            index=models.Index(fields=['school_id', 'draft_id', 'slot_key'], name='session_item_of_slot'),
        ),
        migrations.AddConstraint(
            model_name='sessionitem',
            constraint=models.UniqueConstraint(fields=('school_id', 'session_id', 'draft_id', 'slot_key'), name='session_item_once'),
        ),
        migrations.AddIndex(
            model_name='transcriptreturn',
            index=models.Index(condition=models.Q(('state__in', ('open', 'answered'))), fields=['school_id', 'enrolment_id'], name='transcript_return_open'),
        ),
        migrations.AddConstraint(
            model_name='transcriptreturn',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('open', 'answered', 'closed'))), name='transcript_return_state_known'),
        ),
        migrations.AddConstraint(
            model_name='transcriptreturn',
            constraint=models.UniqueConstraint(fields=('school_id', 'draft_id', 'slot_key'), name='transcript_return_once_per_slot'),
        ),
        migrations.AddConstraint(
            model_name='transcriptreturn',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='transcript_return_says_why'),
        ),
        migrations.AddConstraint(
            model_name='transcriptreturn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='transcript_return_closed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='transcriptreturn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='transcript_return_answered_says_what'),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
