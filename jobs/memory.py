"""What each worker process holds in memory: it measures itself, and says so while it lives."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from billiard import current_process
from celery import signals
from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
EVERY: Final = 5.0
# A process that has been silent for so long is gone.
KEPT: Final = 20
NAMES: Final = "worker-processes"
NAMES_KEPT: Final = 24 * 3600
STATUS: Final = Path("/proc/self/statm")
# The name of this worker, such as fast@host; children of its pool inherit it.
_node = ""


@dataclass(frozen=True)
class Process:
    """One process of a worker, such as fast-1 on a host, with the bytes it holds."""

    pool: str
    number: int
    host: str
    bytes: int

    @property
    def name(self) -> str:
        """As the page calls it."""
        return f"{self.pool}-{self.number}"


def connect() -> None:
    """Let every process of every worker tell; the thread starts after the fork."""
    signals.celeryd_after_setup.connect(_named, dispatch_uid="jobs.memory.named")
    signals.worker_process_init.connect(_in_a_child, dispatch_uid="jobs.memory.child")
    signals.worker_ready.connect(_in_the_worker, dispatch_uid="jobs.memory.ready")


def held() -> int | None:
    """Bytes of this process that lie in memory; None where the system does not say."""
    try:
        pages = int(STATUS.read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def tell(node: str, number: int) -> None:
    """Say once what this process holds."""
    size = held()
    if size is None:
        return
    pool, _, host = node.partition("@")
    key = f"{NAMES}:{node}:{number}"
    try:
        cache.set(key, {"pool": pool, "number": number, "host": host, "bytes": size}, KEPT)
        # Two that say so at once may lose one name, which comes back with its next word.
        known = set(cache.get(NAMES) or ())
        if key not in known:
            cache.set(NAMES, sorted(known | {key}), NAMES_KEPT)
    except RedisError:
        logger.warning("The cache does not answer; nobody learns what workers hold.")


def processes() -> list[Process]:
    """Those that live, by pool, host and number; [] where nobody has told."""
    try:
        found = cache.get_many(cache.get(NAMES) or ())
    except RedisError:
        return []
    rows = (Process(**one) for one in found.values())
    return sorted(rows, key=lambda one: (one.pool, one.host, one.number))


def _named(sender: str, **_signal: Any) -> None:
    global _node  # noqa: PLW0603 -- the worker is told its name once
    _node = sender


def _in_a_child(**_signal: Any) -> None:
    _start(getattr(current_process(), "index", 0) + 1)


def _in_the_worker(sender: Any = None, **_signal: Any) -> None:
    """A pool of threads works in the process of the worker itself."""
    # Only a pool of processes counts its free places.
    if not getattr(getattr(sender, "pool", None), "uses_semaphore", False):
        _start(1)


def _start(number: int) -> None:
    if _node:
        threading.Thread(
            target=_telling, args=(_node, number), name="worker-memory", daemon=True
        ).start()


def _telling(node: str, number: int) -> None:
    pause = threading.Event()
    while True:
        tell(node, number)
        pause.wait(EVERY)
