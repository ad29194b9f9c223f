"""Horizons in words: "4 days" of an hourly series are 96 steps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from forecasting.engine.errors import HorizonError, gettext_noop

if TYPE_CHECKING:
    from forecasting.engine.frequency import Frequency

_HORIZON = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*个?\s*([A-Za-z一-鿿]*)\s*$")
_SECONDS: Final = {
    "second": 1.0, "sec": 1.0, "s": 1.0, "秒": 1.0,
    "minute": 60.0, "min": 60.0, "分钟": 60.0, "分": 60.0,
    "hour": 3600.0, "hr": 3600.0, "h": 3600.0, "小时": 3600.0,
    "day": 86400.0, "d": 86400.0, "天": 86400.0, "日": 86400.0,
    "week": 604800.0, "w": 604800.0, "周": 604800.0, "星期": 604800.0,
}  # fmt: skip
_MONTHS: Final = {
    "month": 1, "mo": 1, "月": 1, "quarter": 3, "q": 3, "季度": 3, "year": 12, "y": 12, "年": 12,
}  # fmt: skip
_STEP_WORDS: Final = {"", "step", "point", "row", "period", "步"}
MAX_HORIZON: Final = 100_000


def horizon_steps(text: str | int, frequency: Frequency) -> int:
    """Steps in a horizon written in words ("4 days", "2 weeks", "12", "3 个月").

    Rounds to the nearest step, at least to one. Raises HorizonError on words it does not know.
    """
    found = _HORIZON.match(str(text))
    word = found[2].lower() if found else "?"
    word = word if word in _SECONDS or word in _MONTHS else word.rstrip("s")
    if found is None or not (word in _SECONDS or word in _MONTHS or word in _STEP_WORDS):
        raise HorizonError(
            gettext_noop('"%(text)s" is not a horizon; write a number of steps or "4 days".'),
            text=text,
        )
    amount = float(found[1])
    if word in _MONTHS and frequency.step_months:
        steps = amount * _MONTHS[word] / frequency.step_months
    elif word in _STEP_WORDS:
        steps = amount
    else:
        seconds = _SECONDS.get(word) or _MONTHS[word] * 365.2425 / 12 * 86400.0
        steps = amount * seconds / frequency.step_seconds
    return check_horizon(max(1, round(steps)) if amount > 0 else 0)


def check_horizon(horizon: Any) -> int:
    """The horizon as an int, or HorizonError when it is not 1 to 100,000 steps."""
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer):
        raise HorizonError(
            gettext_noop("The horizon must be a whole number of steps, not %(horizon)r."),
            horizon=horizon,
        )
    if not 1 <= horizon <= MAX_HORIZON:
        raise HorizonError(
            gettext_noop("A horizon of %(horizon)s steps is out of range; ask for 1 to %(most)s."),
            horizon=int(horizon),
            most=MAX_HORIZON,
        )
    return int(horizon)
