"""Is the champion of a line as good as it was, and what happens when it is not?"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.ownership import Person
from datasets.models import Dataset
from forecasting.models.model_line import ModelLine
from forecasting.models.model_version import ModelVersion


class ModelWatchQuerySet(models.QuerySet["ModelWatch"]):
    """Reads of watches; who may see or change the line may do so with its watch."""

    def visible_to(self, user: Person) -> Self:
        """Those of lines this person may see."""
        return self.filter(line__in=ModelLine.objects.visible_to(user).values("pk"))

    def editable_by(self, user: Person) -> Self:
        """Those of lines this person may change."""
        return self.filter(line__in=ModelLine.objects.editable_by(user).values("pk"))

    def of_dataset(self, dataset: Dataset) -> Self:
        """Those of lines made from this dataset."""
        return self.filter(line__dataset=dataset)

    def drifting(self) -> Self:
        """Those whose champion drifts now."""
        return self.filter(state=ModelWatch.State.DRIFTING)

    def for_judging(self) -> Self:
        """With everything a look needs."""
        return self.select_related(
            "line__owner",
            "line__dataset",
            "line__champion__model",
            "line__challenger__model",
            "look_job",
            "challenger_job",
        )


class ModelWatch(Stamped):
    """`state` and what follows it are written by `forecasting.watching` alone.

    `seen` holds what the last look found (`forecasting.watching.looking`), `duel` how the
    challenger does against the champion on the same values.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("nothing has come yet")
        STEADY = "steady", _("steady")
        DRIFTING = "drifting", _("drifting")

    class Promotes(models.TextChoices):
        HAND = "hand", _("by hand")
        RULE = "rule", _("by rule")

    class Patience(models.IntegerChoices):
        WATCHFUL = 500, _("watchful")
        USUAL = 2_000, _("usual")
        PATIENT = 10_000, _("patient")

    line = models.OneToOneField(
        ModelLine, on_delete=models.CASCADE, related_name="watch", verbose_name=_("line")
    )
    is_on = models.BooleanField(_("on"), default=True)
    promotes = models.CharField(
        _("promotes"), max_length=4, choices=Promotes, default=Promotes.HAND
    )
    least_gain = models.FloatField(
        _("better by"),
        default=0.05,
        validators=[MinValueValidator(0.0), MaxValueValidator(0.9)],
        help_text=_("Share of the champion's error, such as 0.05."),
    )
    most_p = models.FloatField(
        _("chance below"),
        default=0.05,
        validators=[MinValueValidator(0.0001), MaxValueValidator(0.5)],
    )
    trains_on_drift = models.BooleanField(_("train a challenger on drift"), default=True)
    patience = models.PositiveIntegerField(
        _("steps between false alarms"), choices=Patience, default=Patience.USUAL
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    champion = models.ForeignKey(
        ModelVersion,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("champion"),
    )
    version = models.ForeignKey(
        "datasets.Version",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("version"),
    )
    seen = models.JSONField(_("what was seen"), default=dict, blank=True)
    duel = models.JSONField(_("duel"), default=dict, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    drifted_at = models.DateTimeField(_("drifting since"), null=True, blank=True)
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    look_job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("job of the look"),
    )
    challenger_job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("job of the challenger"),
    )

    objects: ClassVar[Any] = ModelWatchQuerySet.as_manager()

    class Meta:
        db_table = "model_watches"
        verbose_name = _("watch on a model")
        verbose_name_plural = _("watches on models")

    def __str__(self) -> str:
        return str(self.line)

    @property
    def is_drifting(self) -> bool:
        """Does the champion drift?"""
        return self.state == self.State.DRIFTING

    @property
    def is_training(self) -> bool:
        """Is a challenger being trained?"""
        return self.challenger_job is not None and self.challenger_job.is_live

    def allows(self, duel: dict[str, Any]) -> bool:
        """Does the rule let the challenger of this duel replace the champion?"""
        gain, p_value = duel.get("gain"), duel.get("p")
        if self.promotes != self.Promotes.RULE or gain is None or p_value is None:
            return False
        return bool(gain >= self.least_gain and p_value < self.most_p)
