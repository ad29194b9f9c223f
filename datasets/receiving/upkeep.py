"""What people began and never went on with goes after a day: parts of files, unconfirmed files."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from datasets.models import Dataset
from datasets.receiving import resumable, uploads
from datasets.versioning import version_jobs

logger = logging.getLogger(__name__)


def sweep_unfinished() -> int:
    """Remove all kinds; return how many there were."""
    return resumable.sweep_parts() + sweep_unconfirmed() + version_jobs.sweep_unanswered()


def sweep_unconfirmed() -> int:
    """Delete files that were read but that nobody imported for a day; return how many."""
    before = timezone.now() - timedelta(seconds=settings.UPLOAD_KEEP_SECONDS)
    old = list(Dataset.objects.waiting_since(before))
    for dataset in old:
        uploads.delete(dataset)
    if old:
        logger.info("removed files nobody imported", extra={"datasets": len(old)})
    return len(old)
