"""The homeroom teacher's year by term, the summer, the proposals; once written they stay."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hocba.adapters.database_guards import append_only_sql

TABLES = ("gradebook_reassessment", "gradebook_summerrecord", "gradebook_yearproposal")
REMADE = "gradebook_homeroomrecord"


def guard(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Guard the new tables; SQLite made an old one anew and lost its triggers."""
    vendor = schema_editor.connection.vendor
    for table in (*TABLES, *([REMADE] if vendor == "sqlite" else [])):
        for statement in append_only_sql(vendor=vendor, table=table):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Additive, and append-only."""

    dependencies = [
        ('gradebook', '0004_windows'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reassessment',
            fields=[
                ('school_id', models.UUIDField(verbose_name='mã trường')),
                ('id', models.UUIDField(verbose_name='mã dòng')),
                ('school_year', models.CharField(max_length=9)),
                ('enrolment_id', models.UUIDField()),
                ('version', models.PositiveSmallIntegerField()),
                ('written_by', models.UUIDField()),
                ('written_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('origin_file', models.CharField(blank=True, max_length=64)),
                ('origin_sheet', models.CharField(blank=True, max_length=64)),
                ('origin_cell', models.CharField(blank=True, max_length=12)),
                ('permit_id', models.UUIDField(null=True)),
                ('pk', models.CompositePrimaryKey('school_id', 'school_year', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subject_key', models.CharField(max_length=40)),
                ('chosen', models.BooleanField()),
                ('tenths', models.PositiveSmallIntegerField(null=True)),
                ('remark_level', models.CharField(blank=True, max_length=2)),
            ],
        ),
        migrations.CreateModel(
            name='SummerRecord',
            fields=[
                ('school_id', models.UUIDField(verbose_name='mã trường')),
                ('id', models.UUIDField(verbose_name='mã dòng')),
                ('school_year', models.CharField(max_length=9)),
                ('enrolment_id', models.UUIDField()),
                ('version', models.PositiveSmallIntegerField()),
                ('written_by', models.UUIDField()),
                ('written_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('origin_file', models.CharField(blank=True, max_length=64)),
                ('origin_sheet', models.CharField(blank=True, max_length=64)),
                ('origin_cell', models.CharField(blank=True, max_length=12)),
                ('permit_id', models.UUIDField(null=True)),
                ('pk', models.CompositePrimaryKey('school_id', 'school_year', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('training', models.PositiveSmallIntegerField(null=True)),
                ('training_form', models.CharField(blank=True, max_length=300)),
                ('closed', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='YearProposal',
            fields=[
                ('school_id', models.UUIDField(verbose_name='mã trường')),
                ('id', models.UUIDField(verbose_name='mã dòng')),
                ('school_year', models.CharField(max_length=9)),
                ('enrolment_id', models.UUIDField()),
                ('version', models.PositiveSmallIntegerField()),
                ('written_by', models.UUIDField()),
                ('written_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('origin_file', models.CharField(blank=True, max_length=64)),
                ('origin_sheet', models.CharField(blank=True, max_length=64)),
                ('origin_cell', models.CharField(blank=True, max_length=12)),
                ('permit_id', models.UUIDField(null=True)),
                ('pk', models.CompositePrimaryKey('school_id', 'school_year', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('decision', models.CharField(max_length=30)),
                ('award', models.CharField(blank=True, max_length=100)),
            ],
        ),
        migrations.AddField(
            model_name='homeroomrecord',
            name='conduct_year',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='homeroomrecord',
            name='excused_first',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='homeroomrecord',
            name='excused_second',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='homeroomrecord',
            name='unexcused_first',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='homeroomrecord',
            name='unexcused_second',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='homeroomrecord',
            constraint=models.CheckConstraint(condition=models.Q(('conduct_year__isnull', True), ('conduct_year__in', (0, 1, 2, 3)), _connector='OR'), name='homeroom_record_conduct_year_known'),
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.UniqueConstraint(fields=('school_id', 'school_year', 'enrolment_id', 'subject_key', 'version'), name='reassessment_one_row_per_version', violation_error_message='Kết quả đánh giá lại này vừa được người khác sửa.'),
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.CheckConstraint(condition=models.Q(('tenths__isnull', True), models.Q(('chosen', True), ('remark_level', ''), ('tenths__lte', 100)), _connector='OR'), name='reassessment_score_between_0_and_10', violation_error_message='Điểm phải từ 0 đến 10.'),
        ),
        migrations.AddConstraint(
            model_name='reassessment',
            constraint=models.CheckConstraint(condition=models.Q(('remark_level', ''), models.Q(('chosen', True), ('remark_level__in', ['Đ', 'CĐ'])), _connector='OR'), name='reassessment_remark_level_known'),
        ),
        migrations.AddConstraint(
            model_name='summerrecord',
            constraint=models.UniqueConstraint(fields=('school_id', 'school_year', 'enrolment_id', 'version'), name='summer_record_one_row_per_version', violation_error_message='Kết quả trong hè này vừa được người khác sửa.'),
        ),
        migrations.AddConstraint(
            model_name='summerrecord',
            constraint=models.CheckConstraint(condition=models.Q(('training__isnull', True), ('training__in', (0, 1, 2, 3)), _connector='OR'), name='summer_record_training_known'),
        ),
        migrations.AddConstraint(
            model_name='yearproposal',
            constraint=models.UniqueConstraint(fields=('school_id', 'school_year', 'enrolment_id', 'version'), name='year_proposal_one_row_per_version', violation_error_message='Đề xuất này vừa được người khác sửa.'),
        ),
        migrations.AddConstraint(
            model_name='yearproposal',
            constraint=models.CheckConstraint(condition=models.Q(('decision__in', ('promoted', 'promoted_after_reassessment', 'pending', 'retained'))), name='year_proposal_decision_known'),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
