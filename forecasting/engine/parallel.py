"""The same work on one process or many, in the same order and with the same numbers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from forecasting.engine.watch import Watch

Item = TypeVar("Item")
Result = TypeVar("Result")


def run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    processes: int = 1,
    watch: Watch | None = None,
) -> list[Result]:
    """``[function(item) for item in items]``, on ``processes`` worker processes.

    Each task gets one BLAS thread wherever it runs, so the numbers do not depend on ``processes``
    and the processes do not fight for cores. ``function`` and the items must be importable or
    picklable by reference. Stops between two items when the watch says so.
    """
    watch = watch or Watch()
    results = _inline(function, items) if processes == 1 else _spread(function, items, processes)
    done: list[Result] = []
    for result in results:
        done.append(result)
        watch.report(len(done) / len(items))
    return done


def _inline(function: Callable[[Item], Result], items: Sequence[Item]) -> Any:
    for item in items:
        yield one_thread(function, item)


def _spread(function: Callable[[Item], Result], items: Sequence[Item], processes: int) -> Any:
    from joblib import Parallel, delayed  # noqa: PLC0415 -- only a parallel run needs it

    # A generator that is left early cancels what has not begun.
    pool = Parallel(n_jobs=processes, return_as="generator")
    return pool(delayed(one_thread)(function, item) for item in items)


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
    """Processor cores this process may use."""
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
