"""A champion that was trained for no forecast answers the next run of those that its line makes."""

from __future__ import annotations

import logging

from django.db import transaction

from accounts.problems import Problem
from forecasting.models import ModelLine, ModelVersion, PredictionResult, PredictionTask

logger = logging.getLogger(__name__)


def succeeded(result: PredictionResult) -> PredictionResult:
    """The result with the champion in the place of an older version of the same type.

    The row itself is left alone: a run is never changed, the next one is made from this.
    """
    own: ModelVersion | None = getattr(result.model, "registered", None)
    champion = own.line.champion if own is not None else None
    if own is None or champion is None or not _takes_over(champion, own):
        return result
    result.model = champion.model
    result.metrics = champion.model.metrics
    result.backtest_path = ""
    return result


def move_forecasts(line: ModelLine) -> int:
    """Let forecasts that follow their data be answered by the new champion; how many set out."""
    from forecasting.fresh import move_jobs, runs  # noqa: PLC0415 -- they ask this module

    champion = line.champion
    if champion is None or champion.model.results.exists():
        return 0
    about = PredictionTask.objects.filter(results__model__registered__line=line).newest()
    done = 0
    for task in about.that_follow().distinct():
        version = task.dataset.current_version
        if version is None:
            continue
        try:
            with transaction.atomic():
                made = runs.begin(task, version, moved_by=_why(champion), refits=False)
                move_jobs.start(made)
        except Problem as problem:
            logger.info("Forecast %s stays for now: %s", task.pk, problem)
        else:
            done += 1
    return done


def _takes_over(champion: ModelVersion, own: ModelVersion) -> bool:
    """Is it the same recipe learned later, by a model that no forecast was made for?"""
    same = champion.model.type == own.model.type and champion.number > own.number
    return same and champion.model.is_ready and "duel" in champion.model.metrics


def _why(champion: ModelVersion) -> str:
    by_drift = champion.model.metrics.get("trained") == "drift"
    found = PredictionTask.MovedBy.DRIFT if by_drift else PredictionTask.MovedBy.ASKED
    return str(found)
