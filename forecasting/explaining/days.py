"""The local days of a series: by the clock of its place, weekdays beside weekends."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.splitting import REST, SEASON

DAY: Final = pd.Timedelta(days=1)
# Weekends that differ by less than a tenth of the daily cycle are drawn as other days.
LEAST_APART: Final = 0.1


def local_times(found: Components, place: int, zone: str) -> pd.DatetimeIndex:
    """Wall-clock times of all rows; days and longer steps have no time of the day."""
    times = pd.DatetimeIndex(found.times[place])
    if not zone or found.frequency.step_seconds >= DAY.total_seconds():
        return times
    return times.tz_localize("UTC").tz_convert(zone).tz_localize(None)


def told(
    found: Components, place: int, season: int, local: pd.DatetimeIndex
) -> dict[str, Any] | None:
    """One day as it is on weekdays and on weekends: all but trend and covariates.

    Only of the cycle of a day, where both kinds of days differ.
    """
    step = pd.Timedelta(seconds=found.frequency.step_seconds)
    if season * step != DAY:
        return None
    parts = found.past[place, np.isin(found.kinds, (SEASON, REST))]
    times = local[: parts.shape[1]]
    rows = pd.DataFrame(
        {
            "clock": (times - times.normalize()) // step,
            "free": np.asarray(times.dayofweek >= 5),
            "y": parts.sum(axis=0),
        }
    )
    means = rows.groupby(["clock", "free"])["y"].mean().unstack("free")
    if means.shape != (season, 2) or means.isna().to_numpy().any():
        return None
    apart = float((means[True] - means[False]).abs().mean())
    if apart < LEAST_APART * float(np.nanstd(parts[0])):
        return None
    return {
        "times": [
            f"{at:%Y-%m-%dT%H:%M:%S}"
            for at in pd.date_range(times[-1].normalize(), periods=season, freq=step)
        ],
        "weekday": means[False].tolist(),
        "weekend": means[True].tolist(),
    }
