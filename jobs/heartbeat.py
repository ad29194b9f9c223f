"""Signs of life of one attempt, from a thread with its own database connection."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error, connection

from jobs import moves
from jobs.models import Job

logger = logging.getLogger(__name__)


@contextmanager
def beating(job: Job) -> Iterator[None]:
    """Beat while the block runs; stops by itself when the attempt lost the job."""
    done = threading.Event()
    thread = threading.Thread(
        target=_beat, args=(job, done), name=f"heartbeat-{job.pk}", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat(job: Job, done: threading.Event) -> None:
    try:
        while not done.wait(settings.JOB_HEARTBEAT_SECONDS):
            try:
                if not moves.alive(job.pk, job.attempt):
                    return
            except Error:
                logger.warning("The heartbeat of job %s could not be written.", job.pk)
                # The server may have restarted: the next beat connects anew.
                connection.close()
    finally:
        connection.close()
