"""A race may hold two models of one type: results go by name. Their backtests lie in files."""

from django.db import migrations, models


def names_are_types(apps, _schema_editor):
    apps.get_model("forecasting", "PredictionResult").objects.update(name=models.F("type"))


class Migration(migrations.Migration):
    dependencies = [("forecasting", "0001_models_tasks_and_results")]

    operations = [
        migrations.AddField(
            model_name="predictiontask",
            name="stopped_models",
            field=models.JSONField(blank=True, default=list, verbose_name="models asked to stop"),
        ),
        migrations.AddField(
            model_name="predictionresult",
            name="backtest_path",
            field=models.CharField(
                blank=True, editable=False, max_length=255, verbose_name="backtest"
            ),
        ),
        migrations.AddField(
            model_name="predictionresult",
            name="name",
            field=models.CharField(default="", max_length=60, verbose_name="name"),
            preserve_default=False,
        ),
        migrations.RunPython(names_are_types, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="predictionresult",
            name="one_result_a_model",
        ),
        migrations.AddConstraint(
            model_name="predictionresult",
            constraint=models.UniqueConstraint(
                fields=("task", "name"), name="one_result_a_name"
            ),
        ),
    ]
