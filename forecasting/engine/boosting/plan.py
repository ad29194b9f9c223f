"""What the inputs of the trees mean, the same in the fit and in every forecast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from forecasting.engine.boosting.settings import BoostingSettings
from forecasting.engine.covariate_blocks import known_names, past_names, static_names
from forecasting.engine.panel import Panel
from forecasting.engine.preprocessing.calendar_features import CalendarFeatures
from forecasting.engine.preprocessing.holiday_features import HolidayFeatures
from forecasting.engine.preprocessing.lag_features import LagFeatures

LAGS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24)
SHOWN_SEASONS: Final = 3
PAST_LAGS: Final = (1, 2, 3, 4, 5, 6, 12)
SHORT_WIDTH: Final = 6
PAST_STATISTICS: Final = ("mean", "std")
MOST_SEASONS: Final = 30


@dataclass(frozen=True)
class Plan:
    """``season`` serves the anchor, ``seasons`` the inputs; ``ids`` are the series learned."""

    lookback: int
    season: int
    seasons: tuple[int, ...]
    anchor: str
    with_step: bool
    ids: tuple[str, ...]
    channels: int
    known: tuple[str, ...]
    past: tuple[str, ...]
    static: tuple[str, ...]
    calendar: CalendarFeatures | None
    holidays: HolidayFeatures | None

    @staticmethod
    def of(panel: Panel, settings: BoostingSettings, lookback: int, horizon: int) -> Plan:
        """Calendar and holidays of this panel; the anchor is still open."""
        plan = Plan.blank(panel, settings, lookback, horizon)
        for features in (plan.calendar, plan.holidays):
            if features is not None:
                features.fit(panel)
        return plan

    @staticmethod
    def blank(panel: Panel, settings: BoostingSettings, lookback: int, horizon: int) -> Plan:
        """Everything but what is learned from the rows."""
        lengths = panel.frequency.season_lengths
        country = settings.country
        return Plan(
            lookback=lookback,
            season=lengths[0] if lengths[0] <= lookback else 1,
            seasons=tuple(m for m in lengths if 1 < m <= lookback),
            anchor="last",
            with_step=settings.strategy == "direct" and horizon > 1,
            ids=panel.ids,
            channels=len(panel.channels),
            known=known_names(panel),
            past=past_names(panel),
            static=static_names(panel),
            calendar=CalendarFeatures("codes") if settings.calendar else None,
            holidays=HolidayFeatures(country, settings.subdivision) if country else None,
        )

    def learned(self) -> dict[str, Any]:
        """What ``blank`` cannot know, as JSON."""
        return {
            "anchor": self.anchor,
            "calendar": self.calendar and self.calendar.learned(),
            "holidays": self.holidays and self.holidays.learned(),
        }

    def restored(self, facts: dict[str, Any]) -> Plan:
        """This blank plan with what ``learned`` gave."""
        for features, learned in (
            (self.calendar, facts["calendar"]),
            (self.holidays, facts["holidays"]),
        ):
            if features is not None:
                features.restore(learned)
        return replace(self, anchor=facts["anchor"])

    @property
    def lags(self) -> LagFeatures:
        """Lags and moving statistics that fit into the lookback."""
        widths = {m for m in (*self.seasons, self.lookback) if m > 2}
        return LagFeatures(
            lags=tuple(lag for lag in LAGS if lag <= self.lookback),
            widths=tuple(sorted(widths)),
            spans=tuple(span for span in (4, self.season) if 1 < 2 * span <= self.lookback),
        )

    @property
    def past_lags(self) -> LagFeatures:
        """What is read of a past covariate, from the rows before the anchor of a window."""
        season = {self.season} if self.season > 1 else set()
        return LagFeatures(
            lags=tuple(sorted(lag for lag in {*PAST_LAGS} | season if lag <= self.lookback)),
            widths=tuple(sorted({min(m, self.lookback) for m in season | {SHORT_WIDTH}})),
            statistics=PAST_STATISTICS,
        )

    def counts(self, season: int) -> tuple[int, int]:
        """How many past values of the same phase are shown, and how many are averaged."""
        whole = self.lookback // season
        return min(SHOWN_SEASONS, whole), min(MOST_SEASONS, whole)

    def categories(self) -> tuple[str, ...]:
        """The columns that name a series or a channel, the first ones."""
        wanted = {"series": len(self.ids) > 1, "channel": self.channels > 1}
        return tuple(name for name, keep in wanted.items() if keep)

    def names(self) -> tuple[str, ...]:
        """One name per column."""
        covariates = (name for known in self.known for name in (known, f"{known}_change"))
        return (
            *self.categories(),
            *(("step",) if self.with_step else ()),
            *self.lags.names,
            *(name for season in self.seasons for name in self._phase_names(season)),
            *(self.calendar.names if self.calendar else ()),
            *(self.holidays.names if self.holidays else ()),
            *covariates,
            *(f"{name}_{lag}" for name in self.past for lag in self.past_lags.names),
            *self.static,
        )

    def _phase_names(self, season: int) -> tuple[str, ...]:
        shown = (f"season_{season}_back_{back + 1}" for back in range(self.counts(season)[0]))
        return (*shown, f"season_{season}_mean")
