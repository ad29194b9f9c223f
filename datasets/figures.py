"""Conventions of all figures: plain dictionaries for Plotly, colours as names of tokens.

`"var(--chart-observed)"` and its like are resolved in the browser, so that one figure serves
both themes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext

from datasets.clock import Clock
from datasets.pyramid import Range

Figure = dict[str, Any]
Trace = dict[str, Any]
OBSERVED = "var(--chart-observed)"
FORECAST = "var(--chart-forecast)"
BASELINE = "var(--chart-baseline)"
BAND_80, BAND_95 = "var(--chart-band-80)", "var(--chart-band-95)"
NOW = "var(--chart-axis)"
SERIES = tuple(f"var(--chart-{number})" for number in range(1, 7))
_HALF_HOUR, _BOTH = timedelta(minutes=30), timedelta(hours=2)
# A longer span leaves an hour too few pixels.
_CLOSE = timedelta(days=8)
# Above this many points lines are drawn with WebGL.
_MANY = 5000


def line(x: Sequence[Any], y: Sequence[Any], colour: str, **more: Any) -> Trace:
    """A line; `name`, `dash` (solid, dash, dot) and `width` may be given, other keys pass."""
    style = {"color": colour, "width": more.pop("width", 1.5)}
    if "dash" in more:
        style["dash"] = more.pop("dash")
    kind = "scattergl" if len(x) > _MANY else "scatter"
    return {"type": kind, "mode": "lines", "x": list(x), "y": list(y), "line": style, **more}


def band(
    x: Sequence[Any], lo: Sequence[Any], hi: Sequence[Any], colour: str, name: str
) -> list[Trace]:
    """A filled area between two lines, as the two traces Plotly needs."""
    edge = {"type": "scatter", "mode": "lines", "x": list(x), "line": {"width": 0}}
    return [
        {**edge, "y": list(lo), "hoverinfo": "skip", "showlegend": False},
        {**edge, "y": list(hi), "fill": "tonexty", "fillcolor": colour, "name": name},
    ]


def now_line(x: Any, text: str) -> Figure:
    """Layout parts that mark a moment: a dotted vertical and its label."""
    shape = {
        "type": "line",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": NOW, "width": 1, "dash": "dot"},
    }
    label = {"x": x, "yref": "paper", "y": 1, "yanchor": "bottom", "text": text}
    return {"shapes": [shape], "annotations": [{**label, "showarrow": False}]}


def note(x: Any, y: Any, text: str) -> dict[str, Any]:
    """One annotation at a point."""
    return {"x": x, "y": y, "text": text, "showarrow": True, "arrowhead": 0, "ay": -24, "ax": 0}


def figure(traces: Sequence[Trace], **layout: Any) -> Figure:
    """The figure as JSON; layout parts are Plotly's own names."""
    return {"data": list(traces), "layout": layout}


def on_clock(drawn: Figure, clock: Clock) -> Figure:
    """The figure with all its stored times moved to `clock`.

    Points in the hour that comes twice say which of the two they are in, and a line that would
    run back there is drawn in two parts: `meta.back` names the points at which one begins.
    """
    if not clock.moves:
        return drawn
    layout = dict(drawn["layout"])
    for part, names in (("shapes", ("x0", "x1")), ("annotations", ("x",))):
        if part in layout:
            layout[part] = [_moved(one, names, clock) for one in layout[part]]
    axis = layout.get("xaxis", {})
    if "range" in axis:
        layout["xaxis"] = {**axis, "range": clock.local_texts(axis["range"])}
    return {**drawn, "data": [_trace_on(trace, clock) for trace in drawn["data"]], "layout": layout}


def _moved(part: dict[str, Any], names: Sequence[str], clock: Clock) -> dict[str, Any]:
    return {**part, **{name: clock.local_text(part[name]) for name in names if name in part}}


def _trace_on(trace: Trace, clock: Clock) -> Trace:
    moved = {**trace, "x": clock.local_texts(trace["x"])}
    offsets = clock.offsets(trace["x"])
    if back := _steps_back(offsets):
        moved["meta"] = {"back": back}
    if not offsets or trace.get("hoverinfo") == "skip":
        return moved
    return {**moved, "text": offsets, "hovertemplate": "%{y} %{text}"}


def _steps_back(offsets: Sequence[str]) -> list[int]:
    """The points at which the hour that comes twice begins again."""
    pairs = enumerate(pairwise(offsets), 1)
    return [place for place, (before, now) in pairs if before and now and before != now]


def with_repeated_hour(drawn: Figure, clock: Clock, span: tuple[datetime, datetime]) -> Figure:
    """The figure with the hour that comes twice marked, where it is wide enough to be seen."""
    stored = _repeated(clock, span)
    if not stored:
        return drawn
    first, last = clock.shown(min(stored)), clock.shown(max(stored))
    begin, end = min(first, last), max(first, last) + _HALF_HOUR
    words = gettext("%(start)s to %(end)s comes twice: %(first)s, then %(second)s") % {
        "start": f"{begin:%H:%M}",
        "end": f"{end:%H:%M}",
        "first": clock.offset(min(stored)),
        "second": clock.offset(max(stored)),
    }
    layout = drawn["layout"]
    shape = {
        "type": "rect",
        "x0": begin.isoformat(),
        "x1": end.isoformat(),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": "var(--chart-grid)",
    }
    label = {"x": begin.isoformat(), "yref": "paper", "y": 1, "yanchor": "top", "text": words}
    return {
        **drawn,
        "layout": {
            **layout,
            "shapes": [*layout.get("shapes", []), shape],
            "annotations": [*layout.get("annotations", []), {**label, "showarrow": False}],
        },
    }


def _repeated(clock: Clock, span: tuple[datetime, datetime]) -> list[datetime]:
    """The half hours, as stored, that the clock shows twice; [] in a span too long to see them."""
    first, last = span
    if not clock.moves or last - first > _CLOSE:
        return []
    start = first.replace(minute=0, second=0, microsecond=0) - _BOTH
    count = int((last - start + _BOTH) / _HALF_HOUR)
    halves = [start + step * _HALF_HOUR for step in range(count + 1)]
    found = [half for half in halves if clock.offset(half)]
    return found if found and min(found) <= last and max(found) + _HALF_HOUR > first else []


def explorer(column_name: str, data: Range) -> Figure:
    """The observed line of one column over the visible range."""
    points = data.json()
    trace = line(points["x"], points["y"], OBSERVED, name=column_name, connectgaps=False)
    is_time = data.x.dtype.kind == "M"
    return figure([trace], xaxis={"type": "date" if is_time else "linear"}, showlegend=False)
