"""Holidays of a forecast that knows its country, one by one, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import pandas as pd

from forecasting import results
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.holiday_effects import holiday_effects
from forecasting.explaining.days import DAY
from forecasting.models import PredictionTask

MOST: Final = 10


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
    return [{**asdict(one), "ahead": [ahead[step] for step in one.steps]} for one in effects[:MOST]]
