"""Where a time stands in its minute, day, week or year, and waves over that (Fourier terms).

A few waves draw any smooth shape of a cycle with no jump from its end to its beginning (Hyndman and
Athanasopoulos, FPP3, section 7.4). Months and years have their real lengths.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.panel import Floats
from forecasting.engine.preprocessing.calendar_features import CLOCK, MONDAY, values_of

# Waves per cycle; no more than can be told apart at its values.
WAVES: Final = {
    "second": 2,
    "minute": 2,
    "hour": 4,
    "weekday": 3,
    "day_of_month": 2,
    "day_of_year": 4,
    "month": 4,
    "quarter": 1,
}


def wave_names(cycle: str) -> tuple[str, ...]:
    """One name per column of ``waves``."""
    count = min(WAVES[cycle], (values_of(cycle)[0] - 1) // 2)
    return tuple(f"{cycle}_{kind}_{k}" for k in range(1, count + 1) for kind in ("sin", "cos"))


def waves(times: Times, cycle: str) -> Floats:
    """Sines and cosines ``[n, 2 K]`` of times ``[n]``."""
    angle = 2 * np.pi * phase(times, cycle)
    count = len(wave_names(cycle)) // 2
    columns = [f(k * angle) for k in range(1, count + 1) for f in (np.sin, np.cos)]
    return np.stack(columns, axis=1)


def phase(times: Times, cycle: str) -> Floats:
    """Share of the cycle that has passed, in [0, 1)."""
    if cycle in CLOCK:
        length = CLOCK[cycle][0]
        stamps = times.astype("datetime64[ns]").astype(np.int64)
        passed: NDArray[np.int64] = (stamps - (MONDAY if cycle == "weekday" else 0)) % length
        return passed / length
    days = times.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    if cycle in ("month", "quarter"):
        number = months.astype(np.int64) % 12
        return number / 12 if cycle == "month" else (number // 3) / 4
    unit = "datetime64[M]" if cycle == "day_of_month" else "datetime64[Y]"
    first = days.astype(unit)
    begin, end = (edge.astype("datetime64[D]") for edge in (first, first + 1))
    share: Floats = (days - begin).astype(np.int64) / (end - begin).astype(np.int64)
    return share
