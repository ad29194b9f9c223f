"""The first half: every piece is fitted and lies in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from forecasting.engine.budget import TimeBudget
from forecasting.engine.computing.workers import Workers
from forecasting.engine.sharding.jobs import FitJob, fit_piece
from forecasting.engine.sharding.plan import Piece, deal
from forecasting.engine.sharding.run import Run
from forecasting.engine.sharding.settling import Settled, Steps, settle
from forecasting.engine.sharding.store import Saved, Store
from forecasting.engine.sharding.telling import FITS_END, FITTED, Telling
from forecasting.engine.watch import Watch

# Of the time there is; the rest is for the forecasts.
FIT_SHARE: Final = 0.85


def fitted(
    run: Run, workers: Workers, store: Store, places: Sequence[int]
) -> tuple[list[Saved], Settled]:
    """Fit the series at ``places`` that the store does not hold yet."""
    done = _done(store, set(places))
    known = tuple(place for saved in done for place in saved.positions)
    watch = _watch(run)
    rest = sorted(set(places) - set(known))
    pieces = deal(run.panel.lengths, rest, workers.size, run.shard_series)

    def send(piece: Piece) -> FitJob:
        seconds = None if watch.budget.seconds is None else watch.budget.left()
        return FitJob(run.work, run.part(piece.positions), seconds)

    def keep(piece: Piece, fits: Any) -> None:
        done.append(store.put(piece.positions, fits))

    told = Telling(watch, FITTED, run.panel.lengths, known)
    steps = Steps(fit_piece, send, keep, told, run.retries)
    return done, settle(workers, pieces, steps, watch, worked=bool(done))


def _done(store: Store, wanted: set[int]) -> list[Saved]:
    """What lies there of the wanted series, every series once."""
    done = []
    for saved in store.pieces():
        if wanted.issuperset(saved.positions):
            wanted = wanted.difference(saved.positions)
            done.append(saved)
    return done


def _watch(run: Run) -> Watch:
    part = run.watch.part(0.0, FITS_END)
    if part.budget.seconds is None:
        return part
    return replace(part, budget=TimeBudget(part.budget.left() * FIT_SHARE))
