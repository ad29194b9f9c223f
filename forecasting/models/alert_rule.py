"""A rule that people want to hear of, and every time it was true."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.ownership import Owned, OwnedQuerySet


class AlertRuleQuerySet(OwnedQuerySet["AlertRule"]):
    """Reads of rules."""

    def switched_on(self) -> Self:
        return self.filter(is_on=True, owner__is_active=True)

    def with_things(self) -> Self:
        """Load what a page shows of a rule."""
        return self.select_related("owner", "dataset", "task", "task__version")

    def for_list(self) -> Self:
        """Firing ones first, then in the order in which they were made."""
        firing = models.Case(models.When(state=AlertRule.State.FIRING, then=0), default=1)
        return self.with_things().order_by("-is_on", firing, "created_at", "id")

    def about(self, rule: AlertRule) -> Self:
        """This very rule, if it is among them."""
        return self.filter(pk=rule.pk)

    def about_task(self, task_id: UUID) -> Self:
        return self.filter(task_id=task_id)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)

    def search(self, text: str) -> Self:
        """Those whose name, series, forecast or dataset holds every word."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(
                Q(name__icontains=word)
                | Q(series__icontains=word)
                | Q(task__name__icontains=word)
                | Q(dataset__name__icontains=word)
            )
        return found


class AlertRule(Owned):
    """`state` and what follows it are written by `forecasting.alerts.states` alone."""

    class Kind(models.TextChoices):
        FORECAST = "forecast", _("forecast")
        MISSING = "missing", _("missing data")
        ANOMALY = "anomaly", _("anomaly")
        DRIFT = "drift", _("drift")

    class Measure(models.TextChoices):
        MEAN = "mean", _("the forecast")
        INTERVAL = "interval", _("the interval")
        WIDTH = "width", _("the width of the interval")

    class Direction(models.TextChoices):
        ABOVE = "above", _("passes")
        BELOW = "below", _("falls below")

    class Audience(models.TextChoices):
        ME = "me", _("me")
        VIEWERS = "viewers", _("everyone who can see it")

    class State(models.TextChoices):
        OK = "ok", _("quiet")
        FIRING = "firing", _("firing")

    name = models.CharField(_("name"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.FORECAST)
    dataset = models.ForeignKey(
        "datasets.Dataset",
        on_delete=models.CASCADE,
        related_name="alert_rules",
        verbose_name=_("dataset"),
    )
    task = models.ForeignKey(
        "forecasting.PredictionTask",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="alert_rules",
        verbose_name=_("forecast"),
    )
    series = models.CharField(_("series"), max_length=500, blank=True)
    measure = models.CharField(
        _("measure"), max_length=8, choices=Measure, default=Measure.INTERVAL
    )
    level = models.PositiveSmallIntegerField(_("level in %"), default=80)
    direction = models.CharField(
        _("direction"), max_length=5, choices=Direction, default=Direction.ABOVE
    )
    limit = models.FloatField(_("limit"), null=True, blank=True)
    # Steps ahead for forecasts (none: all of them), steps of silence for missing data.
    within = models.PositiveIntegerField(_("within steps"), null=True, blank=True)
    # Hysteresis: how far back, and in how many answers in a row, before it is over.
    margin = models.FloatField(_("margin"), default=0.0)
    clear_after = models.PositiveSmallIntegerField(_("answers in a row to end it"), default=2)
    repeat_hours = models.PositiveSmallIntegerField(_("say it again after hours"), default=0)
    channels = ArrayField(
        models.CharField(max_length=8), verbose_name=_("ways"), default=list, blank=True
    )
    audience = models.CharField(_("to"), max_length=8, choices=Audience, default=Audience.ME)
    urgent_limit = models.FloatField(_("urgent beyond"), null=True, blank=True)
    is_on = models.BooleanField(_("on"), default=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OK)
    clear_count = models.PositiveSmallIntegerField(default=0, editable=False)
    # What was judged last, so that one answer counts once however often it is looked at.
    last_mark = models.CharField(max_length=100, blank=True, editable=False)
    last_value = models.FloatField(_("last value"), null=True, blank=True, editable=False)
    judged_at = models.DateTimeField(_("judged at"), null=True, blank=True, editable=False)
    fired_at = models.DateTimeField(_("last fired at"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = AlertRuleQuerySet.as_manager()

    class Meta:
        db_table = "alert_rules"
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        indexes = [
            models.Index(fields=["owner", "created_at"], name="alerts_owner_created"),
            models.Index(fields=["kind", "is_on"], name="alerts_kind_on"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.series}".strip()

    def get_absolute_url(self) -> str:
        """Where the rule is read and changed."""
        return reverse("forecasting:alert", args=[self.pk])

    @property
    def is_firing(self) -> bool:
        return self.state == self.State.FIRING

    @property
    def is_snoozed(self) -> bool:
        """Is it told to be silent for now?"""
        return self.snoozed_until is not None and self.snoozed_until > timezone.now()

    @property
    def has_thing(self) -> bool:
        """Is it about something yet? A new rule may not be."""
        return self.dataset_id is not None

    @property
    def thing_url(self) -> str:
        """Where a person looks when it fires."""
        return self.task.get_absolute_url() if self.task else self.dataset.get_absolute_url()

    def is_over(self, value: float) -> bool:
        """Is this value beyond the limit?"""
        assert self.limit is not None
        below = self.direction == self.Direction.BELOW
        return value < self.limit if below else value > self.limit

    def is_clear(self, value: float) -> bool:
        """Is it back by the margin? Between limit and margin it is neither over nor clear."""
        assert self.limit is not None
        if self.direction == self.Direction.BELOW:
            return value >= self.limit + self.margin
        return value <= self.limit - self.margin

    def is_urgent(self, value: float | None) -> bool:
        """Is it so far beyond that quiet hours do not count?"""
        if value is None or self.urgent_limit is None:
            return False
        below = self.direction == self.Direction.BELOW
        return value < self.urgent_limit if below else value > self.urgent_limit


class AlertFiringQuerySet(models.QuerySet["AlertFiring"]):
    """Reads of firings."""

    def of(self, rules: models.QuerySet[AlertRule]) -> Self:
        """Those of these rules, newest first."""
        found = self.filter(rule__in=rules).select_related("rule__dataset", "rule__task__version")
        return found.order_by("-started_at", "-id")

    def of_rule(self, rule_id: str) -> Self:
        """Those of one rule; none for what is no id."""
        try:
            return self.filter(rule_id=UUID(rule_id))
        except ValueError:
            return self.none()

    def open(self) -> Self:
        return self.filter(resolved_at__isnull=True)


class AlertFiring(Stamped):
    """From when to when a rule was true; `value` is the furthest it went, `at` when."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="firings")
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    series = models.CharField(_("series"), max_length=500, blank=True)
    value = models.FloatField(_("value"), null=True, blank=True)
    # Times of the data, as they are stored: when the limit is passed first, and the furthest.
    first_time = models.CharField(_("first at"), max_length=40, blank=True)
    peak_time = models.CharField(_("furthest at"), max_length=40, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    told = models.PositiveIntegerField(_("times told"), default=0)

    objects: ClassVar[Any] = AlertFiringQuerySet.as_manager()

    class Meta:
        db_table = "alert_firings"
        verbose_name = _("firing")
        verbose_name_plural = _("firings")
        constraints = [
            models.UniqueConstraint(
                fields=["rule"], condition=Q(resolved_at__isnull=True), name="one_open_firing"
            )
        ]
        indexes = [models.Index(fields=["rule", "-started_at"], name="firings_of_rule")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def lasted(self) -> datetime.timedelta:
        """How long it went on, until now while it does."""
        return (self.resolved_at or timezone.now()) - self.started_at
