"""What every job of a forecast begins with: the forecast, and the language of its sentences."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.utils import translation

from forecasting.models import PredictionTask
from jobs.running import Progress


def task_of(run: Progress | None) -> PredictionTask | None:
    """The forecast a job is about; None when it was deleted meanwhile."""
    if run is None:
        return None
    rows = PredictionTask.objects.select_related("owner", "dataset", "version")
    return rows.filter(pk=run.arguments["task"]).first()


def in_words_of(task: PredictionTask) -> AbstractContextManager[None]:
    """The language of the owner, else of the one who asked, for sentences that are kept."""
    return translation.override(task.owner.language or translation.get_language())
