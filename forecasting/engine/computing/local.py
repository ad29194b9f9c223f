"""Processes on this machine, started by joblib's loky: never forked, so torch may be loaded here.

Every worker is a pool of its own with a single process. When a process dies, exactly one task is
known to be lost, the others go on, and only that worker is started again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from forecasting.engine.computing.problems import ComputeError, lost, unsendable
from forecasting.engine.computing.task import ONE_THREAD, call
from forecasting.engine.computing.workers import Reply


@contextmanager
def local(processes: int) -> Iterator[Local]:
    """Workers that end with the block."""
    workers = Local(processes)
    try:
        yield workers
    finally:
        workers.close()


class Local:
    """``size`` processes, started with their first task."""

    def __init__(self, processes: int) -> None:
        self.size = processes
        # The worker that has been idle longest comes first: what failed is tried on another.
        self._idle: list[Any] = [None] * processes
        self._busy: dict[Reply, Any] = {}

    def submit(self, function: Callable[[Any], Any], item: Any) -> Reply:
        """To a worker that has nothing to do."""
        self._collect()
        pool = (self._idle and self._idle.pop(0)) or _pool()
        try:
            future: Reply = pool.submit(call, function, item)
        except BrokenProcessPool:
            # Its process died while it had nothing to do.
            pool = _pool()
            future = pool.submit(call, function, item)
        self._busy[future] = pool
        return future

    def trouble(self, problem: BaseException) -> ComputeError:
        """A broken pool, or something that could not travel."""
        if isinstance(problem, BrokenProcessPool):
            return lost()
        return unsendable(problem)

    def drop(self, futures: Iterable[Reply]) -> None:
        """End the processes that compute them."""
        for future in futures:
            pool = self._busy.pop(future, None)
            if pool is not None:
                pool.shutdown(wait=True, kill_workers=True)
                self._idle.append(None)

    def close(self) -> None:
        """End all processes."""
        self.drop(list(self._busy))
        for pool in self._idle:
            if pool is not None:
                pool.shutdown(wait=True, kill_workers=True)
        self._idle = [None] * self.size

    def _collect(self) -> None:
        """Workers whose task is over are idle; those that broke are started again when needed."""
        for future in [future for future in self._busy if future.done()]:
            pool = self._busy.pop(future)
            broken = future.exception() is not None
            if broken:
                pool.shutdown(wait=True, kill_workers=True)
            self._idle.append(None if broken else pool)


def _pool() -> Any:
    from joblib.externals.loky.process_executor import (  # noqa: PLC0415 -- heavy
        ProcessPoolExecutor,
    )

    return ProcessPoolExecutor(max_workers=1, env=ONE_THREAD)
