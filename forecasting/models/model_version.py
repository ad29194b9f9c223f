"""A trained model as one of the numbered versions of its line."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.models.user import User
from forecasting.models.model_line import Alias, ModelLine
from forecasting.models.trained_model import BASELINES, TrainedModel


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Reads of versions."""

    def of_line(self, line: ModelLine, user: User) -> Self:
        """Those this person may see, the newest first, with their models."""
        seen = TrainedModel.objects.visible_to(user).values("pk")
        found = self.filter(line=line, model__in=seen)
        loaded = found.select_related("model__version", "model__dataset", "line")
        return loaded.order_by("-number")

    def worth_listing(self) -> Self:
        """Those that learned something, and yardsticks that somebody uses."""
        aliased = models.Q(champion_of__isnull=False) | models.Q(challenger_of__isnull=False)
        return self.filter(~models.Q(model__type__in=BASELINES) | aliased)


class ModelVersion(Stamped):
    """`recipe` holds the parameters of the forecast it was trained for (`forecasting.recipe`).

    `environment` says with what the model was made; `notes` are people's own words.
    """

    line = models.ForeignKey(
        ModelLine, on_delete=models.CASCADE, related_name="versions", verbose_name=_("line")
    )
    model = models.OneToOneField(
        TrainedModel, on_delete=models.CASCADE, related_name="registered", verbose_name=_("model")
    )
    number = models.PositiveIntegerField(_("number"))
    recipe = models.JSONField(_("recipe"), default=dict, blank=True)
    environment = models.JSONField(_("environment"), default=dict, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    objects: ClassVar[Any] = ModelVersionQuerySet.as_manager()

    class Meta:
        db_table = "model_versions"
        verbose_name = _("version of a model")
        verbose_name_plural = _("versions of models")
        ordering = ["line", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["line", "number"], name="one_version_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.line} v{self.number}"

    def get_absolute_url(self) -> str:
        """Where the model card is shown."""
        return self.model.get_absolute_url()

    @property
    def alias(self) -> str:
        """`champion`, `challenger` or ""."""
        if self.line.champion_id == self.pk:
            return Alias.CHAMPION
        return Alias.CHALLENGER if self.line.challenger_id == self.pk else ""
