"""What somebody changes in a what-if: one column, from one time to another, by how much.

A change is `{"column", "how", "value", "from", "to"}`: times as people write them, both included; a
day without a time is the whole day. Instead there may be steps, `first` and `last`, counted from
the forecast: 1 is the first one to come, 0 the last that is known, -23 a day before it in hours.
Without either it holds for the whole forecast. `how` is `add`, `scale` (a factor) or `set`. Kept
changes have both; their times count, so that they mean the same days in every later run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from django.utils.translation import gettext

from datasets.problems import DatasetProblem
from forecasting import wording
from forecasting.engine.panel import Floats
from forecasting.refusals import ForecastProblem
from forecasting.scenarios.moments import UNREADABLE, Moments

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

    def as_json(self, moments: Moments) -> dict[str, Any]:
        """As it is kept."""
        times = {"from": moments.iso(self.first), "to": moments.iso(self.last)}
        return asdict(self) | times

    def in_words(self, moments: Moments) -> str:
        """`temp +2, Tue 24 Nov 08:00 to Tue 24 Nov 12:00`."""
        value = wording.figure(abs(self.value))
        when = moments.span(self.first, self.last)
        if self.how == "add":
            return f"{self.column} {'−' if self.value < 0 else '+'}{value}, {when}"
        sign, mark = ("−" if self.value < 0 else ""), ("×" if self.how == "scale" else "= ")
        return f"{self.column} {mark}{sign}{value}, {when}"


def read(given: Any, moments: Moments) -> list[Change]:
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
    return [_one(place + 1, one, moments) for place, one in enumerate(given)]


def dated(
    rows: Sequence[Mapping[str, Any]], answered: Sequence[str], moments: Moments
) -> list[dict[str, Any]]:
    """Kept changes with times; those from when only steps were kept take them from the times of
    the answer that they had.
    """
    if not answered:
        return [dict(one) for one in rows]
    then = replace(moments, start=pd.Timestamp(answered[0]), horizon=len(answered))
    return [stored(one, then).as_json(then) | dict(one) for one in rows]


def stored(one: Mapping[str, Any], moments: Moments) -> Change:
    """A kept change at the steps where its times lie by these moments."""
    first, last = int(one["first"]), int(one["last"])
    if one.get("from"):
        first, last = moments.first(one["from"]), moments.last(one["to"])
    return Change(one["column"], one["how"], float(one["value"]), first, last)


def kept(rows: Sequence[Mapping[str, Any]], moments: Moments) -> tuple[list[Change], int]:
    """Changes that were kept with another run, on the same days of this one; how many of them
    have passed. What was to come when they were made, and is known by now, stays as it came.
    """
    found: list[Change] = []
    for row in rows:
        one = stored(row, moments)
        first = max(one.first, 1) if int(row["first"]) >= 1 else one.first
        last = min(one.last, moments.horizon)
        if first <= last:
            found.append(replace(one, first=first, last=last))
    return found, len(rows) - len(found)


def _one(number: int, given: Mapping[str, Any], moments: Moments) -> Change:
    how = given.get("how", "add")
    if how not in HOW:
        raise problem(gettext("Change %(number)s: choose add, scale or set.") % {"number": number})
    value = given.get("value")
    if not _is_number(value) or not abs(float(value or 0)) <= LARGEST:
        raise problem(
            gettext("Change %(number)s: its value must be a number.") % {"number": number}
        )
    first, last = _steps(number, given, moments)
    horizon = moments.horizon
    if not _is_step(first) or not _is_step(last):
        raise problem(
            gettext("Change %(number)s: its steps must be whole numbers.") % {"number": number}
        )
    if not -FARTHEST_BACK <= first <= last <= horizon:
        raise problem(
            gettext(
                "Change %(number)s goes from %(from)s (step %(first)s) to %(to)s (step %(last)s). "
                "Let it begin before it ends, and end no later than %(end)s (step %(horizon)s)."
            )
            % {
                "number": number,
                "first": first,
                "last": last,
                "from": _when(given.get("from"), first, moments),
                "to": _when(given.get("to"), last, moments),
                "end": moments.words(horizon),
                "horizon": horizon,
            }
        )
    return Change(str(given.get("column", ""))[:500], how, float(value or 0), first, last)


def problem(sentence: str, code: str = "bad_changes") -> ForecastProblem:
    """What is wrong with the changes."""
    return ForecastProblem(sentence, code=code, field="changes")


def _steps(number: int, given: Mapping[str, Any], moments: Moments) -> tuple[Any, Any]:
    """First and last as steps. Raises ForecastProblem for a time that is none, and for steps that
    contradict the times beside them.
    """
    first, last = given.get("first", 1), given.get("last", moments.horizon)
    read = {"from": moments.first, "to": moments.last}
    for key, step in (("from", "first"), ("to", "last")):
        text = given.get(key)
        if text in (None, ""):
            continue
        try:
            found = read[key](str(text))
        except UNREADABLE as wrong:
            raise problem(_no_time(number, str(text), wrong, moments), "bad_time") from wrong
        if step in given and given[step] != found:
            raise problem(
                gettext(
                    "Change %(number)s: %(time)s is step %(found)s, and %(step)s says %(given)s. "
                    "Give one of the two."
                )
                % {
                    "number": number,
                    "time": str(text)[:40],
                    "found": found,
                    "step": step,
                    "given": str(given[step])[:20],
                }
            )
        first, last = (found, last) if key == "from" else (first, found)
    return first, last


def _no_time(number: int, text: str, wrong: Exception, moments: Moments) -> str:
    if isinstance(wrong, DatasetProblem):
        return gettext("Change %(number)s: %(why)s") % {"number": number, "why": wrong.message}
    return gettext("Change %(number)s: %(text)s is not a time. Write it as %(example)s.") % {
        "number": number,
        "text": text[:40],
        "example": moments.field(1).replace("T", " "),
    }


def _when(text: Any, step: int, moments: Moments) -> str:
    """The time that was written, else that of the step where there can be one."""
    if text:
        return str(text)[:40]
    return moments.words(step) if abs(step) <= FARTHEST_BACK else str(step)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_step(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
