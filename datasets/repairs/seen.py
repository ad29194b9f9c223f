"""The place of one step, before and after: what the chart beside a recipe draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from datasets.clock import Clock
from datasets.repairs.clock import stretches
from datasets.repairs.recipe import Done
from datasets.repairs.steps.fill import nearest_mean, season_of
from datasets.repairs.work import Place, Work

# Rows shown on either side of a place, and most in all.
_AROUND, _MOST, _REFERENCE = 48, 600, 4
Line = tuple[list[str], list[float | None]]


@dataclass(frozen=True)
class Seen:
    """The table before the step, its number columns and its time column."""

    table: str
    columns: dict[str, str]
    time: str
    zone: str = ""


@dataclass
class Window:
    """Points around the place of a step. `marked` are rows of `after` that the step made."""

    column: str
    name: str
    series: str
    before: Line = field(default_factory=lambda: ([], []))
    after: Line = field(default_factory=lambda: ([], []))
    reference: Line = field(default_factory=lambda: ([], []))
    marked: list[int] = field(default_factory=list)
    start: str = ""
    end: str = ""


def window_around(work: Work, seen: Seen, key: str, done: Done, settings: dict[str, Any]) -> Window:
    """What one column looks like around the first place of the step."""
    places = [place for place in done.outcome.places if place.column in (key, "")]
    place = max(places, key=lambda one: one.last - one.first, default=None)
    span = _span(work, place)
    window = Window(key, work.column(key).name, span[0])
    first, last = _shown(span, place)
    window.after = _line(work, work.table, key, (first, last))
    if key in seen.columns:
        window.before = _before(work, seen, key, window)
    if place is not None:
        window.marked = list(range(place.first - first, min(place.last, last - 1) - first + 1))
        times = window.after[0]
        window.start = times[window.marked[0]] if window.marked else ""
        window.end = times[window.marked[-1]] if window.marked else ""
        if done.step.key == "fill" and settings.get("method") == "seasonal":
            window.reference = _reference(work, seen, key, place, settings["cycles"])
    return _on_clock(window, Clock(seen.zone), Clock(work.zone))


def _on_clock(window: Window, before: Clock, after: Clock) -> Window:
    """The same by the clocks on which people read the times before and after the step."""
    for name, clock in (("before", before), ("reference", before), ("after", after)):
        times, values = getattr(window, name)
        setattr(window, name, (clock.local_texts(times), values))
    window.start, window.end = after.local_text(window.start), after.local_text(window.end)
    return window


def _span(work: Work, place: Place | None) -> tuple[str, int, int]:
    spans = work.spans() or [("", 0, work.rows)]
    if place is None:
        return spans[0]
    return next((one for one in spans if one[1] <= place.first < one[2]), spans[0])


def _shown(span: tuple[str, int, int], place: Place | None) -> tuple[int, int]:
    """Rows of the table after the step: twice the place on either side, inside its series."""
    _series, start, end = span
    if place is None:
        return max(start, end - 4 * _AROUND), end
    around = min(max(_AROUND, 2 * (place.last - place.first + 1)), _MOST // 2)
    first = max(start, place.first - around)
    return first, min(end, place.last + around + 1, first + _MOST)


def _line(work: Work, table: str, key: str, rows: tuple[int, int]) -> Line:
    x = f"CAST({work.time} AS VARCHAR)" if work.time else "CAST(rowid + 1 AS VARCHAR)"
    found = work.connection.execute(
        f"SELECT {x}, {key} FROM {table} WHERE rowid >= {rows[0]} AND rowid < {rows[1]} "  # noqa: S608
        f"ORDER BY rowid"
    ).fetchall()
    return [row[0] for row in found], [row[1] for row in found]


def _before(work: Work, seen: Seen, key: str, window: Window) -> Line:
    times = window.after[0]
    if not times:
        return [], []
    if not seen.time or seen.time != work.time:
        return _line(work, seen.table, key, (0, len(times)))
    tests = [f"{seen.time} BETWEEN CAST(? AS TIMESTAMP) AND CAST(? AS TIMESTAMP)"]
    values = [times[0], times[-1]]
    if work.series:
        tests.append(f"CAST({work.series} AS VARCHAR) = ?")
        values.append(window.series)
    found = work.connection.execute(
        f"SELECT CAST({seen.time} AS VARCHAR), {key} FROM {seen.table} "  # noqa: S608
        f"WHERE {' AND '.join(tests)} ORDER BY rowid LIMIT {2 * _MOST}",
        values,
    ).fetchall()
    # A row that was absent is a hole in the line, not a bridge over it.
    there = {row[0] for row in found}
    rows = sorted([*found, *((time, None) for time in times if time not in there)], key=_time)
    return [row[0] for row in rows], [row[1] for row in rows]


def _time(row: tuple[str, float | None]) -> str:
    return row[0]


def _reference(work: Work, seen: Seen, key: str, place: Place, count: int) -> Line:
    """What the filling leant on: the mean of the same place in the nearest cycles."""
    if work.frequency is None:
        return [], []
    part = next((one for one in stretches(work) if one.first <= place.first < one.last), None)
    if part is None:
        return [], []
    values = work.numbers(key)[part.rows].copy()
    values[place.first - part.first : place.last - part.first + 1] = np.nan
    low = max(int(part.places[place.first - part.first]) - _REFERENCE, 0)
    high = min(int(part.places[place.last - part.first]) + _REFERENCE, part.steps - 1)
    at = np.arange(low, high + 1, dtype=np.int64)
    cycle = season_of(work.frequency.season_lengths, part.steps)
    usual = nearest_mean(values, part.places, at, (cycle, count))
    start = work.times()[part.first : part.first + 1]
    times = work.frequency.at(start, at).astype("datetime64[s]").astype(str)
    return [str(t).replace("T", " ") for t in times], [
        None if np.isnan(value) else float(value) for value in usual
    ]
