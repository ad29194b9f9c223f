"""Even out the noise of a series."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.work import Floats, Outcome, Work, compare, places_of

METHODS = (
    ("mean", _("Moving mean")),
    ("median", _("Moving median")),
    ("exponential", _("Exponential")),
)


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Missing values stay missing."""
    outcome, spans = Outcome(), work.spans()
    for key in chosen(work, settings["columns"]):
        values = work.numbers(key)
        smooth = values.copy()
        for _series, first, last in spans:
            smooth[first:last] = _smooth(values[first:last], settings["method"], settings["window"])
        outcome.add(**compare(values, smooth))
        outcome.places += places_of(key, spans, (values != smooth) & ~np.isnan(values))[:1]
        work.put({key: smooth})
    return outcome


def _smooth(values: Floats, method: str, window: int) -> Floats:
    series = pd.Series(values)
    if method == "exponential":
        even = series.ewm(span=window).mean()
    else:
        windows = series.rolling(window, center=True, min_periods=1)
        even = windows.mean() if method == "mean" else windows.median()
    return np.where(np.isnan(values), np.nan, even.to_numpy())


def _summary(settings: dict[str, Any]) -> str:
    method = dict(METHODS)[settings.get("method") or "mean"]
    return gettext("%(method)s of %(n)s rows") % {
        "method": method, "n": int(settings.get("window") or 5),
    }  # fmt: skip


STEP = Step(
    "smooth",
    _("Smooth"),
    run,
    (
        Setting("method", "choice", _("With"), "mean", METHODS),
        Setting("window", "integer", _("Window"), 5, low=2, high=100_000, hint=_("rows")),
        VALUE_COLUMNS,
    ),
    summary=_summary,
)
