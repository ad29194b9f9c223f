"""A value and those before it: lags, differences, percentages. One file, as all look back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.repairs.clock import Places, stretches
from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.work import NUMBER, Floats, Outcome, Work

Made = Callable[[Floats, Floats], Floats]


def shifted(values: Floats, places: Places, steps: int) -> Floats:
    """For each row the value so many steps of the clock earlier; NaN where there was none."""
    earlier = np.full(len(values), np.nan)
    wanted = places - steps
    at = np.searchsorted(places, wanted)
    inside = at < len(places)
    hit = np.zeros(len(values), dtype=bool)
    hit[inside] = places[at[inside]] == wanted[inside]
    earlier[hit] = values[at[hit]]
    return earlier


def derive(work: Work, settings: dict[str, Any], word: str, make: Made) -> Outcome:
    """One new column for each column and each number of steps."""
    parts, made = stretches(work), {}
    for key in chosen(work, settings["columns"]):
        values = work.numbers(key)
        for steps in settings["steps"]:
            found = np.full(len(values), np.nan)
            for part in parts:
                here = values[part.rows]
                found[part.rows] = make(here, shifted(here, part.places, steps))
            name = f"{work.column(key).name} {word} {steps}"
            made[work.add_column(name, NUMBER, "past")] = found
    if made:
        work.put(made)
    return Outcome().add(columns_added=len(made))


def _lag(now: Floats, before: Floats) -> Floats:
    return before


def _difference(now: Floats, before: Floats) -> Floats:
    return now - before


def _percentage(now: Floats, before: Floats) -> Floats:
    """Change in percent of the earlier value; none where that was zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        change = 100 * (now - before) / np.abs(before)
    return np.where(np.isfinite(change), change, np.nan)


def _settings(default: list[int]) -> tuple[Setting, ...]:
    return (
        Setting("steps", "integers", _("Steps back"), default, low=1, high=100_000,
                hint=_("several with commas")),
        VALUE_COLUMNS,
    )  # fmt: skip


def _summary(settings: dict[str, Any]) -> str:
    steps = settings.get("steps") or [1]
    listed = steps if isinstance(steps, str) else ", ".join(str(one) for one in steps)
    return gettext("%(steps)s steps back") % {"steps": listed}


LAG = Step(
    "lag", _("Lag"), lambda work, settings: derive(work, settings, "lag", _lag),
    _settings([1]), "derive", _summary,
)  # fmt: skip
DIFFERENCE = Step(
    "difference", _("Difference"),
    lambda work, settings: derive(work, settings, "diff", _difference),
    _settings([1]), "derive", _summary,
)  # fmt: skip
PERCENTAGE = Step(
    "percentage", _("Percentage change"),
    lambda work, settings: derive(work, settings, "pct", _percentage),
    _settings([1]), "derive", _summary,
)  # fmt: skip
