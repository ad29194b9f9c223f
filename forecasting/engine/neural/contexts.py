"""A panel as a network takes it: scaled columns, covariates, and windows at any cutoff.

A group is what enters the network as one window: a series with all its channels, or one channel of
it where channels are taken apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forecasting.engine.missing import Scaled
from forecasting.engine.neural.beside import Beside, Singles
from forecasting.engine.neural.window import Window
from forecasting.engine.neural.windows import Rows, SeriesWindows, Starts
from forecasting.engine.panel import Floats, Panel

Bounds = list[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Contexts:
    """``columns[g]`` is ``[T, c]``; ``series[g]`` the series a group belongs to; ``mean64`` and
    ``spread64`` ``[G, c]`` lead to the unit of the data."""

    panel: Panel
    columns: list[Singles]
    series: NDArray[np.int64]
    past: list[Singles]
    known: list[Singles]
    static: Singles
    mean64: Floats
    spread64: Floats

    @staticmethod
    def of(panel: Panel, scaled: Scaled, beside: Beside, *, together: bool) -> Contexts:
        """Groups are series when ``together``, else variates."""
        channels = len(panel.channels)
        width = channels if together else 1
        flat = [column.astype(np.float32) for column in scaled.columns]
        groups = [np.stack(flat[v : v + width], axis=1) for v in range(0, len(flat), width)]
        return Contexts(
            panel,
            groups,
            np.arange(len(groups)) * width // channels,
            [beside.past(panel, s) for s in range(len(panel))],
            [beside.known(panel, s) for s in range(len(panel))],
            beside.static(panel),
            scaled.mean.reshape(-1, width),
            scaled.spread.reshape(-1, width),
        )

    def source(self, bounds: Bounds, lookback: int, horizon: int) -> SeriesWindows:
        """Training windows whose targets lie in the rows ``[low, high)`` of ``bounds[g]``.

        Inputs may reach before ``low``; nothing reaches ``high`` or beyond.
        """
        firsts = [
            np.arange(max(0, low - lookback), high - lookback - horizon + 1) for low, high in bounds
        ]
        group = np.repeat(np.arange(len(firsts)), [len(f) for f in firsts])
        first = np.concatenate(firsts)
        series = self.series[group]
        starts = Starts(
            _numbers(first + _offsets(self.columns)[group]),
            _numbers(first + _offsets(self.past)[series]),
            _numbers(first + _offsets(self.known)[series]),
            _numbers(group),
        )
        rows = Rows(
            _joined(self.columns),
            _joined(self.past),
            _joined(self.known),
            torch.from_numpy(self.static[self.series]),
            torch.from_numpy(self.mean64.astype(np.float32)),
            torch.from_numpy(self.spread64.astype(np.float32)),
        )
        return SeriesWindows(rows, starts, lookback, horizon)

    def windows(
        self,
        groups: NDArray[np.int64],
        origins: NDArray[np.int64],
        lookback: int,
        horizon: int,
        *,
        spare: bool = False,
    ) -> Window:
        """Windows that end before row ``origins[n]`` of group ``groups[n]``.

        A short past repeats its oldest row. TooShortError when known covariates end too early,
        unless ``spare`` lets them repeat their last row.
        """
        steps = np.arange(-lookback, horizon)
        rows = np.maximum(origins[:, None] + steps, 0)
        series = self.series[groups]
        past = _gathered(self.columns, groups, rows[:, :lookback])
        beside = _gathered(self.past, series, rows[:, :lookback])
        if not spare:
            self._require_known(series, origins, horizon)
        known = _gathered(self.known, series, rows)
        parts = (past, beside, known, self.static[series], *self._units(groups))
        return Window(*(torch.from_numpy(np.ascontiguousarray(part)) for part in parts))

    def _units(self, groups: NDArray[np.int64]) -> tuple[Singles, Singles]:
        mean, spread = self.mean64[groups], self.spread64[groups]
        return mean.astype(np.float32), spread.astype(np.float32)

    def _require_known(
        self, series: NDArray[np.int64], origins: NDArray[np.int64], horizon: int
    ) -> None:
        known = self.panel.known
        if known is None:
            return
        lengths = np.array([len(block) for block in self.known])
        short = np.flatnonzero(lengths[series] < origins + horizon)
        if len(short):
            s, origin = int(series[short[0]]), int(origins[short[0]])
            known.future(s, origin, horizon, self.panel.ids[s])


def _gathered(blocks: list[Singles], places: NDArray[np.int64], rows: NDArray[np.int64]) -> Singles:
    """``blocks[places[n]][rows[n]]``, ``[n, R, c]``; rows beyond the end take the last one."""
    found = np.empty((*rows.shape, blocks[0].shape[1]), dtype=np.float32)
    for place in np.unique(places):
        some = places == place
        block = blocks[place]
        found[some] = block[np.minimum(rows[some], len(block) - 1)]
    return found


def _offsets(blocks: list[Singles]) -> NDArray[np.int64]:
    return np.cumsum([0, *(len(block) for block in blocks)])[:-1]


def _joined(blocks: list[Singles]) -> Tensor:
    return torch.from_numpy(np.concatenate(blocks))


def _numbers(values: NDArray[np.int64]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values))
