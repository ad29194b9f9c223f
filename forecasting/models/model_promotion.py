"""When an alias moved: who or what moved it, from which version to which, and on what grounds."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.models.user import User
from forecasting.models.model_line import Alias, ModelLine
from forecasting.models.model_version import ModelVersion


class ModelPromotionQuerySet(models.QuerySet["ModelPromotion"]):
    """Reads of what happened."""

    def newest_first(self) -> Self:
        """With everything a list shows."""
        return self.select_related("line", "version__model", "replaced__model", "actor").order_by(
            "-created_at", "-id"
        )

    def visible_to(self, user: User) -> Self:
        """Those of lines that this person may see."""
        return self.filter(line__in=ModelLine.objects.visible_to(user).values("pk"))


class ModelPromotion(Stamped):
    """An alias that moved from one version to another; nothing is ever overwritten."""

    class Reason(models.TextChoices):
        FIRST = "first", _("it was the first")
        LEADS = "leads", _("it leads its forecast")
        HAND = "hand", _("by hand")
        RULE = "rule", _("by rule")
        ROLLBACK = "rollback", _("rolled back")
        WITHDRAWN = "withdrawn", _("withdrawn")

    line = models.ForeignKey(
        ModelLine, on_delete=models.CASCADE, related_name="promotions", verbose_name=_("line")
    )
    alias = models.CharField(_("alias"), max_length=10, choices=Alias.choices)
    version = models.ForeignKey(
        ModelVersion,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="promotions",
        verbose_name=_("version"),
    )
    replaced = models.ForeignKey(
        ModelVersion,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replacements",
        verbose_name=_("replaced"),
    )
    # They stay when the versions are deleted.
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    replaced_number = models.PositiveIntegerField(_("replaced number"), null=True, blank=True)
    actor = models.ForeignKey(
        "accounts.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("person"),
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)

    objects: ClassVar[Any] = ModelPromotionQuerySet.as_manager()

    class Meta:
        db_table = "model_promotions"
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        indexes = [models.Index(fields=["line", "-created_at"], name="promotions_newest")]

    def __str__(self) -> str:
        return f"{self.line} {self.alias} {self.version}"
