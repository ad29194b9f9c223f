"""The scheduler process: sends what is due, and watches over jobs itself.

What is due when stands in the tables of django-celery-beat: what the settings say, and what people
asked for. The watch runs here and not in a worker, because busy workers are what it watches.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from django.conf import settings
from django.db import Error, connection
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from jobs import reaper

logger = logging.getLogger(__name__)
# Written into the rows that come from the settings, to know them again.
FROM_SETTINGS: Final = "from the settings"


class WatchingScheduler(DatabaseScheduler):  # type: ignore[misc]  # it carries no types
    """Celery's scheduler over the database, which also reaps lost jobs every `JOB_REAP_SECONDS`."""

    watched_at = 0.0

    def setup_schedule(self) -> None:
        """Bring the rows of the settings up to date; those that they no longer name go."""
        named = self.app.conf.beat_schedule
        rows = PeriodicTask.objects.filter(description=FROM_SETTINGS)
        rows.exclude(name__in=named).delete()
        super().setup_schedule()
        PeriodicTask.objects.filter(name__in=named).update(description=FROM_SETTINGS)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait = settings.JOB_REAP_SECONDS - (time.monotonic() - self.watched_at)
        if wait <= 0:
            self.watch()
            wait = settings.JOB_REAP_SECONDS
        return min(wait, self._send_due(*args, **kwargs))

    def watch(self) -> None:
        """Look once; a store that does not answer is looked at again at the next turn."""
        self.watched_at = time.monotonic()
        try:
            reaper.reap()
            reaper.resend()
        except (Error, OperationalError, RedisError):
            logger.warning("Jobs could not be watched; next try soon.", exc_info=True)
        finally:
            connection.close()

    def _send_due(self, *args: Any, **kwargs: Any) -> float:
        """Send; a database that went away is asked again at the next turn."""
        try:
            return float(super().tick(*args, **kwargs))
        except Error:
            logger.warning("What is due could not be read; next try soon.", exc_info=True)
            connection.close()
            return float(settings.JOB_REAP_SECONDS)
