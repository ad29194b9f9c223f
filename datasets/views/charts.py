"""The numbers behind the zoomable chart: what is asked for, and what is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets import figures, pyramid
from datasets.clock import Clock
from datasets.frequency_words import frequency_words
from datasets.marks import with_marks
from datasets.models import Column, Version
from datasets.views.fetching import fetch_version
from datasets.views.shown import digits, read_time

WIDTHS: Final = (100, 4000)
DEFAULT_WIDTH: Final = 1000
OVERVIEW_WIDTH: Final = 600
# A first look shows at most this many steps, so that a cycle can be seen.
FIRST_LOOK: Final = 1000
# Most series a page lists at once; beyond it the reader types a name.
SERIES_LISTED: Final = 200
# Names that a search offers at once.
SERIES_FOUND: Final = 50


@dataclass(frozen=True)
class ChartChoice:
    """Which column (and series) a chart shows, and what else could be chosen."""

    column: Column
    columns: list[Column]
    series: str | None
    series_ids: list[str]
    is_long: bool

    @classmethod
    def of(cls, version: Version, asked: Mapping[str, str]) -> ChartChoice | None:
        """What `asked` names, or the first target; None when there is nothing to draw."""
        columns = version.value_columns()
        if not columns:
            return None
        is_long = version.layout == Version.Layout.LONG and bool(version.series_column)
        ids = pyramid.series_ids(version, limit=SERIES_LISTED) if is_long else []
        series = asked.get("series") or (ids[0] if ids else None)
        wanted = asked.get("column") or version.profile.get("main_column", "")
        return cls(_column(columns, wanted), columns, series, ids, is_long)

    @property
    def has_more_series(self) -> bool:
        """Are there more series than the page lists?"""
        return len(self.series_ids) >= SERIES_LISTED


@dataclass(frozen=True)
class RangeButton:
    """One of the ways to look at the last part of a series."""

    name: str
    label: str
    seconds: str = ""


def range_buttons(version: Version) -> list[RangeButton]:
    """The spans that are longer than one step and shorter than the whole, then all."""
    start, end = (read_time(version.profile.get(name)) for name in ("start", "end"))
    if start is None or end is None:
        return []
    step = float(version.profile.get("step_seconds") or 0)
    labels = _range_labels()
    fitting = [
        RangeButton(name, labels[name], str(int(span.total_seconds())))
        for name, span in RANGES.items()
        if span < end - start and span.total_seconds() > 10 * step
    ]
    return [*fitting, RangeButton("all", gettext("All"))]


RANGES: Final = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
    "10y": timedelta(days=3653),
}


def first_range(version: Version) -> str:
    """The longest span in which single steps can still be seen; `all` when there is none."""
    step = float(version.profile.get("step_seconds") or 0)
    names = [button.name for button in range_buttons(version) if button.name in RANGES]
    fitting = [name for name in names if step and RANGES[name].total_seconds() <= FIRST_LOOK * step]
    return fitting[-1] if fitting else "all"


def _range_labels() -> dict[str, str]:
    return {
        "1h": gettext("1 h"),
        "1d": gettext("1 d"),
        "7d": gettext("7 d"),
        "30d": gettext("30 d"),
        "1y": gettext("1 y"),
        "10y": gettext("10 y"),
    }


@require_safe
def chart(request: AuthenticatedHttpRequest, pk: str) -> JsonResponse:
    """The figure for `?column=&series=&start=&end=&width=`; `?part=overview` for the whole span."""
    _, version = fetch_version(request, pk)
    drawn = figure_for(version, request.GET)
    choice = ChartChoice.of(version, request.GET)
    if choice is not None and request.GET.get("part") != "overview":
        drawn = with_marks(drawn, request.user, version, choice.column.name, choice.series)
    return JsonResponse(drawn)


@require_safe
def series_names(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """`/data/<pk>/series/?series=stat`: names that hold these words, as choices of a field."""
    _, version = fetch_version(request, pk)
    text = request.GET.get("series", "").strip()[:200]
    names = pyramid.series_ids(version, text=text, limit=SERIES_FOUND)
    return render(request, "datasets/_series_names.html", {"names": names})


def figure_for(version: Version, asked: Mapping[str, str]) -> dict[str, Any]:
    """The explorer's figure in the asked range; the whole series in grey for the overview."""
    choice = ChartChoice.of(version, asked)
    if choice is None:
        raise nothing_to_draw()
    if asked.get("part") == "overview":
        whole = pyramid.range_data(
            version, choice.column.key, series=choice.series, width=OVERVIEW_WIDTH
        )
        return figures.on_clock(_overview(version, whole), version.clock)
    data = asked_range(version, choice, asked)
    drawn = figures.on_clock(figures.explorer(choice.column.name, data), version.clock)
    if (ends := data.ends) is not None:
        drawn = figures.with_repeated_hour(drawn, version.clock, ends)
    return {**drawn, "caption": _caption(version, data)}


def _caption(version: Version, data: pyramid.Range) -> str:
    """What the line is: its step, and what was left out to draw it."""
    words = frequency_words(version.frequency) if version.time_column else gettext("by row")
    if not data.exact:
        words = gettext("%(step)s, %(count)s rows: minima and maxima kept") % {
            "step": words,
            "count": f"{data.points_total:,}",
        }
    return " · ".join(part for part in (words, version.clock.words) if part)


def _overview(version: Version, whole: pyramid.Range) -> dict[str, Any]:
    points = whole.json()
    trace = figures.line(
        points["x"],
        points["y"],
        "var(--chart-baseline)",
        fill="tozeroy",
        fillcolor="var(--chart-grid)",
        hoverinfo="skip",
        width=1,
    )
    known = [value for value in points["y"] if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = (high - low) * 0.1 or 1.0
    return figures.figure(
        [trace],
        hovermode=False,
        dragmode="select",
        selectdirection="h",
        margin={"l": 44, "r": 12, "t": 2, "b": 18},
        xaxis={"type": "date" if version.time_column else "linear", "nticks": 8},
        yaxis={
            "showgrid": False,
            "showticklabels": False,
            "fixedrange": True,
            "range": [low - room, high + room],
        },
    )


def explorer_context(version: Version, choice: ChartChoice, address: str) -> dict[str, Any]:
    """Where the explorer's two charts come from, and which part it shows first."""
    query = {"column": choice.column.key, **({"series": choice.series} if choice.series else {})}
    if version != version.dataset.current_version:
        query["version"] = str(version.number)
    whole = f"{address}?{urlencode(query)}"
    first = first_range(version)
    last = read_time(version.profile.get("end"))
    span, clock = RANGES.get(first), version.clock
    return {
        "chart": choice,
        "ranges": range_buttons(version),
        "first_range": first,
        "chart_url": whole,
        "first_url": f"{whole}&range={first}" if span else whole,
        "overview_url": f"{whole}&part=overview",
        "first_start": clock.shown(last - span).isoformat() if last and span else "",
        "first_end": clock.shown(last).isoformat() if last else "",
        "chart_sentence": _sentence(version, choice),
    }


def _sentence(version: Version, choice: ChartChoice) -> str:
    """The chart in words, for people who do not see it."""
    stats = choice.column.stats
    words = {
        "name": choice.series or choice.column.name,
        "rows": f"{version.row_count:,}",
        "low": digits(stats.get("min") or 0),
        "high": digits(stats.get("max") or 0),
    }
    return gettext("%(name)s over %(rows)s rows, from %(low)s to %(high)s") % words


def nothing_to_draw() -> Conflict:
    """Why a table without times or numbers has no chart."""
    return Conflict(
        gettext("There is nothing to draw: a chart needs a column of numbers."),
        code="nothing_to_draw",
    )


def asked_range(version: Version, choice: ChartChoice, asked: Mapping[str, str]) -> pyramid.Range:
    """The points of the chosen column in the asked range, at most two for each pixel."""
    start, end = asked_span(version, asked)
    return pyramid.range_data(
        version,
        choice.column.key,
        series=choice.series,
        start=start,
        end=end,
        width=_width(asked.get("width", "")),
    )


def asked_span(
    version: Version, asked: Mapping[str, str]
) -> tuple[datetime | None, datetime | None]:
    """Start and end as asked, or from a range name counted back from the last time."""
    name = asked.get("range", "")
    if name in RANGES:
        last = read_time(version.profile.get("end"))
        return (last - RANGES[name] if last else None), last
    if name and name != "all":
        raise Problem(
            gettext("%(text)s is no range. Use one of: %(known)s.")
            % {"text": name[:20], "known": ", ".join([*RANGES, "all"])},
            field="range",
        )
    clock = version.clock
    return _time(asked, "start", clock), _time(asked, "end", clock, late=True)


def _time(
    asked: Mapping[str, str], field: str, clock: Clock, *, late: bool = False
) -> datetime | None:
    text = asked.get(field, "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "T", 1))
    except ValueError as wrong:
        raise Problem(
            gettext("%(text)s is not a time. Write it as 2026-11-14 16:00.") % {"text": text[:40]},
            code="not_a_time",
            field=field,
        ) from wrong
    return clock.nearest(moment, late=late)


def _width(text: str) -> int:
    if not text:
        return DEFAULT_WIDTH
    try:
        asked = int(float(text))
    except (ValueError, OverflowError) as wrong:
        raise Problem(
            gettext("%(text)s is not a width in pixels. Use %(low)s to %(high)s.")
            % {"text": text[:20], "low": WIDTHS[0], "high": WIDTHS[1]},
            field="width",
        ) from wrong
    return min(max(asked, WIDTHS[0]), WIDTHS[1])


def _column(columns: list[Column], asked: str) -> Column:
    if not asked:
        return columns[0]
    for column in columns:
        if asked in {column.key, column.name}:
            return column
    raise Problem(
        gettext("There is no number column called %(name)s. Choose one of: %(names)s.")
        % {"name": asked[:80], "names": ", ".join(c.name for c in columns[:12])},
        code="unknown_column",
        field="column",
    )
