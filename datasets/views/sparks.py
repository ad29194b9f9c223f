"""Small server-rendered drawings: a line for a series, bars for a distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Values = Sequence[float | None]


@dataclass(frozen=True)
class Bar:
    """One bar of a distribution, in pixels from the top left corner."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Spark:
    """What `datasets/_spark.html` draws: a path with its last point, or bars."""

    width: int
    height: int
    path: str = ""
    end_x: str = ""
    end_y: str = ""
    bars: tuple[Bar, ...] = ()


def line(values: Values | None, *, width: int = 88, height: int = 24) -> Spark | None:
    """A line through `values`, left to right, with gaps where a value is missing.

    None when fewer than two values can be drawn, so that a template shows nothing at all.
    """
    points = list(values or ())
    known = [value for value in points if value is not None and math.isfinite(value)]
    if len(known) < 2:
        return None
    low, spread = min(known), max(known) - min(known)
    step = (width - 4) / max(len(points) - 1, 1)
    path, pen, end = [], "M", ("", "")
    for index, value in enumerate(points):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        level = (value - low) / spread if spread else 0.5
        end = (f"{1 + index * step:.1f}", f"{height - 3 - level * (height - 6):.1f}")
        path.append(f"{pen}{end[0]} {end[1]}")
        pen = "L"
    return Spark(width, height, "".join(path), end[0], end[1])


def bars(counts: Sequence[float] | None, *, width: int = 72, height: int = 22) -> Spark | None:
    """One bar for each count, the tallest as high as the drawing. None when there is nothing."""
    heights = [max(float(count), 0.0) for count in counts or ()]
    top = max(heights, default=0.0)
    if top <= 0:
        return None
    slot = min(width / len(heights), 12.0)
    drawn = tuple(
        Bar(
            x=f"{index * slot:.1f}",
            y=f"{height - _bar_height(count, top, height):.1f}",
            width=f"{max(slot - 1, 0.5):.1f}",
            height=f"{_bar_height(count, top, height):.1f}",
        )
        for index, count in enumerate(heights)
    )
    return Spark(math.ceil(slot * len(heights)), height, bars=drawn)


def _bar_height(count: float, top: float, height: int) -> float:
    """A count above zero stays visible as one pixel, whatever the tallest bar is."""
    return max(count / top * height, 1.0) if count else 0.0
