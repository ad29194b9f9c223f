"""Bounds, season lengths, test windows, time and seed: numbers that a person may set."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext, ngettext

from datasets.listed import listed
from datasets.models import Column
from forecasting import spans, wording
from forecasting.engine.frequency import Frequency
from forecasting.engine.rolling_origin import least_rows
from forecasting.refusals import ForecastProblem

NEVER, EACH = "never", "each"
MOST_SEASONS: Final = 4
LEAST_SECONDS: Final = 1
# The hard end of a job leaves room for reading, writing and the last fit.
SHARE_OF_LIMIT: Final = 0.8
MOST_WINDOWS: Final = 100
MOST_SEED: Final = 2**31 - 1
LARGEST: Final = 1e150
_TRUE: Final = frozenset({"true", "1", "on", "yes"})


@dataclass(frozen=True)
class Bounds:
    """What every value of the forecast keeps to."""

    low: float | None = None
    high: float | None = None
    integer: bool = False

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None or self.integer

    def as_parameters(self) -> dict[str, Any]:
        """As a forecast keeps them."""
        return {"low": self.low, "high": self.high, "integer": self.integer}

    def in_words(self) -> str:
        """`never below 0, no upper bound, whole numbers`."""
        if not self:
            return gettext("none")
        low = high = ""
        if self.low is not None:
            low = gettext("never below %(value)s") % {"value": wording.figure(self.low)}
        if self.high is not None:
            high = gettext("never above %(value)s") % {"value": wording.figure(self.high)}
        whole = gettext("whole numbers") if self.integer else ""
        return listed(filter(None, (low, high, whole)))

    def broken_by(self, columns: Sequence[Column]) -> str:
        """A column that has been outside already, in words; empty when none has."""
        for column in columns:
            least, most = column.stats.get("min"), column.stats.get("max")
            if self.low is not None and least is not None and float(least) < self.low:
                return gettext(
                    "%(column)s has been as low as %(value)s, below the lowest value you set"
                ) % {"column": column.name, "value": wording.figure(float(least))}
            if self.high is not None and most is not None and float(most) > self.high:
                return gettext(
                    "%(column)s has been as high as %(value)s, above the highest value you set"
                ) % {"column": column.name, "value": wording.figure(float(most))}
        return ""


def check_bounds(given: Any) -> Bounds:
    """Raises ForecastProblem where a bound is no number or the two leave no room."""
    if not isinstance(given, Mapping) or set(given) - {"low", "high", "integer"}:
        raise _about(
            "bounds",
            gettext(
                'Give bounds as {"low": 0, "high": 100, "integer": true}, each of them optional.'
            ),
        )
    bounds = Bounds(
        _bound(given.get("low")), _bound(given.get("high")), _is_true(given.get("integer"))
    )
    if bounds.low is not None and bounds.high is not None and bounds.low >= bounds.high:
        raise _about(
            "bounds",
            gettext("The lowest value %(low)s must lie below the highest value %(high)s.")
            % {"low": wording.figure(bounds.low), "high": wording.figure(bounds.high)},
        )
    if bounds.integer and bounds.low is not None and bounds.high is not None:
        _require_count_between(bounds.low, bounds.high)
    return bounds


def check_seasons(given: Any, rows: int, frequency: Frequency) -> tuple[int, ...]:
    """Season lengths in steps, the usual one first. Raises ForecastProblem."""
    listed = re.split(r"[\s,;，、]+", given.strip()) if isinstance(given, str) else given
    if not isinstance(listed, list | tuple):
        listed = [listed]
    found = [_season(one, rows, frequency) for one in listed if str(one).strip()]
    chosen = tuple(dict.fromkeys(found))
    if len(chosen) > MOST_SEASONS:
        raise _about(
            "seasons",
            gettext("%(n)s seasons are too many. Give %(most)s or fewer.")
            % {"n": len(chosen), "most": MOST_SEASONS},
        )
    return chosen


def check_windows(given: Any, rows: int, horizon: int, frequency: Frequency) -> int | None:
    """How many past windows to test on; None leaves it to the engine. Raises ForecastProblem."""
    if given in (None, ""):
        return None
    count = _whole("windows", given, gettext("the number of test windows"))
    if not 1 <= count <= MOST_WINDOWS:
        raise _about(
            "windows",
            gettext("Test on 1 to %(most)s past windows, or leave the field empty.")
            % {"most": MOST_WINDOWS},
        )
    most = most_windows(rows, horizon)
    if count > most:
        raise _too_many_windows(count, most, rows, horizon, frequency)
    return count


def most_windows(rows: int, horizon: int) -> int:
    """Windows a horizon apart that a series of so many rows can hold."""
    return max(0, (rows - least_rows(horizon)) // horizon)


def check_refit(given: Any) -> str:
    """`never` or `each`. Raises ForecastProblem."""
    if given in (None, ""):
        return NEVER
    if given not in (NEVER, EACH):
        raise _about(
            "refit",
            gettext(
                'Write "never" to fit models once before all test windows, or "each" to fit them '
                "anew before each."
            ),
        )
    return str(given)


def most_seconds() -> int:
    """The longest race that this installation lets run to its end."""
    return int(SHARE_OF_LIMIT * settings.JOB_HARD_LIMIT)


def check_seconds(given: Any) -> float | None:
    """The time of the race; None for the usual one of the quality. Raises ForecastProblem."""
    if given in (None, ""):
        return None
    seconds = _number("seconds", given, gettext("the time budget"))
    most = most_seconds()
    if not LEAST_SECONDS <= seconds <= most:
        raise _about(
            "seconds",
            gettext("Give the race %(least)s to %(most)s seconds, or leave the field empty.")
            % {"least": LEAST_SECONDS, "most": f"{most:,}"},
        )
    return seconds


def check_seed(given: Any, usual: int) -> int:
    """The seed of what is drawn at random. Raises ForecastProblem."""
    if given in (None, ""):
        return usual
    seed = _whole("seed", given, gettext("the seed"))
    if not 0 <= seed <= MOST_SEED:
        raise _about(
            "seed",
            gettext("Give a seed from 0 to %(most)s, or leave the field empty.")
            % {"most": f"{MOST_SEED:,}"},
        )
    return seed


def _season(given: Any, rows: int, frequency: Frequency) -> int:
    steps = _whole("seasons", given, gettext("a season length"))
    if steps < 2:
        raise _about("seasons", gettext("A season has 2 steps or more, not %(n)s.") % {"n": steps})
    if 2 * steps > rows:
        raise _about(
            "seasons",
            gettext(
                "A season of %(season)s must fit into the history twice, which has %(rows)s rows. "
                "Give %(most)s steps or fewer."
            )
            % {
                "season": spans.counted(steps, frequency),
                "rows": f"{rows:,}",
                "most": f"{rows // 2:,}",
            },
        )
    return steps


def _too_many_windows(
    count: int, most: int, rows: int, horizon: int, frequency: Frequency
) -> ForecastProblem:
    words = {
        "n": count,
        "span": spans.counted(horizon, frequency),
        "rows": f"{rows:,}",
        "most": most,
    }
    if not most:
        sentence = gettext(
            "%(rows)s rows hold no past window of %(span)s to test on. Shorten the horizon, add "
            "history, or leave the number of windows empty to forecast without a test."
        )
    else:
        sentence = ngettext(
            "%(n)s window of %(span)s does not fit into %(rows)s rows. Use %(most)s or fewer, or "
            "shorten the horizon.",
            "%(n)s windows of %(span)s do not fit into %(rows)s rows. Use %(most)s or fewer, or "
            "shorten the horizon.",
            count,
        )
    return _about("windows", sentence % words, "too_many_windows")


def _require_count_between(low: float, high: float) -> None:
    if math.ceil(low) > math.floor(high):
        raise _about(
            "bounds",
            gettext("No whole number lies between %(low)s and %(high)s. Widen the bounds.")
            % {"low": wording.figure(low), "high": wording.figure(high)},
        )


def _bound(given: Any) -> float | None:
    if given in (None, ""):
        return None
    found = _number("bounds", given, gettext("a bound"))
    if abs(found) > LARGEST:
        raise _about("bounds", gettext("No value reaches such a bound. Leave it empty."))
    return found


def _is_true(given: Any) -> bool:
    return given if isinstance(given, bool) else str(given or "").strip().lower() in _TRUE


def _whole(field: str, given: Any, what: str) -> int:
    number = _number(field, given, what)
    if number != int(number):
        raise _about(
            field,
            gettext("%(what)s is a whole number, not %(given)s.")
            % {"what": _first_upper(what), "given": str(given)[:40]},
        )
    return int(number)


def _number(field: str, given: Any, what: str) -> float:
    try:
        number = float(str(given).strip().replace(",", "").replace("−", "-"))
    except ValueError:
        number = math.nan
    if isinstance(given, bool) or not math.isfinite(number):
        raise _about(
            field,
            gettext("%(what)s is a number, not %(given)s.")
            % {"what": _first_upper(what), "given": str(given)[:40]},
        )
    return number


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _about(field: str, sentence: str, code: str = "invalid") -> ForecastProblem:
    return ForecastProblem(sentence, code=code, field=field)
