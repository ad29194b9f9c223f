"""The sums of a ridge as data arrive: new windows are added, none is formed twice.

The Gram matrix of all windows of a growing series is that of the earlier ones plus that of the
windows which end in the new rows (the additive step of recursive least squares, Plackett 1950).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.gram import half_gram
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats


@dataclass(frozen=True, eq=False)
class RunningSums:
    """``total`` ``[L, K]`` over all ``windows`` that lie before ``ends`` ``[V]``."""

    total: Floats
    windows: int
    ends: NDArray[np.int64]

    @staticmethod
    def of(scaled: Scaled, ends: NDArray[np.int64], lookback: int, width: int) -> RunningSums:
        """The windows of ``width`` rows before ``ends``."""
        begins = np.zeros_like(ends)
        nothing = RunningSums(np.zeros((lookback, width)), 0, begins)
        return nothing.grown(scaled, begins, ends)

    @property
    def mean(self) -> Floats:
        """The half Gram ``[L, K]`` averaged over the windows."""
        return self.total / max(self.windows, 1)

    def rows_needed(self, ends: NDArray[np.int64]) -> int:
        """How many of the rows before ``ends`` hold every window that is not yet counted."""
        return int((ends - self._firsts()).max())

    def grown(
        self, scaled: Scaled, begins: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> RunningSums:
        """These and the windows that end in the rows since, of the same variates and scales.

        The columns of ``scaled`` start at the rows ``begins`` ``[V]``. A window already counted is
        not looked at again, even where a gap at its end has been closed by other values meanwhile.
        """
        lookback, width = self.total.shape
        total, windows = self.total.copy(), self.windows
        first = self._firsts()
        spans = np.stack([first, ends], axis=1)
        for low, high in np.unique(spans[ends - first >= width], axis=0):
            chosen = np.flatnonzero((first == low) & (ends == high))
            columns = [scaled.columns[v][low - begins[v] : high - begins[v]] for v in chosen]
            total += half_gram(np.stack(columns), lookback, width)
            windows += len(chosen) * int(high - low - width + 1)
        return RunningSums(total, windows, np.maximum(ends, self.ends))

    def _firsts(self) -> NDArray[np.int64]:
        """The first row of the first window that ends after ``ends``."""
        first: NDArray[np.int64] = np.maximum(self.ends - self.total.shape[1] + 1, 0)
        return first
