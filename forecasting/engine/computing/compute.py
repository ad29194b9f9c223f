"""Which machines compute, as a value that can be kept in a setting and opened when needed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final, Literal, get_args

from forecasting.engine.computing.inline import Inline
from forecasting.engine.computing.local import local
from forecasting.engine.computing.task import in_worker
from forecasting.engine.computing.workers import OPEN, Workers
from forecasting.engine.errors import SettingsError, gettext_noop

Engine = Literal["local", "ray", "dask"]
ENGINES: Final = get_args(Engine)


@dataclass(frozen=True)
class Compute:
    """``processes`` workers of an engine on this machine, or all workers of the cluster at
    ``address`` (Ray: ``host:port`` or ``ray://host:port``; Dask: ``tcp://host:port``)."""

    engine: Engine = "local"
    processes: int = 1
    address: str = ""

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise SettingsError(
                gettext_noop("The compute engine is one of %(known)s, not %(given)s."),
                known=", ".join(ENGINES),
                given=self.engine,
            )
        if self.processes < 1:
            raise SettingsError(
                gettext_noop("A computation needs at least one process, not %(given)s."),
                given=self.processes,
            )
        if self.address and self.engine == "local":
            raise SettingsError(
                gettext_noop("Local processes have no address; name the engine ray or dask.")
            )

    @contextmanager
    def open(self) -> Iterator[Workers]:
        """Start or join the workers; at the end only what was started here is closed.

        Inside the block every parallel run of the engine uses them. Raises ComputeError.
        """
        with self._workers() as workers:
            before = OPEN.set(workers)
            try:
                yield workers
            finally:
                OPEN.reset(before)

    def _workers(self) -> AbstractContextManager[Workers]:
        if in_worker():
            return inline()
        if self.engine == "ray":
            from forecasting.engine.computing.ray_workers import ray_workers  # noqa: PLC0415 -- extra

            return ray_workers(self.processes, self.address)
        if self.engine == "dask":
            from forecasting.engine.computing.dask_workers import (  # noqa: PLC0415 -- extra
                dask_workers,
            )

            return dask_workers(self.processes, self.address)
        if self.processes == 1 or multiprocessing.current_process().daemon:
            return inline()
        return local(self.processes)


def at_once(processes: int = 1) -> int:
    """How many tasks run side by side: on the workers that are open, else so many processes."""
    workers = None if in_worker() else OPEN.get()
    return processes if workers is None else workers.size


@contextmanager
def opened(compute: Compute | Workers | None, processes: int = 1) -> Iterator[Workers]:
    """The workers a caller means: those given, those already open, or processes of its own."""
    if compute is None and not in_worker():
        compute = OPEN.get()
    if compute is None:
        compute = Compute("local", processes)
    if isinstance(compute, Compute):
        with compute.open() as workers:
            yield workers
    else:
        yield compute


@contextmanager
def inline() -> Iterator[Workers]:
    """This process."""
    yield Inline()
