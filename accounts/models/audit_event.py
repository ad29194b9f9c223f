"""The audit trail: rows are added and never changed; a database trigger holds that as well."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.problems import Conflict


def _refuse() -> NoReturn:
    raise Conflict(_("The audit log only grows: its entries cannot be changed or deleted."))


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **kwargs: Any) -> int:
        """Refuse: raises Conflict."""
        _refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: raises Conflict."""
        _refuse()


class AuditEvent(models.Model):
    """One thing somebody did. Written by `accounts.audit.record` only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now)
    # No constraint and no cascade: the trail outlives the person it names.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("person"),
    )
    actor_name = models.CharField(_("person's name"), max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=64)
    target_type = models.CharField(_("kind of object"), max_length=64, blank=True)
    target_id = models.CharField(_("object"), max_length=64, blank=True)
    target_name = models.CharField(_("object's name"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        db_table = "audit_events"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_of_object"),
            models.Index(fields=["actor", "-at"], name="audit_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse (Conflict) when the row exists already."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: raises Conflict."""
        _refuse()
