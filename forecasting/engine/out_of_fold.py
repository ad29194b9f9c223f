"""Forecasts of past windows by several models, made once and kept for whoever combines them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.backtest_result import outcome
from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.refitting import rolled
from forecasting.engine.rolling_origin import RollingOrigin, least_rows
from forecasting.engine.watch import Watch

# Part of the rows that cutoffs may lie in, and the fewest rows before the first of them.
HELD_OUT: Final = 1 / 3
# Which series, in order of length, the windows may be laid out for.
SHARES: Final = (0.0, 0.2, 0.5, 1.0)


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Forecasts ``[M, W, S, H, C]`` by the ``models`` (numbers of M) that could make them.

    ``actual`` is ``[W, S, H, C]``; ``series`` are the places of the S series that were long enough,
    ``ends[w]`` the rows after the cutoff of a window.
    """

    models: tuple[int, ...]
    forecasts: Floats
    actual: Floats
    series: NDArray[np.int64]
    ends: tuple[int, ...]

    def independent(self) -> float:
        """How many windows side by side would span as many rows; overlapping ones are alike."""
        return 1 + (self.ends[0] - self.ends[-1]) / int(self.actual.shape[2])

    @staticmethod
    def of(
        models: Sequence[Forecaster], panel: Panel, horizon: int, windows: int, watch: Watch
    ) -> OutOfFold | None:
        """One fit per model before the first cutoff; None when no past window can be forecast.

        A model that the rows before the cutoff are too few for is left out. When the watch's budget
        ends, all keep the windows that every one of them reached.
        """
        origin = past_windows(panel, horizon, windows)
        if origin is None:
            return None
        series = np.flatnonzero(panel.lengths >= origin.ends[0] + least_rows(horizon))
        tested = panel.select([panel.ids[s] for s in series])
        made: dict[int, list[Floats]] = {}
        for place, model in enumerate(models):
            part = watch.part(place / len(models), (place + 1) / len(models))
            part = replace(part, budget=watch.budget.share(len(models) - place))
            part.report(0.0, gettext_noop("Forecasting past windows"))
            try:
                made[place] = [f.mean for f in rolled(model, tested, origin, (), part)]
            except TooShortError:
                continue
        if not made:
            return None
        reached = min(len(means) for means in made.values())
        ends = origin.ends[:reached]
        return OutOfFold(
            tuple(made),
            np.stack([np.stack(means[:reached]) for means in made.values()]),
            np.stack([outcome(tested, end, horizon) for end in ends]),
            series,
            tuple(ends),
        )


def past_windows(panel: Panel, horizon: int, windows: int) -> RollingOrigin | None:
    """At most ``windows`` cutoffs spread over the newest third of the series.

    The series they are laid out for is the shortest that holds half of the windows or more; should
    not even the longer half do that, the longest one. None when no series can hold one window.
    """
    for share in SHARES:
        rows = int(np.quantile(panel.lengths, share, method="lower"))
        origin = _spread_over(rows, horizon, windows, panel.frequency.season_length)
        if origin is not None and (2 * origin.windows >= windows or share == SHARES[-1]):
            return origin
    return None


def _spread_over(rows: int, horizon: int, windows: int, season: int) -> RollingOrigin | None:
    """Cutoffs that do not all lie at the same place in the season."""
    least = least_rows(horizon)
    if rows < least + horizon:
        return None
    room = max(0, min(int(rows * HELD_OUT), rows - least) - horizon)
    stride = max(1, room // max(1, windows - 1))
    if stride > 1 and season > 1 and stride % season == 0:
        stride -= 1
    return RollingOrigin(horizon, min(windows, 1 + room // stride), stride)
