"""A model that left its first result becomes the next version of its line."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from forecasting.engine import versions
from forecasting.models import ModelLine, ModelVersion, PredictionResult, TrainedModel
from forecasting.registry.lines import line_of


def enrol(result: PredictionResult) -> ModelVersion | None:
    """Give the model of `result` a number and note what it was made with.

    A model keeps its number: one that answers for other data stays a version of its own line.
    """
    model = result.model
    if model is None:
        return None
    with transaction.atomic():
        line = ModelLine.objects.select_for_update().get(pk=line_of(result.task).pk)
        found: ModelVersion | None = ModelVersion.objects.filter(model=model).first()
        return found or enrol_model(model, line, result.task.parameters)


def enrol_model(model: TrainedModel, line: ModelLine, recipe: dict[str, Any]) -> ModelVersion:
    """Make `model` the next version of `line`."""
    with transaction.atomic():
        line = ModelLine.objects.select_for_update().get(pk=line.pk)
        line.last_number += 1
        line.save(update_fields=["last_number", "updated_at"])
        version: ModelVersion = ModelVersion.objects.create(
            line=line,
            model=model,
            number=line.last_number,
            recipe=recipe,
            environment=environment_of(model.type, model.parameters),
        )
    return version


def environment_of(kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Versions of what made the model, and where it was computed."""
    report = parameters.get("report", {})
    device = str(report.get("device") or "cpu")
    return versions.made_with(kind) | {"device": device}
