"""A model that learned from one version of a dataset, with its weights on disk."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.ownership import Owned, OwnedQuerySet
from datasets.models import Dataset
from forecasting.engine.errors import UnknownModelError
from forecasting.engine.registry import model_type
from jobs.models import Job

BASELINES: Final = frozenset({"naive", "seasonal_naive", "drift", "window_mean", "climatology"})
YARDSTICK: Final = "seasonal_naive"
# The type of models of all levels; their names say which model forecasts each.
ADDING_UP: Final = "reconciled"
# What a race calls a second model of the same type.
_VARIANTS: Final = {
    "thorough": gettext_noop("%(model)s, thorough"),
    "tuned": gettext_noop("%(model)s, tuned"),
}


def type_label(name: str) -> str:
    """What people call this type of model."""
    try:
        return gettext(model_type(name).label)
    except UnknownModelError:
        return name


def name_label(name: str, kind: str) -> str:
    """What people call a model of this type by the name it has in its forecast."""
    label = type_label(kind)
    if name == kind:
        return label
    if kind == ADDING_UP:
        return gettext("%(model)s, adding up") % {"model": label_of(name)}
    for suffix, words in _VARIANTS.items():
        if name == f"{kind}_{suffix}":
            return gettext(words) % {"model": label}
    return name


def label_of(name: str) -> str:
    """The same where only the name is known."""
    kind, _, variant = name.rpartition("_")
    return name_label(name, kind if variant in _VARIANTS else name)


class TrainedModelQuerySet(OwnedQuerySet["TrainedModel"]):
    """Reads of trained models."""

    def learned(self) -> Self:
        """Those that learned something: the naive rules are yardsticks."""
        return self.exclude(type__in=BASELINES)

    def for_list(self, user: User) -> Self:
        """What `user` may see, newest first, with everything a list shows."""
        seen = self.visible_to(user).select_related("owner", "dataset", "version")
        return seen.prefetch_related("results__task").order_by("-created_at", "-id")

    def for_registry(self) -> Self:
        """With everything a card shows: version, line, aliases, data."""
        return self.select_related("owner", "dataset", "version", "job", "registered__line")

    def for_predicting(self) -> Self:
        """Only what a forecast on demand needs."""
        return self.select_related("registered").defer(
            "metrics", "description", "registered__notes", "registered__environment"
        )

    def lately(self, kind: str, count: int) -> list[float]:
        """Seconds that the newest trainings of one type took, anybody's."""
        rows = self.filter(type=kind, status=TrainedModel.Status.READY).order_by("-created_at")
        found = rows.values_list("metrics__seconds", flat=True)[:count]
        return [float(seconds) for seconds in found if seconds is not None]

    def seconds_on(self, dataset: Dataset) -> dict[str, float]:
        """What the newest fit of each type took on a dataset, anybody's."""
        rows = self.filter(dataset=dataset, status=TrainedModel.Status.READY)
        newest = rows.order_by("type", "-created_at").distinct("type")
        found = newest.values_list("type", "metrics__seconds")
        return {kind: float(seconds) for kind, seconds in found if seconds is not None}

    def in_state(self, status: str) -> Self:
        """Those with this status."""
        return self.filter(status=status)

    def search(self, text: str) -> Self:
        """Those whose name or dataset holds every word."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(
                models.Q(name__icontains=word) | models.Q(dataset__name__icontains=word)
            )
        return found


class TrainedModel(Owned):
    """`status` is written by the transition hook of `job` alone."""

    class Status(models.TextChoices):
        TRAINING = "training", _("training")
        READY = "ready", _("ready")
        ERROR = "error", _("error")

    name = models.CharField(_("name"), max_length=250)
    type = models.CharField(_("type"), max_length=40)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.TRAINING
    )
    dataset = models.ForeignKey(
        "datasets.Dataset",
        on_delete=models.CASCADE,
        related_name="trained_models",
        verbose_name=_("dataset"),
    )
    version = models.ForeignKey(
        "datasets.Version",
        on_delete=models.CASCADE,
        related_name="trained_models",
        verbose_name=_("version"),
    )
    accuracy = models.FloatField(
        _("skill"),
        null=True,
        blank=True,
        help_text=_("1 − error / error of the seasonal naive forecast, on past windows."),
    )
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    metrics = models.JSONField(_("metrics"), default=dict, blank=True)
    model_path = models.CharField(_("folder"), max_length=255, blank=True, editable=False)
    size = models.BigIntegerField(_("size in bytes"), default=0, editable=False)
    job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="trained_models",
        verbose_name=_("job"),
    )

    objects: ClassVar[Any] = TrainedModelQuerySet.as_manager()

    class Meta:
        db_table = "models"
        verbose_name = _("model")
        verbose_name_plural = _("models")
        indexes = [models.Index(fields=["owner", "-created_at"], name="models_owner_created")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where the model card is shown."""
        return reverse("forecasting:model", args=[self.pk])

    @property
    def was_stopped(self) -> bool:
        """Did somebody end its training, rather than an error?"""
        failed = self.status == self.Status.ERROR
        return failed and self.job is not None and self.job.state == Job.State.CANCELLED

    @property
    def label(self) -> str:
        """What people call this type of model."""
        return type_label(self.type)

    @property
    def is_ready(self) -> bool:
        """Can it forecast?"""
        return self.status == self.Status.READY and bool(self.model_path)

    @property
    def is_baseline(self) -> bool:
        """Is it one of the naive rules?"""
        return self.type in BASELINES
