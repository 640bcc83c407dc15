"""Sessions with remote signing services, and what was sent in each."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import leaf_foreign_key_sql


def tie(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the composite foreign keys: an item belongs to a session and to a draft of its school."""
    for column, parent in (("session_id", "issuing_remotesession"), ("draft_id", "issuing_draft")):
        for statement in leaf_foreign_key_sql(
            vendor=schema_editor.connection.vendor,
            table="issuing_remoteitem",
            columns=("school_id", column),
            parent=parent,
            parent_columns=("school_id", "id"),
        ):
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('issuing', '0003_stamps'),
    ]

    operations = [
        migrations.CreateModel(
            name='RemoteSession',
            fields=[
                ('school_id', models.UUIDField(verbose_name='mã trường')),
                ('id', models.UUIDField(verbose_name='mã dòng')),
                ('pk', models.CompositePrimaryKey('school_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=40)),
                ('person_id', models.UUIDField()),
                ('account', models.CharField(max_length=20)),
                ('certificate_sha256', models.CharField(max_length=64)),
                ('mode', models.CharField(max_length=8)),
                ('state', models.CharField(max_length=9)),
                ('transaction_id', models.CharField(blank=True, max_length=200)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('began_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('ready', 'sending', 'waiting', 'answered'))), fields=['school_id', 'due_at'], name='remote_session_due'), models.Index(fields=['school_id', 'person_id', 'began_at'], name='remote_session_mine')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('ready', 'sending', 'waiting', 'answered', 'done', 'stopped', 'cancelled'))), name='remote_session_state_known'), models.CheckConstraint(condition=models.Q(('mode__in', ('document', 'sheet'))), name='remote_session_mode_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ('ready', 'sending', 'waiting', 'answered'))), models.Q(models.Q(('state__in', ('ready', 'sending', 'waiting', 'answered')), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='remote_session_ended_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('waiting', 'answered')), _negated=True), models.Q(('transaction_id', ''), _negated=True), _connector='OR'), name='remote_session_waits_for_something')],
            },
        ),
        migrations.CreateModel(
            name='RemoteItem',
            fields=[
                ('school_id', models.UUIDField(verbose_name='mã trường')),
                ('id', models.UUIDField(verbose_name='mã dòng')),
                ('pk', models.CompositePrimaryKey('school_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('session_id', models.UUIDField()),
                ('draft_id', models.UUIDField()),
                ('slot_key', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=100)),
                ('digest', models.CharField(max_length=64)),
                ('token', models.CharField(blank=True, max_length=64)),
                ('signature', models.TextField(blank=True)),
                ('state', models.CharField(default='waiting', max_length=8)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('draft', models.ForeignObject(from_fields=['school_id', 'draft_id'], on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='issuing.draft', to_fields=['school_id', 'id'])),
                ('session', models.ForeignObject(from_fields=['school_id', 'session_id'], on_delete=django.db.models.deletion.RESTRICT, related_name='items', to='issuing.remotesession', to_fields=['school_id', 'id'])),
            ],
            options={
                'indexes': [models.Index(fields=['school_id', 'session_id'], name='remote_item_of_session')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'signed', 'refused'))), name='remote_item_state_known'), models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('school_id', 'draft_id', 'slot_key'), name='remote_item_one_open_per_slot', violation_error_message='Phần này đang chờ xác nhận trên điện thoại.'), models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('token', ''), _connector='OR'), name='remote_item_ended_has_no_token'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='remote_item_refused_says_why')],
            },
        ),
        migrations.RunPython(tie, migrations.RunPython.noop),
    ]
