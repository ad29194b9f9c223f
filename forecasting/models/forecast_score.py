"""How one run of a forecast did once its values had come."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.ownership import Person
from forecasting.models.prediction_task import PredictionTask
from forecasting.models.trained_model import name_label


class ForecastScoreQuerySet(models.QuerySet["ForecastScore"]):
    """Reads of scores; who may see the forecast may see them."""

    def visible_to(self, user: Person) -> Self:
        """Those of forecasts this person may see."""
        return self.filter(task__in=PredictionTask.objects.visible_to(user).values("pk"))

    def of_tasks(self, tasks: models.QuerySet[PredictionTask]) -> Self:
        """Those of these runs, the oldest first."""
        return self.filter(task__in=tasks).select_related("task").order_by("task__created_at")


class ForecastScore(Stamped):
    """Sums over the series for every step that is known, in `steps`; the rows lie at `path`.

    A step is `{"time", "values", "abs", "sum", "scaled", "inside": {"80": n}}`: errors are what
    came less what was forecast, `scaled` are absolute ones divided by the naive scale of their
    series. Steps that have not come are left out.
    """

    task = models.OneToOneField(
        PredictionTask, on_delete=models.CASCADE, related_name="score", verbose_name=_("forecast")
    )
    version = models.ForeignKey(
        "datasets.Version",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("version"),
    )
    name = models.CharField(_("name"), max_length=60)
    type = models.CharField(_("type"), max_length=40)
    cutoff = models.CharField(_("last value seen"), max_length=40)
    steps = models.JSONField(_("steps"), default=list)
    steps_known = models.PositiveIntegerField(_("steps known"), default=0)
    series = models.PositiveIntegerField(_("series"), default=0)
    series_total = models.PositiveIntegerField(_("series in all"), default=0)
    # All its times have passed: nothing more will come.
    is_complete = models.BooleanField(_("complete"), default=False)
    path = models.CharField(_("file"), max_length=255, blank=True, editable=False)

    objects: ClassVar[Any] = ForecastScoreQuerySet.as_manager()

    class Meta:
        db_table = "forecast_scores"
        verbose_name = _("score of a forecast")
        verbose_name_plural = _("scores of forecasts")

    def __str__(self) -> str:
        return f"{self.task_id} {self.steps_known}"

    @property
    def label(self) -> str:
        """What people call the model."""
        return name_label(self.name, self.type)

    @property
    def values(self) -> int:
        """How many values have come."""
        return sum(int(step["values"]) for step in self.steps)
