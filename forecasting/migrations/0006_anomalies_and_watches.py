"""Watches on datasets, and the anomalies that they find."""

import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasets', '0003_drafts_of_edits'),
        ('forecasting', '0005_recipes_of_versions'),
        ('jobs', '0002_job_language'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnomalyWatch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('targets', models.JSONField(default=list, verbose_name='columns')),
                ('names', models.JSONField(default=list, verbose_name='names of the columns')),
                ('series', models.JSONField(blank=True, default=list, verbose_name='series')),
                ('detector', models.CharField(choices=[('forecast', 'Forecast'), ('season', 'Seasons'), ('forest', 'Isolation forest')], default='forecast', max_length=10, verbose_name='detector')),
                ('season', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(2)], verbose_name='season in steps')),
                ('per_week', models.FloatField(default=1.0, validators=[django.core.validators.MinValueValidator(0.01), django.core.validators.MaxValueValidator(200.0)], verbose_name='expected alarms a week')),
                ('is_active', models.BooleanField(default=True, verbose_name='judges new rows')),
                ('frequency', models.CharField(blank=True, max_length=32, verbose_name='frequency')),
                ('folder', models.CharField(blank=True, editable=False, max_length=255, verbose_name='folder')),
                ('threshold', models.FloatField(blank=True, null=True, verbose_name='threshold')),
                ('learned', models.FloatField(blank=True, null=True, verbose_name='threshold after labels')),
                ('rows_judged', models.BigIntegerField(default=0, verbose_name='rows judged')),
                ('rows_at_threshold', models.BigIntegerField(default=0, verbose_name='rows behind the threshold')),
                ('rate', models.JSONField(blank=True, default=dict, verbose_name='alarms counted')),
                ('lesson', models.JSONField(blank=True, default=dict, verbose_name='what labels changed')),
                ('refused', models.JSONField(blank=True, default=dict, verbose_name='series that are not judged')),
                ('comparison', models.JSONField(blank=True, default=dict, verbose_name='other detectors')),
                ('compare_job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job', verbose_name='job of the comparison')),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='anomaly_watches', to='datasets.dataset', verbose_name='dataset')),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job', verbose_name='job')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s_set', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='datasets.version', verbose_name='judged up to version')),
            ],
            options={
                'verbose_name': 'watch for anomalies',
                'verbose_name_plural': 'watches for anomalies',
                'db_table': 'anomaly_watches',
            },
        ),
        migrations.CreateModel(
            name='Anomaly',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('series', models.CharField(max_length=500, verbose_name='series')),
                ('kind', models.CharField(choices=[('spike', 'spike'), ('dip', 'dip'), ('level_shift', 'level shift'), ('flat', 'stuck'), ('missing', 'missing')], max_length=12, verbose_name='kind')),
                ('start', models.DateTimeField(verbose_name='start')),
                ('end', models.DateTimeField(verbose_name='end')),
                ('peak_at', models.DateTimeField(verbose_name='rarest row')),
                ('rows', models.PositiveIntegerField(verbose_name='rows')),
                ('value', models.FloatField(blank=True, null=True, verbose_name='value')),
                ('expected', models.FloatField(blank=True, null=True, verbose_name='expected')),
                ('lower', models.FloatField(blank=True, null=True, verbose_name='lower end')),
                ('upper', models.FloatField(blank=True, null=True, verbose_name='upper end')),
                ('size', models.FloatField(blank=True, null=True, verbose_name='deviation')),
                ('times_usual', models.FloatField(blank=True, null=True, verbose_name='in usual deviations')),
                ('p', models.FloatField(verbose_name='p-value')),
                ('counts', models.BooleanField(default=True, verbose_name='passes the threshold')),
                ('lasts', models.BooleanField(default=False, verbose_name='lasts')),
                ('label', models.CharField(blank=True, choices=[('real', 'Real'), ('false', 'Not one'), ('expected', 'Expected')], max_length=8, verbose_name='label')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('labelled_at', models.DateTimeField(blank=True, null=True, verbose_name='labelled at')),
                ('labelled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='labelled by')),
                ('watch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='anomalies', to='forecasting.anomalywatch', verbose_name='watch')),
            ],
            options={
                'verbose_name': 'anomaly',
                'verbose_name_plural': 'anomalies',
                'db_table': 'anomalies',
            },
        ),
        migrations.AddIndex(
            model_name='anomalywatch',
            index=models.Index(fields=['dataset', 'created_at'], name='watches_dataset_created'),
        ),
        migrations.AddIndex(
            model_name='anomaly',
            index=models.Index(fields=['watch', '-start', '-id'], name='anomalies_watch_start'),
        ),
        migrations.AddConstraint(
            model_name='anomaly',
            constraint=models.UniqueConstraint(fields=('watch', 'series', 'start'), name='one_anomaly_a_start'),
        ),
    ]
