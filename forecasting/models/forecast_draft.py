"""A forecast that somebody has filled in but not started."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.ownership import Owned, OwnedQuerySet


class ForecastDraftQuerySet(OwnedQuerySet["ForecastDraft"]):
    """Reads of drafts."""

    def for_list(self, user: User) -> Self:
        """Those of a person with their datasets, changed last first."""
        seen = self.visible_to(user).select_related("dataset", "owner")
        return seen.order_by("-updated_at", "-id")

    def search(self, text: str) -> Self:
        """Those whose own name or that of the dataset holds every word of `text`."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(Q(name__icontains=word) | Q(dataset__name__icontains=word))
        return found


class ForecastDraft(Owned):
    """`body` is what was filled in, in the shape of the API, as it was typed: it is checked when
    the forecast starts, on the version of the data that is current then.
    """

    dataset = models.ForeignKey(
        "datasets.Dataset",
        on_delete=models.CASCADE,
        related_name="forecast_drafts",
        verbose_name=_("dataset"),
    )
    name = models.CharField(_("name"), max_length=200)
    body = models.JSONField(_("what was filled in"), default=dict, blank=True)

    objects: ClassVar[Any] = ForecastDraftQuerySet.as_manager()

    class Meta:
        db_table = "forecast_drafts"
        verbose_name = _("draft of a forecast")
        verbose_name_plural = _("drafts of forecasts")
        indexes = [
            models.Index(fields=["owner", "-updated_at"], name="drafts_owner_updated"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where it is filled in further."""
        return f"{reverse('forecasting:new')}?draft={self.pk}"
