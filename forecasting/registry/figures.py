"""The errors of a model on past windows, beside those of another one."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from datasets.clock import AS_STORED, Clock
from datasets.figures import FORECAST, Figure, figure, line, on_clock
from forecasting.models import TrainedModel
from forecasting.registry.comparing import name_of

RIVAL = "var(--chart-2)"


def errors(models: Sequence[TrainedModel], clock: Clock = AS_STORED) -> Figure:
    """The mean absolute error at every cutoff, one line a model; the first is the forecast's."""
    colours = ((FORECAST, "solid"), (RIVAL, "dash"))
    traces = []
    for row, (colour, dash) in zip(models, colours, strict=False):
        windows = [one for one in row.metrics.get("windows", ()) if one.get("mae") is not None]
        cutoffs = [str(one["cutoff"]) for one in windows]
        values = [float(one["mae"]) for one in windows]
        traces.append(
            line(
                cutoffs,
                values,
                colour,
                name=name_of(row),
                dash=dash,
                mode="lines+markers",
                marker={"size": 5},
            )
        )
    drawn = figure(
        traces,
        xaxis={"type": "date", "nticks": 6},
        yaxis={"rangemode": "tozero", "nticks": 4},
        showlegend=False,
        hovermode="x unified",
    )
    words = gettext("Mean absolute error")
    return on_clock({**drawn, "layout": {**drawn["layout"], "meta": words}}, clock)
