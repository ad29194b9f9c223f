"""Which past windows a search may look at, and which are kept back to judge what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.errors import gettext_noop
from forecasting.engine.frequency import check_horizon
from forecasting.engine.panel import Panel
from forecasting.engine.rolling_origin import RollingOrigin, least_rows
from forecasting.engine.too_short import even_the_longest

# Part of the rows all windows lie in, how many at most, and how many of them are kept back.
WINDOWS_SHARE: Final = 1 / 3
MOST_WINDOWS: Final = 12
KEPT_BACK: Final = 1 / 3
# Fits of one trial: a poor one is given up after the first.
FITS: Final = 3
# The share of the series, the shortest ones, that need not hold the windows.
LENGTHS: Final = (0.0, 0.2, 0.5, 1.0)
FEW_WINDOWS: Final = 4


@dataclass(frozen=True, eq=False)
class Plan:
    """``searched`` is the panel without the windows kept back; ``search`` lies in its newest rows,
    ``verdict`` in those of the whole ``panel``, which holds the series long enough for both."""

    panel: Panel
    searched: Panel
    search: RollingOrigin
    verdict: RollingOrigin

    @staticmethod
    def of(panel: Panel, horizon: int) -> Plan:
        """Windows side by side in the newest third. Raises TooShortError without room for two."""
        steps = check_horizon(horizon)
        count, stride = _laid_out(panel, steps)
        back = max(1, int(KEPT_BACK * count))
        verdict = RollingOrigin(steps, back, stride)
        span = verdict.ends[0]
        every = -(-(count - back) // FITS)
        search = RollingOrigin(steps, count - back, stride, refit=every)
        # A search window ends where the first one kept back begins.
        long = panel.lengths >= span + search.ends[0] + least_rows(steps)
        tested = panel.select([panel.ids[s] for s in np.flatnonzero(long)])
        return Plan(tested, tested.drop_last(span), search, verdict)


def _laid_out(panel: Panel, horizon: int) -> tuple[int, int]:
    """How many windows and how far apart, for the shortest series that holds a few of them."""
    best = (0, horizon)
    for share in LENGTHS:
        rows = int(np.quantile(panel.lengths, share, method="lower"))
        room = min(rows - least_rows(horizon), max(2 * horizon, int(WINDOWS_SHARE * rows)))
        count = min(MOST_WINDOWS, room // horizon)
        if count > best[0]:
            best = count, max(horizon, room // count)
        if best[0] >= FEW_WINDOWS:
            break
    if best[0] < 2:
        sentence = gettext_noop(
            "Series %(series)s has %(rows)s rows; searching settings for %(horizon)s steps "
            "needs at least %(needed)s. Add history or shorten the horizon."
        )
        raise even_the_longest(sentence, panel, horizon, 2 * horizon + least_rows(horizon))
    return best
