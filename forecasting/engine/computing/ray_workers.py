"""Workers of a Ray cluster: one started here on the loopback address, or one that is running."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from tempfile import mkdtemp
from typing import Any, Final

from forecasting.engine.computing.problems import ComputeError, lost, unsendable
from forecasting.engine.computing.reaching import connected, required
from forecasting.engine.computing.task import ONE_THREAD, call
from forecasting.engine.computing.workers import Reply
from forecasting.engine.environment import environment

# Ray reads them when it is imported. The second keeps a cluster of one machine on 127.0.0.1.
QUIET: Final = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
LOOPBACK: Final = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
OBJECT_STORE_BYTES: Final = 256 * 1024 * 1024


@contextmanager
def ray_workers(processes: int, address: str) -> Iterator[RayWorkers]:
    """Join what is connected already, or the cluster at ``address``, or start one."""
    for name, value in (QUIET if address else QUIET | LOOPBACK).items():
        os.environ.setdefault(name, value)
    ray = required("ray", "Ray")
    if ray.is_initialized():
        yield RayWorkers(ray)
        return
    folder = None if address else mkdtemp(prefix="ray-")
    try:
        with connected("Ray", address):
            _start(ray, processes, address, folder)
        yield RayWorkers(ray)
    finally:
        ray.shutdown()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _start(ray: Any, processes: int, address: str, folder: str | None) -> None:
    quiet = {"logging_level": "ERROR", "log_to_driver": False}
    if address:
        ray.init(address=address, runtime_env={"env_vars": ONE_THREAD}, **quiet)
        return
    # Its processes inherit these; a runtime environment would cost seconds.
    with environment(ONE_THREAD):
        ray.init(
            num_cpus=processes,
            num_gpus=0,
            include_dashboard=False,
            object_store_memory=OBJECT_STORE_BYTES,
            _temp_dir=folder,
            **quiet,
        )


class RayWorkers:
    """One task per processor of the cluster."""

    def __init__(self, ray: Any) -> None:
        self.size = max(1, int(ray.cluster_resources().get("CPU", 1)))
        self._ray = ray
        # Ray would try again by itself, and nobody would hear of it.
        self._call = ray.remote(num_cpus=1, max_retries=0)(call)
        self._references: dict[Reply, Any] = {}

    def submit(self, function: Callable[[Any], Any], item: Any) -> Reply:
        """To any processor that is free."""
        try:
            reference = self._call.remote(function, item)
        except TypeError as problem:
            raise unsendable(problem) from problem
        future: Reply = reference.future()
        self._references[future] = reference
        future.add_done_callback(lambda done: self._references.pop(done, None))
        return future

    def trouble(self, problem: BaseException) -> ComputeError:
        """An error about serialising comes from the task's answer; all others are losses."""
        if isinstance(problem, self._ray.exceptions.RayTaskError):
            return unsendable(problem.cause)
        return lost()

    def drop(self, futures: Iterable[Reply]) -> None:
        """End the processes that compute them."""
        for future in list(futures):
            reference = self._references.pop(future, None)
            if reference is not None:
                self._ray.cancel(reference, force=True)
