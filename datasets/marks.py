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


def register_marks(name: str, source: Source) -> None:
    """Let `source(user, version, column, series)` add to every chart of a series."""
    _sources[name] = source


def with_marks(
    drawn: figures.Figure, user: User, version: Version, column: str, series: str | None
) -> figures.Figure:
    """The figure with everything that is registered, in front of the line."""
    layout, data = dict(drawn["layout"]), list(drawn["data"])
    for source in _sources.values():
        found = source(user, version, column, series)
        marks = figures.figure(found.get("data", []), shapes=found.get("shapes", []))
        marks = figures.on_clock(marks, version.clock)
        data += marks["data"]
        layout["shapes"] = [*layout.get("shapes", []), *marks["layout"]["shapes"]]
    return {**drawn, "data": data, "layout": layout}
