"""One anomaly that a watch found, and what people say about it."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.models.user import User
from accounts.ownership import Person
from forecasting.engine.anomalies import events
from forecasting.models.anomaly_watch import AnomalyWatch

NOTE_LENGTH: Final = 500


class AnomalyQuerySet(models.QuerySet["Anomaly"]):
    """Reads of anomalies; who may see the watch may see them."""

    def visible_to(self, user: Person) -> Self:
        """Those of watches this person may see."""
        return self.filter(watch__in=AnomalyWatch.objects.visible_to(user).values("pk"))

    def editable_by(self, user: Person) -> Self:
        """Those this person may label."""
        return self.filter(watch__in=AnomalyWatch.objects.editable_by(user).values("pk"))

    def of_watch(self, watch: AnomalyWatch) -> Self:
        """Those of one watch."""
        return self.filter(watch=watch)

    def of_watches(self, watches: Any) -> Self:
        """Those of several watches, by their keys."""
        return self.filter(watch__in=watches)

    def counted(self) -> Self:
        """Those that pass the threshold in force."""
        return self.filter(counts=True)

    def labelled(self) -> Self:
        """Those that people said something about."""
        return self.exclude(label="")

    def with_label(self, label: str) -> Self:
        """Those with this label; `none` for those without."""
        return self.filter(label="" if label == "none" else label)

    def of_kind(self, kind: str) -> Self:
        """Those of this kind."""
        return self.filter(kind=kind)

    def at_least(self, times_usual: float) -> Self:
        """Those this many usual deviations from what was expected, and gaps."""
        return self.filter(Q(times_usual__gte=times_usual) | Q(times_usual__isnull=True))

    def in_series(self, label: str) -> Self:
        """Those of one series."""
        return self.filter(series=label)

    def search(self, text: str) -> Self:
        """Those whose series or note holds every word."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(Q(series__icontains=word) | Q(note__icontains=word))
        return found

    def newest_first(self) -> Self:
        """By when they began."""
        return self.select_related("watch__dataset", "labelled_by").order_by("-start", "-id")


class Anomaly(Stamped):
    """Rows of one series from `start` to `end`; times as stored, `peak_at` is the rarest row.

    `p` is the share of ordinary rows that stray as far, `counts` whether it passes the threshold
    in force: one that people labelled stays when it no longer does.
    """

    class Kind(models.TextChoices):
        SPIKE = events.SPIKE, _("spike")
        DIP = events.DIP, _("dip")
        LEVEL_SHIFT = events.LEVEL_SHIFT, _("level shift")
        FLAT = events.STUCK, _("stuck")
        MISSING = events.GAP, _("missing")

    class Label(models.TextChoices):
        REAL = "real", _("Real")
        FALSE = "false", _("Not one")
        EXPECTED = "expected", _("Expected")

    watch = models.ForeignKey(
        "forecasting.AnomalyWatch",
        on_delete=models.CASCADE,
        related_name="anomalies",
        verbose_name=_("watch"),
    )
    series = models.CharField(_("series"), max_length=500)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    peak_at = models.DateTimeField(_("rarest row"))
    rows = models.PositiveIntegerField(_("rows"))
    value = models.FloatField(_("value"), null=True, blank=True)
    expected = models.FloatField(_("expected"), null=True, blank=True)
    lower = models.FloatField(_("lower end"), null=True, blank=True)
    upper = models.FloatField(_("upper end"), null=True, blank=True)
    size = models.FloatField(_("deviation"), null=True, blank=True)
    times_usual = models.FloatField(_("in usual deviations"), null=True, blank=True)
    p = models.FloatField(_("p-value"))
    counts = models.BooleanField(_("passes the threshold"), default=True)
    lasts = models.BooleanField(_("lasts"), default=False)
    label = models.CharField(_("label"), max_length=8, choices=Label.choices, blank=True)
    note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True)
    labelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("labelled by"),
    )
    labelled_at = models.DateTimeField(_("labelled at"), null=True, blank=True)

    objects: ClassVar[Any] = AnomalyQuerySet.as_manager()

    class Meta:
        db_table = "anomalies"
        verbose_name = _("anomaly")
        verbose_name_plural = _("anomalies")
        constraints = [
            models.UniqueConstraint(
                fields=["watch", "series", "start"], name="one_anomaly_a_start"
            ),
        ]
        indexes = [models.Index(fields=["watch", "-start", "-id"], name="anomalies_watch_start")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.series}"

    def say(self, label: str, note: str, *, person: User, at: Any) -> None:
        """Take down what a person calls it; an empty label takes an earlier one back."""
        self.label, self.note = label, note
        self.labelled_by, self.labelled_at = (person, at) if label or note else (None, None)
        self.save(update_fields=["label", "note", "labelled_by", "labelled_at", "updated_at"])
