"""Whether a small net may correct the stack: trained on the past, admitted by the newest fold."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.stacking.blended import LagMap
from forecasting.engine.stacking.grid import Grid
from forecasting.engine.stacking.origins import Singles
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.refinement import Refinement, gated
from forecasting.engine.watch import Watch
from forecasting.engine.windows import strided_origins

MOST_WINDOWS: Final = 20_000
MOST_CHANNELS: Final = 50


def refine(
    problem: Problem, blend: list[Singles], grid: Grid, lag_map: LagMap, watch: Watch
) -> Refinement | None:
    """The net's correction, or None where the newest fold does not want it.

    ``blend[v]`` are the stack's forecasts of that fold's windows. The net is trained on windows
    that end before the fold begins.
    """
    from forecasting.engine.neural.refining import Lesson, train

    if problem.channels > MOST_CHANNELS:
        return None
    columns, horizon = problem.scaled.columns, problem.steps.horizon
    ends = problem.fits[len(problem.held) - 1]
    most = MOST_WINDOWS // problem.channels
    origins = [strided_origins(grid.lookback, int(e) - horizon + 1, most) for e in ends]
    if not all(len(o) for o in origins):
        return None
    features = [grid.features(c, o) for c, o in zip(columns, origins, strict=True)]
    first, bias, second = train(Lesson(columns, list(lag_map.weights), features, origins), watch)
    opened = np.ones(horizon, dtype=np.float32)
    whole = Refinement(first, bias, second, opened)
    held, scored = problem.held[-1], problem.steps.scored
    errors = np.concatenate([h.targets - b for h, b in zip(held, blend, strict=True)])
    moves = [whole.of(h.column, h.origins, horizon)[:, scored] for h in held]
    known = np.concatenate([h.known for h in held])
    gate = gated(errors, np.concatenate(moves), known, scored, horizon)
    return Refinement(first, bias, second, gate) if gate.any() else None
