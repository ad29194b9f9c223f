"""A number for the rows up to each row: moving means and the like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.repairs.clock import Stretch, stretches
from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.work import NUMBER, Floats, Outcome, Work

STATISTICS = (
    ("mean", _("mean")),
    ("sum", _("sum")),
    ("min", _("smallest")),
    ("max", _("largest")),
    ("std", _("standard deviation")),
    ("median", _("median")),
)


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """One new column for each column."""
    return derive(work, chosen(work, settings["columns"]), settings)


def derive(work: Work, keys: list[str], settings: dict[str, Any]) -> Outcome:
    """Windows of so many steps that end so many steps before each row."""
    parts, made = stretches(work), {}
    window, statistic = settings["window"], settings["statistic"]
    for key in keys:
        values = work.numbers(key)
        found = np.full(len(values), np.nan)
        for part in parts:
            found[part.rows] = _rolled(values[part.rows], part, settings)
        name = f"{work.column(key).name} {statistic} {window}"
        made[work.add_column(name, NUMBER, "past")] = found
    if made:
        work.put(made)
    return Outcome().add(columns_added=len(made))


def _rolled(values: Floats, part: Stretch, settings: dict[str, Any]) -> Floats:
    if not len(values):
        return values
    grid = np.full(part.steps, np.nan)
    grid[part.places] = values
    windows = pd.Series(grid).shift(settings["back"]).rolling(settings["window"], min_periods=1)
    rolled: Floats = getattr(windows, settings["statistic"])().to_numpy()
    return rolled[part.places]


def _summary(settings: dict[str, Any]) -> str:
    statistic = dict(STATISTICS)[settings.get("statistic") or "mean"]
    return gettext("%(statistic)s of %(n)s steps") % {
        "statistic": statistic, "n": int(settings.get("window") or 7),
    }  # fmt: skip


STEP = Step(
    "rolling",
    _("Rolling window"),
    run,
    (
        Setting("statistic", "choice", _("The"), "mean", STATISTICS),
        Setting("window", "integer", _("Of"), 7, low=1, high=1_000_000, hint=_("steps")),
        Setting("back", "integer", _("Ending"), 0, low=0, high=1_000_000,
                hint=_("steps before the row; 1 leaves the row itself out")),
        VALUE_COLUMNS,
    ),
    "derive",
    _summary,
)  # fmt: skip
