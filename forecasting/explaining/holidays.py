"""Holidays of a forecast that knows its country, one by one, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting import results
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.holiday_effects import HolidayEffect, holiday_effects
from forecasting.engine.explaining.splitting import REST
from forecasting.explaining.days import DAY
from forecasting.models import PredictionTask

MOST: Final = 10
# Of a small effect nobody knows whether it is that of the day: its parts are only estimated.
CLEAR: Final = 2.0


def told(
    found: Components, place: int, task: PredictionTask, local: pd.DatetimeIndex
) -> list[dict[str, Any]]:
    """The largest effects first; none where the forecast was not given a country."""
    chosen = task.parameters.get("calendar") or {}
    country = chosen.get("country")
    if not country or found.frequency.step_seconds > DAY.total_seconds():
        return []
    days = local.to_numpy().astype("datetime64[D]")
    effects = holiday_effects(found, place, days, country, chosen.get("subdivision") or "")
    ahead = results.iso(found.times[place][-found.horizon :])
    spread = float(np.nanstd(found.past[place, found.of_kind(REST)]))
    return [
        {
            **asdict(one),
            "ahead": [ahead[step] for step in one.steps],
            "clear": _is_clear(one, spread),
        }
        for one in effects[:MOST]
    ]


def _is_clear(effect: HolidayEffect, spread: float) -> bool:
    """Whether it is worth pointing at: not luck, and more than what is left of any day."""
    if effect.low is None or effect.high is None:
        return False
    return effect.low * effect.high > 0 and abs(effect.mean) > CLEAR * spread
