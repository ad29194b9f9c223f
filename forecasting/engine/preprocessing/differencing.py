"""Differences against the last season and the last value, and sums back from the last rows.

Box and Jenkins 1970: (1 - B)^d (1 - B^m)^D y. Rows without a predecessor are missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel, flat_rows
from forecasting.engine.preprocessing.step import PerSeries


@dataclass
class Differencing(PerSeries):
    """``first`` differences of lag 1 after ``seasonal`` ones of lag ``season_length``.

    ``season_length`` 0 takes the usual one of the frequency. ``undo`` gives the rows of the fitted
    panel back from its first rows; behind a gap there is nothing to add to, so fill gaps before.
    """

    first: int = 1
    seasonal: int = 0
    season_length: int = 0
    lags_: tuple[int, ...] = field(init=False, repr=False, default=())
    heads_: Floats = field(init=False, repr=False)

    name: ClassVar[str] = "difference"
    arrays: ClassVar[tuple[str, ...]] = ("heads_",)

    def __post_init__(self) -> None:
        if min(self.first, self.seasonal, self.season_length) < 0:
            raise SettingsError(
                gettext_noop("Differences are counted; their numbers must not be negative.")
            )

    def fit(self, panel: Panel) -> Self:
        season = self.season_length or panel.frequency.season_length
        self.lags_ = (season,) * self.seasonal + (1,) * self.first
        rows = sum(self.lags_)
        self.heads_ = np.full((len(panel), rows, len(panel.channels)), np.nan)
        for index in range(len(panel)):
            head = panel.at(index)[:rows]
            self.heads_[index, : len(head)] = head
        self.ids_ = panel.ids
        return self

    def apply(self, panel: Panel) -> Panel:
        self.places(panel)
        values = panel.values
        rows = np.arange(len(values)) - np.repeat(panel.indptr[:-1], panel.lengths)
        for lag in self.lags_:
            before = np.roll(values, lag, axis=0)
            values = np.where((rows >= lag)[:, None], values - before, np.nan)
        return replace(panel, values=values)

    def undo(self, panel: Panel) -> Panel:
        places = self.places(panel)
        blocks = [self._summed(panel.at(i), self.heads_[p]) for i, p in enumerate(places)]
        return replace(panel, values=flat_rows(blocks)[0])

    def _summed(self, block: Floats, head: Floats) -> Floats:
        """One series ``[T, C]`` from its differences and its first rows."""
        used = sum(self.lags_)
        heads = [head]
        for lag in self.lags_:
            heads.append(heads[-1][lag:] - heads[-1][:-lag])
        tail = block[used:]
        for lag, start in zip(reversed(self.lags_), reversed(heads[:-1]), strict=True):
            tail = integrate(tail, start[len(start) - lag :])
        return np.concatenate([head, tail])[: len(block)]

    def undo_forecast(self, values: Floats, past: Panel) -> Floats:
        """Add up from the last rows of ``past``; gaps there are closed by straight lines."""
        self.places(past)
        return np.stack([self._continued(v, past.at(i)) for i, v in enumerate(values)])

    def _continued(self, steps: Floats, block: Floats) -> Floats:
        tails = [_closed(block, sum(self.lags_))]
        for lag in self.lags_[:-1]:
            tails.append(tails[-1][lag:] - tails[-1][:-lag])
        for lag, tail in zip(reversed(self.lags_), reversed(tails), strict=False):
            steps = integrate(steps, tail[len(tail) - lag :])
        return steps

    def learned(self) -> dict[str, Any]:
        return super().learned() | {"lags": list(self.lags_)}

    def restore(self, facts: dict[str, Any]) -> None:
        super().restore(facts)
        self.lags_ = tuple(facts["lags"])
        self.heads_ = self.heads_.reshape(len(self.ids_), sum(self.lags_), -1)


def integrate(steps: Floats, last: Floats) -> Floats:
    """Values ``[H, C]`` from their differences of lag ``len(last)`` and the rows before them."""
    lag, rows = len(last), len(steps)
    seasons = -(-rows // lag)
    padded = np.zeros((seasons * lag, steps.shape[1]))
    padded[:rows] = steps
    phases = padded.reshape(seasons, *last.shape)
    summed: Floats = (np.cumsum(phases, axis=0) + last).reshape(padded.shape)[:rows]
    return summed


def _closed(block: Floats, rows: int) -> Floats:
    """The last ``rows`` rows without gaps; a short past repeats its oldest value."""
    tail = np.column_stack([_column(column) for column in block.T])[-rows:] if rows else block[:0]
    missing = rows - len(tail)
    return np.concatenate([np.repeat(tail[:1], missing, axis=0), tail]) if missing > 0 else tail


def _column(column: Floats) -> Floats:
    return np.zeros(len(column)) if np.isnan(column).all() else fill(column)
