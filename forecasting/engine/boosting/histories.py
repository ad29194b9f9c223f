"""The scaled past of every variate in one array, from which any window is cut at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.covariate_blocks import known_block, past_block
from forecasting.engine.panel import Floats, Panel

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Histories:
    """Columns of all variates (``series * C + channel``), each behind ``lookback`` missing rows.

    ``flat`` holds them one after another; row 0 of variate ``v`` is ``flat[firsts[v]]``. What is
    missing is NaN. ``known`` and ``known_firsts`` hold the known covariates of the series in the
    same way, ``[., K]``, ``past`` and ``past_firsts`` the past ones.
    """

    panel: Panel
    lookback: int
    flat: Floats
    firsts: Places
    known: Floats
    known_firsts: Places
    past: Floats
    past_firsts: Places
    spare: int

    @staticmethod
    def of(panel: Panel, mean: Floats, spread: Floats, lookback: int, spare: int = 0) -> Histories:
        """Scaled by ``mean`` and ``spread`` of every variate ``[V]``.

        ``spare`` rows repeat the last covariates, for steps whose forecast nobody will read.
        """
        columns = [column for s in range(len(panel)) for column in panel.at(s).T]
        scaled = [(c - m) / s for c, m, s in zip(columns, mean, spread, strict=True)]
        flat, firsts = _behind_gaps([column[:, None] for column in scaled], lookback)
        series = range(len(panel))
        known = [_repeated(known_block(panel, s), spare) for s in series]
        past = [past_block(panel, s) for s in series]
        covariates = *_behind_gaps(known, lookback), *_behind_gaps(past, lookback)
        return Histories(panel, lookback, flat[:, 0], firsts, *covariates, spare)

    @property
    def lengths(self) -> Places:
        """Rows of every variate."""
        return np.repeat(self.panel.lengths, len(self.panel.channels))

    def series(self, variates: Places) -> Places:
        """The series each variate belongs to."""
        return variates // len(self.panel.channels)

    def windows(self, variates: Places, origins: Places) -> Floats:
        """The ``lookback`` rows before each origin, ``[n, L]``."""
        view = sliding_window_view(self.flat, self.lookback)
        found: Floats = view[self.firsts[variates] + origins - self.lookback]
        return found

    def values(self, variates: Places, rows: Places) -> Floats:
        """The values at ``rows`` ``[n, k]`` of each variate, which must exist."""
        found: Floats = self.flat[self.firsts[variates][:, None] + rows]
        return found

    def times(self, variates: Places, rows: Places) -> Times:
        """The times of ``rows`` ``[n, k]``, which may lie in the future."""
        starts = self.panel.starts[self.series(variates)]
        return self.panel.frequency.at(starts[:, None], rows)

    def known_windows(self, variates: Places, origins: Places) -> Floats:
        """Covariates before each origin, ``[n, K, L]``."""
        view = sliding_window_view(self.known, self.lookback, axis=0)
        found: Floats = view[self.known_firsts[self.series(variates)] + origins - self.lookback]
        return found

    def past_windows(self, variates: Places, origins: Places) -> Floats:
        """Past covariates before each origin, ``[n, P, L]``."""
        view = sliding_window_view(self.past, self.lookback, axis=0)
        found: Floats = view[self.past_firsts[self.series(variates)] + origins - self.lookback]
        return found

    def static_rows(self, variates: Places) -> Floats:
        """Static covariates of the series of each variate, ``[n, Q]``."""
        if self.panel.static is None:
            return np.zeros((len(variates), 0))
        return self.panel.static.values[self.series(variates)]

    def known_values(self, variates: Places, rows: Places) -> Floats:
        """Covariates ``[n, k, K]`` at ``rows`` ``[n, k]``; TooShortError beyond what is known."""
        known = self.panel.known
        assert known is not None
        series = self.series(variates)
        over = rows.max(axis=1) >= np.diff(known.indptr)[series] + self.spare
        if over.any():
            place = int(over.argmax())
            s = int(series[place])
            length = int(self.panel.lengths[s])
            beyond = int(rows[place].max()) + 1 - length
            known.future(s, length, beyond, self.panel.ids[s])
        found: Floats = self.known[self.known_firsts[series][:, None] + rows]
        return found


def _repeated(table: Floats, spare: int) -> Floats:
    """With the last row ``spare`` times more."""
    return np.concatenate([table, np.repeat(table[-1:], spare, axis=0)])


def _behind_gaps(tables: list[Floats], gap: int) -> tuple[Floats, Places]:
    """Tables one after another, each behind ``gap`` rows of NaN, and where each begins."""
    hole = np.full((gap, tables[0].shape[1]), np.nan)
    parts = [part for table in tables for part in (hole, table)]
    sizes = np.array([gap + len(table) for table in tables])
    firsts: Places = np.cumsum(sizes) - sizes + gap
    return np.concatenate(parts), firsts
