"""What was asked for as what the engine is told: the one reader of a forecast's parameters.

`PredictionTask.parameters` may hold: `targets` (keys), `names`, `horizon` (steps), `quality`,
`levels` (percent), `windows` (a number, else the engine lays them out), `seed`, `models`
(`[{"name", "type", "settings"}]`; those of the quality without it), `covariates`
(`{"known": [keys], "past": [keys]}`), `calendar` (`{"country", "subdivision"}`), `bounds`
(`{"low", "high", "integer"}`), `series` (names; all without it), `hierarchy`
(`{"columns", "how", "method"}`: totals that add up), `seasons` (steps), `refit`
("never" or "each") and `seconds`.
The same recipe on a newer version of the data is the same forecast brought up to date.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from django.conf import settings

from datasets.frames import read_panel
from datasets.models import Version
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import EngineError
from forecasting.engine.forecast import Forecast
from forecasting.engine.future.completing import as_at_every_cutoff
from forecasting.engine.future.frames import with_calendar
from forecasting.engine.limits import Limits
from forecasting.engine.panel import Panel
from forecasting.engine.race.course import Course
from forecasting.engine.race.field import starters_of
from forecasting.engine.race.presets import PRESETS, Entrant
from forecasting.engine.race.rules import Rules
from forecasting.engine.rolling_origin import Refit
from forecasting.engine.scant import Scant
from forecasting.models import PredictionTask
from forecasting.portfolio import levels
from forecasting.portfolio.levels import Summing
from forecasting.stood_in import NOT_IN_TOTALS, StoodIn

BALANCED: Final = str(PredictionTask.Quality.BALANCED)
LEVELS: Final = (80, 95)


@dataclass(frozen=True, eq=False)
class Recipe:
    """The data and every choice that a forecast is made with.

    `entrants` are the models that were chosen; None stands for those of the `preset`. The `panel`
    holds what they learn from; `scant` are the series that have too little for that, `unseen` those
    that were not wanted.
    """

    panel: Panel
    horizon: int
    levels: tuple[int, ...]
    preset: str
    seconds: float
    rules: Rules
    entrants: tuple[Entrant, ...] | None = None
    windows: int | None = None
    summing: Summing | None = None
    scant: Scant | None = None
    unseen: tuple[str, ...] = ()

    @property
    def stood_in(self) -> StoodIn:
        """Why some series are not forecast by any model."""
        if self.scant is None:
            return StoodIn()
        if self.summing is None:
            return StoodIn(self.scant.answered, self.scant.unknown)
        names = [*self.scant.answered, *self.scant.unknown]
        return StoodIn(left_out={name: EngineError(NOT_IN_TOTALS) for name in names})

    def whole(self, forecast: Forecast) -> Forecast:
        """The answer of a model with what stands in for series it could not learn from.

        Totals know only the series they are of, so that nothing is added to those.
        """
        if self.scant is None or self.summing is not None:
            return forecast
        return self.scant.whole(forecast, self._others)

    @property
    def series(self) -> int:
        """How many series, and columns of series, an answer holds."""
        return len(self.panel.labels) + len(self.stood_in.answered)

    @cached_property
    def _others(self) -> Forecast | None:
        assert self.scant is not None
        return self.scant.others(self.horizon, self.levels, self.rules.limits)

    def course(self) -> Course:
        """The past windows that every model is tested on, instant and racing ones alike."""
        together = self.rules.together
        return Course.plan(self.panel, self.horizon, self.levels, self.windows, together=together)

    def adding_up(self, entrant: Entrant) -> Entrant:
        """The same model; one whose forecasts add up where totals are wanted."""
        return entrant if self.summing is None else self.summing.entrant(entrant)

    def budget(self) -> TimeBudget:
        """The time of the race, from now on."""
        return TimeBudget(self.seconds)


def of_task(task: PredictionTask, only: Collection[str] | None = None) -> Recipe:
    """The recipe of a forecast, on the version it was asked for, for `only` some of its series.

    Raises DatasetProblem or EngineError where the data do not allow it.
    """
    return made(task.version, task.parameters, only)


def made(version: Version, asked: Mapping[str, Any], only: Collection[str] | None = None) -> Recipe:
    """The recipe of these parameters on any version with the same columns."""
    horizon = int(asked["horizon"])
    read = _read(version, asked, horizon, only)
    panel, summing = read.panel, read.summing
    rules = rules_of(asked)
    entrants = entrants_of(asked)
    if summing is not None:
        rules = replace(rules, limits=Limits(), together=True)
        usual = [one.entrant for one in starters_of(PRESETS[preset_of(asked)], panel)]
        entrants = tuple(summing.entrant(one) for one in entrants or usual)
    return Recipe(
        panel=panel,
        horizon=horizon,
        levels=tuple(int(level) for level in asked.get("levels") or LEVELS),
        preset=preset_of(asked),
        seconds=seconds_of(asked),
        rules=rules,
        entrants=entrants,
        windows=int(asked["windows"]) if asked.get("windows") else None,
        summing=summing,
        scant=read.scant,
        unseen=read.unseen,
    )


def panel_of(version: Version, asked: Mapping[str, Any], horizon: int) -> Panel:
    """Targets and covariates, the calendar of the place, the seasons somebody knows; the series of
    all levels where totals are wanted. Series with too little to learn from are left out.
    """
    return _read(version, asked, horizon).panel


@dataclass(frozen=True, eq=False)
class _Read:
    panel: Panel
    scant: Scant | None
    summing: Summing | None
    unseen: tuple[str, ...] = ()


def _read(
    version: Version,
    asked: Mapping[str, Any],
    horizon: int,
    only: Collection[str] | None = None,
) -> _Read:
    covariates = asked.get("covariates") or {}
    panel = read_panel(
        version,
        asked["targets"],
        known=covariates.get("known") or (),
        past=covariates.get("past") or (),
    )
    if series := asked.get("series"):
        panel = panel.select(list(series))
    unseen = [name for name in panel.ids if only is not None and name not in only]
    if len(unseen) == len(panel):
        unseen = []
    if unseen:
        without = set(unseen)
        panel = panel.select([name for name in panel.ids if name not in without])
    if seasons := asked.get("seasons"):
        panel = replace(panel, frequency=panel.frequency.with_seasons(seasons))
    scant = Scant.of(panel)
    if scant is not None:
        panel = scant.learned
    summing = levels.summing(version, asked, panel)
    if summing is not None:
        panel = summing.panel(panel)
    place = asked.get("calendar") or {}
    if country := place.get("country"):
        zone = str(version.profile.get("zone") or "")
        panel = with_calendar(panel, horizon, country, place.get("subdivision") or None, zone=zone)
    return _Read(as_at_every_cutoff(panel, horizon), scant, summing, tuple(unseen))


def rules_of(asked: Mapping[str, Any]) -> Rules:
    """What holds for every model: bounds, the seed, when models are fitted anew."""
    bounds = asked.get("bounds") or {}
    low, high = bounds.get("low"), bounds.get("high")
    limits = Limits(
        None if low is None else float(low),
        None if high is None else float(high),
        bool(bounds.get("integer")),
    )
    refit: Refit = "always" if asked.get("refit") == "each" else "never"
    return Rules(limits, seed=int(asked.get("seed", 0)), refit=refit)


def entrants_of(asked: Mapping[str, Any]) -> tuple[Entrant, ...] | None:
    """The models that were named, in their order; None for those of the quality."""
    if not asked.get("models"):
        return None
    return tuple(
        Entrant(
            name=str(one.get("name") or one["type"]),
            kind=str(one["type"]),
            settings=dict(one.get("settings") or {}),
        )
        for one in asked["models"]
    )


def preset_of(asked: Mapping[str, Any]) -> str:
    """The engine's name of the quality."""
    quality = str(asked.get("quality") or BALANCED)
    return quality if quality in PRESETS else BALANCED


def seconds_of(asked: Mapping[str, Any]) -> float:
    """The time of the race: what was given, else what this installation gives to the quality."""
    if asked.get("seconds"):
        return float(asked["seconds"])
    usual = {
        str(PredictionTask.Quality.THOROUGH): settings.FORECAST_THOROUGH_SECONDS,
        BALANCED: settings.FORECAST_BALANCED_SECONDS,
    }
    return float(usual.get(preset_of(asked), settings.FORECAST_BALANCED_SECONDS))


def require_settings(kind: str, given: Mapping[str, Any]) -> None:
    """Raise SettingsError or UnknownModelError where a model cannot be made like this."""
    Entrant(kind, kind, dict(given)).check()
