"""Short tasks of their own, without a row of a job: delivering and forgetting notifications."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.models import Notification
from accounts.notifying import delivering


@shared_task(name="accounts.deliver")
def deliver(delivery_id: str) -> None:
    """One try of one delivery."""
    delivering.deliver(delivery_id)


@shared_task(name="accounts.deliver_digest")
def deliver_digest(person_id: str) -> None:
    """One mail about all that waited."""
    delivering.deliver_digest(UUID(person_id))


@shared_task(name="accounts.deliver_due")
def deliver_due() -> None:
    """Retries, the ends of quiet hours, and what the queue lost."""
    delivering.deliver_due()


@shared_task(name="accounts.forget_notifications")
def forget_notifications() -> None:
    """Notifications that nobody looks for any more."""
    before = timezone.now() - timedelta(days=settings.NOTIFICATION_KEEP_DAYS)
    Notification.objects.filter(last_at__lt=before).delete()
