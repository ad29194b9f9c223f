"""Two runs of one forecast side by side: what came, and by how much the later one differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from datasets.clock import Clock
from forecasting import results
from forecasting.engine.frequency import Frequency
from forecasting.models import PredictionResult, PredictionTask

# What a run says of a series, by time; a step without a number is None.
Said = Mapping[str, float | None]


@dataclass(frozen=True)
class Move:
    """One series of two runs.

    `came` values are known since the earlier run and were `missed` by it, as a share of what it
    said (above is positive). On the `shared` steps that both cover the mean went by `share` of its
    size; the `most_…` fields are about the step that changed most.
    """

    run: int
    frequency: Frequency
    clock: Clock
    came: int = 0
    missed: float | None = None
    shared: int = 0
    share: float = 0.0
    most_time: str = ""
    most_now: float = 0.0
    most_before: float = 0.0


def between(
    before: PredictionTask, now: PredictionTask, result: PredictionResult, series: str
) -> Move | None:
    """How `result` of the run `now` differs from the same model of the run before, for a series.

    Without that model there, its leader is taken; None where either says nothing of the series.
    """
    rows = before.results.ranked()
    earlier = rows.filter(name=result.name).first() or rows.first()
    old = results.line_of(earlier, series) if earlier else None
    new = results.line_of(result, series)
    if old is None or new is None:
        return None
    said: Said = dict(zip(old.times, old.mean, strict=True))
    came, missed = _came(result, series, said)
    frequency = Frequency.parse(now.asked("frequency"))
    move = Move(before.run, frequency, now.version.clock, came, missed)
    return _shared(move, said, dict(zip(new.times, new.mean, strict=True)))


def _shared(move: Move, said: Said, says: Said) -> Move:
    known = [
        (time, value, said[time])
        for time, value in says.items()
        if value is not None and said.get(time) is not None
    ]
    if not known:
        return move
    now, old = np.array([p[1] for p in known]), np.array([p[2] for p in known])
    place = int(np.abs(now - old).argmax())
    size = float(np.abs(old).mean())
    return replace(
        move,
        shared=len(known),
        share=float((now - old).mean()) / size if size else 0.0,
        most_time=known[place][0],
        most_now=float(now[place]),
        most_before=float(old[place]),
    )


def _came(result: PredictionResult, series: str, said: Said) -> tuple[int, float | None]:
    """Values that the run before had to forecast, and how far off it was on average."""
    kept = result.visualization_data.get("history", {}).get(series)
    if not kept:
        return 0, None
    pairs = [
        (value, said[time])
        for time, value in zip(kept["times"], kept["values"], strict=True)
        if value is not None and said.get(time) is not None
    ]
    if not pairs:
        return 0, None
    actual, old = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    size = float(np.abs(old).mean())
    return len(pairs), float((actual - old).mean()) / size if size else None
