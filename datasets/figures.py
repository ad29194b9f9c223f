"""Conventions of all figures: plain dictionaries for Plotly, colours as names of tokens.

`"var(--chart-observed)"` and its like are resolved in the browser, so that one figure serves
both themes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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

    Points in the hour that comes twice say which of the two they are in.
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
    if not offsets or trace.get("hoverinfo") == "skip":
        return moved
    return {**moved, "text": offsets, "hovertemplate": "%{y} %{text}"}


def explorer(column_name: str, data: Range) -> Figure:
    """The observed line of one column over the visible range."""
    points = data.json()
    trace = line(points["x"], points["y"], OBSERVED, name=column_name, connectgaps=False)
    is_time = data.x.dtype.kind == "M"
    return figure([trace], xaxis={"type": "date" if is_time else "linear"}, showlegend=False)
