"""A run from its first piece to the answer for all series."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forecasting.engine import artifacts
from forecasting.engine.computing.compute import opened
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.sharding.fitting import fitted
from forecasting.engine.sharding.forecasting import answered, forecast
from forecasting.engine.sharding.jobs import ForecastJob, packed
from forecasting.engine.sharding.joined import Answer, joined, summed
from forecasting.engine.sharding.plan import Piece, deal
from forecasting.engine.sharding.run import Run
from forecasting.engine.sharding.settling import Settled, require_some
from forecasting.engine.sharding.standing_in import notes, stand_ins
from forecasting.engine.sharding.store import Saved


@dataclass(frozen=True, eq=False)
class Finished:
    """One forecast per cutoff, and what there is to say of the run."""

    forecasts: list[Forecast]
    failures: dict[str, str]
    notes: tuple[str, ...]
    shards: int
    tried_again: int
    resumed: int = 0
    report: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Before:
    """What came before the forecasts: series an earlier run had fitted, the report of all fits."""

    series: int
    report: dict[str, Any]


def finished(run: Run, places: Sequence[int], refused: Mapping[str, str] | None = None) -> Finished:
    """Fit and forecast the series at ``places``; the ``refused`` others are left out."""
    with opened(run.compute) as workers, run.store() as store:
        before = {saved.positions for saved in store.pieces()}
        fits, fitting = fitted(run, workers, store, places)
        require_some(fitting, run.work.model, run.panel.ids)
        answers, forecasting = forecast(run, workers, fits)
        require_some(forecasting, run.work.model, run.panel.ids)
        resumed = sum(len(one.positions) for one in fits if one.positions in before)
        report = summed([_report(one) for one in fits])
    return _finished(run, answers, [fitting, forecasting], refused or {}, Before(resumed, report))


def predicted(run: Run, model: Forecaster) -> Finished:
    """Forecast with a model that is fitted already."""
    files = packed(model, [])

    def send(piece: Piece) -> ForecastJob:
        rows = run.part(piece.positions)
        return ForecastJob(run.work, [files], [None], rows.ids, rows)

    with opened(run.compute) as workers:
        pieces = deal(run.panel.lengths, range(len(run.panel)), workers.size, run.shard_series)
        answers, settled = answered(run, workers, pieces, send)
        require_some(settled, run.work.model, run.panel.ids)
    return _finished(run, answers, [settled], {}, Before(0, model.report_))


def _finished(
    run: Run,
    answers: list[Answer],
    halves: Sequence[Settled],
    refused: Mapping[str, str],
    fitted_before: Before,
) -> Finished:
    """With a stand-in for every series that failed in one of the halves."""
    ids = run.panel.ids
    reasons = {place: text for half in halves for place, text in half.failures.items()}
    others = stand_ins(run.panel, run.work, sorted(reasons), run.watch)
    stood_in = [ids[place] for place in sorted(p for one in others for p in one.positions)]
    failures = {ids[place]: reasons[place] for place in sorted(reasons)} | dict(refused)
    left_out = [name for name in failures if name not in set(stood_in)]
    run.watch.report(1.0)
    return Finished(
        joined(run.work.model, [*answers, *others]),
        failures,
        notes(run.work.model, stood_in, left_out),
        len(answers),
        sum(half.tried_again for half in halves),
        fitted_before.series,
        fitted_before.report,
    )


def _report(saved: Saved) -> dict[str, Any]:
    """What the model of the first group says of its fit."""
    report: dict[str, Any] = json.loads(saved.files(0)[artifacts.CARD])["report"]
    return report
