"""One lookback in one fold: the shared map's path and what every channel has of its own.

With many channels the shared map is learned from some of them, spread evenly, and the moments of
each are dropped as soon as its own part is taken, so that memory does not grow with the channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.stacking.channels import Own
from forecasting.engine.stacking.moments import Moments, average, moments
from forecasting.engine.stacking.origins import Singles
from forecasting.engine.stacking.plan import Member
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.shared import Path

MOST_SHARED: Final = 64

Maker = Callable[[int], Moments | None]


@dataclass(frozen=True, eq=False)
class Solved:
    """One anchor in one fold; ``own[v]`` is None where the channel has no window."""

    path: Path
    leading: Singles
    own: list[Own | None]

    def thin(self, problem: Problem) -> Solved:
        """At the scored steps only."""
        scored = problem.steps.scored
        if self.path.cross.shape[1] == len(scored):
            return self
        own = [o and o.at(scored) for o in self.own]
        return Solved(self.path.at(scored), self.leading, own)


def solve(problem: Problem, group: Sequence[Member], fold: int) -> list[Solved]:
    """The anchors of one lookback; the moments are made once for all of them."""
    make = _maker(problem, group[0], fold)
    every = -(-problem.channels // MOST_SHARED)
    chosen = problem.some(make, range(0, problem.channels, every))
    mean = average(m for m in chosen if m is not None)
    kept = [m and m.single() for m in chosen] if every == 1 else []
    paths = [Path.of(mean, member.anchor) for member in group]
    leading = [path.leading(problem.channels) for path in paths]

    def own(v: int) -> list[Own] | None:
        found = kept[v] if kept else make(v)
        if found is None:
            return None
        pairs = zip(group, leading, strict=True)
        return [Own.of(found, member.anchor, part) for member, part in pairs]

    each = problem.each(own)
    return [
        Solved(path, leading[place], [None if o is None else o[place] for o in each])
        for place, path in enumerate(paths)
    ]


def _maker(problem: Problem, member: Member, fold: int) -> Maker:
    """What makes the moments of a channel; None for one too short to hold a window."""
    steps = problem.steps
    last = fold == len(problem.fits) - 1
    wanted = np.arange(steps.horizon) if last else steps.scored
    width = member.lookback + steps.horizon

    def make(v: int) -> Moments | None:
        end = int(problem.fits[fold][v])
        if end < width:
            return None
        column, seen = problem.scaled.columns[v][:end], problem.scaled.observed[v][:end]
        return moments(column, seen, member, wanted, width)

    return make
