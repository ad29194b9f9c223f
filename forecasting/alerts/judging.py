"""Judge rules: when a forecast is answered, when data come or stay away, and by events of others.

Other parts of the product call `judge(Event(...))` for what they alone can see: anomalies, drift.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from datasets.models import Dataset
from forecasting.alerts import readings, states, telling
from forecasting.alerts.readings import Reading
from forecasting.models import AlertRule, PredictionTask

logger = logging.getLogger(__name__)
Kind = AlertRule.Kind


@dataclass(frozen=True)
class Event:
    """Something seen. `kind` is `anomaly` or `drift`; without `is_over` it says that it is past.

    `value` is held against a rule's limit when it has one; `mark` names what was looked at, so
    that the same is not counted twice; `message` is a sentence for people.
    """

    kind: str
    dataset_id: UUID
    task_id: UUID | None = None
    series: str = ""
    value: float | None = None
    time: str = ""
    is_over: bool = True
    mark: str = ""
    message: str = ""


def judge(event: Event) -> int:
    """Hold an event against the rules that wait for it; answers how many spoke up."""
    rules = _on(event.kind).filter(dataset_id=event.dataset_id)
    rules = rules.filter(Q(task__isnull=True) | Q(task_id=event.task_id))
    rules = rules.filter(series__in=["", event.series])
    return sum(_take(rule, _reading(rule, event)) for rule in rules)


def answered(task_id: UUID) -> int:
    """A forecast has a (new) answer; answers how many rules spoke up."""
    task = PredictionTask.objects.with_jobs().filter(pk=task_id).first()
    if task is None:
        return 0
    rules = _on(Kind.FORECAST).filter(task_id=task_id)
    return sum(_take(rule, readings.of_forecast(rule, task)) for rule in rules)


def look_for_silence(dataset_id: UUID | None = None) -> int:
    """Are data missing? Of one dataset after new rows, of all of them every minute."""
    rules = _on(Kind.MISSING)
    if dataset_id is not None:
        rules = rules.filter(dataset_id=dataset_id)
    return sum(_look(rule) for rule in rules.iterator(chunk_size=500))


def first_look(rule: AlertRule) -> None:
    """Judge a rule that was just made or changed by what stands now."""
    if rule.kind == Kind.FORECAST and rule.task is not None and not rule.task.is_live:
        _take(rule, readings.of_forecast(rule, rule.task))
    elif rule.kind == Kind.MISSING:
        _look(rule)


def _look(rule: AlertRule) -> int:
    version = rule.dataset.current_version
    if version is None:
        return 0
    return _take(rule, readings.of_silence(rule, version, timezone.now()))


def _take(rule: AlertRule, reading: Reading | None) -> int:
    if reading is None or not _may_still_see(rule):
        return 0
    moved = states.advance(rule, reading)
    if moved is None:
        return 0
    telling.tell(moved)
    return 1


def _may_still_see(rule: AlertRule) -> bool:
    """Somebody who lost access to the data must not learn of it by an alert."""
    if rule.task_id is not None:
        return bool(PredictionTask.objects.visible_to(rule.owner).filter(pk=rule.task_id).exists())
    return bool(Dataset.objects.visible_to(rule.owner).filter(pk=rule.dataset_id).exists())


def _reading(rule: AlertRule, event: Event) -> Reading:
    is_over = event.is_over
    is_clear = not is_over
    if is_over and rule.limit is not None and event.value is not None:
        is_over, is_clear = rule.is_over(event.value), rule.is_clear(event.value)
    return Reading(
        is_over=is_over,
        is_clear=is_clear,
        mark=event.mark,
        value=event.value,
        series=event.series,
        first_time=event.time,
        peak_time=event.time,
        message=event.message,
    )


def _on(kind: str) -> Any:
    return AlertRule.objects.switched_on().of_kind(kind).with_things()
