"""Coverage and width of the balanced preset's intervals, one JSON object a line.

Three ways on the same test rows: single forecasts (no outcome is ever told), rolling use (the model
is updated with every stretch of new rows, half a day of the ETT sets), and constant width (the same
scores without the scaling by recent volatility). Width and score are means of the horizons on
z-scored data; the score is the numerator of MSIS (Gneiting and Raftery 2007). Argument: set.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from benchmarks.engine_data import LongSet, named
from benchmarks.report import row, skipped
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.presets import choose
from forecasting.engine.protocol import Borders, seen_by

LEVELS = (80.0, 95.0)
ROLLING = {80.0: (78.0, 82.0), 95.0: (93.0, 97.0)}
SINGLE = {80.0: (78.0, 88.0), 95.0: (93.0, 98.0)}
BARRED = ("etth1", "ettm1")


@dataclass
class Tally:
    """Sums of one horizon and level."""

    inside: float = 0.0
    width: float = 0.0
    score: float = 0.0
    count: int = 0

    def add(self, actual: Floats, lower: Floats, upper: Floats, level: float) -> None:
        """One window ``[h, C]`` on z-scored data."""
        missed = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
        self.inside += float(np.sum(missed <= 0))
        self.width += float(np.sum(upper - lower))
        self.score += float(np.sum(upper - lower + 2 / (1 - level / 100) * missed))
        self.count += actual.size


@dataclass
class Way:
    """One way of using a model, with a tally for every horizon and level."""

    name: str
    tallies: dict[tuple[int, float], Tally] = field(default_factory=dict)

    def judge(self, forecast: Forecast, actual: Floats, scale: Floats) -> None:
        """Add one cutoff; ``actual`` is ``[n, C]`` of the rows after it."""
        for horizon, level in self.tallies:
            if horizon <= len(actual):
                lower = forecast.lower[level][0, :horizon] / scale
                upper = forecast.upper[level][0, :horizon] / scale
                tally = self.tallies[horizon, level]
                tally.add(actual[:horizon] / scale, lower, upper, level)


def cutoffs(one: LongSet, borders: Borders) -> range:
    """Where forecasts are made."""
    last = borders.test - min(one.horizons)
    return range(borders.validation, last + 1, one.stride)


def constant_width(forecast: Forecast, half: dict[float, Floats]) -> Forecast:
    """The same means with bands of one width, ``half[level]`` ``[H, C]``."""
    return Forecast(
        forecast.model,
        forecast.ids,
        forecast.channels,
        forecast.times,
        forecast.mean,
        {level: forecast.mean - half[level] for level in LEVELS},
        {level: forecast.mean + half[level] for level in LEVELS},
    )


def usual_widths(model: Forecaster, panel: Panel, borders: Borders) -> dict[float, Floats]:
    """Half-widths with the mean volatility of the validation rows, which then never changes."""
    ends = range(borders.test - borders.validation, borders.test - borders.train, 48)
    found: dict[float, list[Floats]] = {level: [] for level in LEVELS}
    for forecast in model.predict_at(panel, list(ends), LEVELS):
        for level in LEVELS:
            found[level].append((forecast.upper[level][0] - forecast.lower[level][0]) / 2)
    return {level: np.mean(widths, axis=0) for level, widths in found.items()}


def rolling(model: Forecaster, panel: Panel, one: LongSet, borders: Borders) -> Iterator[Forecast]:
    """The model told of every stretch of rows before it forecasts the next."""
    for cutoff in cutoffs(one, borders):
        if cutoff > borders.validation:
            model.update(panel.window(cutoff - one.stride, cutoff))
        yield model.predict(panel.window(0, cutoff), levels=LEVELS)


def main() -> None:
    """Measure one set in this process."""
    one = named(sys.argv[1])
    read = one.read()
    if read is None:
        skipped(f"{one.name}_intervals", "the public data are not here")
        return
    panel, borders = read
    panel = panel.window(0, borders.test)
    scale = panel.values[: borders.train].std(axis=0)
    model = choose(panel, "balanced", borders.validation - borders.train)
    model.fit(seen_by(panel, borders), horizon=max(one.horizons))
    pairs = [(h, level) for h in one.horizons for level in LEVELS]
    ways = [Way(n, {p: Tally() for p in pairs}) for n in ("single", "rolling", "constant")]
    ends = [borders.test - cutoff for cutoff in cutoffs(one, borders)]
    half = usual_widths(model, panel, borders)
    for end, forecast in zip(ends, model.predict_at(panel, ends, LEVELS), strict=True):
        actual = panel.values[borders.test - end :]
        ways[0].judge(forecast, actual, scale)
        ways[2].judge(constant_width(forecast, half), actual, scale)
    for end, forecast in zip(ends, rolling(model, panel, one, borders), strict=True):
        ways[1].judge(forecast, panel.values[borders.test - end :], scale)
    for way in ways:
        report(one, way)


def report(one: LongSet, way: Way) -> None:
    """Coverage at every horizon with the distance to its bar, and the mean width and score."""
    for level in LEVELS:
        key = f"{one.name}_{way.name}_{level:g}"
        bounds = {"single": SINGLE, "rolling": ROLLING}.get(way.name, {}).get(level)
        tallies = [way.tallies[h, level] for h in one.horizons]
        for horizon, tally in zip(one.horizons, tallies, strict=True):
            covered = 100 * tally.inside / tally.count
            row(f"{key}_coverage_h{horizon}", covered, "%")
        shares = [100 * t.inside / t.count for t in tallies]
        if bounds and one.name in BARRED:
            outside = max(0.0, *(max(bounds[0] - s, s - bounds[1]) for s in shares))
            label = f"points outside {bounds[0]:g} to {bounds[1]:g} %"
            row(f"{key}_coverage_outside", outside, label, 0.0)
        row(f"{key}_width", sum(t.width / t.count for t in tallies) / len(tallies), "z")
        row(f"{key}_score", sum(t.score / t.count for t in tallies) / len(tallies), "z")


if __name__ == "__main__":
    main()
