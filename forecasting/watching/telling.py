"""Who hears that a champion drifts, and that a rule changed it, and in which words."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy

from accounts.models import Notification
from accounts.notify import Kind, News, notify, register_kind
from forecasting.alerts.judging import Event, judge
from forecasting.models import AlertRule, ModelPromotion, ModelWatch, PredictionTask
from forecasting.models.prediction_task import PredictionTaskQuerySet
from forecasting.watching import words

DRIFT: Final = "drift"
PROMOTED: Final = "promoted"


def connect() -> None:
    """Register both kinds of news."""
    register_kind(Kind(DRIFT, gettext_lazy("A model drifts"), email=True, webhook=True))
    register_kind(Kind(PROMOTED, gettext_lazy("A rule promotes a model"), email=True, webhook=True))


def tell_drift(watch: ModelWatch, *, was_drifting: bool) -> None:
    """Hold what was seen against the rules that wait for drift; tell the owner when it begins.

    A person with a rule of their own hears of it by that rule.
    """
    if not watch.seen.get("values"):
        return
    message = words.drift(watch) if watch.is_drifting else ""
    spoke = sum(judge(event) for event in _events(watch, message))
    if watch.is_drifting and not was_drifting and not spoke:
        notify(watch.line.owner, _news(watch))


def tell_promotion(watch: ModelWatch, move: ModelPromotion) -> None:
    """Tell the owner that the rule moved the champion, and how to take it back."""
    line = watch.line
    news = News(
        PROMOTED,
        partial(_promotion_title, line.name, move.number),
        body=partial(words.duel, watch),
        link=line.get_absolute_url(),
        level=Notification.Level.GOOD,
        key=f"{line.pk}:{move.number}",
        data={"line": str(line.pk), "version": move.number, "replaced": move.replaced_number},
    )
    notify(line.owner, news)


def forecasts_of(watch: ModelWatch) -> PredictionTaskQuerySet:
    """Runs of forecasts whose answers are by models of this line."""
    found: PredictionTaskQuerySet = PredictionTask.objects.filter(
        results__model__registered__line=watch.line
    ).distinct()
    return found


def _events(watch: ModelWatch, message: str) -> list[Event]:
    """One for every forecast that a rule waits for, and one for rules on the dataset."""
    waiting = AlertRule.objects.switched_on().of_kind(AlertRule.Kind.DRIFT)
    waiting = waiting.filter(dataset_id=watch.line.dataset_id)
    about = set(forecasts_of(watch).values_list("pk", flat=True))
    tasks = {pk for pk in waiting.values_list("task_id", flat=True) if pk in about}
    common: dict[str, Any] = {
        "kind": DRIFT,
        "dataset_id": watch.line.dataset_id,
        "value": watch.seen.get("mase"),
        "time": watch.seen["until"],
        "is_over": watch.is_drifting,
        "mark": str(watch.version_id),
        "message": message,
    }
    events = [Event(task_id=pk, **common) for pk in tasks]
    if not tasks and (watch.is_drifting or not _others_drift(watch)):
        events.append(Event(**common))
    return events


def _others_drift(watch: ModelWatch) -> bool:
    others = ModelWatch.objects.of_dataset(watch.line.dataset).drifting()
    return bool(others.exclude(pk=watch.pk).exists())


def _news(watch: ModelWatch) -> News:
    line = watch.line
    return News(
        DRIFT,
        partial(_drift_title, line.name),
        body=partial(words.drift_and_remedy, watch),
        link=watch.champion.get_absolute_url() if watch.champion else line.get_absolute_url(),
        level=Notification.Level.WARN,
        key=f"{watch.pk}:drift",
        data={
            "line": str(line.pk),
            "dataset": str(line.dataset_id),
            "series": watch.seen["worst"],
            "mase": watch.seen["mase"],
        },
    )


def _drift_title(name: str) -> str:
    return gettext("%(line)s drifts") % {"line": name}


def _promotion_title(name: str, number: int | None) -> str:
    return gettext("%(line)s: v%(number)s was promoted by rule") % {"line": name, "number": number}
