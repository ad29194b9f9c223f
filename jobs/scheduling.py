"""The scheduler process: sends what is due, and watches over jobs itself.

The watch runs here and not in a worker, because busy workers are what it watches.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import Error, connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from jobs import reaper

logger = logging.getLogger(__name__)


class WatchingScheduler(PersistentScheduler):
    """Celery's scheduler, which also reaps lost jobs every `JOB_REAP_SECONDS`."""

    watched_at = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait = settings.JOB_REAP_SECONDS - (time.monotonic() - self.watched_at)
        if wait <= 0:
            self.watch()
            wait = settings.JOB_REAP_SECONDS
        return min(wait, super().tick(*args, **kwargs))

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
