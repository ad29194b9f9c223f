"""Exponential smoothing of many series at once, every parameter of a grid side by side.

Theta: half the trend line plus simple smoothing (Assimakopoulos and Nikolopoulos 2000; Hyndman and
Billah 2003). Damped: Holt's trend that fades (Gardner and McKenzie 1985). CES: complex smoothing
without season, which needs no choice between level and trend (Svetunkov, Kourentzes and Ord 2022).
The combination with the least squared one-step error wins, for every series of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.panel import Floats

Method = Literal["theta", "damped", "ces"]
METHODS: Final[tuple[Method, ...]] = ("theta", "damped", "ces")
Places = NDArray[np.int64]
State = tuple[Floats, Floats]
Step = Callable[[State, Floats], State]

_ALPHAS: Final = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0)
_REALS: Final = (0.6, 1.0, 1.3, 1.5, 1.65, 1.8)
# The imaginary part sits close to one, where the smallest change turns the trend.
_IMAGINARY: Final = (
    0.9, 0.95, 0.975, 0.985, 0.992, 0.996, 0.998, 0.999,
    1.0, 1.001, 1.002, 1.003, 1.006, 1.015,
)  # fmt: skip
_SHARES: Final = (0.05, 0.2, 0.5)
_FADINGS: Final = (0.8, 0.9, 0.98)
GRIDS: Final[dict[Method, Floats]] = {
    "theta": np.array([(a, 0.0, 0.0) for a in _ALPHAS]),
    "damped": np.array(
        [(a, a * b, p) for a, b, p in product((*_ALPHAS[1::2], 1.0), _SHARES, _FADINGS)]
    ),
    "ces": np.array([(r, i, 0.0) for r, i in product(_REALS, _IMAGINARY)]),
}
FIRST_ROWS: Final = 10


def chosen(method: Method, rows: Floats, firsts: Places) -> Floats:
    """The best parameters ``[n, 3]`` of series ``[n, T]`` that begin at column ``firsts``."""
    grid = GRIDS[method]
    _, errors = _run(method, rows, firsts, np.broadcast_to(grid, (len(rows), *grid.shape)))
    best = np.where(np.isfinite(errors), errors, np.inf).argmin(axis=1)
    rows_of_grid: Floats = grid[best]
    return rows_of_grid


def ahead(method: Method, rows: Floats, firsts: Places, parameters: Floats, horizon: int) -> Floats:
    """Forecasts ``[n, H]`` with given parameters ``[n, 3]``."""
    (level, slope), _ = _run(method, rows, firsts, parameters[:, None, :])
    steps = np.arange(1, horizon + 1)
    if method == "theta":
        alpha = parameters[:, :1]
        known = rows.shape[1] - firsts[:, None]
        lag = (1 - (1 - alpha) ** known) / alpha
        forecasts: Floats = level + _line(rows, firsts)[:, None] / 2 * (steps - 1 + lag)
        return forecasts
    if method == "damped":
        fading = np.cumsum(parameters[:, 2:] ** steps, axis=1)
        return level + slope * fading
    return _complex_ahead(level, slope, parameters, horizon)


def _complex_ahead(level: Floats, slope: Floats, parameters: Floats, horizon: int) -> Floats:
    forecasts = np.empty((len(level), horizon))
    state = (level, slope)
    step = _step("ces", parameters[:, None, :])
    for place in range(horizon):
        forecasts[:, place] = state[0][:, 0]
        state = step(state, np.zeros_like(level))
    return forecasts


def _run(method: Method, rows: Floats, firsts: Places, grid: Floats) -> tuple[State, Floats]:
    """Last states and sums of squared one-step errors, ``[n, G]`` each."""
    length = rows.shape[1]
    level = np.repeat(_start(rows, firsts), grid.shape[1], axis=1)
    state: State = (level, level / 1.1 if method == "ces" else np.zeros_like(level))
    step = _step(method, grid)
    errors = np.zeros_like(level)
    with np.errstate(over="ignore", invalid="ignore"):
        for place in range(int(firsts.min()), length):
            on = (place >= firsts)[:, None]
            gap = rows[:, place : place + 1] - _one_ahead(method, state, grid)
            errors += np.where(on, gap * gap, 0.0)
            moved = step(state, gap)
            if on.all():
                state = moved
            else:
                state = (np.where(on, moved[0], state[0]), np.where(on, moved[1], state[1]))
    return state, errors


def _start(rows: Floats, firsts: Places) -> Floats:
    """Mean of the first rows of every series ``[n, 1]``."""
    place = np.arange(rows.shape[1])[None, :]
    early = (place >= firsts[:, None]) & (place < firsts[:, None] + FIRST_ROWS)
    mean: Floats = (rows * early).sum(axis=1, keepdims=True) / early.sum(axis=1, keepdims=True)
    return mean


def _one_ahead(method: Method, state: State, grid: Floats) -> Floats:
    level, slope = state
    return level + grid[..., 2] * slope if method == "damped" else level


def _step(method: Method, grid: Floats) -> Step:
    """How the states move once an error is known."""
    first, second, third = grid[..., 0], grid[..., 1], grid[..., 2]
    if method == "theta":
        return lambda state, gap: (state[0] + first * gap, state[1])
    if method == "damped":
        return lambda state, gap: (
            state[0] + third * state[1] + first * gap,
            third * state[1] + second * gap,
        )
    return lambda state, gap: (
        state[0] - (1 - second) * state[1] + (first - second) * gap,
        state[0] + (1 - first) * state[1] + (first + second) * gap,
    )


def _line(rows: Floats, firsts: Places) -> Floats:
    """Slope of the least squares line through every series."""
    length = rows.shape[1]
    t = np.arange(length)[None, :] - (firsts[:, None] + length - 1) / 2
    t = np.where(np.arange(length)[None, :] >= firsts[:, None], t, 0.0)
    size = (t * t).sum(axis=1)
    slope: Floats = (t * rows).sum(axis=1) / np.where(size > 0, size, 1.0)
    return slope
