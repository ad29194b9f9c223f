"""Anomalies drawn: what was seen, what was expected, and a mark where the two part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext

from accounts.models.user import User
from datasets.figures import BAND_95, BASELINE, OBSERVED, Figure, band, figure, line, on_clock
from datasets.models import Version
from datasets.pyramid import range_data
from forecasting import wording
from forecasting.anomalies import storing
from forecasting.engine.anomalies.scored import Scored
from forecasting.models import Anomaly, AnomalyWatch

ALERT: Final = "var(--chart-alert)"
WASH: Final = "var(--warn-wash)"
# Rows up to which the interval can be told from a smear.
MOST_WITH_BAND: Final = 2_000
MOST_MARKS: Final = 500
Span = tuple[datetime | None, datetime | None]


def watch_figure(
    watch: AnomalyWatch, series: str, rows: Sequence[Anomaly], span: Span, width: int
) -> Figure:
    """One watched series between two times, with the interval where few enough rows are shown."""
    version = watch.version
    found = storing.read_scores(watch, series)
    if version is None or not found:
        return {"data": [], "layout": {}, "empty": gettext("Nothing was judged yet.")}
    shown = _between(found[0], span)
    traces: list[dict[str, Any]] = []
    if len(shown) <= MOST_WITH_BAND:
        traces += _expected(shown)
        times, values = _iso(shown.times), _plain(shown.values)
    else:
        times, values = _thinned(version, series, span, width)
    traces.append(line(times, values, OBSERVED, name=series, connectgaps=False))
    marks = marks_of(rows[:MOST_MARKS])
    traces += marks["data"]
    layout = {"shapes": marks["shapes"], "showlegend": False}
    drawn = figure(traces, xaxis={"type": "date", "nticks": 9}, **layout)
    return on_clock(drawn, version.clock)


def marks_of(rows: Sequence[Anomaly]) -> dict[str, list[dict[str, Any]]]:
    """An open circle at the rarest row of each anomaly, a band where it lasts; as stored times."""
    points = [row for row in rows if row.value is not None]
    shapes = [_shade(row) for row in rows if row.rows > 1 or row.value is None]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": gettext("Anomaly"),
            "x": [_text(row.peak_at) for row in points],
            "y": [row.value for row in points],
            "customdata": [_words(row) for row in points],
            "hovertemplate": "%{customdata}<extra></extra>",
            "marker": {
                "symbol": "circle-open",
                "size": 9,
                "color": ALERT,
                "line": {"width": 2, "color": ALERT},
            },
            "showlegend": False,
        }
    ]
    return {"data": data if points else [], "shapes": shapes}


def dataset_marks(
    user: User, version: Version, column: str, series: str | None
) -> dict[str, list[dict[str, Any]]]:
    """For the chart of a dataset: what all watches that this person may see found in a series."""
    watches = AnomalyWatch.objects.visible_to(user).of_dataset(version.dataset).values("pk")
    names = [f"{series}/{column}", series] if series else [column]
    found = Anomaly.objects.of_watches(watches).counted().newest_first()
    return marks_of(list(found.filter(series__in=names)[:MOST_MARKS]))


def _words(row: Anomaly) -> str:
    words = f"{row.get_kind_display()} {wording.figure(row.size or 0.0)}"
    return f"{words} · {row.get_label_display()}" if row.label else words


def _shade(row: Anomaly) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": _text(row.start),
        "x1": _text(row.end),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": WASH,
        "line": {"width": 1, "color": ALERT, "dash": "dot"},
        "layer": "below",
    }


def _expected(shown: Scored) -> list[dict[str, Any]]:
    known = ~np.isnan(shown.lower)
    if not known.any():
        return []
    times = _iso(shown.times[known])
    low, high = _plain(shown.lower[known]), _plain(shown.upper[known])
    return [
        *band(times, low, high, BAND_95, gettext("99% of usual rows")),
        line(times, _plain(shown.expected[known]), BASELINE, name=gettext("Expected"),
             dash="dash", width=1),
    ]  # fmt: skip


def _between(scored: Scored, span: Span) -> Scored:
    first, last = (None if end is None else np.datetime64(end.replace(tzinfo=None)) for end in span)
    low = 0 if first is None else int(np.searchsorted(scored.times, first))
    high = len(scored) if last is None else int(np.searchsorted(scored.times, last, side="right"))
    return scored.part(slice(low, high))


def _thinned(version: Version, series: str, span: Span, width: int) -> tuple[list[Any], list[Any]]:
    """As many points as the chart has pixels, from the file of the dataset."""
    is_long = version.layout == Version.Layout.LONG
    first = version.value_columns()[0].name
    name, _, column = series.rpartition("/") if is_long and "/" in series else (series, "", first)
    known = {one.name for one in version.value_columns()}
    name, column = (name, column) if column in known else (series, first)
    points = range_data(
        version,
        column if is_long else series,
        series=name if is_long else None,
        start=span[0],
        end=span[1],
        width=width,
    ).json()
    return points["x"], points["y"]


def _iso(times: Any) -> list[str]:
    return [str(time) for time in times.astype("datetime64[s]")]


def _plain(values: Any) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat()
