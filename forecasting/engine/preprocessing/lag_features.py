"""The recent past in a few numbers: lags, moving statistics, exponential means.

Everything is computed from a window of the rows before an origin, so that no feature can hold what
a forecast made there would not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.panel import Floats, Panel

STATISTICS: Final = ("mean", "std", "min", "max")
# Beyond four spans an exponential weight is below 0.0004.
SPANS_KEPT: Final = 4
CHUNK: Final = 2_048


@dataclass(frozen=True)
class LagFeatures:
    """``lags`` 1 is the last row; ``widths`` of the moving ``statistics``; ``spans`` of the means.

    A feature of which no value was observed is NaN; what was observed of a window is used.
    """

    lags: tuple[int, ...] = (1,)
    widths: tuple[int, ...] = ()
    statistics: tuple[str, ...] = STATISTICS
    spans: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if min((*self.lags, *self.widths, *self.spans), default=1) < 1:
            raise SettingsError(
                gettext_noop("Lags, widths and spans are counted in rows and begin at 1.")
            )
        unknown = set(self.statistics) - set(STATISTICS)
        if unknown:
            raise SettingsError(
                gettext_noop("There is no moving statistic %(given)s; there are %(known)s."),
                given=", ".join(sorted(unknown)),
                known=", ".join(STATISTICS),
            )

    @property
    def names(self) -> tuple[str, ...]:
        """One name per feature."""
        moving = (f"{kind}_{width}" for width in self.widths for kind in self.statistics)
        return (
            *(f"lag_{lag}" for lag in self.lags),
            *moving,
            *(f"ewm_{span}" for span in self.spans),
        )

    @property
    def levels(self) -> tuple[bool, ...]:
        """Whether a feature moves with the level of the series; a spread does not."""
        return tuple(not name.startswith("std_") for name in self.names)

    @property
    def lookback(self) -> int:
        """Rows before the origin that the features read."""
        longest = max((SPANS_KEPT * span for span in self.spans), default=1)
        return max(*self.lags, *self.widths, longest, 1)

    def of(self, windows: Floats) -> Floats:
        """Features ``[n, F]`` of windows ``[n, L]``, oldest row first; L may be too short."""
        found = np.empty((len(windows), len(self.names)))
        for first in range(0, len(windows), CHUNK):
            found[first : first + CHUNK] = self._chunk(windows[first : first + CHUNK])
        return found

    def _chunk(self, windows: Floats) -> Floats:
        rows = windows.shape[1]
        empty = np.full(len(windows), np.nan)
        found = [windows[:, rows - lag] if lag <= rows else empty for lag in self.lags]
        whole = not np.isnan(windows).any()
        for width in self.widths:
            block = windows[:, max(rows - width, 0) :]
            moving = _whole(block) if whole else _observed(block)
            found += [moving[kind]() for kind in self.statistics]
        found += [_exponential(windows[:, -SPANS_KEPT * span :], span) for span in self.spans]
        return np.stack(found, axis=1) if found else np.zeros((len(windows), 0))

    def rows(self, panel: Panel) -> Floats:
        """Features ``[N, C, F]`` of every row, from the rows before it only."""
        found = np.empty((*panel.values.shape, len(self.names)))
        for index in range(len(panel)):
            for channel, column in enumerate(panel.at(index).T):
                padded = np.concatenate([np.full(self.lookback, np.nan), column[:-1]])
                windows = sliding_window_view(padded, self.lookback)
                found[panel.indptr[index] : panel.indptr[index + 1], channel] = self.of(windows)
        return found


Statistic = dict[str, Callable[[], Floats]]


def _whole(block: Floats) -> Statistic:
    return {
        "mean": lambda: block.mean(axis=1),
        "std": lambda: block.std(axis=1),
        "min": lambda: block.min(axis=1),
        "max": lambda: block.max(axis=1),
    }


def _observed(block: Floats) -> Statistic:
    """The same of what is not NaN; NaN of nothing."""
    seen = ~np.isnan(block)
    counts = seen.sum(axis=1)
    some = np.maximum(counts, 1)
    mean = np.where(seen, block, 0.0).sum(axis=1) / some

    def spread() -> Floats:
        gaps = np.where(seen, block - mean[:, None], 0.0)
        deviation: Floats = np.sqrt((gaps * gaps).sum(axis=1) / some)
        return deviation

    def known(values: Floats) -> Floats:
        return np.where(counts > 0, values, np.nan)

    return {
        "mean": lambda: known(mean),
        "std": lambda: known(spread()),
        "min": lambda: known(np.where(seen, block, np.inf).min(axis=1)),
        "max": lambda: known(np.where(seen, block, -np.inf).max(axis=1)),
    }


def _exponential(block: Floats, span: int) -> Floats:
    """Mean with weights (1 - 2 / (span + 1))^k, k rows before the last."""
    weights = (1 - 2 / (span + 1)) ** np.arange(block.shape[1] - 1, -1, -1)
    seen = ~np.isnan(block)
    total = (seen * weights).sum(axis=1)
    value = (np.where(seen, block, 0.0) * weights).sum(axis=1)
    return np.where(total > 0, value / np.where(total > 0, total, 1.0), np.nan)
