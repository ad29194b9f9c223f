"""A watch on a dataset: which series, by which detector, for how many alarms a week."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.ownership import Owned, OwnedQuerySet, Person
from datasets.models import Dataset
from jobs.models import Job

FEWEST, MOST = 0.01, 200.0


class AnomalyWatchQuerySet(OwnedQuerySet["AnomalyWatch"]):
    """Reads of watches: who may see the dataset may see what is watched in it."""

    def visible_to(self, user: Person) -> Self:
        """Own and shared ones, and those of datasets this person may see."""
        own = super().visible_to(user).values("pk")
        seen = Dataset.objects.visible_to(user).values("pk")
        return self.filter(Q(pk__in=own) | Q(dataset__in=seen))

    def editable_by(self, user: Person) -> Self:
        """Own ones, those shared for editing, and those of datasets this person may change."""
        own = super().editable_by(user).values("pk")
        changed = Dataset.objects.editable_by(user).values("pk")
        return self.filter(Q(pk__in=own) | Q(dataset__in=changed))

    def of_dataset(self, dataset: Dataset) -> Self:
        """Those of this dataset, the oldest first."""
        return self.filter(dataset=dataset).order_by("created_at", "id")

    def search(self, text: str) -> Self:
        """Those whose own name or that of the dataset holds every word of `text`."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(Q(name__icontains=word) | Q(dataset__name__icontains=word))
        return found

    def active(self) -> Self:
        """Those that judge new rows."""
        return self.filter(is_active=True)

    def following(self, job: Job) -> Self:
        """Those whose history or new rows this job judges."""
        return self.filter(job=job)

    def for_list(self) -> Self:
        """With everything a page shows."""
        return self.select_related("owner", "dataset", "version", "job", "compare_job")


class AnomalyWatch(Owned):
    """`threshold` gives `per_week` alarms in the history; `learned` is where labels moved it.

    `rate` and `lesson` hold the numbers behind them, `refused` why a series is not judged,
    `comparison` what the other detectors saw. The files lie in `folder`, a new one every time.
    """

    class Detector(models.TextChoices):
        FORECAST = "forecast", _("Forecast")
        SEASON = "season", _("Seasons")
        FOREST = "forest", _("Isolation forest")

    name = models.CharField(_("name"), max_length=200)
    dataset = models.ForeignKey(
        "datasets.Dataset",
        on_delete=models.CASCADE,
        related_name="anomaly_watches",
        verbose_name=_("dataset"),
    )
    targets = models.JSONField(_("columns"), default=list)
    names = models.JSONField(_("names of the columns"), default=list)
    series = models.JSONField(_("series"), default=list, blank=True)
    detector = models.CharField(
        _("detector"), max_length=10, choices=Detector.choices, default=Detector.FORECAST
    )
    season = models.PositiveIntegerField(
        _("season in steps"), null=True, blank=True, validators=[MinValueValidator(2)]
    )
    per_week = models.FloatField(
        _("expected alarms a week"),
        default=1.0,
        validators=[MinValueValidator(FEWEST), MaxValueValidator(MOST)],
    )
    is_active = models.BooleanField(_("judges new rows"), default=True)
    version = models.ForeignKey(
        "datasets.Version",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("judged up to version"),
    )
    frequency = models.CharField(_("frequency"), max_length=32, blank=True)
    folder = models.CharField(_("folder"), max_length=255, blank=True, editable=False)
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    learned = models.FloatField(_("threshold after labels"), null=True, blank=True)
    rows_judged = models.BigIntegerField(_("rows judged"), default=0)
    rows_at_threshold = models.BigIntegerField(_("rows behind the threshold"), default=0)
    rate = models.JSONField(_("alarms counted"), default=dict, blank=True)
    lesson = models.JSONField(_("what labels changed"), default=dict, blank=True)
    refused = models.JSONField(_("series that are not judged"), default=dict, blank=True)
    comparison = models.JSONField(_("other detectors"), default=dict, blank=True)
    job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("job"),
    )
    compare_job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("job of the comparison"),
    )

    objects: ClassVar[Any] = AnomalyWatchQuerySet.as_manager()

    class Meta:
        db_table = "anomaly_watches"
        verbose_name = _("watch for anomalies")
        verbose_name_plural = _("watches for anomalies")
        indexes = [
            models.Index(fields=["dataset", "created_at"], name="watches_dataset_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where its anomalies are shown."""
        page = reverse("forecasting:anomalies", args=[self.dataset_id])
        return f"{page}?watch={self.pk}"

    @property
    def is_ready(self) -> bool:
        """Has it judged anything?"""
        return bool(self.folder) and self.threshold is not None

    @property
    def is_judging(self) -> bool:
        """Is a job of it waiting or running?"""
        return self.job is not None and self.job.is_live

    @property
    def is_comparing(self) -> bool:
        """Are other detectors being tried?"""
        return self.compare_job is not None and self.compare_job.is_live

    @property
    def in_force(self) -> float:
        """The threshold that counts now."""
        return float(self.learned if self.learned is not None else self.threshold or 0.0)

    def may_delete(self, user: User) -> bool:
        """Its owner may, and who owns the dataset."""
        return user.can_create and user.pk in {self.owner_id, self.dataset.owner_id}
