"""What the scheduler asks for."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from jobs import checkpoints
from jobs.models import Job


@shared_task(name="jobs.forget")
def forget() -> None:
    """Jobs that ended long ago, and what is left of checkpoints."""
    before = timezone.now() - timedelta(days=settings.JOB_KEEP_DAYS)
    Job.objects.ended().filter(finished_at__lt=before).delete()
    checkpoints.sweep()
