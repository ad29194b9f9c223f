"""The same work on one process, many or a cluster, in the same order and with the same numbers."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, Final, TypeVar

from forecasting.engine.computing.compute import Compute, opened
from forecasting.engine.computing.problems import LostWorkerError
from forecasting.engine.computing.spreading import Outcome, spread
from forecasting.engine.computing.task import in_worker
from forecasting.engine.computing.workers import Workers
from forecasting.engine.watch import Watch

Item = TypeVar("Item")
Result = TypeVar("Result")
# A task that loses its worker so often has no other chance.
MOST_LOSSES: Final = 3

__all__ = ["Compute", "cores", "one_thread", "run", "single_threaded", "threads"]


def run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    processes: int = 1,
    compute: Compute | Workers | None = None,
    watch: Watch | None = None,
) -> list[Result]:
    """``[function(item) for item in items]`` on the workers of ``compute``, of the open Compute
    around this call, or on ``processes`` processes started for it.

    Each task gets one BLAS thread wherever it runs, so the numbers do not depend on where that is
    and the processes do not fight for cores. ``function`` should be importable by its name, items
    and results plain data. A task whose worker dies is given to another one, twice. Reports
    as items are done and stops between two of them when the watch says so; what still runs is
    ended. Raises what the function raised, and ComputeError.
    """
    watch = watch or Watch()
    results: list[Any] = [None] * len(items)
    tasks = deque((place, 1) for place in range(len(items)))
    done = 0
    with opened(compute, processes) as workers:
        outcomes = spread(workers, function, tasks, watch, lambda task: items[task[0]])
        with closing(outcomes):
            for outcome in outcomes:
                if outcome.problem is not None:
                    tasks.append(_again(outcome))
                    continue
                results[outcome.task[0]] = outcome.value
                done += 1
                watch.report(done / len(items))
    return results


def _again(outcome: Outcome[tuple[int, int]]) -> tuple[int, int]:
    """The task once more after a loss; raises whatever else happened."""
    place, tries = outcome.task
    if isinstance(outcome.problem, LostWorkerError) and tries < MOST_LOSSES:
        return place, tries + 1
    raise outcome.problem or AssertionError


def threads(
    function: Callable[[Item], Result], items: Sequence[Item], workers: int
) -> list[Result]:
    """``[function(item) for item in items]`` on threads, for functions that spend their time in
    numpy, which lets the others run. Call it inside ``single_threaded``."""
    if workers <= 1 or len(items) <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, items))


def cores() -> int:
    """Processor cores this process may use; one in a worker, whose neighbours use the others."""
    if in_worker():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def one_thread(function: Callable[[Item], Result], item: Item) -> Result:
    """Call with the linear algebra libraries held to one thread."""
    with single_threaded():
        return function(item)


@contextmanager
def single_threaded() -> Iterator[None]:
    """Hold the linear algebra libraries to one thread for a while.

    Two threads gain a third on an idle machine, but on a busy one they spin while they wait for
    each other and a fit takes several times as long.
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- only a computation needs it

    with threadpool_limits(limits=1):
        yield
