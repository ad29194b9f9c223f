"""The Celery app for supervised workers and the scheduler: they say when they are ready."""

import ctypes
import os
import signal
from pathlib import Path

from celery.signals import beat_init, worker_process_init, worker_ready

from config.celery import app
from config.embedded.spawn import PR_SET_PDEATHSIG
from config.supervisor.parts import READY_FILE

__all__ = ["app"]


def _announce(**_: object) -> None:
    path = os.environ.get(READY_FILE)
    if path:
        Path(path).touch()


def _end_with_the_worker(**_: object) -> None:
    """A pool process of a killed worker would finish its task unseen."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


worker_ready.connect(_announce, weak=False)
beat_init.connect(_announce, weak=False)
worker_process_init.connect(_end_with_the_worker, weak=False)
