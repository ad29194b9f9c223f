"""Where a race is run: the same past windows for every model, and the rows before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.frequency import check_horizon
from forecasting.engine.panel import Panel
from forecasting.engine.rolling_origin import RollingOrigin, least_rows

# Part of the rows the windows lie in; more of them for the windows that a sure choice needs.
TESTED_SHARE: Final = 1 / 5
MOST_SHARE: Final = 1 / 3
SURE_WINDOWS: Final = 8
# So many are worth leaving out no further series for.
FEW_WINDOWS: Final = 4
MOST_WINDOWS: Final = 12
# Forecast values kept per model.
MOST_VALUES: Final = 20_000_000
# Many series tell apart what few need many windows for.
MOST_TESTS: Final = 4_000
# Which series, in order of length, the windows may be laid out for.
LENGTHS: Final = (0.0, 0.2, 0.5, 1.0)


@dataclass(frozen=True, eq=False)
class Course:
    """``tested`` are the series long enough for the windows, with a value before the first of them;
    without any there is no ``origin``, models are then only fitted and none is scored."""

    panel: Panel
    horizon: int
    levels: tuple[float, ...]
    tested: Panel
    origin: RollingOrigin | None

    @staticmethod
    def plan(
        panel: Panel,
        horizon: int,
        levels: Sequence[float] = (80, 95),
        windows: int | None = None,
        *,
        together: bool = False,
        series: int = 0,
    ) -> Course:
        """Windows that do not overlap in the newest fifth, spread over it where there is room.

        They are laid out for the shortest series that holds four of them, so that most series are
        tested; ``windows`` asks for a number, a horizon apart. Series that belong ``together``, as
        totals and their members do, are all tested, or none is: the shortest one decides.
        ``series`` is how many there are where the panel holds only some of them.
        """
        steps = check_horizon(horizon)
        shares = LENGTHS[:1] if together else LENGTHS
        origin = _laid_out(panel, steps, windows, shares, max(series, len(panel)))
        tested = panel
        if origin is not None:
            long = panel.lengths >= origin.ends[0] + least_rows(steps)
            long &= _known_before(panel, origin.ends[0])
            if not long.any() or (together and not long.all()):
                origin = None
            elif not long.all():
                tested = panel.select([panel.ids[s] for s in np.flatnonzero(long)])
        return Course(panel, steps, tuple(float(p) for p in levels), tested, origin)

    @property
    def windows(self) -> int:
        """How many there are; 0 when nothing can be tested."""
        return 0 if self.origin is None else self.origin.windows

    @property
    def ends(self) -> list[int]:
        """Rows after every cutoff, the oldest first."""
        return [] if self.origin is None else self.origin.ends

    @property
    def past(self) -> Panel:
        """What a tested model may learn from."""
        return self.tested.drop_last(self.ends[0]) if self.ends else self.panel

    def growth(self) -> float:
        """All values over those of the past: how much longer the last fit may take."""
        return self.panel.values.size / max(1, self.past.values.size)


def _known_before(panel: Panel, rows: int) -> NDArray[np.bool_]:
    """Whether each series has a value in every channel before its last ``rows`` rows."""
    seen = np.concatenate([np.zeros((1, len(panel.channels))), np.cumsum(panel.mask, axis=0)])
    firsts, lasts = panel.indptr[:-1], panel.indptr[1:]
    known = seen[np.maximum(lasts - rows, firsts)] > seen[firsts]
    every: NDArray[np.bool_] = np.all(known, axis=1)
    return every


def _laid_out(
    panel: Panel, horizon: int, windows: int | None, lengths: Sequence[float], series: int
) -> RollingOrigin | None:
    values = series * len(panel.channels) * horizon
    most = min(MOST_WINDOWS, max(1, MOST_VALUES // values))
    most = min(most, max(FEW_WINDOWS, MOST_TESTS // series))
    best: RollingOrigin | None = None
    for share in lengths:
        rows = int(np.quantile(panel.lengths, share, method="lower"))
        found = _for_length(rows, horizon, windows, most, panel.frequency.season_length)
        if found is not None and (best is None or found.windows > best.windows):
            best = found
        if best is not None and best.windows >= (windows or min(most, FEW_WINDOWS)):
            break
    return best


def _for_length(
    rows: int, horizon: int, windows: int | None, most: int, season: int
) -> RollingOrigin | None:
    """The windows for a series of so many rows; None when it cannot hold one."""
    room = rows - least_rows(horizon)
    if room < horizon * (windows or 1):
        return None
    if windows is not None:
        return RollingOrigin(horizon, windows, horizon)
    few = min(SURE_WINDOWS * horizon, int(MOST_SHARE * rows))
    tested = min(room, max(horizon, few, int(TESTED_SHARE * rows)))
    count = min(most, tested // horizon)
    stride = max(horizon, (tested - horizon) // max(1, count - 1))
    # Cutoffs that all lie at the same place in the season would test only that place.
    if stride > horizon and season > 1 and stride % season == 0:
        stride -= 1
    return RollingOrigin(horizon, count, stride)
