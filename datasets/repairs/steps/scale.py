"""Bring columns to a common scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.work import Floats, Outcome, Work, compare

METHODS = (
    ("standard", _("Mean 0, deviation 1")),
    ("minmax", _("From 0 to 1")),
    ("robust", _("Median 0, quartile distance 1")),
)


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Series by series. The scale is learnt from the first share of the rows only."""
    outcome, spans = Outcome(), work.spans()
    for key in chosen(work, settings["columns"]):
        values = work.numbers(key)
        scaled = values.copy()
        for _series, first, last in spans:
            learnt = values[first : first + max(1, round((last - first) * settings["share"] / 100))]
            scaled[first:last] = _scaled(values[first:last], learnt, settings["method"])
        outcome.add(**compare(values, scaled))
        work.put({key: scaled})
    return outcome


def _scaled(values: Floats, learnt: Floats, method: str) -> Floats:
    known = learnt[~np.isnan(learnt)]
    if not len(known):
        return values
    if method == "standard":
        middle, width = float(known.mean()), float(known.std())
    elif method == "minmax":
        middle, width = float(known.min()), float(known.max() - known.min())
    else:
        low, middle, high = (float(q) for q in np.quantile(known, [0.25, 0.5, 0.75]))
        width = high - low
    return (values - middle) / (width or 1.0)


STEP = Step(
    "scale",
    _("Scale"),
    run,
    (
        Setting("method", "choice", _("To"), "standard", METHODS),
        Setting("share", "number", _("Learnt from"), 100.0, low=1, high=100,
                hint=_("% of the rows, the first ones; less keeps the future out")),
        VALUE_COLUMNS,
    ),
    "derive",
    lambda settings: str(dict(METHODS)[settings.get("method") or "standard"]),
)  # fmt: skip
