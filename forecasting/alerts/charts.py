"""The forecast of a rule with its limit drawn in, and a limit to begin with."""

from __future__ import annotations

import math
from typing import Any, Final

from datasets.figures import Figure
from forecasting import results
from forecasting.models import AlertRule
from forecasting.shown import ShownForecast

LIMIT: Final = "var(--chart-alert)"


def of_rule(rule: AlertRule) -> Figure | None:
    """The fan chart of the rule's series with the limit as a dashed line; None without one."""
    if rule.task is None or rule.kind != AlertRule.Kind.FORECAST:
        return None
    shown = ShownForecast(rule.task, series=rule.series)
    figure = shown.figure if shown.chosen is not None else None
    if figure is None:
        return None
    if rule.limit is not None and rule.measure != AlertRule.Measure.WIDTH:
        figure = _with_limit(figure, rule.limit)
    return figure


def sensible_limit(rule: AlertRule) -> float | None:
    """A little beyond the highest value that the forecast expects: two good digits."""
    leader = rule.task.results.ranked().first() if rule.task else None
    if leader is None:
        return None
    table = results.table_of(leader, rule.series)
    if "mean" not in table or table["mean"].isna().all():
        return None
    known = table["mean"]
    top = float(known.max())
    spread = float(known.max() - known.min()) or abs(top) or 1.0
    return _rounded_up(top + 0.1 * spread, spread)


def _rounded_up(value: float, spread: float) -> float:
    step = 10.0 ** math.floor(math.log10(spread / 2))
    return round(math.ceil(value / step) * step, 12)


def _with_limit(figure: Figure, limit: float) -> Figure:
    layout: dict[str, Any] = dict(figure["layout"])
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": limit,
        "y1": limit,
        "line": {"color": LIMIT, "width": 1.5, "dash": "dash"},
    }
    layout["shapes"] = [*layout.get("shapes", ()), line]
    return {**figure, "layout": layout}
