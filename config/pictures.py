"""Small pictures drawn by the server as SVG: sparks, distributions and the year strip."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from config.display import finite
from datasets.calendar_words import SHORT_MONTHS

_EDGE = 1.0
_TOP = 3.0
_RAMP_STEPS = 5
_CELL, _PITCH = 11, 13
_DAYS_IN_WEEK = 7
_OBLIQUITY = math.radians(23.44)
# The sun counts as up from when its upper edge, lifted by refraction, is on the horizon.
_HORIZON = math.radians(-0.833)


def spark(
    values: Iterable[Any],
    *,
    ahead: Iterable[Any] = (),
    size: tuple[int, int] = (88, 24),
    end: bool = False,
) -> SafeString:
    """A line of `values`, then of `ahead` in the forecast's colour; gaps stay gaps.

    `size` is in pixels; `end` marks the last point. Fewer than two numbers draw nothing.
    """
    past = [finite(value) for value in values]
    future = [finite(value) for value in ahead]
    known = [value for value in past + future if value is not None]
    if len(known) < 2:
        return SafeString("")
    points = _points(past + future, low=min(known), high=max(known), size=size)
    observed, coming = points[: len(past)], points[max(len(past) - 1, 0) :]
    shapes = [format_html('<path d="{}"/>', _path(observed))]
    if future:
        shapes.append(format_html('<path class="fore" d="{}"/>', _path(coming)))
    last = next(point for point in reversed(points) if point is not None)
    if end:
        shapes.append(
            format_html(
                '<circle class="end" cx="{}" cy="{}" r="2"/>', f"{last[0]:.1f}", f"{last[1]:.1f}"
            )
        )
    return _svg("spark", size, shapes)


def distribution(counts: Iterable[Any], *, size: tuple[int, int] = (84, 20)) -> SafeString:
    """One bar per count, from 0; `size` is in pixels. No count above 0 draws nothing."""
    heights = [max(finite(count) or 0.0, 0.0) for count in counts]
    if not any(heights):
        return SafeString("")
    width, height = size
    pitch, top = width / len(heights), max(heights)
    bars = []
    for at, count in enumerate(heights):
        tall = count / top * height
        if count:
            tall = max(tall, 1.0)
        bars.append(
            (f"{at * pitch:.1f}", f"{height - tall:.1f}", f"{pitch * 0.84:.1f}", f"{tall:.1f}")
        )
    shapes = [format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"/>', bars)]
    return _svg("spark bars", size, shapes)


def year_strip(days: Sequence[tuple[date, Any]], *, label: str) -> SafeString:
    """52 weeks of 7 squares on the ramp, the first day at the top left; months below.

    `days` are consecutive days with their value (None: no square); `label` is the sentence for
    people who cannot see it.
    """
    days = days[: 52 * _DAYS_IN_WEEK]
    known = [found for _, value in days if (found := finite(value)) is not None]
    if not known:
        return SafeString("")
    low, spread = min(known), max(known) - min(known)
    cells = []
    for at, (_, value) in enumerate(days):
        found = finite(value)
        if found is None:
            continue
        step = int((found - low) / spread * _RAMP_STEPS) if spread else 0
        column, row = divmod(at, _DAYS_IN_WEEK)
        cells.append((min(step, _RAMP_STEPS - 1), column * _PITCH, row * _PITCH, _CELL, _CELL))
    squares = format_html_join(
        "", '<rect class="c{}" x="{}" y="{}" width="{}" height="{}"/>', cells
    )
    months = format_html_join("", '<text x="{}" y="104">{}</text>', _month_names(days))
    return format_html(
        '<svg class="year" viewBox="0 0 676 108" role="img" aria-label="{}">{}{}</svg>',
        label,
        squares,
        months,
    )


def daylight(year: int, latitude: float) -> list[tuple[date, float]]:
    """Hours between sunrise and sunset for 364 days from 1 January, by the declination formula.

    Raises no error at the poles: a day without sunrise has 0 hours, one without sunset 24.
    """
    first = date(year, 1, 1)
    return [
        (day, _hours_of_light(day, math.radians(latitude)))
        for day in (first + timedelta(days=at) for at in range(52 * _DAYS_IN_WEEK))
    ]


def _hours_of_light(day: date, latitude: float) -> float:
    # Days since the December solstice, about ten days before 1 January.
    angle = 2 * math.pi * (day.timetuple().tm_yday + 9) / 365.24
    declination = math.asin(math.sin(-_OBLIQUITY) * math.cos(angle))
    reach = (math.sin(_HORIZON) - math.sin(latitude) * math.sin(declination)) / (
        math.cos(latitude) * math.cos(declination)
    )
    return 24 / math.pi * math.acos(min(max(reach, -1.0), 1.0))


def _month_names(days: Sequence[tuple[date, Any]]) -> list[tuple[int, str]]:
    names = [
        (at // _DAYS_IN_WEEK * _PITCH, str(SHORT_MONTHS[later.month - 1]))
        for at, ((earlier, _), (later, _)) in enumerate(pairwise(days), start=1)
        if later.month != earlier.month and at // _DAYS_IN_WEEK < 50
    ]
    if days and days[0][0].day == 1:
        names.insert(0, (0, str(SHORT_MONTHS[days[0][0].month - 1])))
    return names


def _points(
    values: Sequence[float | None], *, low: float, high: float, size: tuple[int, int]
) -> list[tuple[float, float] | None]:
    width, height = size
    across = (width - 2 * _EDGE - (2 if width < 60 else 0)) / max(len(values) - 1, 1)
    spread = (high - low) or 1.0
    room = height - 2 * _TOP
    return [
        None if value is None else (_EDGE + at * across, _TOP + (high - value) / spread * room)
        for at, value in enumerate(values)
    ]


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    steps, pen_up = [], True
    for point in points:
        if point is None:
            pen_up = True
            continue
        steps.append(f"{'M' if pen_up else 'L'}{point[0]:.1f} {point[1]:.1f}")
        pen_up = False
    return "".join(steps)


def _svg(name: str, size: tuple[int, int], shapes: Iterable[SafeString]) -> SafeString:
    width, height = size
    return format_html(
        '<svg class="{}" viewBox="0 0 {w} {h}" style="width:{w}px;height:{h}px"'
        ' aria-hidden="true">{}</svg>',
        name,
        mark_safe("".join(shapes)),  # noqa: S308  # made of format_html parts
        w=width,
        h=height,
    )
