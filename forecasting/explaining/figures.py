"""Charts of explanations: parts, turns of cycles, drivers; errors over time, by lag, by size."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd
from django.utils.translation import gettext

from datasets.clock import AS_STORED, Clock
from datasets.figures import BASELINE, FORECAST, OBSERVED, Figure, figure, line, now_line, on_clock
from forecasting import results, thinning
from forecasting.explaining.leftovers import Leftovers

SECOND: Final = "var(--chart-2)"
QUIET: Final = "var(--chart-3)"
DAY: Final = pd.Timedelta(days=1)
MOST_DOTS: Final = 2_000


def part(known: dict[str, Any], clock: Clock = AS_STORED) -> Figure:
    """One part over the past, and on into the forecast."""
    traces = [line(known["times"], known["values"], OBSERVED, name=gettext("Past"), width=1.25)]
    marks: dict[str, Any] = {}
    if known["ahead"]:
        x = [*known["times"][-1:], *known["ahead_times"]]
        y = [*known["values"][-1:], *known["ahead"]]
        traces.append(line(x, y, FORECAST, name=gettext("Forecast"), width=2))
        marks = now_line(x[0], "")
        marks["annotations"] = []
    drawn = figure(traces, xaxis={"type": "date"}, showlegend=False, **marks)
    return on_clock(drawn, clock)


def turn(known: dict[str, Any], clock: Clock = AS_STORED) -> Figure:
    """One turn of a cycle: what each place of it adds."""
    times, values = known["turn"]["times"], known["turn"]["values"]
    axis: dict[str, Any] = {"type": "date", "tickformat": _pattern(times)}
    if len(times) <= 12:
        bars = {"type": "bar", "x": times, "y": values, "marker": {"color": FORECAST}}
        drawn = figure([bars], xaxis=axis, showlegend=False, bargap=0.35)
    else:
        drawn = figure([line(times, values, FORECAST, width=2)], xaxis=axis, showlegend=False)
    return on_clock(drawn, clock)


def days(known: dict[str, Any]) -> Figure:
    """One day on weekdays and on weekends, by the local clock."""
    times = known["days"]["times"]
    lines = [
        line(times, known["days"]["weekday"], FORECAST, name=gettext("Weekday"), width=2),
        line(times, known["days"]["weekend"], BASELINE, name=gettext("Weekend"), dash="dash"),
    ]
    axis = {"type": "date", "tickformat": _pattern(times)}
    return figure(lines, xaxis=axis, showlegend=True)


def holidays(rows: list[dict[str, Any]]) -> Figure:
    """What each holiday adds, the largest on top, with its interval where it was seen twice."""
    rising = rows[::-1]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [row["mean"] for row in rising],
        "y": [row["name"] for row in rising],
        "marker": {"color": FORECAST},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [0 if row["high"] is None else row["high"] - row["mean"] for row in rising],
            "arrayminus": [0 if row["low"] is None else row["mean"] - row["low"] for row in rising],
            "color": OBSERVED,
            "thickness": 1,
        },
        "name": gettext("Effect"),
    }
    names = {"type": "category", "automargin": True, "dtick": 1}
    return figure([bars], yaxis=names, showlegend=False, bargap=0.35)


def over_time(found: Leftovers, clock: Clock = AS_STORED) -> Figure:
    """Every error at its time, with two spreads to both sides."""
    values = results.floats(found.values)
    at = thinning.places(values, MOST_DOTS)
    times = thinning.kept(results.iso(found.rows["ds"].to_numpy()), at)
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": times,
        "y": thinning.kept(values, at),
        "marker": {"color": FORECAST, "size": 3, "opacity": 0.6},
        "name": gettext("Error"),
    }
    shapes = [_level(y, dash) for y, dash in _levels(found)]
    drawn = figure([dots], xaxis={"type": "date"}, showlegend=False, shapes=shapes)
    return on_clock(drawn, clock)


def by_lag(found: Leftovers) -> Figure:
    """Correlation by lag; what lies between the dashed lines may be luck."""
    values, _pairs = found.autocorrelation
    lags = list(range(1, len(values) + 1))
    bars = {
        "type": "bar",
        "x": lags,
        "y": values.tolist(),
        "marker": {"color": FORECAST},
        "name": gettext("Correlation"),
    }
    edges = [
        line(lags, (sign * found.bounds).tolist(), BASELINE, dash="dash", hoverinfo="skip")
        for sign in (1, -1)
    ]
    return figure([bars, *edges], showlegend=False, bargap=0.35)


def by_size(found: Leftovers) -> Figure:
    """How often errors of each size occur, beside a normal curve of the same spread."""
    counts, edges = found.histogram()
    width = float(edges[1] - edges[0])
    middles = (edges[:-1] + edges[1:]) / 2
    bars = {
        "type": "bar",
        "x": middles.tolist(),
        "y": counts.tolist(),
        "width": width,
        "marker": {"color": FORECAST},
        "name": gettext("Errors"),
    }
    x = np.linspace(edges[0], edges[-1], 121)
    scale = len(found.values) * width / (found.spread * math.sqrt(2 * math.pi))
    curve = scale * np.exp(-0.5 * ((x - found.mean) / found.spread) ** 2)
    normal = line(x.tolist(), curve.tolist(), SECOND, name=gettext("Normal"), width=1.5)
    return figure([bars, normal], showlegend=False, bargap=0)


def _levels(found: Leftovers) -> list[tuple[float, str]]:
    return [(0.0, "solid"), (2 * found.spread, "dash"), (-2 * found.spread, "dash")]


def _level(y: float, dash: str) -> dict[str, Any]:
    style = {"color": BASELINE, "width": 1, "dash": dash}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": style}


def _pattern(times: list[str]) -> str:
    """What an axis over one turn is marked by: the clock, days, or months."""
    span = pd.Timestamp(times[-1]) - pd.Timestamp(times[0])
    if span < DAY:
        return "%H:%M"
    return "%a" if span < 8 * DAY else "%d" if span < 40 * DAY else "%b"
