"""What a person was told, and what became of it on each way to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.models.webhook import Webhook
from accounts.notifying import kinds


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Reads of notifications; every one begins with a person."""

    def of(self, person: models.Model | Any) -> Self:
        """What this person finds in their list."""
        return self.filter(person_id=person.pk, in_app=True)

    def newest_first(self) -> Self:
        return self.order_by("-last_at", "-id")

    def with_ways(self) -> Self:
        """Load what became of them on each way out."""
        sent = Delivery.objects.select_related("webhook").order_by("channel", "created_at", "id")
        ways = models.Prefetch("deliveries", queryset=sent)
        return self.select_related("person").prefetch_related(ways)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind) if kind else self

    def search(self, text: str) -> Self:
        """Those whose words hold every word of `text`."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(Q(title__icontains=word) | Q(body__icontains=word))
        return found

    def mark_read(self) -> int:
        """Mark what is unread as read; answers how many."""
        now = timezone.now()
        return self.unread().update(read_at=now, updated_at=now)


class Notification(Stamped):
    """Written by `accounts.notify` alone. `last_at` moves when the same happens again."""

    class Level(models.TextChoices):
        INFO = "info", _("for your information")
        GOOD = "good", _("good news")
        WARN = "warn", _("needs attention")
        BAD = "bad", _("went wrong")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        verbose_name=_("person"),
    )
    kind = models.CharField(_("kind"), max_length=40)
    level = models.CharField(_("level"), max_length=4, choices=Level, default=Level.INFO)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    link = models.CharField(_("link"), max_length=250, blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)
    # What happens again under the same key is counted instead of told again.
    key = models.CharField(_("key"), max_length=200, blank=True)
    count = models.PositiveIntegerField(_("times"), default=1)
    in_app = models.BooleanField(_("in Almanac"), default=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    last_at = models.DateTimeField(_("at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects: ClassVar[Any] = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["person", "-last_at", "-id"], name="notifications_newest"),
            models.Index(
                fields=["person"],
                name="notifications_unread",
                condition=Q(read_at__isnull=True, in_app=True),
            ),
            models.Index(fields=["person", "key", "-last_at"], name="notifications_same"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        return self.read_at is not None

    @property
    def kind_label(self) -> str:
        """What people call its kind."""
        return kinds.label_of(self.kind)

    @property
    def icon(self) -> str:
        """The icon of its level."""
        return {"good": "check", "warn": "warn", "bad": "error"}.get(self.level, "info")

    def mark(self, *, read: bool) -> None:
        """Mark it as read or as new again."""
        if self.is_read != read:
            self.read_at = timezone.now() if read else None
            self.save(update_fields=["read_at", "updated_at"])


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads of deliveries."""

    def of(self, person: models.Model | Any) -> Self:
        """What was sent to this person, newest first."""
        mine = self.filter(notification__person_id=person.pk)
        return mine.select_related("notification", "webhook").order_by("-created_at", "-id")

    def due(self) -> Self:
        """Those whose time has come: waiting, held until now, or lost by a worker."""
        open_states = [Delivery.State.WAITING, Delivery.State.HELD, Delivery.State.SENDING]
        return self.filter(state__in=open_states, next_try_at__lte=timezone.now())

    def on_way(self, channel: str) -> Self:
        """Those by e-mail or by webhook; all of them for an empty word."""
        return self.filter(channel=channel) if channel else self

    def in_state(self, *states: str) -> Self:
        """Those in one of these states; all of them for none."""
        return self.filter(state__in=states) if states else self


class Delivery(Stamped):
    """One notification on one way out. Only `accounts.notifying.delivering` moves `state`."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        HELD = "held", _("held back by quiet hours")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    webhook = models.ForeignKey(
        Webhook, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # When the first try was due: a day later it is given up.
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects: ClassVar[Any] = DeliveryQuerySet.as_manager()

    class Meta:
        db_table = "notification_deliveries"
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="deliveries_due",
                condition=Q(state__in=["waiting", "held", "sending"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"

    @property
    def is_open(self) -> bool:
        """Will it still be tried?"""
        return self.state not in {self.State.SENT, self.State.FAILED}

    @property
    def target(self) -> str:
        """Where it goes, as the history names it."""
        if self.webhook is not None:
            return self.webhook.label
        return self.notification.person.email

    def is_too_old(self, *, after: timedelta, now: datetime) -> bool:
        """Has it been tried for so long that nobody waits for it any more?"""
        return now - self.due_at >= after
