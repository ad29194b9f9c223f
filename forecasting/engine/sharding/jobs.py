"""What a worker is given and gives back: plain data in, the files of saved models out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import numpy as np

from forecasting.engine import artifacts, registry
from forecasting.engine.budget import TimeBudget
from forecasting.engine.computing.task import in_worker
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.intervals import Conformal
from forecasting.engine.limits import Limits
from forecasting.engine.panel import Panel
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.score_keeping import Scores, keeping

SCORES: Final = "scores.safetensors"
# A saved model by the names of its files, with the scores of its intervals.
Files: TypeAlias = dict[str, bytes]


@dataclass(frozen=True, eq=False)
class Work:
    """What is the same for all pieces: a model, and the cutoffs of a backtest or none."""

    model: str
    settings: dict[str, Any]
    horizon: int
    levels: Sequence[float] = (80, 95)
    origin: RollingOrigin | None = None
    limits: Limits = field(default_factory=Limits)
    # The class of a model that is not built in, which no worker knows of.
    custom: type[Any] | None = None

    def groups(self) -> list[list[int]]:
        """Ends that share a fit; one group of end 0 for a forecast."""
        return [[0]] if self.origin is None else self.origin.groups()

    def introduce(self) -> None:
        """Make a model that is not built in known to a worker."""
        if self.custom is not None and in_worker():
            registry.register_model(self.model, self.custom)


@dataclass(frozen=True, eq=False)
class FitJob:
    """Fit a piece; ``seconds`` are left for it, None without end."""

    work: Work
    panel: Panel
    seconds: float | None = None


@dataclass(frozen=True, eq=False)
class ForecastJob:
    """Forecast the series ``ids`` of a fitted piece, one fit and its intervals per group.

    Without a panel from the end of what the model remembers.
    """

    work: Work
    fits: Sequence[Files]
    intervals: Sequence[Conformal | None]
    ids: tuple[str, ...]
    panel: Panel | None = None


def fit_piece(job: FitJob) -> list[Files]:
    """One saved model per group."""
    job.work.introduce()
    groups = job.work.groups()
    budget = TimeBudget(job.seconds)
    fits = []
    for number, group in enumerate(groups):
        rows = job.panel if job.work.origin is None else job.work.origin.training(job.panel, group)
        share = budget.share(len(groups) - number)
        with keeping() as kept:
            model = registry.create(job.work.model, **job.work.settings)
            model.fit(rows, horizon=job.work.horizon, budget=share)
        fits.append(packed(model, kept))
    return fits


def forecast_piece(job: ForecastJob) -> list[Forecast]:
    """One forecast per cutoff, the oldest first."""
    job.work.introduce()
    forecasts: list[Forecast] = []
    pairs = zip(job.fits, job.intervals, job.work.groups(), strict=True)
    for files, intervals, group in pairs:
        model = unpacked(files)
        model.limits = job.work.limits
        model.intervals_ = intervals or model.intervals_
        forecasts.extend(_forecasts(model, job, group))
    return forecasts


def _forecasts(model: Forecaster, job: ForecastJob, group: list[int]) -> list[Forecast]:
    work = job.work
    if work.origin is not None and job.panel is not None:
        seen = work.origin.seen(job.panel, group)
        ends = [end - group[-1] for end in group]
        return list(model.predict_at(seen, ends, work.levels))
    data = model.context_ if job.panel is None else job.panel
    if data.ids != job.ids:
        data = data.select(job.ids)
    return [model.predict(data, work.horizon, work.levels)]


def packed(model: Forecaster, kept: Sequence[Scores]) -> Files:
    """The model's files, with the scores where one call made all its intervals."""
    from safetensors.numpy import save  # noqa: PLC0415 -- as in artifacts

    with TemporaryDirectory() as folder:
        artifacts.save(model, Path(folder))
        files = {file.name: file.read_bytes() for file in Path(folder).iterdir()}
    if len(kept) == 1 and kept[0].ids == model.intervals_.ids:
        rows = {f"scores.{v}": np.ascontiguousarray(own) for v, own in enumerate(kept[0].scores)}
        files[SCORES] = save({"mean": kept[0].mean, "spread": kept[0].spread} | rows)
    return files


def unpacked(files: Files) -> Forecaster:
    """The model that ``packed`` was given."""
    with TemporaryDirectory() as folder:
        for name in (artifacts.ARRAYS, artifacts.CARD):
            (Path(folder) / name).write_bytes(files[name])
        return artifacts.load(Path(folder))
