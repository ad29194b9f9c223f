"""A person's own address that programs listen at, with the secret that signs what is sent there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.sealing import seal, unseal

BOTH_SECRETS = timedelta(hours=24)


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Reads of webhooks."""

    def of(self, person: models.Model | Any) -> Self:
        """This person's, oldest first."""
        return self.filter(person_id=person.pk).order_by("created_at", "id")

    def switched_on(self) -> Self:
        return self.filter(is_active=True)


class Webhook(Stamped):
    """Made and changed by `accounts.notifying.webhooks`, which shows a new secret once."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="webhooks",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    url = models.CharField(_("address"), max_length=2000)
    sealed_secret = models.TextField(editable=False)
    sealed_old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("on"), default=True)
    last_answer = models.CharField(_("last answer"), max_length=300, blank=True)
    last_ok = models.BooleanField(_("last one arrived"), null=True, blank=True)
    last_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    objects: ClassVar[Any] = WebhookQuerySet.as_manager()

    class Meta:
        db_table = "webhooks"
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [models.Index(fields=["person", "created_at"], name="webhooks_of_person")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its name, else host and path without what may be secret in the query."""
        parts = urlsplit(self.url)
        return self.name or f"{parts.hostname or ''}{parts.path.rstrip('/')}"

    @property
    def place(self) -> str:
        """Host and path of the address."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or ''}{parts.path.rstrip('/')}"

    def secrets(self) -> list[str]:
        """The secrets that sign now, the newest first: after a rotation the old one for a day."""
        found = [unseal(self.sealed_secret)]
        if self.is_rotating:
            found.append(unseal(self.sealed_old_secret))
        return found

    @property
    def is_rotating(self) -> bool:
        """Does the previous secret still count?"""
        until = self.old_secret_until
        return bool(self.sealed_old_secret) and until is not None and until > timezone.now()

    def take(self, secret: str) -> None:
        """Sign with `secret` from now on, and for a day with the one before as well (not saved)."""
        if self.sealed_secret:
            self.sealed_old_secret = self.sealed_secret
            self.old_secret_until = timezone.now() + BOTH_SECRETS
        self.sealed_secret = seal(secret)
