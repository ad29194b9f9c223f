"""What relies on a model or a forecast: forecasts that it answers, schedules and alert rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import ngettext

from accounts.models.user import User
from datasets.listed import listed, some
from forecasting.alerts import words as alert_words
from forecasting.fresh import words as fresh_words
from forecasting.models import AlertRule, ModelVersion, PredictionTask, Schedule, TrainedModel
from forecasting.registry import removing


@dataclass(frozen=True)
class Used:
    """One of them as a page lists it."""

    icon: str
    name: str
    url: str
    when: str = ""


@dataclass(frozen=True)
class Uses:
    """What this person may see of it by name, and how many forecasts of others there are.

    `versions` are models that stay when a forecast goes.
    """

    forecasts: list[PredictionTask] = field(default_factory=list)
    unseen: int = 0
    schedules: list[Schedule] = field(default_factory=list)
    rules: list[AlertRule] = field(default_factory=list)
    versions: list[ModelVersion] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.forecasts or self.unseen or self.schedules or self.rules)

    @cached_property
    def going(self) -> str:
        """`2 schedules and 1 alert rule`: what goes with a forecast; empty for nothing."""
        return listed([words for words in (self.schedule_words, self.rule_words) if words])

    @property
    def listed(self) -> list[Used]:
        """Schedules and alert rules, each with where it is changed."""
        timed = [
            Used("clock", row.forecast.name, row.get_absolute_url(), fresh_words.when(row))
            for row in self.schedules
        ]
        told = [
            Used("bell", alert_words.title(rule), rule.get_absolute_url()) for rule in self.rules
        ]
        return timed + told

    @property
    def schedule_words(self) -> str:
        """`2 schedules`; empty for none."""
        n = len(self.schedules)
        return ngettext("%(n)s schedule", "%(n)s schedules", n) % {"n": f"{n:,}"} if n else ""

    @property
    def rule_words(self) -> str:
        """`1 alert rule`; empty for none."""
        n = len(self.rules)
        return ngettext("%(n)s alert rule", "%(n)s alert rules", n) % {"n": f"{n:,}"} if n else ""

    @property
    def forecast_names(self) -> str:
        """`Load, Wind and 3 more`."""
        return some([task.name for task in self.forecasts], more=self.unseen)

    @property
    def version_names(self) -> str:
        """`load-24h v3`."""
        return some([f"{one.line.name} v{one.number}" for one in self.versions])


def of_model(row: TrainedModel, user: User) -> Uses:
    """Forecasts whose newest run holds an answer of it, and what hangs on any it answered."""
    ever = PredictionTask.objects.filter(results__model=row).distinct()
    answered = ever.newest()
    forecasts = list(answered.visible_to(user).order_by("name", "id").only("id", "name", "origin"))
    unseen = answered.count() - len(forecasts)
    firsts = {task.first_id for task in ever.visible_to(user).only("id", "origin")}
    return _of(list(firsts), user, Uses(forecasts, unseen))


def of_forecast(task: PredictionTask, user: User) -> Uses:
    """What goes with a forecast, and the models of it that stay."""
    return _of([task.first_id], user, Uses(versions=list(_staying(task))))


def _of(firsts: list[UUID], user: User, found: Uses) -> Uses:
    schedules = Schedule.objects.visible_to(user).with_things().filter(forecast__in=firsts)
    runs = PredictionTask.objects.filter(Q(pk__in=firsts) | Q(origin__in=firsts))
    rules = (
        AlertRule.objects.visible_to(user)
        .with_things()
        .filter(task__in=runs.order_by().values("pk"))
    )
    return Uses(
        found.forecasts,
        found.unseen,
        list(schedules.order_by("-is_on", "next_at", "id")),
        list(rules.order_by("created_at", "id")),
        found.versions,
    )


def _staying(task: PredictionTask) -> QuerySet[ModelVersion]:
    runs = PredictionTask.objects.runs_of(task)
    gone = [
        pk
        for run in runs.with_jobs()
        for pk in removing.going_with(run).values_list("pk", flat=True)
    ]
    made: QuerySet[ModelVersion] = ModelVersion.objects.filter(
        model__results__task__in=runs.order_by().values("pk")
    )
    return made.exclude(model__in=gone).select_related("line").order_by("number").distinct()
