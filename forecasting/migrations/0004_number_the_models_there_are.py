"""Models that were trained before there were lines become versions of one."""

import hashlib
import json

from django.db import migrations


def number(apps, schema_editor):
    task_of = apps.get_model("forecasting", "PredictionTask")
    for task in task_of.objects.order_by("created_at").iterator(chunk_size=200):
        results = task.results.filter(model__isnull=False, model__status="ready")
        models = [one.model for one in results.select_related("model").order_by("created_at")]
        if models and task.parameters.get("targets"):
            _enrol(apps, task, models)


def _enrol(apps, task, models):
    line_of = apps.get_model("forecasting", "ModelLine")
    version_of = apps.get_model("forecasting", "ModelVersion")
    targets = [str(key) for key in task.parameters["targets"]]
    question = [str(task.dataset_id), sorted(targets), int(task.parameters["horizon"])]
    key = hashlib.sha256(json.dumps(question).encode()).hexdigest()
    line, _ = line_of.objects.get_or_create(
        owner_id=task.owner_id,
        key=key,
        defaults={
            "name": task.name[:120],
            "dataset_id": task.dataset_id,
            "targets": targets,
            "horizon": int(task.parameters["horizon"]),
            "frequency": str(task.parameters.get("frequency", "")),
        },
    )
    for model in models:
        if not version_of.objects.filter(model=model).exists():
            line.last_number += 1
            version = version_of.objects.create(line=line, model=model, number=line.last_number)
            if model.pk == task.model_id:
                line.champion = version
    line.save()


class Migration(migrations.Migration):
    dependencies = [("forecasting", "0003_lines_versions_and_promotions")]
    operations = [migrations.RunPython(number, migrations.RunPython.noop)]
