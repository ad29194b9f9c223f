"""What upper apps draw onto the chart of a series, by registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models.user import User
from datasets import figures
from datasets.models import Version

# Traces under `data` and parts of the layout under `shapes`, in stored times; a source is asked
# for a column's name and a series (None for a wide table).
Marks = dict[str, list[dict[str, Any]]]
Source = Callable[[User, Version, str, str | None], Marks]

_sources: dict[str, Source] = {}
# `2026-01-31T12:00:00`: texts of one length are in the order of their times.
_SECONDS = 19


def register_marks(name: str, source: Source) -> None:
    """Let `source(user, version, column, series)` add to every chart of a series."""
    _sources[name] = source


def with_marks(
    drawn: figures.Figure, user: User, version: Version, column: str, series: str | None
) -> figures.Figure:
    """The figure with everything that is registered for the part of the series it shows."""
    layout, data = dict(drawn["layout"]), list(drawn["data"])
    times = [str(x)[:_SECONDS] for trace in data for x in trace["x"][:1] + trace["x"][-1:]]
    if not times:
        return drawn
    for source in _sources.values():
        found = source(user, version, column, series)
        marks = figures.figure(found.get("data", []), shapes=found.get("shapes", []))
        marks = figures.on_clock(marks, version.clock)
        span = min(times), max(times)
        data += [_within(trace, span) for trace in marks["data"]]
        shapes = [one for one in marks["layout"]["shapes"] if _overlaps(one, span)]
        layout["shapes"] = [*layout.get("shapes", []), *shapes]
    return {**drawn, "data": data, "layout": layout}


def _within(trace: figures.Trace, span: tuple[str, str]) -> figures.Trace:
    """Only the points that the chart shows: others would widen it."""
    kept = [span[0] <= str(x)[:_SECONDS] <= span[1] for x in trace["x"]]
    return {
        name: [one for one, keep in zip(value, kept, strict=True) if keep]
        if isinstance(value, list) and len(value) == len(kept)
        else value
        for name, value in trace.items()
    }


def _overlaps(shape: dict[str, Any], span: tuple[str, str]) -> bool:
    first, last = str(shape["x0"])[:_SECONDS], str(shape["x1"])[:_SECONDS]
    return first <= span[1] and span[0] <= last
