"""The fan chart: what happened, what is likely, and one thing worth pointing at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from django.utils.html import escape
from django.utils.translation import gettext, gettext_noop

from datasets.clock import AS_STORED, Clock
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
    note,
    now_line,
    on_clock,
)
from datasets.models import Version
from datasets.pyramid import range_data
from forecasting import asking, thinning, wording
from forecasting.chart_notes import Notes, SideNote
from forecasting.engine.frequency import Frequency
from forecasting.results import HISTORY_SPANS, LEAST_HISTORY, Line
from forecasting.turning import Kind, Turning, turning_of

Points = tuple[Sequence[str], Sequence[float | None]]


@dataclass(frozen=True)
class Overlay:
    """A dashed line that is drawn with the answer."""

    name: str
    times: Sequence[str]
    values: Sequence[float | None]
    colour: str
    dash: str = "dash"


TURNINGS: Final = {
    Kind.PEAK: gettext_noop("Peak %(value)s %(when)s"),
    Kind.LOW: gettext_noop("Low %(value)s %(when)s"),
    Kind.RISES: gettext_noop("Above %(value)s %(when)s"),
    Kind.FALLS: gettext_noop("Below %(value)s %(when)s"),
}
# The height of a row of small print, as a part of the plot.
ROW: Final = 0.085
LAST_SPAN: Final = (BASELINE, "dash")
# Models beside the one that is shown: a colour and a dash of its own for each.
BESIDE: Final = tuple(
    zip(SERIES[1:], ("dash", "dot", "dashdot", "longdash", "longdashdot"), strict=True)
)


def fan(
    answer: Line,
    history: Points,
    frequency: Frequency,
    overlays: Sequence[Overlay] = (),
    clock: Clock = AS_STORED,
    notes: Notes | None = None,
) -> Figure:
    """History in ink, the forecast with its bands joined to the last value, overlays dashed.

    `history` is `(times, values)`, oldest first; all of it is drawn on the `clock` of the dataset.
    Of a long answer as many points are drawn as a screen can show, the highest and lowest of all.
    """
    times, values = history
    last = _last_known(times, values)
    at = thinning.places(answer.mean)
    ahead = thinning.kept(answer.times, at)
    traces: list[dict[str, Any]] = []
    for level in sorted(answer.lower, reverse=True):
        lower, upper = (thinning.kept(bound[level], at) for bound in (answer.lower, answer.upper))
        colour = BAND_80 if level == min(answer.lower) else BAND_95
        x, low = _joined(last, ahead, lower)
        traces += band(x, low, _joined(last, ahead, upper)[1], colour, f"{level}%")
    traces.append(
        line(times, values, OBSERVED, name=gettext("Observed"), connectgaps=False, width=1.5)
    )
    traces += [_dashed(one, last) for one in overlays]
    x, y = _joined(last, ahead, thinning.kept(answer.mean, at))
    traces.append(line(x, y, FORECAST, name=gettext("Forecast"), width=2))
    notes = notes or Notes(turning_of(answer, values))
    marks = _marks(last, _turning(answer, notes.turning, frequency, clock))
    return on_clock(figure(traces, **_with_small_print(marks, notes.quiet)), clock)


def _dashed(one: Overlay, last: tuple[str, float] | None) -> dict[str, Any]:
    at = thinning.places(one.values)
    x, y = _joined(last, thinning.kept(one.times, at), thinning.kept(one.values, at))
    return line(x, y, one.colour, name=one.name, dash=one.dash, width=1.25, connectgaps=False)


def preview(history: Points, ends: str, words: str) -> Figure:
    """The last values, and the room that the forecast will take."""
    times, values = history
    x0 = times[-1] if times else ends
    shade = {
        "type": "rect",
        "x0": x0,
        "x1": ends,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": "var(--accent-wash)",
        "line": {"width": 0},
        "layer": "below",
    }
    marks = now_line(x0, "")
    middle = pd.Timestamp(x0) + (pd.Timestamp(ends) - pd.Timestamp(x0)) / 2
    caption = {
        "x": middle.isoformat(),
        "xanchor": "center",
        "y": 0.96,
        "yref": "paper",
        "yanchor": "top",
        "text": words,
        "showarrow": False,
        "font": {"size": 11, "color": "var(--accent-strong)"},
    }
    return figure(
        [line(times, values, OBSERVED, name=gettext("Observed"), connectgaps=False)],
        shapes=[shade, *marks["shapes"]],
        annotations=[caption],
        xaxis={"type": "date", "nticks": 5, "range": [times[0] if times else x0, ends]},
        yaxis={"nticks": 4},
    )


def room(version: Version, column: str, frequency: Frequency, steps: int, words: str) -> Figure:
    """The preview of `steps` after the last row of one column of a dataset."""
    last = pd.Timestamp(version.profile["end"]).tz_localize(None)
    past = max(int(HISTORY_SPANS * steps), LEAST_HISTORY, 2 * frequency.season_length)
    start = frequency.add(last, -past).to_pydatetime()
    end = last.to_pydatetime()
    first = asking.first_series(version)
    points = range_data(version, column, series=first, start=start, end=end, width=600).json()
    drawn = preview((points["x"], points["y"]), frequency.add(last, steps).isoformat(), words)
    return on_clock(drawn, version.clock)


def _marks(last: tuple[str, float] | None, said: Sequence[dict[str, Any]]) -> dict[str, Any]:
    marks: dict[str, Any] = {"shapes": [], "annotations": []}
    if last is not None:
        marks = now_line(last[0], gettext("now"))
        marks["annotations"][0] |= {"xanchor": "right", "xshift": -5, "yanchor": "top"}
    marks["annotations"] += said
    return {**marks, "xaxis": {"type": "date", "nticks": 9}, "showlegend": False}


def _turning(
    answer: Line, turning: Turning, frequency: Frequency, clock: Clock
) -> list[dict[str, Any]]:
    """The one thing that the headline names."""
    known = answer.mean
    if len(known) < 2 or max(known) == min(known):
        return []
    text = gettext(TURNINGS[turning.kind]) % {
        "value": f"<b>{wording.figure(turning.value)}</b>",
        "when": wording.moment(answer.times[turning.step], frequency, clock),
    }
    mark = note(answer.times[turning.step], answer.mean[turning.step], text)
    late = turning.step > len(known) * 0.6
    away = _below if turning.is_below else _above
    place = {"xanchor": "right" if late else "left", "ayref": "y", "ay": away(answer, turning.step)}
    return [mark | place]


def _with_small_print(layout: dict[str, Any], notes: Sequence[SideNote]) -> dict[str, Any]:
    """Small and muted in rows over the lines, which make room; the latest stands highest, as `now`
    stands to the left of what is ahead.
    """
    if not notes:
        return layout
    rows = {one: 1 - ROW * (row + 1) for row, one in enumerate(reversed(notes))}
    muted = {"color": "var(--line-strong)", "width": 1, "dash": "dot"}
    words = {"yref": "paper", "yanchor": "bottom", "xanchor": "left", "showarrow": False}
    font = {"size": 10, "color": "var(--ink-3)"}
    shapes = [
        {"type": "line", "x0": one.time, "x1": one.time, "yref": "paper", "y0": 0, "y1": y,
         "line": muted, "layer": "below"}
        for one, y in rows.items()
    ]  # fmt: skip
    texts = [
        {"x": one.time, "y": y, "text": escape(one.text), "font": font, **words}
        for one, y in rows.items()
    ]
    return {
        **layout,
        "shapes": [*layout["shapes"], *shapes],
        "annotations": [*layout["annotations"], *texts],
        "yaxis": {"domain": [0, 1 - ROW * len(notes)]},
    }


def _above(answer: Line, step: int) -> float:
    """A height just over the bands around a step, where a note hides nothing."""
    top, bottom, low, _high = _room(answer, step)
    return top + 0.06 * (top - min(low, bottom))


def _below(answer: Line, step: int) -> float:
    """A depth just under the bands around a step."""
    top, bottom, _low, high = _room(answer, step)
    return bottom - 0.06 * (max(high, top) - bottom)


def _room(answer: Line, step: int) -> tuple[float, float, float, float]:
    """The upper and lower end of the bands near a step, and the lowest and highest of all."""
    near = slice(max(0, step - 12), step + 12)
    uppers, lowers = list(answer.upper.values()), list(answer.lower.values())
    top = max([*(max(one[near]) for one in uppers), answer.mean[step]])
    bottom = min([*(min(one[near]) for one in lowers), answer.mean[step]])
    low = min([*(min(one) for one in lowers), *answer.mean])
    high = max([*(max(one) for one in uppers), *answer.mean])
    return top, bottom, low, high


def _joined(
    last: tuple[str, float] | None, times: Sequence[str], values: Sequence[float | None]
) -> tuple[list[str], list[float | None]]:
    """Begin at the last observed point, so that there is no gap."""
    if last is None:
        return list(times), list(values)
    return [last[0], *times], [last[1], *values]


def _last_known(times: Sequence[str], values: Sequence[float | None]) -> tuple[str, float] | None:
    for time, value in zip(reversed(times), reversed(values), strict=True):
        if value is not None:
            return time, value
    return None
