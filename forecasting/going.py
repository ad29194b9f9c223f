"""What of forecasting goes with a dataset: forecasts, models, schedules, watches and alerts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from accounts.models.user import User
from datasets.going import register_going
from datasets.models import Dataset
from forecasting.alerts import words as alert_words
from forecasting.models import (
    AlertRule,
    AnomalyWatch,
    ModelLine,
    ModelWatch,
    PredictionTask,
    Schedule,
)

Found = tuple[QuerySet[Any], QuerySet[Any]]


def connect() -> None:
    """Register every kind, forecasts first."""
    register_going("forecasts", _forecast_words, _forecasts, lambda row: row.name)
    register_going("models", _model_words, _lines)
    register_going("schedules", _schedule_words, _schedules, lambda row: row.forecast.name)
    register_going("watches", _watch_words, _watches)
    register_going("model watches", _model_watch_words, _model_watches)
    register_going("alerts", _rule_words, _rules, alert_words.title)


def _forecast_words(count: int) -> str:
    return ngettext("%(n)s forecast", "%(n)s forecasts", count) % {"n": f"{count:,}"}


def _model_words(count: int) -> str:
    return ngettext("%(n)s registered model", "%(n)s registered models", count) % {
        "n": f"{count:,}"
    }


def _schedule_words(count: int) -> str:
    return ngettext("%(n)s schedule", "%(n)s schedules", count) % {"n": f"{count:,}"}


def _watch_words(count: int) -> str:
    return ngettext("%(n)s watch for anomalies", "%(n)s watches for anomalies", count) % {
        "n": f"{count:,}"
    }


def _model_watch_words(count: int) -> str:
    return ngettext("%(n)s watch over a model", "%(n)s watches over models", count) % {
        "n": f"{count:,}"
    }


def _rule_words(count: int) -> str:
    return ngettext("%(n)s alert rule", "%(n)s alert rules", count) % {"n": f"{count:,}"}


def _forecasts(user: User, dataset: Dataset) -> Found:
    every = PredictionTask.objects.of_dataset(dataset).newest()
    return every, every.visible_to(user).order_by("name", "id")


def _lines(user: User, dataset: Dataset) -> Found:
    every = ModelLine.objects.filter(dataset=dataset)
    return every, every.visible_to(user).order_by("name", "id")


def _schedules(user: User, dataset: Dataset) -> Found:
    every = Schedule.objects.filter(forecast__dataset=dataset)
    return every, every.visible_to(user).with_things().order_by("forecast__name", "id")


def _watches(user: User, dataset: Dataset) -> Found:
    every = AnomalyWatch.objects.of_dataset(dataset)
    return every, every.visible_to(user)


def _model_watches(user: User, dataset: Dataset) -> Found:
    every = ModelWatch.objects.filter(line__dataset=dataset)
    seen = every.visible_to(user).select_related("line").order_by("line__name", "id")
    return every, seen


def _rules(user: User, dataset: Dataset) -> Found:
    every = AlertRule.objects.filter(dataset=dataset)
    return every, every.visible_to(user).with_things().order_by("created_at", "id")
