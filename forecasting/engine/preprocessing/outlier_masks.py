"""Outliers become missing values and are counted; nothing is overwritten in silence.

Tukey's fences (1977) around the quartiles, z-scores, Hampel's identifier (Pearson 2002) on the
median of a moving window, and fences around what is left after median and season.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.preprocessing.step import PerSeries, columns, require_one_of

METHODS: Final = ("iqr", "z_score", "hampel", "seasonal")
THRESHOLDS: Final = {"iqr": 3.0, "z_score": 4.0, "hampel": 4.0, "seasonal": 4.0}
# A median absolute deviation times this is the standard deviation of normal noise.
NORMAL: Final = 1.4826
# Spreads below this share of the level are rounding.
ROUNDING: Final = 1e-9


@dataclass
class OutlierMask(PerSeries):
    """``method``: iqr, z_score, hampel or seasonal; ``threshold`` 0 takes the usual one.

    The threshold counts interquartile ranges beyond the quartiles (iqr, seasonal) or standard
    deviations (z_score, hampel). ``half_width`` is the reach of Hampel's window to either side.
    ``counts_`` tells after ``fit`` how many values each series and channel loses, ``[S, C]``.
    """

    method: str = "iqr"
    threshold: float = 0.0
    half_width: int = 10
    season_length: int = 0
    low_: Floats = field(init=False, repr=False)
    high_: Floats = field(init=False, repr=False)
    profile_: Floats = field(init=False, repr=False)
    counts_: Floats = field(init=False, repr=False)
    starts_: Times = field(init=False, repr=False)

    name: ClassVar[str] = "mask_outliers"
    arrays: ClassVar[tuple[str, ...]] = ("low_", "high_", "profile_", "counts_")

    def __post_init__(self) -> None:
        require_one_of(self.method, METHODS)
        if self.threshold < 0 or self.half_width < 1:
            raise SettingsError(
                gettext_noop("An outlier threshold must not be negative, a window at least 1 row.")
            )

    def fit(self, panel: Panel) -> Self:
        self.ids_, self.starts_ = panel.ids, panel.starts
        season = self.season_length or panel.frequency.season_length
        width = season if self.method == "seasonal" else 1
        self.profile_ = np.zeros((len(panel), width, len(panel.channels)))
        self.low_ = np.full((len(panel), len(panel.channels)), -np.inf)
        self.high_ = -self.low_
        for index, block in enumerate(columns(panel)):
            for channel, column in enumerate(block):
                self._learn(index, channel, column)
        self.counts_ = self.counts(panel).astype(np.float64)
        return self

    def _learn(self, index: int, channel: int, column: Floats) -> None:
        if self.method == "seasonal":
            profile = _seasonal_profile(column, self.profile_.shape[1])
            self.profile_[index, :, channel] = profile
            column = column - profile[np.arange(len(column)) % len(profile)]
        bounds = self._fences(column[~np.isnan(column)])
        self.low_[index, channel], self.high_[index, channel] = bounds

    def _fences(self, seen: Floats) -> tuple[float, float]:
        if not len(seen) or self.method == "hampel":
            return -np.inf, np.inf
        reach = self.threshold or THRESHOLDS[self.method]
        if self.method == "z_score":
            middle, spread = float(seen.mean()), float(seen.std())
            low = high = middle
        else:
            low, high = (float(q) for q in np.quantile(seen, (0.25, 0.75)))
            spread = high - low
        floor = ROUNDING * max(abs(low), abs(high))
        return low - reach * spread - floor, high + reach * spread + floor

    def mask(self, panel: Panel) -> NDArray[np.bool_]:
        """True where a value is an outlier, ``[N, C]``; never where nothing was observed."""
        if self.method == "hampel":
            self.places(panel)
            blocks = [[self._hampel(c) for c in block] for block in columns(panel)]
            return np.concatenate([np.stack(block, axis=1) for block in blocks])
        values = panel.values - self._season(panel)
        low, high = self.by_row("low_", panel), self.by_row("high_", panel)
        outside: NDArray[np.bool_] = (values < low) | (values > high)
        return outside

    def _season(self, panel: Panel) -> Floats:
        """The profile at every row; phases are counted from the first fitted row."""
        places = self.places(panel)
        begins, _ = panel.frequency.positions(self.starts_[places], panel.starts)
        places = np.repeat(places, panel.lengths)
        rows = np.arange(len(panel.values)) + np.repeat(begins - panel.indptr[:-1], panel.lengths)
        season: Floats = self.profile_[places, rows % self.profile_.shape[1]]
        return season

    def _hampel(self, column: Floats) -> NDArray[np.bool_]:
        reach = self.threshold or THRESHOLDS["hampel"]
        padded = np.pad(column, self.half_width, constant_values=np.nan)
        windows = sliding_window_view(padded, 2 * self.half_width + 1)
        middle = nan_median(windows)
        spread = NORMAL * nan_median(np.abs(windows - middle[:, None]))
        limit = reach * spread + ROUNDING * np.abs(middle)
        # Most of the window being equal would make every other value an outlier.
        return (np.abs(column - middle) > limit) & (spread > 0)

    def counts(self, panel: Panel) -> NDArray[np.int64]:
        """Values that ``apply`` would mask, ``[S, C]``."""
        found: NDArray[np.int64] = np.add.reduceat(
            self.mask(panel).astype(np.int64), panel.indptr[:-1]
        )
        return found

    def apply(self, panel: Panel) -> Panel:
        return replace(panel, values=np.where(self.mask(panel), np.nan, panel.values))

    def learned(self) -> dict[str, Any]:
        facts = super().learned()
        bounded = {name: np.nan_to_num(getattr(self, name)) for name in ("low_", "high_")}
        facts |= {name: array.tolist() for name, array in bounded.items()}
        return facts | {"starts": [str(start) for start in self.starts_]}

    def restore(self, facts: dict[str, Any]) -> None:
        super().restore(facts)
        self.starts_ = np.array(facts["starts"], dtype="datetime64[ns]")


def nan_median(windows: Floats) -> Floats:
    """Median of every row ``[n]`` of what is not NaN; NaN of nothing."""
    ordered = np.sort(windows, axis=1)
    counts = np.sum(~np.isnan(windows), axis=1)
    rows = np.arange(len(windows))
    low, high = np.maximum(counts - 1, 0) // 2, counts // 2
    high = np.minimum(high, windows.shape[1] - 1)
    return np.where(counts > 0, (ordered[rows, low] + ordered[rows, high]) / 2, np.nan)


def _seasonal_profile(column: Floats, season: int) -> Floats:
    """Median of every phase ``[m]``; 0 where a phase holds no value."""
    seasons = -(-len(column) // season)
    padded = np.full(seasons * season, np.nan)
    padded[: len(column)] = column
    return np.nan_to_num(nan_median(padded.reshape(seasons, season).T))
