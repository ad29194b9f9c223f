"""What is forecast again and again: one dataset, targets and horizon, with all models for it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.ownership import Owned, OwnedQuerySet, Person
from forecasting.engine.frequency import Frequency
from forecasting.models.trained_model import TrainedModel


class Alias(models.TextChoices):
    """What a version is to its line."""

    CHAMPION = "champion", _("champion")
    CHALLENGER = "challenger", _("challenger")


class ModelLineQuerySet(OwnedQuerySet["ModelLine"]):
    """Reads of lines. Whoever may see one of its models sees the line."""

    def visible_to(self, user: Person) -> Self:
        """Own lines, shared ones, and those with a model that this person may see."""
        seen = TrainedModel.objects.visible_to(user).values("registered__line")
        return self.filter(models.Q(pk__in=super().visible_to(user)) | models.Q(pk__in=seen))

    def for_list(self, user: Person) -> Self:
        """What `user` may see, the newest version first, with everything a list shows."""
        seen = self.visible_to(user).with_aliases().with_counts()
        return seen.order_by("-updated_at", "-id")

    def with_aliases(self) -> Self:
        """Load champion and challenger with their models, and what watches them."""
        return self.select_related(
            "owner",
            "dataset",
            "watch",
            "champion__model__version",
            "champion__model__dataset",
            "challenger__model__version",
            "challenger__model__dataset",
        )

    def with_counts(self) -> Self:
        """Count the versions."""
        return self.annotate(version_count=models.Count("versions"))

    def search(self, text: str) -> Self:
        """Those whose name, dataset or champion holds every word."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(
                models.Q(name__icontains=word)
                | models.Q(dataset__name__icontains=word)
                | models.Q(champion__model__name__icontains=word)
                | models.Q(champion__model__type__icontains=word)
            )
        return found

    def needing_attention(self) -> Self:
        """Those whose champion drifts or is worse than naive, or that have none."""
        return self.filter(
            models.Q(champion__isnull=True)
            | models.Q(champion__model__accuracy__lt=0)
            | models.Q(watch__state="drifting")
        )

    def steady(self) -> Self:
        """The others."""
        return self.exclude(pk__in=self.needing_attention().values("pk"))


class ModelLine(Owned):
    """Its versions are numbered from 1; `champion` is in use, `challenger` wants to replace it.

    `key` says what is forecast, so that the next model for the same finds its line.
    """

    name = models.CharField(_("name"), max_length=120)
    key = models.CharField(_("key"), max_length=64, editable=False)
    dataset = models.ForeignKey(
        "datasets.Dataset",
        on_delete=models.CASCADE,
        related_name="model_lines",
        verbose_name=_("dataset"),
    )
    targets = models.JSONField(_("targets"), default=list)
    horizon = models.PositiveIntegerField(_("horizon"))
    frequency = models.CharField(_("frequency"), max_length=20)
    # Numbers of versions are never given twice, not even after a deletion.
    last_number = models.PositiveIntegerField(_("last number"), default=0, editable=False)
    champion = models.ForeignKey(
        "forecasting.ModelVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="champion_of",
        verbose_name=_("champion"),
    )
    challenger = models.ForeignKey(
        "forecasting.ModelVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="challenger_of",
        verbose_name=_("challenger"),
    )

    objects: ClassVar[Any] = ModelLineQuerySet.as_manager()

    class Meta:
        db_table = "model_lines"
        verbose_name = _("registered model")
        verbose_name_plural = _("registered models")
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_line_for_a_question"),
        ]
        indexes = [models.Index(fields=["owner", "-updated_at"], name="lines_owner_updated")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list, with this line opened beside it."""
        return f"{reverse('forecasting:models')}?line={self.pk}"

    @property
    def is_drifting(self) -> bool:
        """Does its champion drift, as far as anybody watches?"""
        watch = getattr(self, "watch", None)
        return watch is not None and watch.is_drifting

    @property
    def step(self) -> Frequency:
        """The step of the series."""
        return Frequency.parse(self.frequency)
