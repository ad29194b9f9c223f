"""Series in one space as deviations from their last value, ready to be cut into windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.many.members import MOST_WINDOWS, Core
from forecasting.engine.many.moments import Moments, Singles, moments
from forecasting.engine.many.spaces import Scales, Space
from forecasting.engine.panel import Floats


@dataclass(frozen=True, eq=False)
class Prepared:
    """``deviations`` of all series one after another in half the digits, which the last value,
    ``last`` ``[n]``, taken out before makes enough."""

    space: Space
    deviations: Singles
    indptr: NDArray[np.int64]
    last: Floats
    scales: Scales

    @staticmethod
    def of(space: Space, columns: list[Floats], scales: Scales) -> Prepared:
        """Scale columns ``[T_v]``."""
        lengths = [len(column) for column in columns]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        deviations = np.empty(int(indptr[-1]), dtype=np.float32)
        last = np.empty(len(columns))
        for place, column in enumerate(columns):
            scaled = scales.take(slice(place, place + 1)).into(space, column[None, :])[0]
            last[place] = scaled[-1]
            deviations[indptr[place] : indptr[place + 1]] = scaled - scaled[-1]
        return Prepared(space, deviations, indptr, last, scales)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Rows per series."""
        return np.diff(self.indptr)

    def moments(self, core: Core, chosen: NDArray[np.int64], horizon: int) -> tuple[Moments, ...]:
        """Of the series ``chosen``, one for every half-life."""
        width = core.lookback + horizon
        rows = np.minimum(self.lengths[chosen], MOST_WINDOWS + width - 1)
        block = self._ends(chosen, rows, max(int(rows.max()), width))
        return moments(core, block, rows, horizon)

    def inputs(
        self, core: Core, chosen: NDArray[np.int64], horizon: int
    ) -> tuple[Singles, Singles]:
        """The newest inputs without their centre ``[n, L]``, and the outcome ``[n, H]``.

        A short series repeats its oldest value.
        """
        rows = np.minimum(self.lengths[chosen], core.lookback)
        x = self._ends(chosen, rows, core.lookback)
        for place in np.flatnonzero(rows < core.lookback):
            x[place, : -rows[place]] = x[place, -rows[place]]
        outcome = x @ core.outcome(horizon).astype(np.float32)
        return x - (x @ core.centre().astype(np.float32))[:, None], outcome

    def back(self, chosen: NDArray[np.int64], deviations: Singles) -> Floats:
        """Forecasts ``[..., n, H]`` in the unit of the data."""
        return self.scales.take(chosen).back(self.space, deviations + self.last[chosen][:, None])

    def _ends(self, chosen: NDArray[np.int64], rows: NDArray[np.int64], width: int) -> Singles:
        """The newest ``rows[n]`` deviations at the right end of ``[n, width]``, zero before."""
        block = np.zeros((len(chosen), width), dtype=np.float32)
        for place, (v, count) in enumerate(zip(chosen, rows, strict=True)):
            end = self.indptr[v + 1]
            block[place, width - count :] = self.deviations[end - count : end]
        return block


def last_rows(column: Floats, count: int) -> Floats:
    """The newest ``count`` values; a shorter column repeats its oldest."""
    short = count - len(column)
    return np.concatenate([np.full(short, column[0]), column]) if short > 0 else column[-count:]
