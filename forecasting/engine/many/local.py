"""Members that look at one series alone: smoothing of its newest rows without their season."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.many.smoothing import METHODS, Method, ahead, chosen
from forecasting.engine.naive2 import LEAST_SEASONS, is_seasonal, seasonal_factors
from forecasting.engine.panel import Floats

Local = Literal["last", "theta", "damped", "ces"]
LOCALS: Final[tuple[Local, ...]] = ("last", *METHODS)
LOCAL_ROWS: Final = 260
BATCH: Final = 64


def local_forecasts(
    columns: list[Floats],
    season: int,
    horizon: int,
    parameters: Floats | None = None,
    check: Callable[[], None] = lambda: None,
) -> tuple[Floats, Floats]:
    """Forecasts ``[methods, n, H]`` and parameters ``[methods, n, 3]`` of columns ``[T_v]``.

    "last" repeats the last value, put back on its season, and has no parameters. Without given
    parameters the best of a grid are taken, for every series of its own.
    """
    forecasts = np.empty((len(LOCALS), len(columns), horizon))
    found = np.zeros((len(LOCALS), len(columns), 3))
    for places in _batches(columns):
        check()
        newest = [columns[v][-LOCAL_ROWS:] for v in places]
        table, firsts, ahead_factors = _adjusted(newest, season, horizon)
        unit = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-290)
        forecasts[0][places] = table[:, -1:] * ahead_factors
        for number, method in enumerate(METHODS, start=1):
            own = _parameters(method, table / unit, firsts, parameters, number, places)
            found[number][places] = own
            steps = ahead(method, table / unit, firsts, own, horizon) * unit
            forecasts[number][places] = steps * ahead_factors
    return forecasts, found


def _parameters(
    method: Method,
    table: Floats,
    firsts: NDArray[np.int64],
    parameters: Floats | None,
    number: int,
    places: NDArray[np.int64],
) -> Floats:
    if parameters is None:
        return chosen(method, table, firsts)
    known: Floats = parameters[number][places]
    return known


def _batches(columns: list[Floats]) -> Iterator[NDArray[np.int64]]:
    order = np.argsort([len(column) for column in columns], kind="stable")
    for first in range(0, len(order), BATCH):
        yield order[first : first + BATCH]


def _adjusted(
    columns: list[Floats], season: int, horizon: int
) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Seasonally adjusted rows at the right end of ``[n, T]``, where each begins, and the factors
    ``[n, H]`` of the steps ahead; a series that is not seasonal has factors one."""
    lengths = np.array([len(column) for column in columns])
    firsts = lengths.max() - lengths
    table = np.zeros((len(columns), int(lengths.max())))
    factors = np.ones((len(columns), max(season, 1)))
    for place, column in enumerate(columns):
        table[place, firsts[place] :] = column
    seasonal = np.flatnonzero((lengths >= LEAST_SEASONS * season) & (season > 1))
    if len(seasonal):
        left = np.full((len(seasonal), table.shape[1]), np.nan)
        for place, v in enumerate(seasonal):
            left[place, : lengths[v]] = columns[v]
        figure = seasonal_factors(left, season)
        usable = is_seasonal(left, season) & (np.isfinite(figure) & (figure > 0)).all(axis=1)
        factors[seasonal[usable]] = figure[usable]
    past = (np.arange(table.shape[1]) - firsts[:, None]) % factors.shape[1]
    coming = (lengths[:, None] + np.arange(horizon)) % factors.shape[1]
    table /= np.take_along_axis(factors, past, axis=1)
    return table, firsts, np.take_along_axis(factors, coming, axis=1)
