"""Charts of the inside of a model: weights by lag, contributions and effects step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext

from datasets.clock import AS_STORED, Clock
from datasets.figures import BASELINE, FORECAST, OBSERVED, SERIES, Figure, figure, line, on_clock
from forecasting.explaining.sentences import said

# Each line has a dash of its own as well, for those who cannot tell the colours apart.
DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
# Fewer lags are drawn as bars.
MOST_BARS: Final = 120


def by_lag(known: dict[str, Any]) -> Figure:
    """The weight of every past value, for the first steps and for the last ones."""
    lags, (near, *far) = known["lags"], known["blocks"]
    name = steps_words(near)
    traces = [
        {"type": "bar", "x": lags, "y": near["weights"], "marker": {"color": FORECAST}}
        if len(lags) <= MOST_BARS
        else line(lags, near["weights"], FORECAST, width=1.25)
    ]
    traces[0]["name"] = name
    traces += [
        line(lags, one["weights"], BASELINE, name=steps_words(one), width=1.25) for one in far
    ]
    return figure(traces, showlegend=bool(far), legend=_below(), bargap=0.2)


def contributions(known: dict[str, Any], times: Sequence[str], clock: Clock = AS_STORED) -> Figure:
    """What the groups of inputs add to every step, and their sum."""
    shown, rest = known["groups"][: len(SERIES)], known["groups"][len(SERIES) :]
    traces: list[dict[str, Any]] = [
        _bars(times, one["steps"], colour, _title(said(one["name"])))
        for one, colour in zip(shown, SERIES, strict=False)
    ]
    if rest:
        others = np.sum([one["steps"] for one in rest], axis=0).tolist()
        traces.append(_bars(times, others, BASELINE, gettext("Other inputs")))
    total = np.sum([one["steps"] for one in known["groups"]], axis=0)
    if len(known["groups"]) > 1:
        traces.append(line(times, total.tolist(), OBSERVED, name=gettext("Together"), width=1.5))
    drawn = figure(
        traces,
        xaxis={"type": "date"},
        barmode="relative",
        bargap=0,
        showlegend=True,
        legend=_below(),
    )
    return on_clock(drawn, clock)


def effects(
    known: Sequence[dict[str, Any]], times: Sequence[str], clock: Clock = AS_STORED
) -> Figure:
    """What each covariate adds to every step, compared with its usual value."""
    traces = [
        line(times, one["steps"], colour, name=one["name"], dash=dash)
        for one, colour, dash in zip(known, SERIES, DASHES, strict=False)
    ]
    drawn = figure(traces, xaxis={"type": "date"}, showlegend=len(traces) > 1, legend=_below())
    return on_clock(drawn, clock)


def steps_words(block: dict[str, Any]) -> str:
    """`step 1`, `steps 337 to 720`."""
    if block["first"] == block["last"]:
        return gettext("step %(step)s") % {"step": f"{block['last']:,}"}
    return gettext("steps %(first)s to %(last)s") % {
        "first": f"{block['first']:,}",
        "last": f"{block['last']:,}",
    }


def _title(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bars(x: Sequence[str], y: Sequence[float], colour: str, name: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": list(x),
        "y": list(y),
        "name": name,
        "marker": {"color": colour, "line": {"width": 0}},
    }


def _below() -> dict[str, Any]:
    return {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
