"""The members collapsed to one map per space and series.

Every linear member is its outcome plus a map of the centred inputs, M = O + (I - 1 a')W with
columns that sum to one. The weighted mean of the maps of one space is again such a map, so that
any number of members cost one matrix product per series. In logarithms this takes the
geometric mean of the members.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.many.anchors import outcome
from forecasting.engine.many.choosing import BATCHES_A_CHECK, Choice, learned, sampled
from forecasting.engine.many.members import Core
from forecasting.engine.many.moments import Moments, Singles, batches
from forecasting.engine.many.prepared import Prepared
from forecasting.engine.many.solving import Shared, own_maps
from forecasting.engine.many.spaces import Space
from forecasting.engine.panel import Floats
from forecasting.engine.parallel import cores as processors
from forecasting.engine.parallel import threads


@dataclass(frozen=True, eq=False)
class Maps:
    """Of one space: ``own`` ``[V, L, H]`` and for a new series ``shared`` ``[L, H]``, each times
    the share of the space, ``own_share`` ``[V]`` and ``shared_share``."""

    space: Space
    own: Singles
    shared: Singles
    own_share: Floats
    shared_share: float

    @staticmethod
    def empty(space: Space, variates: int, lookback: int, horizon: int) -> Maps:
        """No member yet."""
        own = np.zeros((variates, lookback, horizon), dtype=np.float32)
        shared = np.zeros((lookback, horizon), dtype=np.float32)
        return Maps(space, own, shared, np.zeros(variates), 0.0)

    @staticmethod
    def of(space: Space, arrays: dict[str, NDArray[Any]]) -> Maps:
        """From what ``arrays`` gave."""
        share = float(arrays["shared_share"][0])
        return Maps(space, arrays["own"], arrays["shared"], arrays["own_share"], share)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For saving."""
        share = np.array([self.shared_share])
        return {
            "own": self.own,
            "shared": self.shared,
            "own_share": self.own_share,
            "shared_share": share,
        }

    def deviations(self, inputs: Floats, variates: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Shares ``[n]`` and forecasts ``[n, H]`` less the last of the inputs ``[n, L]``.

        ``variates`` ``[n]`` is -1 for a series that was not learned.
        """
        new = variates < 0
        share = np.where(new, self.shared_share, self.own_share[variates])
        moves = inputs - inputs[:, -1:]
        steps = (moves[:, None, :] @ self.own[variates])[:, 0]
        if new.any():
            steps[new] = moves[new] @ self.shared
        return share, steps / np.where(share > 0, share, 1.0)[:, None]


def add_seasonal(maps: Maps, seasons: tuple[int, ...], weights: Floats) -> Maps:
    """Take in the repeated season with weights ``[V]``, for series that hold one."""
    lookback, horizon = maps.shared.shape
    plain = outcome("season", lookback, horizon, seasons).astype(np.float32)
    maps.own[:] += weights[:, None, None].astype(np.float32) * plain
    maps.shared[:] += np.float32(weights.mean()) * plain
    return _shared_out(maps, weights)


def add_core(
    maps: Maps,
    series: Prepared,
    members: list[tuple[Choice, Floats]],
    horizon: int,
    check: Callable[[], None],
) -> Maps:
    """Fit one core on all rows and take in its members, each with weights ``[V]``."""
    core = members[0][0].core
    pools, _ = learned(series, core, sampled(len(series.last), core, horizon), horizon)
    numbers = [core.half_lives.index(choice.half_life) for choice, _ in members]
    shared = [
        pools[number].solved((choice.penalty,), core.lookback, horizon)
        for number, (choice, _) in zip(numbers, members, strict=True)
    ]

    def work(chosen: NDArray[np.int64]) -> None:
        found = series.moments(core, chosen, horizon)
        for number, base, (choice, weights) in zip(numbers, shared, members, strict=True):
            _take_in(maps, chosen, core, (found[number], base, choice.pull), weights)

    needed = np.flatnonzero(sum(weights for _, weights in members) > 0)
    groups = [needed[g] for g in batches(series.lengths[needed], core.lookback + horizon)]
    for first in range(0, len(groups), BATCHES_A_CHECK):
        check()
        threads(work, groups[first : first + BATCHES_A_CHECK], processors())
    for base, (_, weights) in zip(shared, members, strict=True):
        maps.shared[-core.lookback :] += np.float32(weights.mean()) * _whole(core, base.maps)[0]
        maps = _shared_out(maps, weights)
    return maps


def _take_in(
    maps: Maps,
    chosen: NDArray[np.int64],
    core: Core,
    fit: tuple[Moments, Shared, float],
    weights: Floats,
) -> None:
    whole = _whole(core, own_maps(*fit))
    maps.own[chosen, -core.lookback :] += weights[chosen, None, None].astype(np.float32) * whole


def _whole(core: Core, weights: Singles) -> Singles:
    """``[n, L, H]``: the outcome, and the map of inputs without their centre."""
    level = core.centre()[:, None] * weights.sum(axis=1, keepdims=True)
    whole = core.outcome(weights.shape[2]) + weights - level
    result: Singles = whole.astype(np.float32)
    return result


def _shared_out(maps: Maps, weights: Floats) -> Maps:
    return Maps(
        maps.space,
        maps.own,
        maps.shared,
        maps.own_share + weights,
        maps.shared_share + float(weights.mean()),
    )
