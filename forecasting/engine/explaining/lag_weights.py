"""How much every past value counts in a linear model, by lag, by block of steps, by named group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.blocks import block_ends
from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining import time_words
from forecasting.engine.explaining.lag_bands import LagBands
from forecasting.engine.explaining.lag_maps import LagTable, lag_tables
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.frequency import Frequency
from forecasting.engine.missing import filled_columns
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

Block = tuple[int, int]


@dataclass(frozen=True)
class TopLag:
    """A past value ``lag`` steps back (1 is the last row), its weight and how people say it."""

    lag: int
    weight: float
    label: Sentence


@dataclass(frozen=True, eq=False)
class LagWeights:
    """``weights`` ``[V, L, B]`` of V series (``labels``): row 0 is the last value, lag 1.

    A block holds the steps ``first:last`` (0 is the first step ahead); its weights are the means of
    its steps. ``bands`` name N groups of lags, counted from the step that is forecast;
    ``band_weights`` ``[V, N, B]`` are their sums, ``band_shares`` their part of the absolute
    weights. ``totals`` ``[V, B]`` is the sum of all weights: 1 where the level is carried on in
    full. ``constants`` ``[V, B]`` is what is added, the covariates above all. ``exact`` weights
    reproduce the forecast within ``gaps`` ``[V]``, in spreads of the series; others are slopes at
    today's values. What lies before a series has weight 0.
    """

    labels: tuple[str, ...]
    frequency: Frequency
    blocks: tuple[Block, ...]
    weights: Floats
    bands: tuple[Sentence, ...]
    band_weights: Floats
    band_shares: Floats
    totals: Floats
    constants: Floats
    gaps: Floats
    exact: bool

    def top(self, place: int = 0, block: int = 0, count: int = 5) -> list[TopLag]:
        """The largest weights of a series; labels count from the first step of the block."""
        weights = self.weights[place, :, block]
        order = np.argsort(-np.abs(weights), kind="stable")[:count]
        first = self.blocks[block][0]
        return [
            TopLag(
                int(row) + 1,
                float(weights[row]),
                time_words.ago(self.frequency, int(row) + 1 + first),
            )
            for row in order
            if weights[row]
        ]


def lag_weights(
    model: Forecaster,
    panel: Panel | None = None,
    *,
    blocks: Sequence[Block] = (),
    watch: Watch | None = None,
) -> LagWeights:
    """The weights of a fitted linear model for the forecast after the last row of ``panel``.

    Without ``blocks`` those of the engine: near steps in narrow ones, far steps in wide ones.
    Gaps count as filled. Raises SettingsError for a model that is not linear, Cancelled.
    """
    watch = watch or Watch()
    panel = model.context_ if panel is None else panel
    ends = [int(end) for end in block_ends(model.horizon_)]
    chosen = tuple(blocks) or tuple(zip([0, *ends[:-1]], ends, strict=True))
    forecast = next(model.means_at(panel, [0])).transpose(0, 2, 1).reshape(len(panel.labels), -1)
    rows = []
    seasons = [m for m in panel.frequency.season_lengths if 1 < m <= int(panel.lengths.max())]
    bands = LagBands(panel.frequency, tuple(seasons))
    columns = filled_columns(panel)
    for place, table in enumerate(lag_tables(model, panel)):
        watch.report(place / len(columns), gettext_noop("Reading the weights"))
        gap = _gap(table, columns[place], forecast[place])
        rows.append((table.exact, gap, *_summed(table, bands, chosen)))
    exact, gaps, weights, sums, shares, totals, constants = zip(*rows, strict=True)
    return LagWeights(
        labels=panel.labels,
        frequency=panel.frequency,
        blocks=chosen,
        weights=_stacked(weights),
        bands=bands.names,
        band_weights=np.stack(sums),
        band_shares=np.stack(shares),
        totals=np.stack(totals),
        constants=np.stack(constants),
        gaps=np.array(gaps),
        exact=all(exact),
    )


def _gap(table: LagTable, column: Floats, forecast: Floats) -> float:
    """The largest distance of the weighted past from the forecast, in spreads of the series."""
    past = column[len(column) - len(table.weights) :][::-1]
    distance = np.abs(past @ table.weights + table.constant - forecast).max()
    return float(distance / (column.std() or 1.0))


def _summed(
    table: LagTable, bands: LagBands, blocks: Sequence[Block]
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Weights ``[L, B]``, sums and shares of the bands ``[N, B]``, totals and constants ``[B]``."""
    lags, count = np.arange(1, len(table.weights) + 1), len(bands.names)
    signed = np.zeros((count, table.weights.shape[1]))
    sizes = np.zeros_like(signed)
    for step, column in enumerate(table.weights.T):
        codes = bands.codes(lags, [step])
        signed[:, step] = np.bincount(codes, column, count)
        sizes[:, step] = np.bincount(codes, np.abs(column), count)
    sizes /= np.maximum(sizes.sum(axis=0), 1e-300)

    def over(values: Floats) -> Floats:
        return np.stack([values[..., first:last].mean(axis=-1) for first, last in blocks], axis=-1)

    weights = over(table.weights)
    return weights, over(signed), over(sizes), weights.sum(axis=0), over(table.constant)


def _stacked(parts: Sequence[Floats]) -> Floats:
    """``[V, L, B]``, zero where a series is shorter than the longest."""
    longest = max(len(part) for part in parts)
    return np.stack([np.pad(part, ((0, longest - len(part)), (0, 0))) for part in parts])
