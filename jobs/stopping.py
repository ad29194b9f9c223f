"""Whether this worker process was asked to stop (a thread pool shares the parent's signal)."""

from __future__ import annotations

import threading

_stop = threading.Event()


def request(**_kwargs: object) -> None:
    """Receiver of Celery's `worker_shutting_down`."""
    _stop.set()


def requested() -> bool:
    return _stop.is_set()


def forget() -> None:
    _stop.clear()
