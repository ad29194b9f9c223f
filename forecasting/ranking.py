"""Who leads a forecast, and how much better than seasonal naive every model was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from forecasting.engine.race.leading import leader
from forecasting.engine.race.standings import UNTESTED
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.models.trained_model import YARDSTICK


def score(metrics: dict[str, Any]) -> float | None:
    """What models are ranked by: MASE, or the mean absolute error where that is undefined."""
    for name in ("mase", "mae"):
        if metrics.get(name) is not None:
            return float(metrics[name])
    return None


def skill(metrics: dict[str, Any], yardstick: dict[str, Any]) -> float | None:
    """1 − error / error of seasonal naive on the same windows; None where undefined."""
    for name in ("mase", "mae"):
        own, other = metrics.get(name), yardstick.get(name)
        if own is not None and other:
            return 1 - float(own) / float(other)
    return None


def place_all(task: PredictionTask) -> PredictionResult | None:
    """Rank the results of a forecast, its leader first and the others by score; answers the leader.

    A small gain of a complicated model may be luck: who leads says the rule of the engine's races.
    """
    with transaction.atomic():
        found = list(task.results.select_related("model"))
        first = leading(found)
        found.sort(key=lambda one: (one.name != first, *_order(one)))
        yardstick: dict[str, Any] = next(
            (one.metrics for one in found if one.name == YARDSTICK), {}
        )
        for rank, result in enumerate(found, 1):
            PredictionResult.objects.filter(pk=result.pk).update(rank=rank)
            if result.model_id:
                TrainedModel.objects.filter(pk=result.model_id).update(
                    accuracy=skill(result.metrics, yardstick)
                )
        best = found[0] if found else None
        task.model = best.model if best else None
        PredictionTask.objects.filter(pk=task.pk).update(model=task.model)
    return best


def leading(results: Sequence[PredictionResult]) -> str:
    """The name that leads; empty while there is none."""
    scores = {one.name: score(one.metrics) for one in results}
    known = {name: value for name, value in scores.items() if value is not None}
    if known:
        return leader(known, {one.name: one.type for one in results})
    return min(results, key=_order).name if results else ""


def _order(result: PredictionResult) -> tuple[bool, float, int]:
    own = score(result.metrics)
    place = UNTESTED.index(result.type) if result.type in UNTESTED else len(UNTESTED)
    return own is None, own or 0.0, place
