"""What all members of a stack share: scaled channels, folds, cutoffs, steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.folds import Fold
from forecasting.engine.missing import Scaled
from forecasting.engine.parallel import threads
from forecasting.engine.stacking.origins import Held, origins_per_channel
from forecasting.engine.stacking.steps import Steps
from forecasting.engine.watch import Watch

Result = TypeVar("Result")
CHUNK: Final = 32


@dataclass(frozen=True, eq=False)
class Problem:
    """``fits`` are the rows ``[V]`` each fit may see: one per fold, and the delivered one unless
    the last fold already is. ``held[f][v]`` are the windows to score fold f on."""

    scaled: Scaled
    fits: tuple[NDArray[np.int64], ...]
    held: tuple[list[Held], ...]
    steps: Steps
    workers: int
    watch: Watch

    @staticmethod
    def of(
        scaled: Scaled,
        folds: tuple[Fold, ...],
        ends: NDArray[np.int64],
        horizon: int,
        workers: int,
        watch: Watch,
    ) -> Problem:
        """``ends`` ``[V]`` are the rows the delivered fit sees."""
        steps = Steps.of(horizon)
        channels = len(scaled.columns)
        most = origins_per_channel(channels)
        held = tuple(
            [Held.of(scaled, v, fold, steps.scored, most) for v in range(channels)]
            for fold in folds
        )
        fits = [fold.fit_ends for fold in folds]
        if not fits or not np.array_equal(fits[-1], ends):
            fits.append(ends)
        return Problem(scaled, tuple(fits), held, steps, workers, watch)

    @property
    def channels(self) -> int:
        """Series times channels."""
        return len(self.scaled.columns)

    def each(self, function: Callable[[int], Result]) -> list[Result]:
        """The function of every variate, on the threads."""
        return self.some(function, range(self.channels))

    def some(self, function: Callable[[int], Result], variates: Sequence[int]) -> list[Result]:
        """The function of these variates; a stop request is obeyed within a few of them."""
        found: list[Result] = []
        for low in range(0, len(variates), CHUNK):
            self.watch.check()
            found += threads(function, variates[low : low + CHUNK], self.workers)
        return found
