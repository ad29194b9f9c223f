"""How long a forecast takes here, said before it starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from forecasting import recipe
from forecasting.models import PredictionTask

INSTANT_SECONDS: Final = 1
# Beside the race: waiting for a worker, reading the data, writing what was found.
SECONDS_AROUND: Final = 5
LATELY: Final = 5


def seconds_expected(asked: Mapping[str, Any]) -> int:
    """Until the final answer of these parameters, at most: what it took lately here, else what the
    race is given. Rounded up to 5 s, for people who decide.
    """
    quality = str(asked.get("quality") or PredictionTask.Quality.BALANCED)
    if quality == PredictionTask.Quality.INSTANT and not asked.get("models"):
        return INSTANT_SECONDS
    budget = recipe.seconds_of(asked)
    took: list[float] = []
    if not asked.get("models") and not asked.get("seconds"):
        took = PredictionTask.objects.raced_lately(quality, LATELY)
    seconds = min(max(took), budget) if took else budget
    return 5 * math.ceil((seconds + SECONDS_AROUND) / 5)
