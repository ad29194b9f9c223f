"""What a person may ask for, checked before anything is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, ngettext

from datasets.models import Column, Dataset, Version
from forecasting import spans, wording
from forecasting.engine.errors import EngineError, HorizonError
from forecasting.engine.frequency import Frequency, horizon_steps
from forecasting.engine.race.course import Course
from forecasting.models import PredictionTask
from forecasting.refusals import ForecastProblem, problem_from

LEVELS: Final = (80, 95)
LEAST_ROWS: Final = 12
MOST_VALUES: Final = 5_000_000
# Findings that say why a table has no regular times.
_NO_TIMES: Final = ("no_time", "irregular", "repeated_times")


@dataclass(frozen=True)
class Ask:
    """One forecast to make: which columns, how far, how well."""

    dataset: Dataset
    version: Version
    targets: tuple[Column, ...]
    horizon: int
    quality: str
    levels: tuple[int, ...]
    name: str = ""

    @property
    def frequency(self) -> Frequency:
        """The step of the series."""
        return Frequency.parse(self.version.frequency)

    @property
    def words(self) -> str:
        """The horizon in words."""
        return spans.span_words(self.horizon, self.frequency)

    @property
    def windows(self) -> int:
        """How many past windows every model is tested on."""
        return windows_for(rows_of(self.version), self.horizon)

    @property
    def title(self) -> str:
        """The name given, or "OT, next 4 days"."""
        if self.name:
            return self.name
        first, more = self.targets[0].name, len(self.targets) - 1
        what = first
        if more:
            what = ngettext("%(first)s and %(n)s more", "%(first)s and %(n)s more", more) % {
                "first": first,
                "n": more,
            }
        title = gettext("%(what)s, next %(span)s") % {"what": what, "span": self.words}
        return title[:200]

    @property
    def values(self) -> int:
        """How many numbers the answer has."""
        return self.horizon * len(self.targets) * series_count(self.version)


def windows_for(rows: int, horizon: int) -> int:
    """Past windows that a series of so many rows is tested on; 0 where it cannot hold one."""
    return Course.windows_for(rows, horizon, 1)


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
    """The last target of a wide table, the first number column of a long one."""
    usable = [column for column in version.value_columns() if not trouble_with(column, version)]
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


def check_horizon(version: Version, asked: str | int) -> int:
    """Steps in a horizon such as 96 or "4 days". Raises ForecastProblem."""
    frequency = Frequency.parse(version.frequency)
    try:
        steps = horizon_steps(str(asked).replace(",", "").strip(), frequency)
    except HorizonError as error:
        raise _bad_horizon(error, version, frequency) from error
    rows = rows_of(version)
    most = spans.longest_horizon(rows, frequency)
    if steps > most:
        raise _too_long(steps, rows, most, frequency)
    return steps


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


def _bad_horizon(error: EngineError, version: Version, frequency: Frequency) -> ForecastProblem:
    asked = error.details.get("horizon")
    if isinstance(asked, int) and asked > 0:
        rows = rows_of(version)
        return _too_long(asked, rows, spans.longest_horizon(rows, frequency), frequency)
    if asked == 0:
        return _about(
            "horizon",
            gettext("A forecast of 0 %(unit)s is none. Enter 1 or more.")
            % {"unit": spans.step_words(frequency, 0)},
            error.code,
        )
    return problem_from(error, "horizon")


def _too_long(steps: int, rows: int, most: int, frequency: Frequency) -> ForecastProblem:
    sentence = gettext("%(asked)s is too long for %(rows)s rows. Use %(most)s or fewer.")
    return _about(
        "horizon",
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
