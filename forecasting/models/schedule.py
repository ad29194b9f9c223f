"""When a forecast is made again without anybody asking."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User, validate_timezone
from accounts.ownership import Owned, OwnedQuerySet, Person
from forecasting.models.prediction_task import PredictionTask

# What waits for drift comes behind every time, what is paused behind that.
_SOME_DAY = datetime(9000, 1, 1, tzinfo=UTC)
_NEVER = datetime(9001, 1, 1, tzinfo=UTC)
_BEFORE = datetime(1900, 1, 1, tzinfo=UTC)


class ScheduleQuerySet(OwnedQuerySet["Schedule"]):
    """Reads of schedules; who may see or change the forecast may do so with its schedules."""

    def visible_to(self, user: Person) -> Self:
        """Those of forecasts this person may see."""
        return self.filter(forecast__in=PredictionTask.objects.visible_to(user).values("pk"))

    def editable_by(self, user: Person) -> Self:
        """Those of forecasts this person may change."""
        return self.filter(forecast__in=PredictionTask.objects.editable_by(user).values("pk"))

    def for_list(self, user: User) -> Self:
        """What `user` may see with what a list shows: the next first, paused ones last.

        Lists are sorted by `upcoming`, which waits forever for drift and longer for paused ones,
        by `called`, the name of the forecast, and by `ran`, never for what has not.
        """
        seen = self.visible_to(user).with_things()
        unset = models.Case(
            models.When(is_on=True, then=models.Value(_SOME_DAY)), default=models.Value(_NEVER)
        )
        return seen.annotate(
            upcoming=Coalesce("next_at", unset, output_field=models.DateTimeField()),
            called=Lower("forecast__name"),
            ran=Coalesce("last_at", _BEFORE),
        ).order_by("upcoming", "id")

    def with_things(self) -> Self:
        """Load what a page shows of a schedule."""
        return self.select_related("owner", "forecast__dataset", "last_run__training_job")

    def of_forecast(self, task: PredictionTask) -> Self:
        """Those of the forecast that `task` is a run of."""
        return self.filter(forecast=task.first_id)

    def on_drift(self) -> Self:
        """Those that wait for drift and not for a time."""
        return self.filter(is_on=True, every=Schedule.Every.DRIFT)

    def search(self, text: str) -> Self:
        """Those whose forecast or dataset holds every word of `text`."""
        found = self
        for word in text.split()[:8]:
            in_name = Q(forecast__name__icontains=word)
            found = found.filter(in_name | Q(forecast__dataset__name__icontains=word))
        return found


class Schedule(Owned):
    """`next_at`, `last_…` and `beat` are written by `forecasting.fresh` alone.

    `forecast` is its first run; the owner is that of the forecast. `at` is a time of the day in
    `zone`, of which an hourly schedule takes the minutes; `day` 0 is the last day of the month.
    """

    class Does(models.TextChoices):
        REFIT = "refit", _("train anew")
        UPDATE = "update", _("update without training")

    class Every(models.TextChoices):
        HOUR = "hour", _("every hour")
        DAY = "day", _("every day")
        WEEKDAYS = "weekdays", _("Monday to Friday")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")
        DRIFT = "drift", _("on drift")

    class Outcome(models.TextChoices):
        STARTED = "started", _("started")
        NOTHING_NEW = "nothing_new", _("nothing new")
        FAILED = "failed", _("failed")

    forecast = models.ForeignKey(
        "forecasting.PredictionTask",
        on_delete=models.CASCADE,
        related_name="schedules",
        verbose_name=_("forecast"),
    )
    does = models.CharField(_("does"), max_length=6, choices=Does, default=Does.REFIT)
    every = models.CharField(_("every"), max_length=8, choices=Every, default=Every.DAY)
    at = models.TimeField(_("at"), default=time(18, 0))
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), default=0, validators=[MaxValueValidator(6)], help_text=_("0 is Monday.")
    )
    day = models.PositiveSmallIntegerField(
        _("day of the month"),
        default=1,
        validators=[MaxValueValidator(28)],
        help_text=_("1 to 28; 0 is the last day."),
    )
    zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_timezone]
    )
    is_on = models.BooleanField(_("on"), default=True)
    next_at = models.DateTimeField(_("next"), null=True, blank=True)
    last_at = models.DateTimeField(_("last"), null=True, blank=True)
    last_run = models.ForeignKey(
        "forecasting.PredictionTask",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("last run"),
    )
    last_outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome, blank=True)
    last_late = models.PositiveIntegerField(
        _("late by"), default=0, db_default=0, help_text=_("Seconds behind the time it was due.")
    )
    last_words = models.TextField(_("what was said"), blank=True)
    beat = models.OneToOneField(
        "django_celery_beat.PeriodicTask",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("entry of the scheduler"),
    )

    objects: ClassVar[Any] = ScheduleQuerySet.as_manager()

    class Meta:
        db_table = "schedules"
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        indexes = [models.Index(fields=["is_on", "next_at"], name="schedules_due")]

    def __str__(self) -> str:
        return f"{self.every} {self.forecast_id}"

    def get_absolute_url(self) -> str:
        """Where it is changed."""
        return reverse("forecasting:schedule", args=[self.pk])

    @property
    def is_timed(self) -> bool:
        """Does a time start it, and not drift?"""
        return self.every != self.Every.DRIFT
