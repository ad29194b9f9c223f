"""Thin shells of the queue around scoring and watching."""

from __future__ import annotations

from celery import shared_task

from datasets.models import Version
from forecasting.watching import scoring


@shared_task(name="forecasting.score_forecasts")
def score_forecasts(version_id: str) -> None:
    """Join earlier forecasts with the values of a new version."""
    version = Version.objects.select_related("dataset").filter(pk=version_id).first()
    # A still newer version brings a look of its own, which knows all that this one knows.
    if version is not None and version.dataset.current_version == version:
        scoring.score_all(version)
