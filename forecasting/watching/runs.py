"""The runs of one forecast, whichever of them a page is about."""

from __future__ import annotations

from django.db.models import Q

from forecasting.models import PredictionTask
from forecasting.models.prediction_task import PredictionTaskQuerySet


def runs_of(task: PredictionTask) -> PredictionTaskQuerySet:
    """The first run and all that followed it."""
    root = getattr(task, "origin_id", None) or task.pk
    same = Q(pk=root) | Q(origin=root) if hasattr(PredictionTask, "origin") else Q(pk=root)
    found: PredictionTaskQuerySet = PredictionTask.objects.filter(same)
    return found


def number_of(task: PredictionTask) -> int:
    """Which run it is, 1 for the first."""
    return int(getattr(task, "run", 1))
