"""How far it is, in shards, series and seconds to go."""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import gettext_noop
from forecasting.engine.sharding.plan import ROWS_OF_OVERHEAD, Piece
from forecasting.engine.watch import Watch

# Of the progress that is told, where the fits end and where the forecasts do.
FITS_END: Final = 0.9
FORECASTS_END: Final = 0.99
FITTED: Final = gettext_noop(
    "Shards fitted: %(shards)s (%(done)s of %(series)s series), about %(seconds)s s to go"
)
FORECAST: Final = gettext_noop(
    "Shards forecast: %(shards)s (%(done)s of %(series)s series), about %(seconds)s s to go"
)


class Telling:
    """Reports after every piece; what an earlier run has done counts, but not for the pace."""

    def __init__(
        self,
        watch: Watch,
        message: str,
        lengths: NDArray[np.int64],
        done: tuple[int, ...] = (),
    ) -> None:
        self._watch = watch
        self._message = message
        self._costs = lengths + ROWS_OF_OVERHEAD
        self._before = float(self._costs[list(done)].sum())
        self._cost, self._series, self._shards = self._before, len(done), 0
        self._began = time.monotonic()

    def __call__(self, piece: Piece) -> None:
        """``piece`` is over."""
        self._shards += 1
        self._series += len(piece.positions)
        self._cost += float(self._costs[list(piece.positions)].sum())
        whole = float(self._costs.sum())
        pace = (time.monotonic() - self._began) / max(self._cost - self._before, 1e-9)
        facts = {
            "shards": self._shards,
            "done": self._series,
            "series": len(self._costs),
            "seconds": int(np.ceil(pace * (whole - self._cost))),
        }
        self._watch.report(self._cost / whole, self._message % facts)
