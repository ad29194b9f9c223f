"""M4's Naive2: the last seasonally adjusted value, put back on its season.

A series is adjusted only if it is seasonal at 90 %: its autocorrelation r at one season lies beyond
1.645 sqrt((1 + 2 sum_(k<m) r_k^2) / n), and it holds at least three seasons. The factors are those
of the classical multiplicative decomposition: value over centred moving average, averaged per
place in the season, scaled to mean 1. Makridakis, Spiliotis, Assimakopoulos 2020 (International
Journal of Forecasting 36, 54-74), their published R code.

R computes autocorrelations up to lag 10 log10(n) only and takes longer seasons for none; here every
season is tested. No M4 series is affected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats

CRITICAL: Final = 1.645
LEAST_SEASONS: Final = 3
LARGEST_TABLE: Final = 2_000_000


def naive2(columns: Sequence[Floats], season: int, horizon: int) -> Floats:
    """Forecasts ``[N, H]`` of N series ``[T_n]`` that may differ in length.

    Gaps are closed by straight lines; every series needs one value. A series whose factors are not
    all positive (it holds zeros or negative values) is forecast without them, by its last value.
    """
    filled = [fill(column) for column in columns]
    lengths = np.array([len(column) for column in filled])
    forecasts = np.repeat(np.array([c[-1] for c in filled])[:, None], horizon, axis=1)
    candidates = np.flatnonzero((lengths >= LEAST_SEASONS * season) & (season > 1))
    for rows in _tables(candidates, lengths):
        table = np.full((len(rows), lengths[rows].max()), np.nan)
        for place, row in enumerate(rows):
            table[place, : lengths[row]] = filled[row]
        factors = seasonal_factors(table, season)
        usable = is_seasonal(table, season) & (np.isfinite(factors) & (factors > 0)).all(axis=1)
        chosen, factors = rows[usable], factors[usable]
        adjusted = forecasts[chosen, :1] / _factor_at(factors, lengths[chosen] - 1, 1)
        forecasts[chosen] = adjusted * _factor_at(factors, lengths[chosen], horizon)
    return forecasts


def is_seasonal(table: Floats, season: int) -> NDArray[np.bool_]:
    """M4's test ``[N]`` for series ``[N, T]`` that end where their NaN begin."""
    seen = ~np.isnan(table)
    lengths = seen.sum(axis=1)
    centred = np.where(seen, table - (np.nansum(table, axis=1) / lengths)[:, None], 0.0)
    variance = np.einsum("nt,nt->n", centred, centred)
    safe = np.where(variance > 0, variance, 1.0)
    correlations = np.stack(
        [
            np.einsum("nt,nt->n", centred[:, lag:], centred[:, :-lag]) / safe
            for lag in range(1, season + 1)
        ]
    )
    limit = CRITICAL * np.sqrt((1 + 2 * np.sum(correlations[:-1] ** 2, axis=0)) / lengths)
    beyond: NDArray[np.bool_] = (np.abs(correlations[-1]) > limit) & (variance > 0)
    return beyond


def seasonal_factors(table: Floats, season: int) -> Floats:
    """Factors ``[N, season]`` of the classical multiplicative decomposition, with mean 1.

    The first belongs to the first row of a series; NaN ends a series of ``[N, T]``.
    """
    ratios = np.full(table.shape, np.nan)
    half = season // 2
    inner = slice(half, table.shape[1] - half)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios[:, inner] = table[:, inner] / _centred_mean(table, season)
        spare = -table.shape[1] % season
        rows = np.pad(ratios, ((0, 0), (0, spare)), constant_values=np.nan)
        cycles = rows.reshape(len(table), -1, season)
        known = ~np.isnan(cycles)
        figure = np.where(known, cycles, 0.0).sum(axis=1) / known.sum(axis=1)
        factors: Floats = figure / figure.mean(axis=1, keepdims=True)
    return factors


def _centred_mean(table: Floats, season: int) -> Floats:
    """Mean over one season around each inner row; an even season takes half of both end rows."""
    width = season // 2 * 2 + 1
    weights = np.full(width, 1 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    count = table.shape[1] - width + 1
    total = np.zeros((len(table), count))
    for shift, weight in enumerate(weights):
        total += weight * table[:, shift : shift + count]
    return total


def _factor_at(factors: Floats, firsts: NDArray[np.int64], count: int) -> Floats:
    """The factors ``[N, count]`` of the rows from ``firsts[n]`` on."""
    places = (firsts[:, None] + np.arange(count)) % factors.shape[1]
    return np.take_along_axis(factors, places, axis=1)


def _tables(
    candidates: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Iterator[NDArray[np.int64]]:
    """Series of similar length together, in tables of bounded size."""
    ordered = candidates[np.argsort(lengths[candidates], kind="stable")]
    while len(ordered):
        rows = np.arange(1, len(ordered) + 1) * lengths[ordered]
        count = max(1, int(np.searchsorted(rows, LARGEST_TABLE, side="right")))
        yield ordered[:count]
        ordered = ordered[count:]
