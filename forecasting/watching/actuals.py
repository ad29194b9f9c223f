"""What came, looked up by series and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.frames import read_panel
from datasets.models import Version
from forecasting.engine.backtest_result import naive_scales_of
from forecasting.engine.panel import Floats, Panel


@dataclass(frozen=True, eq=False)
class Actuals:
    """The newest values of the targets of a forecast."""

    panel: Panel

    @classmethod
    def of(cls, version: Version, targets: Sequence[str]) -> Actuals:
        """Read them. Raises DatasetProblem or EngineError where the data do not allow it."""
        return cls(read_panel(version, list(targets)))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Names of the series, as forecasts call them."""
        return self.panel.labels

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        channels = len(self.panel.channels)
        return {label: divmod(place, channels) for place, label in enumerate(self.labels)}

    def values(self, label: str, times: NDArray[Any]) -> Floats:
        """The value at each time, NaN where none has come; of an unknown series all NaN."""
        found = np.full(len(times), np.nan)
        place = self._places.get(label)
        if place is None:
            return found
        known = self._times(place[0])
        rows = known.get_indexer(pd.DatetimeIndex(times).astype(known.dtype))
        here = rows >= 0
        found[here] = self.panel.at(place[0])[rows[here], place[1]]
        return found

    def last(self) -> np.datetime64:
        """The newest time at which any target holds a value."""
        newest = []
        for series in range(len(self.panel)):
            rows = np.flatnonzero(~np.isnan(self.panel.at(series)).all(axis=1))
            if len(rows):
                newest.append(self._times(series)[rows[-1]])
        return np.datetime64(max(newest)) if newest else np.datetime64("NaT")

    def scales(self, cutoff: np.datetime64, labels: Sequence[str]) -> dict[str, float]:
        """The naive error of each series in the rows up to the cutoff; NaN where it has none."""
        later = max(
            int((self._times(series) > pd.Timestamp(cutoff)).sum())
            for series in range(len(self.panel))
        )
        shortest = int(self.panel.lengths.min())
        if later >= shortest:
            return dict.fromkeys(labels, float("nan"))
        past = self.panel.drop_last(later) if later else self.panel
        table = naive_scales_of(past)[0].reshape(-1)
        return {label: float(table[self._flat(label)]) for label in labels}

    def _flat(self, label: str) -> int:
        series, channel = self._places[label]
        return series * len(self.panel.channels) + channel

    def _times(self, series: int) -> pd.DatetimeIndex:
        return self.panel.times(self.panel.ids[series])
