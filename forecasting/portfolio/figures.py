"""How good the forecasts of all series are, as one chart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext

from datasets.figures import BASELINE, FORECAST, Figure, figure

# Skill of a series; what is worse than twice the error of seasonal naive counts at the left end.
EDGES: Final = tuple(round(-1 + 0.1 * step, 1) for step in range(21))
WORSE: Final = "var(--chart-alert)"


def skills(counts: Sequence[int], median: float | None) -> Figure:
    """How many series have which skill; those below zero in the colour of alarms."""
    middles = [round((low + high) / 2, 3) for low, high in pairwise(EDGES)]
    bars = {
        "type": "bar",
        "x": middles,
        "y": list(counts),
        "width": [0.092] * len(middles),
        "marker": {"color": [WORSE if middle < 0 else FORECAST for middle in middles]},
        "hovertemplate": "%{y}<extra></extra>",
        "name": gettext("Series"),
    }
    shapes = [_upright(0.0, "solid")]
    notes = []
    if median is not None:
        at = max(EDGES[0], min(EDGES[-1], median))
        shapes.append(_upright(at, "dot"))
        words = gettext("median %(value)s") % {"value": f"{median:.2f}".replace("-", "−")}
        notes.append(
            {
                "x": at,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": words,
                "showarrow": False,
            }
        )
    axis = {"range": [EDGES[0], EDGES[-1]], "nticks": 9}
    return figure(
        [bars],
        xaxis=axis,
        yaxis={"nticks": 4, "rangemode": "tozero"},
        shapes=shapes,
        annotations=notes,
        margin={"l": 36, "r": 12, "t": 22, "b": 26},
        showlegend=False,
    )


def _upright(x: float, dash: str) -> dict[str, object]:
    style = {"color": BASELINE, "width": 1, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": style}
