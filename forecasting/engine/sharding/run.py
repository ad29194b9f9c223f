"""One sharded computation: what, on which data, and how it is dealt out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from forecasting.engine.computing.compute import Compute
from forecasting.engine.computing.workers import Workers
from forecasting.engine.panel import Panel
from forecasting.engine.sharding.jobs import Work
from forecasting.engine.sharding.store import Store, identity
from forecasting.engine.watch import Watch


class How(TypedDict, total=False):
    """How the work is dealt out.

    ``compute``: where, this process unless said. ``shard_series``: most series in a shard, about
    eight shards per worker unless said. ``retries``: further tries of a shard before it is halved.
    ``checkpoint``: a folder that keeps what is done. ``watch``: progress, stop requests, budget.
    """

    compute: Compute | Workers | None
    shard_series: int | None
    retries: int
    checkpoint: Path | None
    watch: Watch


@dataclass(frozen=True, eq=False)
class Run:
    """The choices of ``How`` with the work and the data."""

    work: Work
    panel: Panel
    compute: Compute | Workers | None = None
    shard_series: int | None = None
    retries: int = 2
    checkpoint: Path | None = None
    watch: Watch = field(default_factory=Watch)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Where fitted pieces lie: in the checkpoint, or for the length of the run."""
        if self.checkpoint is None:
            with TemporaryDirectory() as folder:
                yield Store(Path(folder))
        else:
            folder_of_run = self.checkpoint / identity(self.work, self.panel)
            folder_of_run.mkdir(parents=True, exist_ok=True)
            yield Store(folder_of_run)

    def part(self, places: tuple[int, ...]) -> Panel:
        """The series at these positions."""
        return self.panel.select([self.panel.ids[place] for place in places])
