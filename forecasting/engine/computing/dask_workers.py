"""Workers of a Dask cluster: one started here on the loopback address, or one that is running."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from forecasting.engine.computing.problems import ComputeError, lost, unsendable
from forecasting.engine.computing.reaching import connected, required
from forecasting.engine.computing.task import ONE_THREAD, call
from forecasting.engine.computing.workers import Reply

CONNECT_SECONDS: Final = 30
CONFIGURATION: Final = {
    # Dask would try again by itself, and nobody would hear of it.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.worker.multiprocessing-method": "spawn",
    "distributed.nanny.pre-spawn-environ": ONE_THREAD,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


@contextmanager
def dask_workers(processes: int, address: str) -> Iterator[DaskWorkers]:
    """Join the cluster at ``address``, or start one."""
    dask, distributed = required("dask", "Dask"), required("distributed", "Dask")
    with ExitStack() as stack:
        stack.enter_context(dask.config.set({} if address else CONFIGURATION))
        with connected("Dask", address):
            place = address or stack.enter_context(_cluster(distributed, processes))
            client = stack.enter_context(
                distributed.Client(place, set_as_default=False, timeout=CONNECT_SECONDS)
            )
        yield DaskWorkers(client)


def _cluster(distributed: Any, processes: int) -> Any:
    return distributed.LocalCluster(
        n_workers=processes,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        worker_dashboard_address="127.0.0.1:0",
        # Its web server starts in any case: on a free port rather than on the one Dask likes.
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
    )


class DaskWorkers:
    """One task per thread of the cluster."""

    def __init__(self, client: Any) -> None:
        self.size = max(1, sum(client.nthreads().values()))
        self._client = client
        self._handles: dict[Reply, Any] = {}

    def submit(self, function: Callable[[Any], Any], item: Any) -> Reply:
        """To any worker that is free; equal tasks are computed anew."""
        try:
            handle = self._client.submit(call, function, item, pure=False, retries=0)
        except TypeError as problem:
            raise unsendable(problem) from problem
        future: Reply = Future()
        self._handles[future] = handle
        handle.add_done_callback(lambda done: self._finish(future, done))
        return future

    def _finish(self, future: Reply, handle: Any) -> None:
        """Called by a thread of the client; the handle is let go so that the cluster forgets it."""
        self._handles.pop(future, None)
        try:
            result = handle.result()
        except BaseException as problem:  # noqa: BLE001 -- told to whoever waits
            future.set_exception(problem)
        else:
            future.set_result(result)

    def trouble(self, problem: BaseException) -> ComputeError:
        """An error about serialising comes from the wire; all others are losses."""
        if isinstance(problem, TypeError):
            return unsendable(problem)
        return lost()

    def drop(self, futures: Iterable[Reply]) -> None:
        """Forget them; what runs in a worker ends with its task."""
        handles = [self._handles.pop(future, None) for future in list(futures)]
        self._client.cancel([handle for handle in handles if handle is not None], force=True)
