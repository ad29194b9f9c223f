"""What the engine found of one model's forecast of one series."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.ownership import Person
from forecasting.models.prediction_result import PredictionResult
from forecasting.models.prediction_task import PredictionTask

# Raised when the same question is answered differently: what was found before is asked anew.
EDITION: Final = 2


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    """Reads of explanations; who may see the forecast may see them."""

    def visible_to(self, user: Person) -> Self:
        """Those of forecasts this person may see."""
        return self.filter(result__task__in=PredictionTask.objects.visible_to(user).values("pk"))

    def for_job(self) -> Self:
        """Load what the work on one needs."""
        return self.select_related(
            "job", "result__model", "result__task__owner", "result__task__version"
        )


class Explanation(Stamped):
    """`found` is empty until the job has done its work; `forecasting.explaining.telling` makes it.

    `series` is the name of one series of the forecast.
    """

    result = models.ForeignKey(
        PredictionResult,
        on_delete=models.CASCADE,
        related_name="explanations",
        verbose_name=_("result"),
    )
    series = models.CharField(_("series"), max_length=500)
    job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("job"),
    )
    found = models.JSONField(_("what was found"), default=dict)

    objects: ClassVar[Any] = ExplanationQuerySet.as_manager()

    class Meta:
        db_table = "forecast_explanations"
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["result", "series"], name="one_explanation_a_series"),
        ]

    def __str__(self) -> str:
        return f"{self.result_id} {self.series}"

    @property
    def is_ready(self) -> bool:
        """Whether there is something to show, found as it is found now."""
        return bool(self.found) and self.found.get("edition") == EDITION
