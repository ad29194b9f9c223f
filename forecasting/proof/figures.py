"""Charts of past windows: one, all of them in a row, their errors laid over each other, by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext

from datasets.clock import Clock
from datasets.figures import (
    BAND_80,
    BAND_95,
    BASELINE,
    FORECAST,
    OBSERVED,
    SERIES,
    Figure,
    band,
    figure,
    line,
    now_line,
    on_clock,
)
from forecasting import thinning
from forecasting.figures import BESIDE, Points
from forecasting.models.trained_model import YARDSTICK
from forecasting.proof.scores import Floats, Proof
from forecasting.results import floats

# Coverage of single steps over few windows jumps; of so many stretches it can be read.
STRETCHES: Final = 24
QUIET: Final = "var(--chart-axis)"


@dataclass(frozen=True)
class Style:
    """How a model is drawn: the one that is shown solid, the others each with a dash of its own."""

    colour: str
    dash: str = "solid"
    width: float = 1.25


SHOWN: Final = Style(FORECAST, width=2)


def styles(proofs: Sequence[Proof]) -> list[Style]:
    """One for each model, the first is the one that is shown."""
    others = iter(BESIDE)
    return [
        SHOWN
        if not place
        else Style(BASELINE, "dash")
        if proof.name == YARDSTICK
        else Style(*next(others))
        for place, proof in enumerate(proofs)
    ]


def one_window(
    proofs: Sequence[Proof], place: int, before: Points, words: str, clock: Clock
) -> Figure:
    """What came beside what was forecast: the shown model with its bands, the others dashed."""
    first = proofs[0]
    times, actual = first.times[place], floats(first.actual[place])
    past_times, past = before
    traces = _bands(first, times, slice(place, place + 1))
    traces.append(line([*past_times, *times], [*past, *actual], OBSERVED, name=gettext("Observed")))
    traces += _lines(proofs, times, slice(place, place + 1))
    marks = now_line(first.cutoffs[place], words)
    marks["annotations"][0] |= {"xanchor": "right", "xshift": -5, "yanchor": "top"}
    return on_clock(figure(traces, **marks, **_plain({"type": "date", "nticks": 9})), clock)


def all_windows(proofs: Sequence[Proof], observed: Points, clock: Clock) -> Figure:
    """One after the other on one axis, each beginning at its dotted line; rows may lie between."""
    first = proofs[0]
    traces: list[dict[str, Any]] = []
    for place in range(len(first.numbers)):
        traces += _bands(first, first.times[place], slice(place, place + 1))
    traces.append(line(*observed, OBSERVED, name=gettext("Observed"), connectgaps=False))
    traces += _lines(proofs, _row(first), slice(None))
    shapes = [shape for cutoff in first.cutoffs for shape in now_line(cutoff, "")["shapes"]]
    return on_clock(figure(traces, shapes=shapes, **_plain({"type": "date", "nticks": 9})), clock)


def errors_overlaid(proof: Proof, place: int, names: Sequence[str]) -> Figure:
    """Forecast less actual by step ahead, every window in grey and one in colour."""
    steps = list(range(1, proof.mean.shape[1] + 1))
    gaps = proof.mean - proof.actual
    order = [*(at for at in range(len(gaps)) if at != place), place]
    traces = [
        _thin(
            steps,
            gaps[at],
            FORECAST if at == place else QUIET,
            name=names[at],
            width=2 if at == place else 1,
            opacity=1 if at == place else 0.45,
        )
        for at in order
    ]
    return figure(traces, **_plain({"type": "linear"}, zeroline=True))


def error_by_step(proofs: Sequence[Proof]) -> Figure:
    """Mean absolute error of every step ahead, of every model that is drawn."""
    traces = [
        _thin(
            list(range(1, len(proof.step_errors) + 1)),
            np.array(proof.step_errors, dtype=float),
            style.colour,
            name=proof.label,
            dash=style.dash,
            width=style.width,
        )
        for proof, style in zip(proofs, styles(proofs), strict=True)
    ]
    return figure(traces, **_plain({"type": "linear"}, rangemode="tozero"))


def coverage_by_step(proof: Proof) -> Figure:
    """Share of values inside each interval, by stretches of steps ahead; the promise dotted."""
    steps = proof.mean.shape[1]
    edges = np.unique(np.linspace(0, steps, min(steps, STRETCHES) + 1).astype(int))
    middles = [(start + end + 1) / 2 for start, end in pairwise(edges.tolist())]
    traces, shapes = [], []
    for place, level in enumerate(sorted(proof.lower)):
        shares = np.array(proof.step_coverage(level), dtype=float)
        values = [_mean(shares[start:end]) for start, end in pairwise(edges.tolist())]
        colour = SERIES[place % len(SERIES)]
        dash = ("solid", "dash", "dot", "dashdot")[place % 4]
        traces.append(line(middles, values, colour, name=f"{level}%", dash=dash, width=1.75))
        shapes.append(_promise(level, colour))
    return figure(traces, shapes=shapes, **_plain({"type": "linear"}, range=[0, 104]))


def _bands(proof: Proof, times: Sequence[str], at: slice) -> list[dict[str, Any]]:
    traces: list[dict[str, Any]] = []
    for level in sorted(proof.lower, reverse=True):
        colour = BAND_80 if level == min(proof.lower) else BAND_95
        low, high = (side[level][at].reshape(-1) for side in (proof.lower, proof.upper))
        kept = thinning.places(floats(high))
        traces += band(
            thinning.kept(times, kept),
            thinning.kept(floats(low), kept),
            thinning.kept(floats(high), kept),
            colour,
            f"{level}%",
        )
    return traces


def _row(proof: Proof) -> list[str]:
    """The times of all windows; each ends with a break, where nothing is drawn."""
    return [time for window in proof.times for time in [*window, window[-1]]]


def _lines(proofs: Sequence[Proof], times: Sequence[str], at: slice) -> list[dict[str, Any]]:
    """The forecasts, the shown one on top; several windows do not touch."""
    drawn = [
        _thin(
            times,
            _apart(proof.mean[at]) if len(times) > proof.mean.shape[1] else proof.mean[at],
            style.colour,
            name=proof.label,
            dash=style.dash,
            width=style.width,
        )
        for proof, style in zip(proofs, styles(proofs), strict=True)
    ]
    return [*drawn[1:], drawn[0]]


def _apart(values: Floats) -> Floats:
    """A missing value after every window."""
    return np.concatenate([values, np.full((len(values), 1), np.nan)], axis=1)


def _thin(x: Sequence[Any], values: Floats, colour: str, **more: Any) -> dict[str, Any]:
    plain = floats(values.reshape(-1))
    at = thinning.places(plain)
    kept = thinning.kept(x, at), thinning.kept(plain, at)
    return line(*kept, colour, connectgaps=False, **more)


def _plain(x: dict[str, Any], **y: Any) -> dict[str, Any]:
    return {"xaxis": x, "yaxis": {"nticks": 5, **y}, "showlegend": False}


def _promise(level: int, colour: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": level,
        "y1": level,
        "line": {"color": colour, "width": 1, "dash": "dot"},
    }


def _mean(shares: Floats) -> float | None:
    known = shares[~np.isnan(shares)]
    return round(100 * float(known.mean()), 2) if len(known) else None
