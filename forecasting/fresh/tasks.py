"""Short tasks of the queue: move what follows, run what is due, catch up what was missed."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from datasets.models import Version
from forecasting.fresh import firing, following, move_jobs

__all__ = ["bring_up_to_date", "catch_up_schedules", "move_jobs", "run_schedule"]


@shared_task(name=following.BRING_UP_TO_DATE)
def bring_up_to_date(version_id: str) -> None:
    """Move the forecasts of a dataset that has grown."""
    version = Version.objects.select_related("dataset").filter(pk=version_id).first()
    # A still newer version sends a message of its own.
    if version is not None and version.dataset.current_version == version:
        following.move_all(version)


@shared_task(name=firing.RUN_SCHEDULE)
def run_schedule(schedule_id: str) -> None:
    """The time of a schedule has come."""
    firing.due(UUID(schedule_id))


@shared_task(name="forecasting.catch_up_schedules")
def catch_up_schedules() -> None:
    """What nobody sent in time runs once."""
    firing.catch_up()
