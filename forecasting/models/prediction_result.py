"""What one model answered, and how it did on past windows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from forecasting.models.trained_model import name_label


class PredictionResultQuerySet(models.QuerySet["PredictionResult"]):
    """Reads of results."""

    def ranked(self) -> PredictionResultQuerySet:
        """The leader first; those without a rank last."""
        return self.order_by(models.F("rank").asc(nulls_last=True), "created_at")

    def without_points(self) -> PredictionResultQuerySet:
        """Leave the numbers themselves in the database."""
        return self.defer("predictions", "visualization_data")


class PredictionResult(Stamped):
    """`name` is what the model is called in its forecast, `type` what it is in the registry.

    `predictions` holds up to 5,000 points; more of them lie in Parquet at `result_path`, and the
    forecasts of the past windows at `backtest_path` (`forecasting.backtests`). `metrics` are those
    of the backtest, with `windows` (one row each) and `seconds`; `visualization_data` holds the
    history a chart shows before the forecast.
    """

    task = models.ForeignKey(
        "forecasting.PredictionTask", on_delete=models.CASCADE, related_name="results"
    )
    model = models.ForeignKey(
        "forecasting.TrainedModel",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="results",
    )
    name = models.CharField(_("name"), max_length=60)
    type = models.CharField(_("type"), max_length=40)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, blank=True)
    predictions = models.JSONField(_("predictions"), default=dict)
    metrics = models.JSONField(_("metrics"), default=dict)
    visualization_data = models.JSONField(_("chart data"), default=dict, blank=True)
    result_path = models.CharField(_("file"), max_length=255, blank=True, editable=False)
    backtest_path = models.CharField(_("backtest"), max_length=255, blank=True, editable=False)

    objects: ClassVar[Any] = PredictionResultQuerySet.as_manager()

    class Meta:
        db_table = "prediction_results"
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["task", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["task", "name"], name="one_result_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.name}"

    @property
    def label(self) -> str:
        """What people call the model."""
        return name_label(self.name, self.type)

    def metric(self, name: str) -> float | None:
        """One figure of the backtest; None when there was no backtest."""
        value: Any = self.metrics.get(name)
        return None if value is None else float(value)

    def coverage(self, level: int) -> float | None:
        """Share of actual values inside the interval of this level, 0 to 1.

        The engine measures coverage in percent.
        """
        value = self.metrics.get("coverage", {}).get(str(level))
        return None if value is None else float(value) / 100
