"""What the scheduler asks for."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from jobs.models import Job


@shared_task(name="jobs.forget")
def forget() -> None:
    """Once a day: jobs that ended long ago."""
    before = timezone.now() - timedelta(days=settings.JOB_KEEP_DAYS)
    Job.objects.ended().filter(finished_at__lt=before).delete()
