"""Put values where there are none."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from datasets.problems import DatasetProblem
from datasets.repairs.clock import Places, Stretch, add_missing_rows, settle, stretches
from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.work import Floats, Outcome, Work, compare, places_of

METHODS = (
    ("seasonal", _("Same weekday and hour")),
    ("linear", _("Straight line")),
    ("ffill", _("Last value")),
    ("constant", _("A constant")),
    ("none", _("Nothing")),
)
_FURTHEST = 60


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Add the rows that are absent when asked, then fill cells no longer missing than the limit."""
    outcome = Outcome()
    if settings["rows"] and work.time:
        outcome.add(rows_added=add_missing_rows(work))
    if settings["method"] == "none":
        return outcome
    if settings["method"] == "seasonal":
        settle(work)
    parts = stretches(work)
    for key in chosen(work, settings["columns"]):
        values = work.numbers(key)
        filled = values.copy()
        for part in parts:
            filled[part.rows] = _filled(values[part.rows], part, settings, work)
        counts = compare(values, filled)
        if counts["values_filled"]:
            outcome.add(values_filled=counts["values_filled"])
            spans = [(part.series, part.first, part.last) for part in parts]
            outcome.places += places_of(key, spans, np.isnan(values) & ~np.isnan(filled))
            work.put({key: filled})
        outcome.add(values_left=int(np.isnan(filled).sum()))
    return outcome


def _filled(values: Floats, part: Stretch, settings: dict[str, Any], work: Work) -> Floats:
    missing = np.isnan(values)
    if not missing.any() or (missing.all() and settings["method"] != "constant"):
        return values
    wanted = missing & (_lengths(missing, part.places) <= (settings["longest"] or np.inf))
    if not wanted.any():
        return values
    proposals = _PROPOSE[settings["method"]](values, part, settings, work)
    filled = values.copy()
    filled[wanted] = proposals[wanted]
    return filled


def _lengths(missing: NDArray[np.bool_], places: Places) -> NDArray[np.float64]:
    """For every row, how many steps the stretch of missing values it stands in is long."""
    lengths = np.zeros(len(missing))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], missing.astype(np.int8), [0]])))
    for start, end in edges.reshape(-1, 2).tolist():
        lengths[start:end] = places[end - 1] - places[start] + 1
    return lengths


def _linear(values: Floats, part: Stretch, settings: dict[str, Any], work: Work) -> Floats:
    """Straight lines between neighbours; before the first and after the last value nothing."""
    known = ~np.isnan(values)
    return np.interp(part.places, part.places[known], values[known], left=np.nan, right=np.nan)


def _last(values: Floats, part: Stretch, settings: dict[str, Any], work: Work) -> Floats:
    place = np.where(np.isnan(values), -1, np.arange(len(values)))
    last = np.maximum.accumulate(place)
    filled: Floats = np.where(last >= 0, values[np.maximum(last, 0)], np.nan)
    return filled


def _constant(values: Floats, part: Stretch, settings: dict[str, Any], work: Work) -> Floats:
    if settings["value"] is None:
        raise DatasetProblem(
            gettext("Enter the constant to fill with."), code="bad_setting", field="value"
        )
    return np.full(len(values), float(settings["value"]))


def _seasonal(values: Floats, part: Stretch, settings: dict[str, Any], work: Work) -> Floats:
    """The mean of the values at the same place of the nearest cycles, before and after."""
    lengths = settle(work).season_lengths
    cycle = season_of(lengths, part.steps)
    return same_place(values, part.places, cycle, settings["cycles"])


def season_of(lengths: tuple[int, ...], steps: int) -> int:
    """The longest cycle that extends the usual one and is there three times, else the usual."""
    usual = lengths[0]
    return max((c for c in lengths if c % usual == 0 and steps >= 3 * c), default=usual)


def same_place(values: Floats, places: Places, cycle: int, count: int) -> Floats:
    """Missing values replaced by the mean of the nearest ones whole cycles away."""
    filled = values.copy()
    holes = np.isnan(values)
    filled[holes] = nearest_mean(values, places, places[holes], (cycle, count))
    return filled


def nearest_mean(values: Floats, places: Places, at: Places, season: tuple[int, int]) -> Floats:
    """For each step of `at` the mean of the `count` nearest values whole `cycle`s away from it."""
    cycle, count = season
    steps = int(places[-1]) + 1
    grid = np.full(steps, np.nan)
    grid[places] = values
    total, found = np.zeros(len(at)), np.zeros(len(at), dtype=np.int64)
    for away in range(1, min(_FURTHEST, steps // cycle + 1) + 1):
        for side in (-away, away):
            there = at + side * cycle
            inside = (there >= 0) & (there < steps) & (found < count)
            here = np.full(len(at), np.nan)
            here[inside] = grid[there[inside]]
            has = ~np.isnan(here)
            total[has] += here[has]
            found += has
        if (found >= count).all():
            break
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(found > 0, total / found, np.nan)


_PROPOSE = {"linear": _linear, "ffill": _last, "constant": _constant, "seasonal": _seasonal}


def _summary(settings: dict[str, Any]) -> str:
    method = settings.get("method") or "seasonal"
    if method == "seasonal":
        count = int(settings.get("cycles") or 4)
        return ngettext(
            "same place in the season, nearest cycle",
            "same place in the season, mean of %(count)s cycles",
            count,
        ) % {"count": count}
    return str(dict(METHODS)[method]).lower()


STEP = Step(
    "fill",
    _("Fill gaps"),
    run,
    (
        Setting("method", "choice", _("With"), "seasonal", METHODS),
        Setting("value", "number", _("Constant"), when=("method", ("constant",))),
        Setting("cycles", "integer", _("Mean of"), 4, low=1, high=52,
                hint=_("nearest cycles"), when=("method", ("seasonal",))),
        Setting("longest", "integer", _("Longest gap"), low=1, high=1_000_000,
                hint=_("steps; longer stay open")),
        Setting("rows", "flag", _("Add absent rows"), default=True),
        VALUE_COLUMNS,
    ),
    summary=_summary,
)  # fmt: skip
