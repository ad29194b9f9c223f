"""Charts of watching: forecast against what came, error by step, error over time, the drift sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext

from datasets.clock import AS_STORED, Clock
from datasets.figures import (
    BAND_80,
    BASELINE,
    FORECAST,
    OBSERVED,
    Figure,
    band,
    figure,
    line,
    now_line,
    on_clock,
)
from forecasting import results
from forecasting.engine.drift import cusum
from forecasting.watching.accuracy import StepAccuracy

RIVAL = "var(--chart-2)"
ALERT = "var(--bad)"
# More points than this are averaged, so that a line stays readable and quick.
MOST_POINTS = 400


def against(rows: pd.DataFrame, level: int, clock: Clock = AS_STORED) -> Figure:
    """What came in ink, what was forecast of it last with its interval; rows of one series."""
    rows = rows.tail(4 * MOST_POINTS)
    times = results.iso(rows["ds"].to_numpy())
    traces: list[dict[str, Any]] = []
    if f"lo-{level}" in rows:
        low, high = (results.floats(rows[f"{end}-{level}"].to_numpy()) for end in ("lo", "hi"))
        traces += band(times, low, high, BAND_80, f"{level}%")
    mean = results.floats(rows["mean"].to_numpy())
    traces.append(line(times, mean, FORECAST, name=gettext("Forecast"), mode=_mode(times)))
    came = results.floats(rows["y"].to_numpy())
    traces.append(line(times, came, OBSERVED, name=gettext("What came"), mode=_mode(times)))
    axis = {"type": "date", "nticks": 6}
    drawn = figure(traces, xaxis=axis, showlegend=False, hovermode="x unified")
    return on_clock(drawn, clock)


def by_step(steps: Sequence[StepAccuracy], tested: Sequence[float | None]) -> Figure:
    """Mean absolute error so many steps ahead, beside what past windows promised."""
    ahead = [one.step for one in steps]
    bars = {
        "type": "bar",
        "x": ahead,
        "y": [one.mae for one in steps],
        "marker": {"color": FORECAST},
        "name": gettext("What came"),
    }
    traces: list[dict[str, Any]] = [bars]
    if tested:
        promised = list(tested[: max(ahead, default=0)])
        steps_ahead = list(range(1, len(promised) + 1))
        traces.append(
            line(steps_ahead, promised, BASELINE, name=gettext("Past windows"), dash="dash")
        )
    return figure(
        traces,
        xaxis={"nticks": 12},
        yaxis={"rangemode": "tozero", "nticks": 4},
        showlegend=False,
        hovermode="x unified",
        bargap=0.3,
    )


def over_time(
    frames: Sequence[tuple[str, pd.DataFrame]],
    marks: Sequence[tuple[str, str]] = (),
    clock: Clock = AS_STORED,
) -> Figure:
    """The mean one-step error of each record in turn, the champion's first; `marks` are moments."""
    looks = ((FORECAST, "solid"), (RIVAL, "dash"))
    traces = []
    for (name, frame), (colour, dash) in zip(frames, looks, strict=False):
        times, values = thinned(frame)
        traces.append(
            line(times, values, colour, name=name, dash=dash, mode=_mode(times), connectgaps=False)
        )
    layout: dict[str, Any] = {"shapes": [], "annotations": []}
    for moment, text in marks:
        marked = now_line(moment, text)
        layout["shapes"] += marked["shapes"]
        inside = {"yanchor": "top", "xanchor": "left", "xshift": 4}
        layout["annotations"] += [{**one, **inside} for one in marked["annotations"]]
    drawn = figure(
        traces,
        xaxis={"type": "date", "nticks": 6},
        yaxis={"rangemode": "tozero", "nticks": 4},
        showlegend=False,
        hovermode="x unified",
        **layout,
    )
    return on_clock(drawn, clock)


def drift(rows: pd.DataFrame, sums: cusum.Sums, clock: Clock = AS_STORED) -> Figure:
    """How far the sum of surprises is on its way to an alarm; rows of one series."""
    rows, values = rows.tail(MOST_POINTS), sums.values[-MOST_POINTS:]
    times = results.iso(rows["ds"].to_numpy())
    edge = [sums.threshold] * len(times)
    traces = [
        line(times, results.floats(values), FORECAST, name=gettext("Sum"), mode=_mode(times)),
        line(times, edge, ALERT, name=gettext("Alarm above"), dash="dash", width=1),
    ]
    drawn = figure(
        traces,
        xaxis={"type": "date", "nticks": 6},
        yaxis={"rangemode": "tozero", "nticks": 4},
        showlegend=False,
        hovermode="x unified",
    )
    return on_clock(drawn, clock)


def thinned(frame: pd.DataFrame) -> tuple[list[str], list[float | None]]:
    """Mean absolute error at every time, or over as many neighbours as make 400 points."""
    errors = (frame["y"] - frame["mean"]).abs().groupby(frame["ds"], sort=True).mean()
    times, values = errors.index.to_numpy(), errors.to_numpy()
    width = -(-len(values) // MOST_POINTS) if len(values) else 1
    starts = np.arange(0, len(values), width)
    if not len(starts):
        return [], []
    sizes = np.diff(np.append(starts, len(values)))
    return results.iso(times[starts]), results.floats(np.add.reduceat(values, starts) / sizes)


def _mode(times: Sequence[str]) -> str:
    """A single point has no line."""
    return "lines" if len(times) > 60 else "lines+markers"
