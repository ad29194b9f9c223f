"""The chart of a result: what stands on which axis, and as what it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy

from datasets.figures import OBSERVED, SERIES, Figure, figure, line
from datasets.query.kept import Kept

FORMS: Final = {
    "bars": gettext_lazy("Bars"),
    "line": gettext_lazy("Line"),
    "points": gettext_lazy("Points"),
}
# More bars than this are a smear.
_MOST_BARS: Final = 200
_FEW: Final = 60
# One row is a number to read, not a chart.
_FEWEST: Final = 2
ROW: Final = ""


@dataclass(frozen=True)
class Drawing:
    """A chart of two columns of a result; `x` is empty when rows are only numbered."""

    form: str
    x: str
    y: str
    xs: list[str]
    ys: list[str]
    figure: Figure
    shown: int
    of: int

    @property
    def caption(self) -> str:
        """`hours by month`"""
        by = self.x or gettext("row")
        words = gettext("%(y)s by %(x)s") % {"y": self.y, "x": by}
        if self.shown < self.of:
            return gettext("%(words)s, first %(shown)s of %(of)s rows") % {
                "words": words,
                "shown": f"{self.shown:,}",
                "of": f"{self.of:,}",
            }
        return words


def draw(kept: Kept, asked: Mapping[str, str]) -> Drawing | None:
    """The chart that is asked for, or the likeliest; None without numbers, and of a single row."""
    kinds = {name: kind for name, _type, kind in kept.columns}
    numbers = [name for name, kind in kinds.items() if kind == "number"]
    if not numbers or len(kept.rows) < _FEWEST:
        return None
    xs = [name for name in kinds if kinds[name] != "number"] + numbers
    x = asked.get("x", "") if asked.get("x", "") in kinds else _across(kinds, numbers)
    left = [name for name in numbers if name != x] or numbers
    y = asked.get("y", "") if asked.get("y", "") in numbers else left[0]
    form = asked.get("form", "")
    if form not in FORMS:
        form = _likely(kinds.get(x, ""), len(kept.rows))
    return _drawn(kept, form, x, y, (xs, numbers))


def _across(kinds: Mapping[str, str], numbers: list[str]) -> str:
    for wanted in ("time", "text", "yes_no"):
        found = next((name for name, kind in kinds.items() if kind == wanted), None)
        if found is not None:
            return found
    return numbers[0] if len(numbers) > 1 else ROW


def _likely(kind: str, rows: int) -> str:
    if kind == "number":
        return "points"
    if kind in {"text", "yes_no"} or rows <= _FEW:
        return "bars"
    return "line"


def _drawn(kept: Kept, form: str, x: str, y: str, choice: tuple[list[str], list[str]]) -> Drawing:
    names = [name for name, _type, _kind in kept.columns]
    kinds = {name: kind for name, _type, kind in kept.columns}
    rows = kept.rows[:_MOST_BARS] if form == "bars" else kept.rows
    down = [_height(row[names.index(y)]) for row in rows]
    across = (
        [row[names.index(x)] for row in rows] if x else [float(n) for n in range(1, len(rows) + 1)]
    )
    kind = kinds.get(x, "number")
    if kind == "time" and form != "bars":
        pairs = sorted(
            (pair for pair in zip(across, down, strict=True) if pair[0] is not None),
            key=lambda pair: str(pair[0]),
        )
        across, down = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    elif kind in {"text", "yes_no"}:
        across = [_word(value) for value in across]
    axis = {"time": "date", "number": "linear"}.get(kind, "category")
    drawing = figure([_trace(form, across, down, y)], xaxis={"type": axis}, showlegend=False)
    return Drawing(form, x, y, *choice, drawing, len(rows), len(kept.rows))


def _trace(form: str, across: list[Any], down: list[Any], name: str) -> dict[str, Any]:
    if form == "bars":
        return {"type": "bar", "x": across, "y": down, "name": name, "marker": {"color": SERIES[0]}}
    if form == "line":
        return line(across, down, OBSERVED, name=name, connectgaps=False)
    points = line(across, down, SERIES[0], name=name)
    return {**points, "mode": "markers", "marker": {"color": SERIES[0], "size": 5}}


def _height(value: Any) -> float | None:
    """A number that can be drawn: large whole numbers arrive as text."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < float("inf") else None


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return "–" if value is None else str(value)
