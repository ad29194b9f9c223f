"""What a person wants to hear of, on which way, and when they want to be left in peace."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.models.user import validate_timezone


class NotificationChoice(Stamped):
    """A person's ways for one kind; without a row the kind's own defaults hold."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices"
    )
    kind = models.CharField(_("kind"), max_length=40)
    in_app = models.BooleanField(_("in Almanac"), default=True)
    email = models.BooleanField(_("e-mail"), default=False)
    webhook = models.BooleanField(_("webhook"), default=False)

    class Meta:
        db_table = "notification_choices"
        verbose_name = _("notification choice")
        verbose_name_plural = _("notification choices")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="choices_once_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class QuietHours(Stamped):
    """From when to when e-mail and webhooks wait; what waited is sent afterwards."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiet_hours"
    )
    is_on = models.BooleanField(_("on"), default=False)
    begins = models.TimeField(_("from"), default=time(22))
    ends = models.TimeField(_("to"), default=time(6))
    zone = models.CharField(
        _("time zone"), max_length=64, default="", blank=True, validators=[validate_timezone]
    )
    lets_urgent_through = models.BooleanField(_("urgent alerts come through"), default=True)
    as_digest = models.BooleanField(_("send what waited as one e-mail"), default=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        db_table = "quiet_hours"
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"

    def clean(self) -> None:
        """A span without length would be all day or never; nobody can tell which."""
        super().clean()
        if self.is_on and self.begins == self.ends:
            raise ValidationError({"ends": _("Choose an end that differs from the beginning.")})

    def until(self, now: datetime) -> datetime | None:
        """When the quiet hours that hold at `now` end; None outside of them.

        Wall clocks decide: with the change to summer time the night is an hour shorter.
        """
        if not self.is_on or self.begins == self.ends:
            return None
        zone = zoneinfo.ZoneInfo(self.zone or self.person.timezone or settings.TIME_ZONE)
        here = now.astimezone(zone)
        clock = here.time()
        if self.begins < self.ends:
            is_quiet, later = self.begins <= clock < self.ends, 0
        else:
            is_quiet, later = clock >= self.begins or clock < self.ends, int(clock >= self.begins)
        if not is_quiet:
            return None
        day = here.date() + timedelta(days=later)
        return datetime.combine(day, self.ends, tzinfo=zone)
