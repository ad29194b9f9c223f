"""The chart of what-ifs: the forecast as it stands, what would become of it, kept ones beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext

from datasets.clock import AS_STORED, Clock
from datasets.figures import (
    BAND_80,
    BASELINE,
    FORECAST,
    OBSERVED,
    SERIES,
    Figure,
    band,
    figure,
    line,
    on_clock,
)
from forecasting.figures import Points
from forecasting.results import Line

# The first colours of series are those of the forecast itself.
KEPT: Final = SERIES[1:]


def beside(
    base: Line,
    changed: Line,
    history: Points,
    kept: Sequence[tuple[str, Mapping[str, Any]]] = (),
    clock: Clock = AS_STORED,
) -> Figure:
    """History in ink, the base dashed, the changed forecast with its narrow band, then the kept."""
    times, values = history
    traces: list[dict[str, Any]] = []
    if changed.lower:
        level = min(changed.lower)
        ends = changed.lower[level], changed.upper[level]
        traces += band(changed.times, *ends, BAND_80, f"{level}%")
    traces.append(line(times, values, OBSERVED, name=gettext("Observed"), connectgaps=False))
    traces.append(line(base.times, base.mean, BASELINE, name=gettext("Forecast"), dash="dash"))
    for place, (name, answer) in enumerate(kept):
        colour = KEPT[place % len(KEPT)]
        traces.append(line(answer["ds"], answer["mean"], colour, name=name, dash="dot"))
    traces.append(line(changed.times, changed.mean, FORECAST, name=gettext("What if"), width=2))
    axis = {"type": "date", "nticks": 8}
    # Beside the lines it would take half of a phone.
    legend = {"orientation": "h", "y": -0.15}
    drawn = figure(traces, xaxis=axis, showlegend=True, legend=legend, hovermode="x unified")
    return on_clock(drawn, clock)
