"""What forecasts register with lower apps: live fragments, and what the palette finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models.user import User
from datasets.models import Dataset
from datasets.search import Hit, register_search
from datasets.usage import register_usage
from forecasting import going, live
from forecasting.anomalies import watch_jobs
from forecasting.models import PredictionTask, TrainedModel
from forecasting.registry import wired as registry
from forecasting.transitions import INSTANT, TRAINING
from jobs import moves
from jobs.registry import register_fragment

MOST_HITS: Final = 50


def connect() -> None:
    """Live fragments of both kinds of jobs; forecasts and models in the search."""
    register_fragment(INSTANT, live.fragment)
    register_fragment(TRAINING, live.fragment)
    register_search("forecasts", _("Forecasts"), forecast_hits)
    register_search("models", _("Models"), model_hits)
    register_usage("forecasts", forecast_words, forecast_counts)
    pre_delete.connect(stop_work, sender=PredictionTask)
    going.connect()
    registry.connect(INSTANT, TRAINING)
    watch_jobs.connect()


def forecast_words(count: int) -> str:
    """`4 forecasts`."""
    return ngettext("%(n)s forecast", "%(n)s forecasts", count) % {"n": f"{count:,}"}


def forecast_counts(user: User, dataset: Dataset) -> dict[UUID, int]:
    """How many forecasts this person may see name each version of a dataset."""
    seen = PredictionTask.objects.visible_to(user).of_dataset(dataset)
    return seen.count_by_version()


def stop_work(sender: type[PredictionTask], instance: PredictionTask, **_signal: Any) -> None:
    """A forecast that goes, alone or with its dataset, takes its work with it."""
    if instance.is_live and instance.job is not None:
        moves.cancel(instance.job)


def forecast_hits(user: User, text: str) -> Iterator[Hit]:
    """Forecasts this person may see whose name or dataset holds the words, newest first."""
    seen = PredictionTask.objects.visible_to(user).newest()
    found = seen.search(text).select_related("dataset")
    for task in found.order_by("-created_at")[:MOST_HITS]:
        yield Hit(task.name, task.get_absolute_url(), task.dataset.name, "forecast")


def model_hits(user: User, text: str) -> Iterator[Hit]:
    """Models that learned something, the same way."""
    found = TrainedModel.objects.visible_to(user).learned().search(text).select_related("dataset")
    for row in found.order_by("-created_at")[:MOST_HITS]:
        yield Hit(row.name, row.get_absolute_url(), row.dataset.name, "models")
