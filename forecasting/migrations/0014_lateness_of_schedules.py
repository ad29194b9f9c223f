from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forecasting", "0013_scenarios")]

    operations = [
        migrations.AddField(
            model_name="schedule",
            name="last_late",
            field=models.PositiveIntegerField(
                default=0,
                db_default=0,
                help_text="Seconds behind the time it was due.",
                verbose_name="late by",
            ),
        ),
    ]
