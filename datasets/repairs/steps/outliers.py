"""Bring values far from what is usual back to the edge of it, or take them out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.quality.seasonal import fit
from datasets.repairs.clock import Stretch, stretches
from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.work import Floats, Outcome, Work, compare, places_of

ACTIONS = (("clip", _("Clip to the edge")), ("mask", _("Take out")))
METHODS = (
    ("residual", _("Seasonal residual")),
    ("iqr", _("Quartiles (IQR)")),
    ("zscore", _("z-score")),
    ("hampel", _("Hampel")),
)
_USUAL = {"residual": 5.0, "iqr": 1.5, "zscore": 3.0, "hampel": 3.0}
_SPAN, _LEAST = 3, 20
# Outliers of the residual are clipped to this share of the limit: from beyond 5 to 3.5.
_INSIDE = 0.7


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Column by column, series by series."""
    outcome, parts = Outcome(), stretches(work)
    spans = [(part.series, part.first, part.last) for part in parts]
    for key in chosen(work, settings["columns"]):
        values = work.numbers(key)
        repaired = values.copy()
        for part in parts:
            repaired[part.rows] = _repaired(values[part.rows], part, settings, work)
        counts = compare(values, repaired)
        outcome.add(**counts)
        flags = (values != repaired) & ~np.isnan(values)
        if flags.any():
            outcome.places += places_of(key, spans, flags)
            work.put({key: repaired})
    return outcome


def _repaired(values: Floats, part: Stretch, settings: dict[str, Any], work: Work) -> Floats:
    if np.count_nonzero(~np.isnan(values)) < _LEAST:
        return values
    method = settings["method"]
    threshold = settings["threshold"] or _USUAL[method]
    low, high = _EDGES[method](values, part, threshold, work)
    with np.errstate(invalid="ignore"):
        outside = (values < low) | (values > high)
    if settings["action"] == "mask":
        return np.where(outside, np.nan, values)
    if method == "residual":
        # Inside the limit, or the next report, with a smaller spread, would find them again.
        low, high = _residual(values, part, _INSIDE * threshold, work)
    return np.where(outside, np.clip(values, low, high), values)


def _residual(values: Floats, part: Stretch, threshold: float, work: Work) -> Any:
    cycles = work.frequency.season_lengths if work.frequency else ()
    fitted = fit(values, part.places, cycles)
    return fitted.expected - threshold * fitted.scale, fitted.expected + threshold * fitted.scale


def _iqr(values: Floats, part: Stretch, threshold: float, work: Work) -> Any:
    low, high = np.nanquantile(values, [0.25, 0.75])
    return low - threshold * (high - low), high + threshold * (high - low)


def _zscore(values: Floats, part: Stretch, threshold: float, work: Work) -> Any:
    mean, spread = float(np.nanmean(values)), float(np.nanstd(values, ddof=1))
    reach = threshold * spread if spread > 0 else np.inf
    return mean - reach, mean + reach


def _hampel(values: Floats, part: Stretch, threshold: float, work: Work) -> Any:
    windows = pd.Series(values).rolling(2 * _SPAN + 1, center=True, min_periods=1)
    middle = windows.median().to_numpy()
    padded = np.pad(values, _SPAN, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _SPAN + 1)
    spread = np.empty(len(values))
    for start in range(0, len(values), 200_000):
        here = slice(start, start + 200_000)
        spread[here] = np.nanmedian(np.abs(around[here] - middle[here, None]), axis=1)
    reach = 1.4826 * threshold * spread
    return middle - reach, middle + reach


_EDGES = {"residual": _residual, "iqr": _iqr, "zscore": _zscore, "hampel": _hampel}


def _summary(settings: dict[str, Any]) -> str:
    method = settings.get("method") or "residual"
    limit = _limit(settings.get("threshold"), method)
    inside = _INSIDE if method == "residual" and settings.get("action") != "mask" else 1
    threshold = f"{limit * inside:g}"
    words = {
        "residual": gettext("to %(n)s robust deviations"),
        "iqr": gettext("to %(n)s times the quartile distance"),
        "zscore": gettext("to %(n)s standard deviations"),
        "hampel": gettext("to %(n)s deviations of the neighbours"),
    }
    return words[method] % {"n": threshold}


def _limit(given: Any, method: str) -> float:
    try:
        return float(given or _USUAL[method])
    except (TypeError, ValueError):
        return _USUAL[method]


STEP = Step(
    "outliers",
    _("Clip outliers"),
    run,
    (
        Setting("action", "choice", _("Do"), "clip", ACTIONS),
        Setting("method", "choice", _("Found by"), "residual", METHODS),
        Setting("threshold", "number", _("Beyond"), low=0.1, high=1000, hint=_("deviations")),
        VALUE_COLUMNS,
    ),
    summary=_summary,
)
