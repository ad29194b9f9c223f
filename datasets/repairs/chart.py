"""The place of one step before and after, as a figure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext

from datasets import figures
from datasets.repairs.seen import Window

VIEWS = ("before", "after", "both")
_ACCENT, _WASH, _SURFACE = figures.FORECAST, "var(--accent-wash)", "var(--surface)"


def repair_figure(window: Window, view: str) -> figures.Figure:
    """Before in the colour of what was observed, what the step made in that of forecasts."""
    traces: list[figures.Trace] = []
    if view == "both" and window.reference[0]:
        traces.append(
            figures.line(*window.reference, figures.BASELINE, width=1, dash="dash",
                         name=gettext("Cycles used"), connectgaps=False)
        )  # fmt: skip
    if view != "after" and window.before[0]:
        traces.append(
            figures.line(*window.before, figures.OBSERVED, name=gettext("Before"),
                         connectgaps=False)
        )  # fmt: skip
    if view != "before":
        traces += _after(window, view)
    return figures.figure(
        traces,
        showlegend=False,
        shapes=_shapes(window),
        annotations=_notes(window) if view != "before" else [],
        xaxis={"type": "date" if "-" in (window.after[0] or ["-"])[0] else "linear", "nticks": 6},
        yaxis={"nticks": 5},
    )


def _after(window: Window, view: str) -> list[figures.Trace]:
    x, y = window.after
    if view == "after" or not window.before[0]:
        traces = [figures.line(x, y, _ACCENT, width=2, name=gettext("After"), connectgaps=False)]
    else:
        # Where nothing changed the line of before says it all.
        near = {at for row in window.marked for at in (row - 1, row, row + 1)}
        near |= {at for at in range(len(y)) if not window.marked}
        part = [value if at in near else None for at, value in enumerate(y)]
        hover = "skip" if window.marked else "all"
        name = gettext("After")
        traces = [
            figures.line(x, part, _ACCENT, width=2, name=name, hoverinfo=hover, connectgaps=False)
        ]
    marked = [row for row in window.marked if 0 <= row < len(x)]
    if marked and len(marked) <= 100:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [x[row] for row in marked],
                "y": [y[row] for row in marked],
                "name": gettext("After"),
                "marker": {"size": 6, "color": _SURFACE, "line": {"color": _ACCENT, "width": 2}},
            }
        )
    return traces


def _shapes(window: Window) -> list[dict[str, Any]]:
    x = window.after[0]
    if not window.marked or not x:
        return []
    first, last = max(window.marked[0] - 1, 0), min(window.marked[-1] + 1, len(x) - 1)
    return [
        {
            "type": "rect",
            "x0": x[first],
            "x1": x[last],
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "fillcolor": _WASH,
            "line": {"width": 0},
            "layer": "below",
        }
    ]


def _notes(window: Window) -> list[dict[str, Any]]:
    x, y = window.after
    rows = [row for row in window.marked if row < len(y) and y[row] is not None]
    if not rows:
        return []
    at = rows[-1]
    count = len(window.marked)
    text = ngettext("%(n)s value", "%(n)s values", count) % {"n": f"{count:,}"}
    if window.start != window.end:
        text += f", {_span(window.start, window.end)}"
    return [{**figures.note(x[at], y[at], text), "ay": 34, "ax": 60}]


def _span(start: str, end: str) -> str:
    """`01:00–10:00` within a day, `03-27–04-02` between midnights, else both with their days."""
    if start[:10] == end[:10]:
        return f"{start[11:16]}–{end[11:16]}"
    at_midnight = all(time.endswith("00:00:00") for time in (start, end))
    first, last = (time[5:10] if at_midnight else time[5:16] for time in (start, end))
    return f"{first}–{last}"
