"""The fields of the What if page as changes, and changes as its fields."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from forecasting.scenarios import changes
from forecasting.scenarios.changes import Change
from forecasting.scenarios.moments import Moments

FIELDS: Final = ("column", "how", "value", "from", "to")
TARGET: Final = "target_scale"
SLIDE: Final = "slide."
# How far the slider of the target goes to either side, in whole percent.
MOST_PERCENT: Final = 50


@dataclass(frozen=True)
class Slider:
    """A covariate that is known ahead, moved up to the `last` step at which it is, by no more than
    it has moved before.
    """

    column: str
    most: float
    step: float
    last: int

    def can_stand_at(self, value: float) -> bool:
        """Is there a notch at this value?"""
        notches = value / self.step
        return abs(value) <= self.most and math.isclose(notches, round(notches), abs_tol=1e-9)


@dataclass
class Filled:
    """What the fields say: sliders by their column, percent of the target, rows of the table."""

    slides: dict[str, float] = field(default_factory=dict)
    percent: int = 0
    rows: list[Change] = field(default_factory=list)


def filled(
    given: Sequence[Change], sliders: Mapping[str, Slider], target: str, horizon: int
) -> Filled:
    """The fields from which `asked` reads these changes. What no slider can say is a row, and so
    is whatever follows a row of its column: sliders come first.
    """
    found = Filled()
    seen: set[str] = set()
    for one in given:
        slider, percent = sliders.get(one.column), 100 * (one.value - 1)
        ends = slider.last if slider else horizon
        is_whole = one.column not in seen and (one.first, one.last) == (1, ends)
        if is_whole and slider and one.how == "add" and slider.can_stand_at(one.value):
            found.slides[one.column] = one.value
        elif is_whole and one.column == target and one.how == "scale" and _is_notch(percent):
            found.percent = round(percent)
        else:
            found.rows.append(one)
        seen.add(one.column)
    return found


def asked(
    said: QueryDict, sliders: Mapping[str, Slider], target: str, moments: Moments
) -> list[Change]:
    """Sliders that were moved and rows of the table that hold a value. Raises ForecastProblem."""
    found: list[dict[str, Any]] = []
    for name, text in said.items():
        if name.startswith(SLIDE) and (value := number(str(text))):
            column = name.removeprefix(SLIDE)
            ends = {"last": sliders[column].last} if column in sliders else {}
            found.append({"column": column, "how": "add", "value": value} | ends)
    if percent := number(said.get(TARGET, "")):
        found.append({"column": target, "how": "scale", "value": 1 + percent / 100})
    for cells in zip(*(said.getlist(name) for name in FIELDS), strict=False):
        row = dict(zip(FIELDS, cells, strict=True))
        if row["value"].strip():
            found.append(_row(row))
    return changes.read(found, moments)


def number(text: str) -> float:
    """What was typed; 0 where nothing was. Raises ForecastProblem."""
    if not text.strip():
        return 0.0
    try:
        value = float(text)
    except ValueError as wrong:
        raise changes.problem(gettext("%(text)s is not a number.") % {"text": text[:40]}) from wrong
    if not math.isfinite(value):
        raise changes.problem(gettext("%(text)s is not a number.") % {"text": text[:40]})
    return value


def _row(row: dict[str, str]) -> dict[str, Any]:
    return row | {"value": number(row["value"])}


def _is_notch(percent: float) -> bool:
    return abs(percent) <= MOST_PERCENT and math.isclose(percent, round(percent), abs_tol=1e-6)
