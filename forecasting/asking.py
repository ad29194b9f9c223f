"""What a person may ask for, checked before anything is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
from django.utils.translation import gettext, ngettext

from datasets.models import Column, Dataset, Version
from forecasting import spans, wording
from forecasting.choosing.covariates import Covariates
from forecasting.choosing.limits import NEVER, Bounds
from forecasting.choosing.reach import reach_of
from forecasting.choosing.roster import Chosen
from forecasting.choosing.totals import Totals
from forecasting.engine.errors import EngineError, HorizonError
from forecasting.engine.frequency import Frequency, horizon_steps
from forecasting.models import PredictionTask
from forecasting.refusals import ForecastProblem, problem_from

LEVELS: Final = (80, 95)
LEAST_ROWS: Final = 12
MOST_VALUES: Final = 5_000_000
SEED: Final = 7
# Findings that say why a table has no regular times.
_NO_TIMES: Final = ("no_time", "irregular", "repeated_times")


@dataclass(frozen=True)
class Ask:
    """One forecast to make: which columns, how far, how well, and every other choice.

    `models` None stands for those of the quality, `series` () for all of them, `window_count` and
    `seconds` None for the usual ones.
    """

    dataset: Dataset
    version: Version
    targets: tuple[Column, ...]
    horizon: int
    quality: str
    levels: tuple[int, ...]
    name: str = ""
    series: tuple[str, ...] = ()
    models: tuple[Chosen, ...] | None = None
    covariates: Covariates = field(default_factory=Covariates)
    place: tuple[str, str] = ("", "")
    bounds: Bounds = field(default_factory=Bounds)
    totals: Totals = field(default_factory=Totals)
    seasons: tuple[int, ...] = ()
    window_count: int | None = None
    refit: str = NEVER
    seconds: float | None = None
    seed: int = SEED

    @property
    def frequency(self) -> Frequency:
        """The step of the series, with the seasons that somebody gave."""
        found = Frequency.parse(self.version.frequency)
        return found.with_seasons(self.seasons) if self.seasons else found

    @property
    def words(self) -> str:
        """The horizon in words."""
        return spans.span_words(self.horizon, self.frequency)

    @property
    def rows(self) -> int:
        """Rows of the longest series that hold a target."""
        return learned_rows(self.version, self.targets, self.series)

    @property
    def title(self) -> str:
        """The name given, or "OT, next 4 days"."""
        if self.name:
            return self.name
        title = gettext("%(what)s, next %(span)s") % {
            "what": columns_in_words(self.targets),
            "span": self.words,
        }
        return title[:200]

    @property
    def series_count(self) -> int:
        """How many series of the table are forecast."""
        return len(self.series) or series_count(self.version)

    @property
    def values(self) -> int:
        """How many numbers the answer has."""
        return self.horizon * len(self.targets) * self.series_count

    def parameters(self) -> dict[str, Any]:
        """As `PredictionTask.parameters` keeps it (forecasting.recipe); what is usual is absent."""
        country, part = self.place
        always = {
            "targets": [column.key for column in self.targets],
            "names": [column.name for column in self.targets],
            "horizon": self.horizon,
            "quality": str(self.quality),
            "levels": list(self.levels),
            "frequency": self.version.frequency,
            "seed": self.seed,
        }
        chosen = {
            "series": list(self.series),
            "models": [one.as_parameters() for one in self.models or ()],
            "covariates": self.covariates.as_parameters() if self.covariates else None,
            "calendar": {"country": country, "subdivision": part} if country else None,
            "bounds": self.bounds.as_parameters() if self.bounds else None,
            "hierarchy": self.totals.as_parameters() if self.totals else None,
            "seasons": list(self.seasons),
            "windows": self.window_count,
            "refit": self.refit if self.refit != NEVER else None,
            "seconds": self.seconds,
        }
        return always | {name: value for name, value in chosen.items() if value}


def columns_in_words(columns: Sequence[Column]) -> str:
    """`OT`, or `OT and 2 more`."""
    if len(columns) < 2:
        return "".join(column.name for column in columns)
    more = len(columns) - 1
    return ngettext("%(first)s and %(n)s more", "%(first)s and %(n)s more", more) % {
        "first": columns[0].name,
        "n": more,
    }


def learned_rows(
    version: Version, targets: Sequence[Column] = (), series: Sequence[str] = ()
) -> int:
    """Rows of the longest of these series up to the last one with a target."""
    if version.layout == Version.Layout.LONG:
        listed = version.profile.get("series") or []
        chosen = set(series)
        rows = [int(one.get("rows", 0)) for one in listed if str(one["id"]) in chosen]
        return max(rows) if rows else rows_of(version)
    if not version.profile.get("end"):
        return rows_of(version)
    last = pd.Timestamp(str(version.profile["end"])).tz_localize(None)
    frequency = Frequency.parse(version.frequency)
    end = reach_of(version, targets).end
    if end == last:
        return rows_of(version)
    beyond, _ = frequency.positions(
        pd.DatetimeIndex([end]).to_numpy("datetime64[ns]"),
        pd.DatetimeIndex([last]).to_numpy("datetime64[ns]"),
    )
    return max(1, rows_of(version) - int(beyond[0]))


def rows_of(version: Version) -> int:
    """Rows of the longest series."""
    listed = version.profile.get("series") or []
    if version.layout == Version.Layout.LONG and listed:
        return max(int(one.get("rows", 0)) for one in listed)
    return int(version.row_count)


def series_count(version: Version) -> int:
    """Series of a long table; a wide one is a single one with several columns."""
    if version.layout != Version.Layout.LONG:
        return 1
    return max(1, int(version.profile.get("series_count") or 1))


def check_version(dataset: Dataset) -> Version:
    """The current version, if a forecast can be made from it. Raises ForecastProblem."""
    version = dataset.current_version
    if version is None or not dataset.is_ready:
        raise _about("dataset", gettext("This dataset is not ready yet. Choose another one."))
    reasons = [found for found in version.findings if found.code in _NO_TIMES]
    if reasons:
        raise _about("dataset", reasons[0].sentence, reasons[0].code)
    if not version.time_column or not version.frequency:
        raise _about(
            "dataset",
            gettext(
                "%(name)s has no regular times. Resample it to a fixed step and upload it again."
            )
            % {"name": dataset.name},
            "irregular",
        )
    if rows_of(version) < LEAST_ROWS:
        raise _about(
            "dataset",
            gettext("%(name)s has %(rows)s rows. A forecast needs at least %(least)s: add history.")
            % {"name": dataset.name, "rows": rows_of(version), "least": LEAST_ROWS},
            "too_short",
        )
    return version


def usual_targets(version: Version) -> list[Column]:
    """The last target of a wide table, the first number column of a long one.

    A column of zeros and ones says whether something was, which explains more than it is asked for.
    """
    usable = [column for column in version.value_columns() if not trouble_with(column, version)]
    usable = [column for column in usable if not column.is_flag] or usable
    marked = [column for column in usable if column.role == Column.Role.TARGET] or usable
    if version.layout == Version.Layout.LONG:
        return marked[:1]
    return marked[-1:]


def check_targets(version: Version, wanted: Sequence[str]) -> tuple[Column, ...]:
    """The number columns with these keys or names. Raises ForecastProblem."""
    numbers = [column for column in version.columns.all() if column.is_number]
    known = {column.key: column for column in numbers} | {c.name: c for c in numbers}
    if not wanted:
        raise _about("targets", gettext("Choose at least one column to forecast."), "required")
    chosen: dict[str, Column] = {}
    for name in wanted:
        if name not in known:
            raise _about("targets", _unknown_target(version, name), "unknown_column")
        chosen[known[name].key] = known[name]
    for column in chosen.values():
        if sentence := trouble_with(column, version):
            raise _about("targets", sentence, "bad_values")
    return tuple(chosen.values())


def trouble_with(column: Column, version: Version) -> str:
    """Why this column cannot be forecast, with what to do; empty when it can."""
    low, high = column.stats.get("min"), column.stats.get("max")
    if low is None or column.missing >= version.row_count:
        return gettext("%(column)s holds no value at all. Choose another column.") % {
            "column": column.name
        }
    if low == high:
        return gettext(
            "%(column)s is always %(value)s, so there is nothing to forecast. "
            "Choose a column that varies."
        ) % {"column": column.name, "value": wording.figure(float(low))}
    return ""


def check_horizon(version: Version, asked: str | int, rows: int) -> int:
    """Steps in a horizon such as 96 or "4 days" after `rows` rows. Raises ForecastProblem."""
    frequency = Frequency.parse(version.frequency)
    try:
        steps = horizon_steps(str(asked).replace(",", "").strip(), frequency)
    except HorizonError as error:
        raise _bad_horizon(error, rows, frequency) from error
    require_short(steps, rows, frequency)
    return steps


def require_short(steps: int, rows: int, frequency: Frequency, field: str = "horizon") -> None:
    """Refuse a horizon that so many rows cannot carry. Raises ForecastProblem."""
    most = spans.longest_horizon(rows, frequency)
    if steps > most:
        raise _too_long(steps, rows, most, frequency, field)


def check_levels(levels: Sequence[int]) -> tuple[int, ...]:
    """Interval levels in percent, narrow first. Raises ForecastProblem."""
    wrong = [level for level in levels if not 50 <= level <= 99]
    if wrong or not levels or len(set(levels)) > 4:
        raise _about(
            "levels", gettext("Give one to four interval levels from 50 to 99, such as 80 and 95.")
        )
    return tuple(sorted(set(levels)))


def check_size(ask: Ask) -> None:
    """Refuse an answer too large to keep. Raises ForecastProblem."""
    if ask.values > MOST_VALUES:
        raise _about(
            "horizon",
            gettext(
                "%(values)s values are too many for one forecast. "
                "Shorten the horizon or choose fewer columns to stay below %(most)s."
            )
            % {"values": f"{ask.values:,}", "most": f"{MOST_VALUES:,}"},
            "too_large",
        )


def check_quality(quality: str) -> str:
    """Instant, balanced or thorough. Raises ForecastProblem."""
    if quality not in PredictionTask.Quality.values:
        raise _about("quality", gettext("Choose instant, balanced or thorough."))
    return quality


def _bad_horizon(error: EngineError, rows: int, frequency: Frequency) -> ForecastProblem:
    asked = error.details.get("horizon")
    if isinstance(asked, int) and asked > 0:
        return _too_long(asked, rows, spans.longest_horizon(rows, frequency), frequency)
    if asked == 0:
        return _about(
            "horizon",
            gettext("A forecast of 0 %(unit)s is none. Enter 1 or more.")
            % {"unit": spans.step_words(frequency, 0)},
            error.code,
        )
    return problem_from(error, "horizon")


def _too_long(
    steps: int, rows: int, most: int, frequency: Frequency, field: str = "horizon"
) -> ForecastProblem:
    sentence = gettext("%(asked)s is too long for %(rows)s rows. Use %(most)s or fewer.")
    return _about(
        field,
        sentence
        % {"asked": spans.counted(steps, frequency), "rows": f"{rows:,}", "most": f"{most:,}"},
        "bad_horizon",
    )


def _unknown_target(version: Version, name: str) -> str:
    names = ", ".join(column.name for column in version.value_columns()[:10])
    return gettext("There is no number column called %(name)s. Choose one of: %(names)s.") % {
        "name": name[:80],
        "names": names or "–",
    }


def _about(field: str, sentence: str, code: str = "invalid") -> ForecastProblem:
    return ForecastProblem(sentence, code=code, field=field)


def first_series(version: Version) -> str | None:
    """The first series of a long table; None for a wide one."""
    if not version.series_column:
        return None
    listed = version.profile.get("series") or [{"id": None}]
    name: str | None = listed[0]["id"]
    return name
