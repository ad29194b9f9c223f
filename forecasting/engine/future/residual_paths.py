"""How wrong a model was along whole horizons, so that what depends in time stays together.

A residual path is the error of one past forecast at all its steps, for all covariates and series at
that cutoff. Added to the newest forecast it is one possible future (bootstrap of whole paths, the
block bootstrap of Künsch 1989 with blocks as long as the horizon).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.backtest import tested
from forecasting.engine.errors import TooShortError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.watch import Watch

# The oldest part of the rows a test fit learns from, and which series that is said of.
TRAINING_SHARE: Final = 0.5
SHORT_SHARE: Final = 0.2
LEAST_WINDOWS: Final = 4
MOST_CELLS: Final = 20_000_000


@dataclass(frozen=True, eq=False)
class ResidualPaths:
    """``errors`` ``[N, S, H, P]`` in spreads of their series, zero on average at every step.

    ``ids`` are the series they come from; another series borrows those of one of them. ``loss``
    is the mean size of the errors.
    """

    ids: tuple[str, ...]
    errors: NDArray[np.float32]
    loss: float

    @staticmethod
    def of(
        model: Forecaster, panel: Panel, horizon: int, count: int, watch: Watch
    ) -> ResidualPaths | None:
        """From one fit on the older half of the rows; None where they are too few for windows."""
        typical = int(np.quantile(panel.lengths, SHORT_SHARE, method="lower"))
        room = typical - max(int(TRAINING_SHARE * typical), 2) - horizon + 1
        cells = len(panel) * horizon * len(panel.channels)
        windows = min(count, room, max(MOST_CELLS // cells, LEAST_WINDOWS))
        if windows < LEAST_WINDOWS:
            return None
        origin = RollingOrigin(horizon, windows, max(1, (room - 1) // max(windows - 1, 1)))
        long = [name for name, n in zip(panel.ids, panel.lengths, strict=True) if n >= typical]
        some = panel.select(long)
        try:
            result = tested(model, some, origin, (), watch)
        except TooShortError:
            return None
        spread = spreads(some)[None, :, None]
        scaled = np.nan_to_num((result.actual - result.mean) / spread)
        return ResidualPaths(some.ids, _centred(scaled), float(np.abs(scaled).mean()))

    def __len__(self) -> int:
        return len(self.errors)

    def on(self, panel: Panel, horizon: int) -> Floats:
        """The paths ``[N, S, H, P]`` in the unit of the series of ``panel``."""
        place = {name: number for number, name in enumerate(self.ids)}
        rows = [place.get(name, s % len(self.ids)) for s, name in enumerate(panel.ids)]
        found: Floats = self.errors[:, rows, :horizon] * spreads(panel)[None, :, None]
        return found


def best_of(
    models: Sequence[Forecaster], panel: Panel, horizon: int, count: int, watch: Watch
) -> tuple[Forecaster, ResidualPaths | None]:
    """The model with the smallest past errors; the first one where none can be tested."""
    tried = [
        (model, ResidualPaths.of(model, panel, horizon, count, _part(watch, place, len(models))))
        for place, model in enumerate(models)
    ]
    scored = [(model, paths) for model, paths in tried if paths is not None]
    if not scored:
        return models[0], None
    return min(scored, key=lambda pair: pair[1].loss)


def spreads(panel: Panel) -> Floats:
    """Standard deviations ``[S, P]`` of the rows given, 1 where a covariate never changes."""
    return Scaled.of(panel).spread.reshape(len(panel), -1)


def _centred(errors: Floats) -> NDArray[np.float32]:
    """Zero on average over the windows, as wide as they were before it was."""
    count = len(errors)
    centred = (errors - errors.mean(axis=0)) * np.sqrt(count / (count - 1))
    found: NDArray[np.float32] = centred.astype(np.float32)
    return found


def _part(watch: Watch, place: int, count: int) -> Watch:
    return watch.part(place / count, (place + 1) / count)
