"""Anomaly detectors on made-up series with known anomalies, beside a plain three-sigma rule.

`python -m benchmarks.race_anomalies`: nine kinds of series, three seeds of each (seeds 0 to 2), all
generated here; no outside set. Every detector is given the same alarms a week. An event counts as
found when an alarm overlaps it (two rows of slack); an alarm that overlaps none is false.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.report import row
from forecasting.engine.anomalies.detectors import DETECTORS, detect
from forecasting.engine.anomalies.events import events_of
from forecasting.engine.anomalies.rates import threshold_for, weeks_of
from forecasting.engine.anomalies.scored import Scored
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats, Panel

ROWS: Final = 24 * 7 * 20
SEEDS: Final = (0, 1, 2)
# Before it even the slowest detector has learned; nothing is planted there.
QUIET: Final = 24 * 7 * 5
SLACK: Final = 2
HOURLY: Final = Frequency.parse("h")
Span = tuple[int, int]


@dataclass(frozen=True)
class Labelled:
    """A series and the rows `(first, last)` of its anomalies."""

    values: Floats
    spans: tuple[Span, ...]


def daily(rng: np.random.Generator) -> Floats:
    """A daily and a weekly cycle with noise."""
    hours = np.arange(ROWS)
    cycles = 30 * np.sin(2 * np.pi * hours / 24) + 10 * np.sin(2 * np.pi * hours / 168)
    values: Floats = 200 + cycles + rng.normal(0, 4, ROWS)
    return values


def walking(rng: np.random.Generator) -> Floats:
    """The same around a level that wanders."""
    return daily(rng) + np.cumsum(rng.normal(0, 1.0, ROWS))


def sunny(rng: np.random.Generator) -> Floats:
    """Zero at night, restless by day."""
    sun = np.maximum(0, np.sin(2 * np.pi * (np.arange(ROWS) - 6) / 24))
    return sun * (100 + rng.normal(0, 8, ROWS))


BASES: Final[dict[str, Callable[[np.random.Generator], Floats]]] = {
    "cycles": daily,
    "wandering level": walking,
    "sun": sunny,
}


def planted(base: str, kind: str, seed: int) -> Labelled:
    """A series with 12 anomalies of a kind at noon, well apart."""
    rng = np.random.default_rng([seed, *(ord(letter) for letter in base + kind)])
    values = BASES[base](rng)
    days = np.sort(rng.choice(np.arange(QUIET // 24, ROWS // 24 - 8, 6), 12, replace=False))
    spans = []
    for day in days:
        first = int(day) * 24 + 12
        last = first + {"spike": 0, "shift": 35, "stuck": 11}[kind]
        part = slice(first, last + 1)
        sign = rng.choice([-1.0, 1.0])
        if kind == "stuck":
            values[part] = values[first]
        else:
            values[part] += sign * 40
        spans.append((first, last))
    return Labelled(values, tuple(spans))


def three_sigma(values: Floats, per_week: float) -> list[Span]:
    """Runs farther than three standard deviations from the mean of all rows, in hindsight."""
    away = np.abs(values - values.mean()) / values.std()
    rows = np.flatnonzero(away > 3)
    rows = rows[rows >= QUIET]
    if not len(rows):
        return []
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > SLACK + 1) + 1)
    return [(int(run[0]), int(run[-1])) for run in runs]


def by_detector(name: str) -> Callable[[Floats, float], list[Span]]:
    """The alarms of a detector at a rate, after the quiet rows."""

    def alarms(values: Floats, per_week: float) -> list[Span]:
        scored: Sequence[Scored] = detect(Panel.from_arrays(values, frequency="h"), name).scored
        late = [one.part(slice(QUIET, None)) for one in scored]
        threshold = threshold_for(late, per_week, weeks_of(late, HOURLY))
        found = [event for one in late for event in events_of(one, threshold)]
        return [(event.first + QUIET, event.last + QUIET) for event in found]

    return alarms


def judged(alarms: Sequence[Span], spans: Sequence[Span]) -> tuple[int, int, int]:
    """True alarms, all alarms, anomalies found."""
    true = sum(any(_meet(alarm, span) for span in spans) for alarm in alarms)
    found = sum(any(_meet(alarm, span) for alarm in alarms) for span in spans)
    return true, len(alarms), found


def _meet(alarm: Span, span: Span) -> bool:
    return alarm[0] <= span[1] + SLACK and span[0] <= alarm[1] + SLACK


def main() -> bool:
    """Print precision, recall and seconds of each; whether the best beats the plain rule."""
    weeks = (ROWS - QUIET) / 168
    rules = {name: by_detector(name) for name in DETECTORS} | {"three sigma": three_sigma}
    scores = {name: _measure(name, rule, 12 / weeks) for name, rule in rules.items()}
    best = max(scores[name] for name in DETECTORS)
    gain = best - scores["three sigma"]
    return row("race_anomalies_best_f1_over_three_sigma", gain, "", 0.0, better="higher")


def _measure(name: str, rule: Callable[[Floats, float], list[Span]], per_week: float) -> float:
    totals, began, rows = np.zeros(4), 0.0, 0
    key = name.replace(" ", "_")
    for base in BASES:
        for kind in ("spike", "shift", "stuck"):
            part = np.zeros(4)
            for seed in SEEDS:
                series = planted(base, kind, seed)
                start = time.perf_counter()
                alarms = rule(series.values, per_week)
                began += time.perf_counter() - start
                rows += len(series.values)
                part += [*judged(alarms, series.spans), len(series.spans)]
            row(
                f"race_anomalies_{key}_{base}_{kind}_recall".replace(" ", "_"),
                part[2] / part[3],
                "",
            )
            totals += part
    precision, recall = totals[0] / max(totals[1], 1), totals[2] / totals[3]
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    row(f"race_anomalies_{key}_precision", float(precision), "")
    row(f"race_anomalies_{key}_recall", float(recall), "")
    row(f"race_anomalies_{key}_f1", float(f1), "")
    row(f"race_anomalies_{key}_seconds_per_10000_rows", began / rows * 10_000, "s")
    return float(f1)


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
