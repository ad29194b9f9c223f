"""What somebody changes in a what-if: one column, from one step to another, by how much.

A change is `{"column", "how", "value", "first", "last"}`. Steps are counted from the forecast: 1 is
the first one to come, 0 the last that is known, -23 a day before it in hours. `how` is `add`,
`scale` (a factor) or `set`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext

from forecasting.engine.panel import Floats
from forecasting.refusals import ForecastProblem

MOST: Final = 200
HOW: Final = ("add", "scale", "set")
LARGEST: Final = 1e15
FARTHEST_BACK: Final = 5_000


@dataclass(frozen=True)
class Change:
    """One change of one column."""

    column: str
    how: str
    value: float
    first: int
    last: int

    def on(self, values: Floats) -> Floats:
        """The values as this makes them."""
        if self.how == "add":
            return np.add(values, self.value)
        if self.how == "scale":
            return np.multiply(values, self.value)
        return np.full_like(values, self.value)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def read(given: Any, horizon: int) -> list[Change]:
    """The changes that were sent. Raises ForecastProblem naming the one that is wrong."""
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise problem(
            gettext(
                'Send changes as a list, such as [{"column": "temp", "how": "add", "value": 2}].'
            )
        )
    if len(given) > MOST:
        raise problem(
            gettext("%(n)s changes are too many. Use %(most)s or fewer.")
            % {"n": len(given), "most": MOST}
        )
    return [_one(place + 1, one, horizon) for place, one in enumerate(given)]


def _one(number: int, given: Mapping[str, Any], horizon: int) -> Change:
    how = given.get("how", "add")
    if how not in HOW:
        raise problem(gettext("Change %(number)s: choose add, scale or set.") % {"number": number})
    value = given.get("value")
    if not _is_number(value) or not abs(float(value or 0)) <= LARGEST:
        raise problem(
            gettext("Change %(number)s: its value must be a number.") % {"number": number}
        )
    first, last = given.get("first", 1), given.get("last", horizon)
    if not _is_step(first) or not _is_step(last):
        raise problem(
            gettext("Change %(number)s: its steps must be whole numbers.") % {"number": number}
        )
    if not -FARTHEST_BACK <= first <= last <= horizon:
        raise problem(
            gettext(
                "Change %(number)s goes from step %(first)s to %(last)s. Give a first step that "
                "is no later than the last, and a last one no later than %(horizon)s."
            )
            % {"number": number, "first": first, "last": last, "horizon": horizon}
        )
    return Change(str(given.get("column", ""))[:500], how, float(value or 0), first, last)


def problem(sentence: str, code: str = "bad_changes") -> ForecastProblem:
    """What is wrong with the changes."""
    return ForecastProblem(sentence, code=code, field="changes")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_step(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
