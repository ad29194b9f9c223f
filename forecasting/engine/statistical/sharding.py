"""The fits of many series, dealt out in shards: kept as they are done, told by shard.

A worker gets some series of a shard at a time, about a second of work. What is done lies in the
checkpoint, so that a run that was killed goes on with what is left. Every fit is that of one
series alone: no number depends on the deal.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any, Final

import numpy as np

from forecasting.engine.budget import TimeBudget
from forecasting.engine.computing.compute import opened
from forecasting.engine.computing.workers import Workers
from forecasting.engine.journal import digest
from forecasting.engine.sharding.plan import Piece, deal
from forecasting.engine.sharding.rule import shards_for
from forecasting.engine.sharding.settling import Steps, require_some, settle
from forecasting.engine.sharding.store import Store
from forecasting.engine.statistical.estimates import chunk
from forecasting.engine.statistical.fitting import Fitted, Job, fit_all, stand_in
from forecasting.engine.statistical.storing import fits_from, fits_of
from forecasting.engine.watch import ShardReport, Watch

# What was fitted so far tells the pace from this share on.
TELLING_SERIES: Final = 20


@dataclass(frozen=True, eq=False)
class Wanted:
    """All rows as one job, the ``labels`` of their variates, and about how long it takes;
    ``identity`` is the data they are of."""

    job: Job
    labels: tuple[str, ...]
    seconds: float
    identity: str


@dataclass(frozen=True, eq=False)
class Found:
    """One fit per variate, and by label why no process could fit it."""

    fitted: list[Fitted]
    failures: dict[str, str]


def fit_in_shards(wanted: Wanted, workers: Workers, watch: Watch, checkpoint: Path | None) -> Found:
    """Fit all rows on these workers; a repetition stands in for what no process survives.

    Raises Cancelled, ComputeError, and TrainingError when nothing works at all.
    """
    rows = wanted.job.rows
    store = None if checkpoint is None else _store(wanted, checkpoint)
    done: dict[int, Fitted] = _kept(store)
    shards = _shards(wanted, workers)
    told = _Telling(watch, shards, workers.size, len(rows), frozenset(done))

    def send(piece: Piece) -> Job:
        return replace(wanted.job, rows=[rows[place] for place in piece.positions])

    def keep(piece: Piece, value: Any) -> None:
        done.update(zip(piece.positions, value, strict=True))
        if store is not None:
            store.put(piece.positions, [fits_of(value)])

    # A race measures time by itself; what was begun here comes to its end.
    unhurried = replace(watch, budget=TimeBudget())
    size = chunk(wanted.seconds * workers.size, len(rows))
    pieces = deque(_in_turns(shards, frozenset(done), workers.size, size))
    told.report()
    steps = Steps(fit_all, send, keep, told)
    settled = settle(workers, pieces, steps, unhurried, worked=bool(done))
    require_some(settled, wanted.job.name, wanted.labels)
    for place in settled.failures:
        done[place] = stand_in(wanted.job, rows[place])
    failures = {wanted.labels[place]: why for place, why in sorted(settled.failures.items())}
    return Found([done[place] for place in range(len(rows))], failures)


def fit(wanted: Wanted, processes: int, watch: Watch, checkpoint: Path | None) -> Found | None:
    """The same on the workers that are open, or so many processes; None below the rule."""
    with opened(None, processes) as workers:
        if shards_for(len(wanted.job.rows), workers.size) == 1:
            return None
        return fit_in_shards(wanted, workers, watch, checkpoint)


def _shards(wanted: Wanted, workers: Workers) -> list[tuple[int, ...]]:
    lengths = np.array([len(one.y) for one in wanted.job.rows], dtype=np.int64)
    count = shards_for(len(lengths), workers.size)
    most = -(-len(lengths) // count)
    return [piece.positions for piece in deal(lengths, range(len(lengths)), workers.size, most)]


def _in_turns(
    shards: Sequence[tuple[int, ...]], done: frozenset[int], workers: int, size: int
) -> Iterator[Piece]:
    """Pieces of as many shards side by side as there are workers, then of the next ones."""
    cut = [list(_cut([p for p in shard if p not in done], size)) for shard in shards]
    for first in range(0, len(cut), workers):
        together = zip_longest(*cut[first : first + workers])
        yield from (piece for piece in chain.from_iterable(together) if piece is not None)


def _cut(places: Sequence[int], size: int) -> Iterator[Piece]:
    left = iter(places)
    while part := tuple(islice(left, size)):
        yield Piece(part)


def _store(wanted: Wanted, checkpoint: Path) -> Store:
    job = wanted.job
    facts = {
        "schema": 1,
        "model": job.name,
        "settings": {k: v for k, v in asdict(job.settings).items() if k != "processes"},
        "horizon": job.horizon,
        "data": wanted.identity,
    }
    folder = checkpoint / digest(facts)[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return Store(folder)


def _kept(store: Store | None) -> dict[int, Fitted]:
    """What an earlier run had fitted."""
    found: dict[int, Fitted] = {}
    for saved in () if store is None else store.pieces():
        found |= zip(saved.positions, fits_from(saved.files(0)), strict=True)
    return found


class _Telling:
    """Reports after every piece; what an earlier run has done counts, but not for the pace."""

    def __init__(
        self,
        watch: Watch,
        shards: Sequence[tuple[int, ...]],
        workers: int,
        series: int,
        before: frozenset[int],
    ) -> None:
        self._watch, self._workers, self._series = watch, workers, series
        self._owner = {place: number for number, shard in enumerate(shards) for place in shard}
        self._sizes = [len(shard) for shard in shards]
        self._done = [sum(place in before for place in shard) for shard in shards]
        self._before = len(before)
        self._began = time.monotonic()

    def __call__(self, piece: Piece) -> None:
        """``piece`` is over."""
        for place in piece.positions:
            self._done[self._owner[place]] += 1
        self.report()

    def report(self) -> None:
        """How it stands now."""
        done = sum(self._done)
        new = done - self._before
        pace = new / max(time.monotonic() - self._began, 1e-9) if new >= TELLING_SERIES else None
        if self._watch.tell is not None:
            self._watch.tell(
                ShardReport(
                    shards=tuple(zip(self._done, self._sizes, strict=True)),
                    workers=self._workers,
                    per_second=pace,
                    left=(self._series - done) / pace if pace else None,
                )
            )
        self._watch.report(done / self._series)
