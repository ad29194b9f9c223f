"""Rolling origin: which cutoffs are tested, what may be learned from, when it is learned anew.

Tashman 2000, "Out-of-sample tests of forecasting accuracy" (International Journal of Forecasting
16, 437-450).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from forecasting.engine.calendar_steps import Times
from forecasting.engine.errors import SettingsError, TooShortError, gettext_noop
from forecasting.engine.frequency import check_horizon
from forecasting.engine.panel import Panel

Refit = Literal["never", "always"] | int
Scheme = Literal["expanding", "sliding"]
FEWEST_ROWS: Final = 8


@dataclass(frozen=True)
class RollingOrigin:
    """``windows`` cutoffs ``stride`` rows apart; the newest window ends at the last row.

    ``expanding`` learns from all rows before a cutoff, ``sliding`` from the last ``training_rows``
    of them. ``refit`` fits before the first cutoff only ("never"), before each ("always"), or
    before every n-th.
    """

    horizon: int
    windows: int = 5
    stride: int = 1
    refit: Refit = "never"
    scheme: Scheme = "expanding"
    training_rows: int | None = None

    def __post_init__(self) -> None:
        check_horizon(self.horizon)
        if self.windows < 1 or self.stride < 1:
            raise SettingsError(gettext_noop("A backtest needs at least one window and one step."))
        if self.refit not in ("never", "always") and not _is_count(self.refit):
            raise SettingsError(
                gettext_noop('Refit "never", "always" or every so many windows, not %(refit)r.'),
                refit=self.refit,
            )
        if self.scheme not in ("expanding", "sliding"):
            raise SettingsError(
                gettext_noop("A training window is expanding or sliding, not %(scheme)s."),
                scheme=self.scheme,
            )
        if (self.scheme == "sliding") != (self.training_rows is not None):
            raise SettingsError(
                gettext_noop(
                    "A sliding training window needs its length in training_rows, an expanding one "
                    "has none."
                )
            )
        if self.training_rows is not None and self.training_rows < 1:
            raise SettingsError(gettext_noop("A sliding training window needs at least one row."))

    @property
    def ends(self) -> list[int]:
        """Rows after every cutoff, the oldest cutoff first."""
        return [self.horizon + place * self.stride for place in reversed(range(self.windows))]

    def groups(self) -> list[list[int]]:
        """The ends in runs that share one fit."""
        ends, size = self.ends, self.windows
        if self.refit != "never":
            size = 1 if self.refit == "always" else self.refit
        return [ends[i : i + size] for i in range(0, len(ends), size)]

    def training(self, panel: Panel, group: list[int]) -> Panel:
        """What the fit for a group of ends learns from."""
        return self._between(panel, group[0], group[0])

    def seen(self, panel: Panel, group: list[int]) -> Panel:
        """What its forecasts may look at: from its first training row to its newest cutoff."""
        return self._between(panel, group[0], group[-1])

    def check(self, panel: Panel) -> None:
        """Raise TooShortError when a series cannot hold the windows and two rows before them."""
        needed = self.ends[0] + 2
        short = int(panel.lengths.argmin())
        rows = int(panel.lengths[short])
        if rows < needed:
            raise TooShortError(
                gettext_noop(
                    "Series %(series)s has %(rows)s rows; %(windows)s windows of %(horizon)s steps "
                    "need %(needed)s. Ask for fewer windows or a shorter horizon."
                ),
                series=panel.ids[short],
                rows=rows,
                windows=self.windows,
                horizon=self.horizon,
                needed=needed,
            )

    def _between(self, panel: Panel, first: int, last: int) -> Panel:
        low = None if self.training_rows is None else -(first + self.training_rows)
        return panel.window(low, -last)


def least_rows(horizon: int) -> int:
    """Rows that must lie before the first cutoff for a model to learn anything."""
    return max(FEWEST_ROWS, horizon + 4)


def cutoffs(panel: Panel, end: int) -> Times:
    """The last time ``[S]`` of every series that is not among its last ``end`` rows."""
    return panel.frequency.at(panel.starts, panel.lengths - 1 - end)


def _is_count(refit: object) -> bool:
    return isinstance(refit, int) and not isinstance(refit, bool) and refit >= 1
