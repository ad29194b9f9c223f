"""A what-if that somebody kept: the changes, and what the model made of them."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.ownership import Person
from forecasting.models.prediction_task import PredictionTask


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    """Reads of scenarios: whoever sees the forecast sees them."""

    def visible_to(self, user: Person) -> Self:
        """Those of forecasts that this person may see."""
        return self.filter(task__in=PredictionTask.objects.visible_to(user).values("pk"))

    def editable_by(self, user: Person) -> Self:
        """Those of forecasts that this person may change."""
        return self.filter(task__in=PredictionTask.objects.editable_by(user).values("pk"))

    def of_earlier_runs(self, task: PredictionTask) -> Self:
        """Those of runs of the same forecast that were before this one."""
        runs = PredictionTask.objects.runs_of(task).filter(run__lt=task.run)
        return self.filter(task__in=runs.values("pk"))

    def for_list(self) -> Self:
        """Oldest first, with who made them."""
        return self.select_related("author").order_by("created_at", "pk")


class Scenario(Stamped):
    """`changes` are in the words of `forecasting.scenarios.changes`; `answer` holds the line of
    `series` by the model `model`, with its base, as they were when it was kept.
    """

    task = models.ForeignKey(
        PredictionTask,
        on_delete=models.CASCADE,
        related_name="scenarios",
        verbose_name=_("forecast"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="scenarios",
        verbose_name=_("made by"),
    )
    name = models.CharField(_("name"), max_length=100)
    model = models.CharField(_("model"), max_length=60)
    series = models.CharField(_("series"), max_length=500)
    changes = models.JSONField(_("changes"), default=list)
    answer = models.JSONField(_("answer"), default=dict)

    objects: ClassVar[Any] = ScenarioQuerySet.as_manager()

    class Meta:
        db_table = "scenarios"
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = [
            models.UniqueConstraint(fields=["task", "name"], name="one_scenario_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
