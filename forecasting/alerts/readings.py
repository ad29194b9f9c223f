"""What a rule sees: is it true now, by how much, and when."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from datasets.models import Version
from forecasting import results
from forecasting.engine.frequency import Frequency
from forecasting.models import AlertRule, PredictionResult, PredictionTask


@dataclass(frozen=True)
class Reading:
    """`mark` names what was looked at; between over and clear lies the margin."""

    is_over: bool
    is_clear: bool
    mark: str = ""
    value: float | None = None
    series: str = ""
    first_time: str = ""
    peak_time: str = ""
    message: str = ""


def frequency_of(rule: AlertRule) -> Frequency:
    """The step in which the rule counts."""
    if rule.task is not None:
        return Frequency.parse(rule.task.asked("frequency") or rule.task.version.frequency)
    version = rule.dataset.current_version
    return Frequency.parse(version.frequency if version else "D")


def of_forecast(rule: AlertRule, task: PredictionTask) -> Reading | None:
    """Read the leader's answer; None while there is none or it lacks what the rule asks for."""
    leader = task.results.ranked().first()
    if leader is None:
        return None
    values = measured(results.table_of(leader, rule.series), rule)
    if values is None or values.empty:
        return None
    return _beyond(rule, values, mark=_mark(leader))


def measured(table: pd.DataFrame, rule: AlertRule) -> pd.DataFrame | None:
    """Columns `unique_id, ds, value` of what the rule measures, in its steps; None without it."""
    if table.empty:
        return None
    lower, upper = f"lo-{rule.level}", f"hi-{rule.level}"
    below = rule.direction == AlertRule.Direction.BELOW
    if rule.measure == AlertRule.Measure.MEAN:
        found = table["mean"]
    elif lower not in table or upper not in table:
        return None
    elif rule.measure == AlertRule.Measure.WIDTH:
        found = table[upper] - table[lower]
    else:
        found = table[lower] if below else table[upper]
    values = table[["unique_id", "ds"]].assign(value=pd.to_numeric(found))
    if rule.within is not None:
        values = values[values.groupby("unique_id", sort=False).cumcount() < rule.within]
    return values.dropna(subset=["value"])


def of_silence(rule: AlertRule, version: Version, now: datetime.datetime) -> Reading | None:
    """Is the newest row older than so many steps? None for data without times or step."""
    last = last_time(version)
    if last is None or not version.frequency or not rule.within:
        return None
    frequency = Frequency.parse(version.frequency)
    here = pd.Timestamp(now.astimezone(datetime.UTC).replace(tzinfo=None))
    due = frequency.add(last, rule.within)
    is_silent = bool(here > due)
    text = results.iso(np.array([last.to_datetime64()]))[0]
    return Reading(
        is_over=is_silent,
        is_clear=not is_silent,
        # Time itself moves this one on: each look is a new one.
        mark=f"{version.pk} {now.isoformat()}",
        value=float(steps_between(last, here, frequency)),
        first_time=text,
        peak_time=text,
    )


def last_time(version: Version) -> pd.Timestamp | None:
    """The newest time of a version; None without a time column."""
    text = version.profile.get("end")
    if not text or version.time is None:
        return None
    stamp = pd.Timestamp(text)
    return stamp.tz_convert("UTC").tz_localize(None) if stamp.tzinfo else stamp


def steps_between(first: pd.Timestamp, last: pd.Timestamp, frequency: Frequency) -> int:
    """Whole steps from one time to a later one."""
    if last <= first:
        return 0
    days = (last - first).total_seconds() / 86_400
    if frequency.step_months:
        return int(days / 30.4375 / frequency.step_months)
    return int(days * 86_400 / frequency.step_seconds)


def _beyond(rule: AlertRule, values: pd.DataFrame, mark: str) -> Reading:
    below = rule.direction == AlertRule.Direction.BELOW
    numbers = values["value"].to_numpy(dtype=float)
    peak = int(np.argmin(numbers) if below else np.argmax(numbers))
    over = [place for place, value in enumerate(numbers) if rule.is_over(float(value))]
    times = results.iso(values["ds"].to_numpy())
    series = [str(label) for label in values["unique_id"]]
    same = [place for place in over if series[place] == series[peak]]
    return Reading(
        is_over=bool(over),
        is_clear=rule.is_clear(float(numbers[peak])),
        mark=mark,
        value=float(numbers[peak]),
        series=series[peak],
        first_time=times[same[0]] if same else "",
        peak_time=times[peak],
    )


def _mark(result: PredictionResult) -> str:
    return f"{result.pk} {result.updated_at.isoformat()}"
