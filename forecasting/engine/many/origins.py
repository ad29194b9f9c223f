"""Past cutoffs at which the members are judged, beside Naive2 at the same cutoff.

A member's contribution for one series is (sMAPE / mean sMAPE of Naive2 + MASE / mean MASE of
Naive2) / 2; its mean over the series is the overall weighted average of M4 (Makridakis et al.
2020). Everything, scales included, is measured on the rows before the cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.averaging import mean
from forecasting.engine.many.moments import Singles
from forecasting.engine.many.prepared import Prepared
from forecasting.engine.many.spaces import Scales, Space
from forecasting.engine.naive2 import naive2
from forecasting.engine.panel import Floats
from forecasting.engine.point_metrics import smape
from forecasting.engine.scaled_metrics import mase, naive_scales

MOST_ORIGINS: Final = 8
FEWEST_ORIGINS: Final = 2
JUDGEMENTS: Final = 120
LEAST_ROWS: Final = 4
# A cutoff at which Naive2 happens to be almost right must not outweigh the others.
LEAST_SHARE: Final = 0.1


@dataclass(frozen=True, eq=False)
class Origin:
    """One cutoff, ``back`` rows before the end, for the variates ``rows`` ``[n]`` long enough.

    ``columns`` end at the cutoff; ``actual`` ``[n, H]`` is what came, NaN where unknown; ``steps``
    ``[n]`` the mean absolute seasonal difference before it; ``sizes`` Naive2's two mean errors.
    """

    back: int
    rows: NDArray[np.int64]
    columns: list[Floats]
    lengths: NDArray[np.int64]
    scales: Scales
    actual: Floats
    steps: Floats
    naive: Floats
    sizes: tuple[float, float]
    cache: dict[Space, Prepared] = field(default_factory=dict)

    def prepared(self, space: Space) -> Prepared:
        """The columns scaled, once."""
        if space not in self.cache:
            self.cache[space] = Prepared.of(space, self.columns, self.scales)
        return self.cache[space]

    def errors(self, forecasts: Floats | Singles, chosen: NDArray[np.int64]) -> Floats:
        """Contributions ``[..., n']`` of forecasts ``[..., n', H]`` for the rows ``chosen``."""
        actual, steps = self.actual[chosen], self.steps[chosen, None]
        values = forecasts.astype(np.float64, copy=False)
        relative = smape(actual, values, (-1,)) / self.sizes[0]
        scaled = mase(actual, values, steps, (-1,)) / self.sizes[1]
        both: Floats = (np.nan_to_num(relative) + np.nan_to_num(scaled)) / 2
        return both

    def yardstick(self, chosen: NDArray[np.int64]) -> Floats:
        """Naive2's own contributions ``[n']``."""
        return self.errors(self.naive[chosen], chosen)


def origin_backs(lengths: NDArray[np.int64], horizon: int, wanted: int) -> list[int]:
    """Rows between each cutoff and the end; a history too short for the horizon is cut finer."""
    typical = int(np.median(lengths))
    step = horizon if typical >= 2 * horizon else max(1, typical // 3)
    count = wanted or int(np.clip(JUDGEMENTS // len(lengths), FEWEST_ORIGINS, MOST_ORIGINS))
    most = max(1, int(typical / 2 / step)) if typical >= LEAST_ROWS + step else 0
    return [step * (place + 1) for place in range(min(count, most))]


def origins(
    columns: list[Floats],
    observed: list[NDArray[np.bool_]],
    backs: list[int],
    season: int,
    horizon: int,
) -> list[Origin]:
    """The cutoffs, newest first; one that no series can hold is left out."""
    least = max(LEAST_ROWS, min(horizon, 2 * season))
    lengths = np.array([len(column) for column in columns])
    found = []
    for back in backs:
        rows = np.flatnonzero(lengths - back >= least)
        rows = rows[[bool(observed[v][len(columns[v]) - back :].any()) for v in rows]]
        if len(rows):
            found.append(_origin(columns, observed, rows, back, season, horizon))
    return _with_fair_sizes(found)


def _origin(
    columns: list[Floats],
    observed: list[NDArray[np.bool_]],
    rows: NDArray[np.int64],
    back: int,
    season: int,
    horizon: int,
) -> Origin:
    past = [columns[v][: len(columns[v]) - back] for v in rows]
    actual = np.full((len(rows), horizon), np.nan)
    for place, v in enumerate(rows):
        seen = observed[v][len(past[place]) :][:horizon]
        future = columns[v][len(past[place]) :][:horizon]
        actual[place, : len(future)] = np.where(seen, future, np.nan)
    steps = np.array([naive_scales(column, season)[0] for column in past])
    naive = naive2(past, season, horizon)
    sizes = (
        float(mean(smape(actual, naive, (-1,)))),
        float(mean(mase(actual, naive, steps[:, None], (-1,)))),
    )
    lengths = np.array([len(column) for column in past])
    scales = Scales.of(past, season)
    return Origin(back, rows, past, lengths, scales, actual, steps, naive, sizes)


def _with_fair_sizes(found: list[Origin]) -> list[Origin]:
    """Naive2's errors, never far below their mean over the cutoffs and never zero."""
    if not found:
        return []
    sizes = np.nan_to_num([origin.sizes for origin in found])
    fair = np.maximum(sizes, LEAST_SHARE * sizes.mean(axis=0))
    fair = np.where(fair > 0, fair, 1.0)
    return [
        replace(origin, sizes=(float(pair[0]), float(pair[1])))
        for origin, pair in zip(found, fair, strict=True)
    ]
