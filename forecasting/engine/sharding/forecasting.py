"""The second half: every piece forecasts, with intervals from the errors of all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from forecasting.engine.budget import TimeBudget
from forecasting.engine.computing.workers import Workers
from forecasting.engine.sharding.calibrating import calibrated
from forecasting.engine.sharding.jobs import ForecastJob, forecast_piece
from forecasting.engine.sharding.joined import Answer
from forecasting.engine.sharding.plan import Piece
from forecasting.engine.sharding.run import Run
from forecasting.engine.sharding.settling import Settled, Steps, settle
from forecasting.engine.sharding.store import Saved
from forecasting.engine.sharding.telling import FITS_END, FORECAST, FORECASTS_END, Telling

Send: TypeAlias = Callable[[Piece], ForecastJob]


def forecast(run: Run, workers: Workers, fits: Sequence[Saved]) -> tuple[list[Answer], Settled]:
    """The answers of all fitted pieces."""
    groups = range(len(run.work.groups()))
    tables = [calibrated(run.panel, fits, group) for group in groups]
    owners = {place: number for number, saved in enumerate(fits) for place in saved.positions}

    def send(piece: Piece) -> ForecastJob:
        owner = owners[piece.positions[0]]
        ids = tuple(run.panel.ids[place] for place in piece.positions)
        files = [fits[owner].files(group) for group in groups]
        rows = None if run.work.origin is None else run.part(piece.positions)
        return ForecastJob(run.work, files, [table[owner] for table in tables], ids, rows)

    return answered(run, workers, deque(Piece(saved.positions) for saved in fits), send)


def answered(
    run: Run, workers: Workers, pieces: deque[Piece], send: Send
) -> tuple[list[Answer], Settled]:
    """See these pieces through; it is late, and they take little, so that no budget ends it."""
    answers: list[Answer] = []

    def keep(piece: Piece, forecasts: Any) -> None:
        answers.append(Answer(piece.positions, forecasts))

    watch = replace(run.watch.part(FITS_END, FORECASTS_END), budget=TimeBudget())
    told = Telling(watch, FORECAST, run.panel.lengths)
    steps = Steps(forecast_piece, send, keep, told, run.retries)
    return answers, settle(workers, pieces, steps, watch)
